"""A class is (kind, code) from the gateway's door to the state: nothing crosses kinds or systems."""

import csv
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import static
from city.clocks.timestamps import parse
from city.dispatch.tables.categories import KINDS, Category, labels, read
from city.facts.fact import Fact
from city.folding.fold import apply
from city.state.ledger_state import Case, LedgerState
from feeds.protocol.records import Normalised, ValidationContext, validate
from tests.gateways import NOW, case


def _shipped() -> tuple[Category, ...]:
    with static.path("tables/categories.csv").open(encoding="utf-8", newline="") as file:
        return read(csv.DictReader(file))


TABLE = _shipped()
REFS = frozenset(one.ref for one in TABLE)
TERMS = ValidationContext("hotline", NOW, parse(NOW), categories=labels(TABLE), classes=REFS)
CLASSES = st.sampled_from(TABLE)
TOLD_KINDS = st.sampled_from([None, *KINDS, "other"])


def folded(category: Any) -> Case:
    """Return the case of a stored fact whose record holds this category."""
    record = case(id="1", category=category) | {"client": "hotline", "received": NOW}
    state = LedgerState()
    fact = Fact(
        1, parse(NOW), "CaseReported", 1, "case:hotline/1", "client:hotline", {"record": record, "street": ""}
    )
    apply(state, fact)
    assert state.refused == {}
    return state.cases["hotline/1"]


def taken(category: dict[str, Any]) -> Case:
    """Return the case of a published category: judged, written and folded."""
    answer = validate("case", case(id="1", category=category), TERMS)
    assert isinstance(answer, Normalised)
    return folded(msgspec.json.decode(msgspec.json.encode(answer.record["category"])))


@given(CLASSES, TOLD_KINDS)
def test_a_label_becomes_its_own_class_whatever_kind_is_told(one: Category, kind: str | None) -> None:
    found = taken({"label": one.name_zh} | ({} if kind is None else {"kind": kind}))
    assert (found.kind, found.code, found.label) == (one.kind, one.code, one.name_zh)


@given(CLASSES, st.sampled_from(KINDS), st.sampled_from(["GBT30428.2", "LOCAL", "CJT214-2007", ""]))
def test_a_code_is_a_class_only_with_its_kind_and_system(one: Category, kind: str, system: str) -> None:
    told = {"kind": kind, "code": one.code, "system": system or "x"}
    found = taken(told)
    known = (kind, one.code, told["system"]) in REFS
    assert (found.kind, found.code) == (kind, one.code if known else "")
    assert bool(found.label) != known


@pytest.mark.parametrize(("label", "key"), [
    ("燃气井盖破损", ("component", "0111")), ("路灯不亮", ("component", "0137")),
    ("积存渣土", ("event", "0111")), ("动物尸体", ("event", "0137")),
])  # fmt: skip
def test_the_names_of_one_number_stay_apart(label: str, key: tuple[str, str]) -> None:
    found = taken({"label": label})
    assert (found.kind, found.code) == key


@pytest.mark.parametrize(("category", "kind", "code", "label"), [
    ({"label": "路灯", "mapped": {"code": "0137", "system": "s"}}, "event", "0137", "路灯"),
    ({"kind": "component", "label": "路灯", "mapped": {"code": "0137"}}, "component", "0137", "路灯"),
    ({"kind": "component", "code": "0137", "label": "路灯", "mapped": "0137"}, "component", "0137", "路灯"),
    ({"kind": "component", "code": "0137"}, "component", "0137", ""),
    ({"label": "路灯", "mapped": "unmapped"}, "event", "", "路灯"),
    ({"kind": "event", "code": "0405", "system": "CJT214-2007", "mapped": "unmapped"}, "event", "", "0405"),
])  # fmt: skip
def test_a_fact_of_an_older_version_keeps_what_it_says(
    category: dict[str, Any], kind: str, code: str, label: str
) -> None:
    found = folded(category)
    assert (found.kind, found.code, found.label) == (kind, code, label)


@given(st.dictionaries(
    st.sampled_from(["kind", "code", "system", "label", "mapped"]),
    st.text(max_size=30) | st.none() | st.integers() | st.dictionaries(
        st.sampled_from(["kind", "code", "system"]), st.text(max_size=9) | st.none(), max_size=3),
))  # fmt: skip
def test_any_category_folds_to_one_of_two_kinds_and_to_a_code_of_four_digits_or_none(category: Any) -> None:
    found = folded(category)
    assert found.kind in KINDS
    assert found.code == "" or (len(found.code) == 4 and found.code.isdigit())
