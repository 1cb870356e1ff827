import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from feeds.protocol.frames import BadFrame, Doubled, Frame, decode, nesting, readable

# The protocol carries integers exactly within 64 bits; what is larger may be rounded.
EXACT = st.integers(-(2**63), 2**63 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | EXACT | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.text())
def test_any_text_is_answered_and_never_raises(text: str) -> None:
    assert isinstance(decode(text), Frame | BadFrame)


@given(st.text(alphabet='[]{}":,\\ab1 '))
def test_any_pile_of_brackets_and_quotes_is_answered(text: str) -> None:
    assert isinstance(decode(text), Frame | BadFrame)


@given(st.lists(st.dictionaries(st.text(), VALUES), min_size=1, max_size=5), st.booleans())
def test_what_json_says_is_what_comes_out_escaped_or_not(records: list[Any], ascii_only: bool) -> None:
    text = json.dumps({"batch": "b", "records": records}, ensure_ascii=ascii_only, indent=1)
    frame = decode(text)
    assert isinstance(frame, Frame)
    assert frame.records == json.loads(text)["records"]


@given(VALUES)
def test_nesting_counts_the_brackets_that_are_open_at_once(value: Any) -> None:
    def deep(inner: Any) -> int:
        kids = inner.values() if isinstance(inner, dict) else inner if isinstance(inner, list) else None
        return 0 if kids is None else 1 + max(map(deep, kids), default=0)

    assert nesting(json.dumps(value)) == nesting(json.dumps(value, ensure_ascii=False)) == deep(value)


@given(st.dictionaries(st.text(min_size=1), VALUES, min_size=1, max_size=3), st.data())
def test_a_name_that_stands_twice_is_always_found(record: dict[str, Any], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(record)))
    pairs = [*record.items(), (name, data.draw(VALUES))]
    body = ",".join(f"{json.dumps(key)} : {json.dumps(value)}" for key, value in pairs)
    frame = decode(f'{{"batch":"b","records":[{{{body}}},{{"a":"\\":"}}]}}')
    assert isinstance(frame, Frame)
    doubled = frame.records[0]
    assert frame.suspect
    assert isinstance(doubled, Doubled)
    assert doubled.name() == name
    assert doubled.pairs == pairs


def test_thirty_two_brackets_are_a_frame_and_thirty_three_are_not() -> None:
    def frame(depth: int) -> str:
        return '{"batch":"b","records":[' + "[" * (depth - 2) + "]" * (depth - 2) + "]}"

    assert isinstance(decode(frame(32)), Frame)
    assert isinstance(decode(frame(33)), BadFrame)


def test_a_huge_integer_is_rounded_and_not_refused() -> None:
    frame = decode('{"batch":"b","records":[{"a":' + "9" * 305 + ',"b":9007199254740993}]}')
    assert isinstance(frame, Frame)
    assert frame.records == [{"a": 1e305, "b": 9007199254740993}]
    assert isinstance(frame.records[0]["a"], float)


@given(st.dictionaries(st.text(), VALUES), st.text(), st.booleans(), st.integers(0, 3))
def test_a_batch_is_read_where_the_frame_itself_names_it(
    others: dict[str, Any], batch: str, ascii_only: bool, cut: int
) -> None:
    """It is found without parsing the rest: in whatever order, and also when the end is missing."""
    frame = {"records": [{"batch": "of a record"}], **others, "batch": batch, "more": [[["x"]]]}
    text = json.dumps(frame, ensure_ascii=ascii_only)
    assert readable(text[: len(text) - cut], "batch") == batch


@given(st.text(alphabet='[]{}":,\\ab1 '))
def test_no_pile_of_brackets_and_quotes_is_misread(text: str) -> None:
    found = readable(text, "a")
    try:
        told = json.loads(text)
    except ValueError:
        return
    assert found is None or told["a"] == found


def test_a_long_string_that_is_never_ended_is_read_once() -> None:
    """Half a million escaped quotes: each of them could begin a string."""
    assert readable('{"a":"' + '\\"' * 500_000, "a") is None
