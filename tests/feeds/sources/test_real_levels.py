"""Real warnings and a real track: which response level they suggest, notice by notice."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from city.clocks.timestamps import iso, parse
from city.facts.fact import Fact
from city.folding.fold import apply
from city.response.suggestions import Suggestion, counting, suggested
from city.state.ledger_state import LedgerState
from city.warnings.in_force import standing
from feeds.sources.contract import OpenOptions
from feeds.sources.registry import open_source
from tests.city.commands.world import rules

SHARED = Path(__file__).parents[4] / "shared" / "data"
pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the shared real data are absent")
RULES = rules()


def records(name: str) -> list[dict[str, Any]]:
    return list(open_source(SHARED / name, OpenOptions()).records())


def fold(state: LedgerState, kind: str, record: dict[str, Any], at: float) -> None:
    subject = f"warning:{record.get('sender', 'x')}/{record['id']}"
    told = {**record, "received": iso(at)}
    apply(state, Fact(state.position + 1, at, kind, 1, subject, "client:met", {"record": told}))
    assert state.refused == {}


def suggestion(state: LedgerState, now: float) -> Suggestion:
    return suggested(counting(standing(state.warnings.values(), now), RULES), now)


def replayed() -> Iterator[tuple[str, str, Suggestion]]:
    """Yield time, headline and suggestion after each notice, as they came."""
    state = LedgerState()
    for record in sorted(records("warnings/pudong_2026_07_08.json"), key=lambda one: str(one["sent"])):
        at = parse(record["sent"])
        fold(state, "WarningReceived", record, at)
        yield str(record["sent"])[:16], str(record["info"][0]["headline"]), suggestion(state, at + 1)


def test_yellow_thunder_beside_blue_rain_suggests_iv_and_not_iii() -> None:
    told = {at: (headline, found.rank) for at, headline, found in replayed()}
    assert told["2026-07-03T05:44"] == ("浦东新区发布暴雨蓝色预警", 1)
    assert told["2026-07-03T13:38"] == ("浦东新区发布雷电黄色预警", 1)
    assert told["2026-07-13T16:45"] == ("浦东新区发布雷电橙色预警", 1)  # the blue typhoon signal is in force


def test_heat_fog_gale_and_thunder_of_two_months_suggest_nothing() -> None:
    alone = [at for at, headline, found in replayed() if found.rank and at > "2026-08-11"]
    assert alone == []
    july = {at: found.rank for at, headline, found in replayed() if "高温" in headline and at < "2026-07-18"}
    assert set(july.values()) == {0}


def test_the_typhoon_sequence_of_august_goes_up_and_down_by_its_own_signals() -> None:
    steps = [(at[5:], found.rank) for at, _, found in replayed() if "2026-08-07" <= at < "2026-08-11"]
    assert steps == [
        ("08-07T07:00", 1),  # typhoon blue
        ("08-08T09:00", 2),  # typhoon yellow
        ("08-08T15:58", 2),  # thunder yellow changes nothing
        ("08-09T12:58", 2),  # rain yellow
        ("08-09T16:05", 2),  # gale orange changes nothing
        ("08-10T06:00", 3),  # rain orange
        ("08-10T14:20", 3),  # typhoon blue, rain orange is still in force
        ("08-10T17:30", 1),  # rain blue
        ("08-10T21:00", 1),
        ("08-10T21:30", 1),
    ]  # fmt: skip


def test_the_track_of_bebinca_suggests_nothing_without_a_signal_of_the_office() -> None:
    (storm,) = records("storms/bebinca_2024.geojson")
    state = LedgerState()
    landfall = parse(storm["landfalls"][0]["at"])
    fold(state, "StormTracked", storm, landfall)
    assert state.storms
    assert suggestion(state, landfall) == Suggestion()
