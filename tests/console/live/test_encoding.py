import json

import numpy as np
import pytest

from console.live.encoding import ViewMemory, encode_frame, encode_text
from layers.contract import Frame
from layouts.contract import View


def view(rows: list[tuple[str, dict[str, object]]], **scalars: object) -> View:
    return View(1.0, scalars, rows)


def test_what_is_new_is_said_whole_and_then_only_what_changed() -> None:
    memory = ViewMemory()
    first = memory.changes({"queue": view([("a", {"n": 1}), ("b", {"n": 2})], more=3)})
    again = memory.changes({"queue": view([("a", {"n": 1}), ("b", {"n": 2})], more=3)})
    later = memory.changes({"queue": view([("b", {"n": 5}), ("c", {"n": 9})], more=4)})
    assert first["queue"]["whole"] is True
    assert first["queue"]["order"] == ["a", "b"]
    assert again == {}
    assert later["queue"] == {
        "whole": False, "as_of": 1.0, "scalars": {"more": 4}, "set": {"b": {"n": 5}, "c": {"n": 9}},
        "del": ["a"], "order": ["b", "c"],
    }  # fmt: skip


def test_changes_applied_to_the_whole_give_the_newest_view() -> None:
    memory = ViewMemory()
    memory.changes({"queue": view([("a", {"n": 1})], more=3)})
    memory.changes({"queue": view([("b", {"n": 2})], more=0)})
    assert memory.whole()["queue"]["set"] == {"b": {"n": 2}}
    assert memory.whole()["queue"]["scalars"] == {"more": 0}


def test_a_scalar_that_is_no_more_is_not_kept_by_who_listens() -> None:
    memory = ViewMemory()
    memory.changes({"queue": view([("a", {"n": 1})], failed=True)})
    well = memory.changes({"queue": view([("a", {"n": 1})])})
    assert well["queue"] == {
        "whole": True, "as_of": 1.0, "scalars": {}, "order": ["a"], "set": {"a": {"n": 1}}, "del": [],
    }  # fmt: skip


def test_the_age_of_a_view_alone_is_no_news() -> None:
    memory = ViewMemory()
    memory.changes({"log": View(1.0, {}, [])})
    assert memory.changes({"log": View(2.0, {}, [])}) == {}


def test_a_frame_is_a_header_and_aligned_columns() -> None:
    columns = {
        "code": np.array([1, 2, 3], dtype=np.uint8), "x": np.array([1.5, 2.5, np.nan]),
        "name": ["一", "<img>", ""], "png": b"\x89PNG",
    }  # fmt: skip
    data = encode_frame(Frame("units", 7.0, columns, {"lost": 2}))
    length = int.from_bytes(data[:4], "little")
    header = json.loads(data[4 : 4 + length])
    body = data[4 + length :]
    told = {column["name"]: column for column in header["columns"]}
    assert (4 + length) % 8 == 0
    assert (header["frame"], header["as_of"], header["meta"]) == ("units", 7.0, {"lost": 2})
    assert body[told["code"]["offset"] :][:3] == b"\x01\x02\x03"
    x = np.frombuffer(body, "<f8", 3, told["x"]["offset"])
    assert x[:2].tolist() == [1.5, 2.5]
    assert np.isnan(x[2])
    assert told["name"]["list"] == ["一", "<img>", ""]
    assert body[told["png"]["offset"] :][:4] == b"\x89PNG"


def test_a_column_that_no_browser_array_can_hold_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match=r"frame units, column n: expected one of .*int64"):
        encode_frame(Frame("units", 0.0, {"n": np.array([1], dtype=np.int64)}))


def test_not_a_number_travels_as_null() -> None:
    assert encode_text({"n": float("nan")}) == b'{"n":null}'
