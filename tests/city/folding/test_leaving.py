import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from city.facts.fact import body_of
from city.folding.store import Store
from city.indicators.compute import indicators
from city.state.ledger_state import LedgerState
from city.views.holders.case_groups import CaseGroups
from city.views.hotline_view import HotlineView
from feeds.ledger.segments import Row
from tests.chains import row
from tests.city.commands.world import World

BEGIN = datetime(2026, 12, 1, 6, tzinfo=UTC)
KEPT = 35.0
RECORDING = Path(__file__).parents[2] / "recordings" / "facts" / "CaseReported.1.json"


def rows_of(told: list[tuple[float, bytes]]) -> list[Row]:
    """The rows of bodies, each so many days after the one before."""
    rows: list[Row] = []
    at = BEGIN
    for position, (days, body) in enumerate(told, start=1):
        at += timedelta(days=days)
        rows.append(row(position, rows[-1].hash if rows else "0" * 64, body, at.date().isoformat()))
    return rows


def folded(*told: tuple[float, bytes], keep_days: float = KEPT) -> LedgerState:
    store = Store(keep_days=keep_days)
    store.commit(rows_of(list(told)))
    return store.state.ledger


def case(key: str, state: str = "closed", number: str = "", **mirror: Any) -> bytes:
    told = json.loads(RECORDING.read_bytes())["data"]["record"]
    external = [{"system": "12345", "no": number}] if number else []
    record = {**told, "external": external, "mirror": {"state": state, **mirror}}
    return body_of("CaseReported", f"case:hotline/{key}", "client:hotline", {"record": record, "street": "s"})


OTHER = body_of("OutletsSet", "city:outlets", "system:engine", {"systems": []})


def test_a_case_that_is_over_leaves_with_the_first_fact_of_a_later_day() -> None:
    over, later = (0.0, case("1", number="7")), (34.0, OTHER)
    assert folded(over, later).cases
    left = folded(over, later, (2.0, OTHER))
    assert (left.cases, left.by_external, left.by_mark, left.left) == ({}, {}, {}, 1)
    assert folded(over, later, (2.0, OTHER), keep_days=0.0).cases


@pytest.mark.parametrize(
    "stays",
    [case("1", "handling"), case("1", "closed", due_at="2027-03-01T08:00:00+08:00")],
    ids=["an open one", "one whose limit still counts"],
)
def test_it_stays_while_something_needs_it(stays: bytes) -> None:
    assert list(folded((0.0, stays), (40.0, OTHER)).cases) == ["hotline/1"]


def test_a_later_fact_on_it_begins_its_time_anew() -> None:
    note = body_of("DetectionJoined", "case:hotline/1", "engine", {})
    assert folded((0.0, case("1")), (30.0, note), (10.0, OTHER)).cases
    state = folded((0.0, case("1")), (40.0, OTHER), (1.0, note))
    assert (state.cases, state.refused) == ({}, {})


def test_figures_over_a_year_still_count_it() -> None:
    begin = datetime(2027, 11, 1, tzinfo=UTC).timestamp()
    told = [(0.0, case(str(number))) for number in range(30)]
    for keep_days in (0.0, KEPT):
        state = folded(*told, (40.0, OTHER), keep_days=keep_days)
        found = indicators(state, (begin, begin + 30 * 86_400), now=begin, zone_offset_s=0)["K17"]
        assert found.denominator == 30


def test_views_that_follow_the_changes_forget_it_too() -> None:
    rows = rows_of([(0.0, case("1")), (0.0, case("2", "handling")), (40.0, OTHER)])
    store = Store(keep_days=KEPT)
    store.commit(rows[:2])
    groups, hotline = CaseGroups(lambda one: ("all",)), HotlineView(World().rules)
    groups.update(store.state.ledger)
    hotline.see(store.state.ledger, BEGIN.timestamp())
    before = groups.revision("all")
    store.commit(rows)
    groups.update(store.state.ledger)
    assert [one.key for one in groups.of("all")] == ["hotline/2"]
    assert groups.revision("all") != before
    assert hotline.see(store.state.ledger, BEGIN.timestamp()).reported == 2  # of the day of both
