"""One fact of every (type, v) that was ever released, as existing ledgers hold it."""

import json
from pathlib import Path
from typing import Any

import pytest

from city.facts.fact import Fact, body_of, read_fact
from city.facts.upcast import UPCASTS
from city.folding.fold import HANDLERS, apply
from city.state.duty_records import Shift
from city.state.ledger_state import LedgerState
from city.state.linkage_records import Signed
from city.state.response_records import Activation, Basis, Response
from city.state.row_keys import row_key_of

FOLDER = Path(__file__).parent.parent / "recordings" / "facts"
RECORDED_AT = "2026-11-21T08:00:00.000000+00:00"


def recorded(position: int, kind: str, v: int) -> Fact:
    body = (FOLDER / f"{kind}.{v}.json").read_bytes()
    return read_fact(position, RECORDED_AT, body)


OF_LEADERS = ("log.support", "log.relocation", "log.leader_handover")
OF_LEVELS = ("log.level_", "log.verbal_", "log.city_level", "log.deputy_")
"""Beginnings of the keys of lines on response levels."""

NIGHT, NEXT_DAY = "310115-2026-11-21-night", "310115-2026-11-22-day"


def prepared() -> LedgerState:
    """A state with the two shifts after the recorded one (a hand-over needs one), and a level."""
    shifts = (
        Shift(NIGHT, "310115", "night", 0.0, 1.0, "handing_over"),
        Shift(NEXT_DAY, "310115", "day", 1.0, 2.0, "open"),
    )  # fmt: skip
    raised = Activation("a1", 3, 0.0, "approved", Signed("qu", "曲××", "commander", 0.0), Basis())
    response = Response("310115/flood_typhoon", "310115", "flood_typhoon", (raised,), version=1)
    return LedgerState(
        shifts={shift.id: shift for shift in shifts}, responses={response.id: response}
    )  # fmt: skip


def everything() -> list[tuple[str, int]]:
    """Every (type, v) that the fold handles, directly or after an upcast."""
    return list(HANDLERS) + list(UPCASTS)


def test_every_form_of_a_fact_has_a_recording_and_every_recording_is_of_one() -> None:
    recordings = {(p.name.split(".")[0], int(p.name.split(".")[1])) for p in FOLDER.glob("*.json")}
    assert recordings == set(everything())


@pytest.mark.parametrize(("kind", "v"), everything())
def test_a_recording_says_what_its_name_says(kind: str, v: int) -> None:
    fact = recorded(1, kind, v)
    assert (fact.type, fact.v) == (kind, v)
    assert fact.subject
    assert fact.actor
    told: dict[str, Any] = json.loads((FOLDER / f"{kind}.{v}.json").read_bytes())
    signed = {name: told[name] for name in ("role", "seat", "shift", "reason") if name in told}
    assert json.loads(body_of(kind, fact.subject, fact.actor, fact.data, v=v, **signed)) == told


def test_all_recordings_fold_and_none_is_refused_or_unknown() -> None:
    state = prepared()
    touched = {
        name
        for position, (kind, v) in enumerate(everything(), start=1)
        for name in apply(state, recorded(position, kind, v))
    }
    assert (state.refused, state.unknown) == ({}, {})
    assert touched == {
        "cases", "log", "warnings", "registry", "clock", "duty", "register", "errata", "danger_signals",
        "shows", "outbox", "incidents", "tasks", "closures", "duty_log", "call_outs", "alarms",
        "relaxations", "visits", "detections", "camera_views", "stations", "briefings", "response",
        "situation",
        "support", "leader_handover", "patrols",
    }  # fmt: skip


