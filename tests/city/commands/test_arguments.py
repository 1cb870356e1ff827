"""Arguments are decoded strictly, and no invalid input raises."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import city.commands
from city.access import VERBS, Person
from city.commands.arguments import ARGS, read_args
from city.commands.command import REFUSALS, Command, Decision, Refusal
from city.commands.decide import VERB_HELP, decide
from city.state.case_file import STATES
from tests.city.commands.paths import PATHS
from tests.city.commands.world import World

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats() | st.text(max_size=8)
    | st.just("\ud800") | st.sampled_from(["tx", "dl", "fixed", "field", "2026-11-23T09:00:00+08:00"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=4,
)  # fmt: skip
FIELDS = sorted({field for shape in ARGS.values() for field in shape.__struct_fields__})
ALL_ROLES = Person(
    "all", "all", (*{role for roles in VERBS.values() for role in roles},), on_shift=("shift_lead",)
)


@pytest.mark.parametrize(
    ("verb", "args", "field", "expected"),
    [
        ("return", {"reason": "tired", "text": "t"}, "reason", "not_my_duty|not_my_area|owner_unknown"),
        ("return", {"text": "t"}, "reason", "not_my_duty|"),
        ("verify", {"result": "confirmed", "lon": float("nan"), "lat": 1, "photos": ["a"]}, "lon", "float"),
        ("verify", {"result": "confirmed", "lon": 1, "lat": 1, "photos": []}, "photos", "length >= 1"),
        ("feedback", {"outcome": "fixed", "text": 7}, "text", "str"),
        ("escalate", {"reason": " \u3000"}, "reason", "not blank"),
        ("reassign", {"to": ""}, "to", "length >= 1"),
        ("escalate", {"level": 4}, "level", "<= 3"),
        ("check", {"passed": "yes", "mode": "field"}, "passed", "bool"),
        ("sign", [], "args", "object"),
        ("comment", {"text": "\ud800"}, "args", "Unicode"),
    ],
)
def test_a_bad_argument_names_the_field_and_what_was_expected(
    verb: str, args: Any, field: str, expected: str
) -> None:
    answer = read_args(verb, args)
    assert isinstance(answer, Refusal)
    assert answer.code == "bad_args"
    assert answer.names["field"] == field
    assert expected in answer.names["expected"]


@pytest.mark.parametrize(("told", "field"), [({"lon": 121.5}, "lat"), ({"lat": 31.2}, "lon")])
@pytest.mark.parametrize("verb", ["return", "check", "open_incident"])
def test_half_a_position_is_named_by_its_missing_half(verb: str, told: dict[str, float], field: str) -> None:
    whole = {
        "return": {"reason": "not_my_area", "text": "x"},
        "check": {"passed": True, "mode": "field", "photos": ["p"]}, "open_incident": {"kind": "tree_down"},
    }[verb]  # fmt: skip
    refused = read_args(verb, {**whole, **told})
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.reason, refused.names["field"]) == ("bad_args", "missing_arg", field)
    assert not isinstance(read_args(verb, {**whole, "lon": 121.5, "lat": 31.2}), Refusal)
    assert not isinstance(read_args(verb, whole), Refusal)


def test_an_unknown_argument_is_named() -> None:
    assert read_args("sign", {"by": 1}) == Refusal("bad_args", "unknown_arg", {"field": "by"})


def test_an_unknown_verb_is_bad() -> None:
    w = World()
    w.report()
    answer = w.ask("close", "hotline/1", ALL_ROLES)
    assert answer == Refusal("bad_args", "unknown_verb", {"field": "verb", "verb": "close"})


def test_help_names_every_verb_with_its_arguments_and_roles() -> None:
    assert set(VERB_HELP) == set(VERBS)
    assert VERB_HELP["reassign"]["args"]["to"].startswith("str")
    assert VERB_HELP["reassign"]["needed"] == ["to"]
    assert VERB_HELP["reassign"]["c"] == "C21"
    assert VERB_HELP["show"]["subject"] == "wall"
    json.dumps(VERB_HELP)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(VERBS)), st.sampled_from(sorted(PATHS)),
    st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=3), ANYTHING, max_size=5),
    st.integers(-1, 12), st.sampled_from(["case", "wall", "task"]),
)  # fmt: skip
def test_deciding_never_raises(verb: str, state: str, args: dict[str, Any], version: int, kind: str) -> None:
    w = World()
    key = PATHS[state](w)
    subject = {"case": f"case:{key}", "wall": "wall:hall", "task": "task:none"}[kind]
    version = w.case(key).file.version if version < 0 else version
    answer = decide(w.state, Command("c", verb, subject, version, args), ALL_ROLES, w.rules, w.now)
    assert isinstance(answer, Decision) or answer.code in REFUSALS


WORDS = Path(__file__).parents[3] / "layouts" / "words"


def refusals(lang: str) -> dict[str, str]:
    """Return the words of refusals in all files of a language."""
    files = (json.loads(path.read_text(encoding="utf-8")) for path in (WORDS / lang).glob("*.json"))
    return {key: text for words in files for key, text in words.items() if key.startswith("refusal.")}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_reason_of_a_refusal_has_its_words(lang: str) -> None:
    words = refusals(lang)
    folder = Path(city.commands.__path__[0])
    code = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    named = set(re.findall(r'not_now\(\s*"(\w+)"', code))
    named |= set(re.findall(r'Refusal\(\s*"\w+",\s*"(\w+)"', code))
    named |= {f"state_{state}" for state in STATES}
    assert len(named) > 70
    assert {f"refusal.{reason}" for reason in named} <= set(words)


def test_refusals_have_the_same_gaps_in_both_languages() -> None:
    zh, en = refusals("zh"), refusals("en")
    assert zh.keys() == en.keys()
    gaps = [sorted(re.findall(r"\{(\w+)\}", text)) for text in zh.values()]
    assert gaps == [sorted(re.findall(r"\{(\w+)\}", en[key])) for key in zh]
