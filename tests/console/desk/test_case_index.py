"""Which cases are open and what numbers the others have, without asking each of them every time."""

from typing import Any

import pytest

from city.state.case_file import CaseFile
from city.state.ledger_state import Case, LedgerState, Mirror, Place
from console.desk.case_index import CaseIndex

PLACE = Place(121.5, 31.2)


def case(key: str, no: str, *, state: str = "closed", **given: Any) -> Case:
    return Case(
        key, "hotline", "hotline_12345", "component", "0101", "", "", "normal", False, PLACE, 1.0, 1.0, 1.0,
        Mirror(), file=CaseFile(own=True, state=state, no=no), **given,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.desk.case_index.BLOCK", 3)
    monkeypatch.setattr("console.desk.case_index.AT_ONCE", 2)


def ledger(*cases: Case) -> LedgerState:
    made = LedgerState()
    for position, one in enumerate(cases, start=1):
        made.put_case(one, position)
    made.position = len(cases)
    return made


async def test_the_newest_of_those_that_are_over_are_found_by_a_part_of_a_number() -> None:
    index = CaseIndex()
    cases = [case(f"k{n}", f"31011520261122{n:05d}") for n in range(10)]
    cases.append(case("ext", "", external=(("12345", "H-77012"), ("110", "P-1"))))
    await index.update(ledger(*cases))
    assert index.over("310115", 4) == ["k9", "k8", "k7", "k6"]
    assert index.over("112200003", 4) == ["k3"]
    assert index.over("h-770", 4) == ["ext"]
    assert index.over("k3", 4) == []
    assert index.over("12345", 4) == []  # of a system, not a number
    assert index.over("nothing", 4) == []


async def test_an_open_case_is_open_and_not_over() -> None:
    index = CaseIndex()
    await index.update(ledger(case("a", "1000001", state="handling"), case("b", "1000002")))
    assert [one.key for one in index.open_cases()] == ["a"]
    assert index.over("1000001", 9) == []


async def test_a_look_follows_what_has_changed_since() -> None:
    index = CaseIndex()
    one, two = case("a", "1000001", state="handling"), case("b", "1000002")
    state = ledger(one, two)
    await index.update(state)
    one.file, two.file = two.file, one.file
    state.put_case(one, 3)
    state.put_case(two, 4)
    await index.update(state)
    assert [one.key for one in index.open_cases()] == ["b"]
    assert index.over("100000", 9) == ["a"]
    two.file = CaseFile(own=True, state="closed", no="2000002")
    state.put_case(two, 5)
    await index.update(state)
    assert index.over("1000002", 9) == ["a"]
    assert index.over("2000002", 9) == ["b"]
    assert list(index.open_cases()) == []


async def test_another_life_of_the_ledger_begins_anew() -> None:
    index = CaseIndex()
    await index.update(ledger(case("a", "1000001"), case("c", "1000003", state="handling")))
    await index.update(ledger(case("b", "1000002")))
    assert index.over("100000", 9) == ["b"]
    assert list(index.open_cases()) == []


async def test_what_has_left_the_state_is_not_found() -> None:
    index = CaseIndex()
    told = ledger(case("k1", "310115202611220001"), case("k2", "310115202611220002"))
    await index.update(told)
    del told.cases["k1"]
    told.left += 1
    await index.update(told)
    assert index.over("310115", 4) == ["k2"]