def test_what_the_recordings_tell_is_in_the_state() -> None:
    state = prepared()
    for position, (kind, v) in enumerate(everything(), start=1):
        apply(state, recorded(position, kind, v))
    case = state.cases["hotline/20261121-0001"]
    assert case.mirror.state == "dispatched"
    assert (case.place.street, case.place.road, case.mirror.agency) == ("310115005", "世纪大道", "浦东排水")
    warned = state.warnings["sh-weather/31011541600000_20261121150000"]
    (info,) = warned.infos
    (area,) = info.areas
    assert (info.hazard, info.colour, info.rank, info.says) == ("rainstorm", "orange", 3, "warns")
    assert (len(area.rings[0]), area.rings[0][0], area.names) == (5, (121.45, 31.10), ("浦东新区",))
    assert [p.forecast for p in state.storms["2413"].points] == [False, False, True]
    assert state.storms["2413"].points[0].radii_km == {"7": [320.0, 280.0, 260.0, 300.0], "10": 120.0}
    assert state.devices["wl-0001"].interval_s == 300.0
    assert state.cameras["cam-0001"].azimuth == 135.0
    assert state.clock.rate == 4.0
    assert state.roster[0]["name"] == "陈敏"
    assert set(state.tables) == {"roster", "categories"}
    assert state.lost_sources == {}
    briefing = state.briefings["hall"]
    assert (briefing.visit, briefing.why, briefing.rank) == ("××考察团", "level", 2)
    told = [line.text for line in state.log]
    assert [text for text in told if "briefing" in text] == [
        "log.briefing_started",
        "log.briefing_ended.level",
    ]
    lines = [
        text
        for text in told
        if not text.startswith(("log.briefing", "log.round", "log.reports", *OF_LEVELS, *OF_LEADERS))
    ]
    assert [text for text in told if text.startswith(OF_LEADERS)] == [
        "log.support.requested", "log.support.approved", "log.support.forwarded",
        "log.relocation.proposed", "log.relocation.ordered", "log.relocation.refused",
        "log.relocation.call",
    ]  # fmt: skip
    assert [text for text in told if text.startswith(OF_LEVELS)] == [
        "log.verbal_recorded", "log.level_approved", "log.level_overdue", "log.verbal_confirmed",
        "log.verbal_overdue", "log.level_active.city_order", "log.level_refused", "log.level_ended",
        "log.city_level", "log.deputy_authorised",
    ]  # fmt: skip
    response = state.responses["310115/flood_typhoon"]
    ended = response.activations[-1]
    assert (ended.rank, ended.decided, ended.state, ended.end_reason) == (
        3,
        "city_order",
        "ended",
        "风雨减弱",
    )
    assert [one.rank for one in response.refused] == [4]
    assert (response.deputy, state.responses["city/flood_typhoon"].rank) == ("fang", 3)
    assert lines[: len(lines) - 22] == [
        "log.critical", "log.warning", "log.source_lost", "log.source_back", "log.ruling_opened",
        "log.ruled", "log.transferred_up", "log.taken_back", "log.escalated.2", "log.incident",
        "log.incident_state.responding", "log.incident_state.false_alarm", "log.grade", "log.command",
        "log.incident_state.controlled", "log.incident_state.responding", "log.incident_state.recovering",
        "log.incident_state.closed", "log.report.first", "log.incident_limit.report", "log.session_opened",
        "log.session_closed", "log.task_declined", "log.task_not_verified", "log.task_escalated.1",
        "log.task_fell_back", "log.task_limit.arrive", "log.task_reassigned", "log.task_cancelled",
        "log.task_assisting", "log.task_undone",
        "log.depth.rise", "log.closure_ordered", "log.underpass_closed", "log.reopening_agreed",
        "log.underpass_reopened",
    ]  # fmt: skip
    assert lines[-22:] == [
        "log.post_away", "log.post_called", "log.post_unstaffed", "log.authority_passed",
        "log.shift_opened", "log.handover_drafted", "log.handed_over", "log.shift_released",
        "log.release_asked", "log.call_out_started", "log.call_out_ended", "log.relaxed.defer_ordinary",
        "log.relaxation_ended.defer_ordinary", "log.visited",
        "log.alarm_suspect", "log.alarm_back", "log.maintenance_started", "log.maintenance_ended",
        "log.detection_hazard", "log.detection_filed", "log.detection_expired", "log.recovery_listed",
    ]  # fmt: skip
    alarm = state.sensing.alarms["wl-0001/level_m"]
    assert (alarm.state, alarm.level, alarm.doubt, alarm.shelving) == ("cleared", "orange", "stuck", None)
    assert (alarm.version, alarm.moved, alarm.acked and alarm.acked.name) == (6, 4, "陈敏")
    assert not state.sensing.is_maintained("wl-0001")
    assert [one.kind for one in state.sensing.baseline_times] == ["heat_station"]
    day = state.shifts["310115-2026-11-21-day"]
    assert (day.state, day.late_s, day.posts["duty_leader"].state) == ("closed", 180.0, "replaced")
    assert (state.shift, state.overrides["0a1b2c3d4e5f"].reason) == (NEXT_DAY, "病假")
    assert state.call_outs["0123456789ab"].ended_at is not None
    assert (state.entries[0].kind, state.entries[0].shift) == ("call_out", "310115-2026-11-21-day")
    detection = state.detections["0a1b2c3d4e5f-1"]
    assert (detection.state, detection.case) == ("expired", "citywall/detection-0a1b2c3d4e5f-1")
    assert [view.purpose for view in state.camera_views.values()] == ["case"]
    asked = state.report_rounds["310115-flood_typhoon-1"]
    assert (list(asked.reports), asked.late["310115005"], state.open_rounds) == (["310115004"], 15, {})
    assert state.situations["310115004"].figures["relocation.low_lying.moved"].value == 25
    assert state.forecasts["tide/huangpu_park"].line == 4.55
    assert state.reports["2026-11-21"].figures == {"reported": "12"}
    response = state.responses["310115/flood_typhoon"]
    assert response.activations[-1].incident == "r-310115-flood_typhoon-1"
    assert [(one.kind, one.holder, one.done is not None) for one in response.recovery] == [
        ("closure", "jt", False), ("outage", "gs", True),
    ]  # fmt: skip


def test_a_reported_case_is_its_sources_until_a_fact_of_our_own_takes_it_over() -> None:
    state = LedgerState()
    key = "hotline/20261121-0001"
    apply(state, recorded(1, "CaseReported", 1))
    case = state.cases[key]
    assert (case.code, case.urgency, case.hazard) == ("0506", "critical", True)
    assert (case.state, case.holder, case.file.own) == ("dispatched", "浦东排水", False)
    assert (case.address, case.description) == ("世纪大道1200号", "从早上开始积水")
    assert state.by_mark == {row_key_of(key): key}
    for position, kind in enumerate(("CommandRefused", "PersonRevealed", "OutboxDelivered"), start=2):
        apply(state, recorded(position, kind, 1))
    assert (case.file.own, case.file.version, case.file.last) == (False, 0, None)
    apply(state, recorded(5, "CaseSigned", 1))
    assert (case.state, case.holder, case.file.own) == ("handling", "浦东排水", True)
    assert case.due_at == case.mirror.due_at
    assert case.file.story == [1, 2, 3, 4, 5]
