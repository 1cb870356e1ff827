"""Underpass closures: story M2 as a test of times, and who may do what in which state."""

from typing import Any

import pytest

from city.clocks.timestamps import iso
from city.linkage.gauges import Depth, is_underpass_gauge, noted_state
from city.state.ledger_state import Device, Place
from city.state.linkage_records import Closure
from tests.city.commands.linkage.linkage_world import GREEN, POLICE, ROADS, WATER, Linked
from tests.city.commands.world import CHEN, LI, SYSTEM, WANG

M2 = "2026-11-23T02:14:00+08:00"


def note(w: Linked, gauge: str, why: str, depth: float, rise: float = 3.7) -> list[str]:
    return w.did("note_depth", gauge, SYSTEM, why=why, depth_cm=depth, rise_cm_min=rise, at=iso(w.now.city))


def refused_note(w: Linked, gauge: str, why: str, depth: float, rise: float = 3.7) -> str:
    return w.no("note_depth", gauge, SYSTEM, why=why, depth_cm=depth, rise_cm_min=rise, at=iso(w.now.city))[0]


def suggested(w: Linked) -> str:
    gauge = w.gauge()
    note(w, gauge, "rise", 11.0)
    return gauge


def closing(w: Linked) -> str:
    gauge = suggested(w)
    w.did("close_underpass", gauge, LI)
    return gauge


def closed(w: Linked) -> str:
    gauge = closing(w)
    w.did("confirm_closure", gauge, POLICE)
    return gauge


def test_m2_pressed() -> None:
    w = Linked(M2)
    gauge = suggested(w)
    assert (w.closure().state, w.closure().depth_cm, w.closure().rise_cm_min) == ("suggested", 11.0, 3.7)
    w.wait(seconds=40)
    assert w.did("close_underpass", gauge, LI) == [
        "IncidentOpened", *["TaskIssued"] * 4, "UnderpassClosureOrdered",
    ]  # fmt: skip
    tasks = list(w.state.tasks.values())
    assert [(task.agency, task.words) for task in tasks] == [
        ("ga", "close_underpass"), ("jt", "block_road"), ("sw", "start_pumps"), ("hw", "clear_inlets"),
    ]  # fmt: skip
    assert (w.closure().state, w.closure().by_rule, w.closure().parties) == (
        "closing", False, ("ga", "jt", "sw"),
    )  # fmt: skip
    reason, names = w.no("close_underpass", gauge, CHEN)
    assert (reason, names["by"]) == ("closure_ordered", "li××")
    w.wait(seconds=140)  # 02:17: it reaches 25 cm while it is being closed
    note(w, gauge, "limit", 25.0)
    w.wait(minutes=4)
    task = f"task:{tasks[0].id}"
    w.did("acknowledge_task", task, POLICE)
    assert w.did("arrive_task", task, POLICE) == ["TaskArrived", "UnderpassClosed"]
    assert (w.closure().state, w.facts[-1].data["minutes"]) == ("closed", 4.0)
    assert w.closure().closed_at == pytest.approx(w.now.city)
    assert w.lines[-1] == "log.underpass_closed"


def test_m2_not_pressed() -> None:
    w = Linked(M2)
    gauge = suggested(w)
    w.wait(minutes=3)
    note(w, gauge, "limit", 25.0)
    assert (w.closure().state, w.closure().limit_at) == ("suggested", w.now.city)
    assert w.facts[-1].data["call"] is True
    w.did("close_underpass", gauge, SYSTEM, text=None)
    assert w.closure().by_rule
    assert {(task.mode, task.why) for task in w.state.tasks.values()} == {("rule", "rule")}
    assert w.lines[-1] == "log.closure_by_rule"
    w.wait(minutes=4)
    w.did("confirm_closure", gauge, POLICE)
    assert w.facts[-1].data["minutes"] == 4.0
    # The gauge falls below the limit: nothing reopens by itself.
    note(w, gauge, "below", 20.0, -1.0)
    assert w.closure().state == "closed"


def test_an_early_closure_has_no_minutes() -> None:
    w = Linked(M2)
    closed(w)
    assert w.facts[-1].data["minutes"] is None


def test_the_position_of_a_car_does_not_close_the_road() -> None:
    w = Linked(M2)
    closing(w)
    task = f"task:{next(iter(w.state.tasks))}"
    w.did("acknowledge_task", task, POLICE)
    assert w.did("arrive_task", task, SYSTEM, distance_m=60.0) == ["TaskArrived"]
    assert w.closure().state == "closing"


def test_reopening_needs_two_of_three_and_low_water() -> None:
    w = Linked(M2)
    gauge = closed(w)
    note(w, gauge, "limit", 31.0)
    assert w.no("agree_reopening", gauge, LI) == ("still_deep", {"depth_cm": 31, "limit_cm": 25})
    note(w, gauge, "below", 18.0, -0.5)
    w.did("agree_reopening", gauge, LI)
    assert (w.closure().state, w.closure().reopen_asked) == ("reopening", ())
    assert w.no("agree_reopening", gauge, GREEN) == ("not_a_party", {})
    assert w.did("agree_reopening", gauge, POLICE) == ["ReopeningAgreed"]
    assert w.no("agree_reopening", gauge, POLICE) == ("party_agreed", {"at_holder": "ga"})
    assert w.closure().state == "reopening"
    assert w.did("agree_reopening", gauge, WATER) == ["ReopeningAgreed", "UnderpassReopened"]
    told = w.closure()
    assert (told.state, told.incident, told.reopen_asked, told.closed_at) == ("open", "", (), None)


def test_a_district_without_the_usual_parties_has_those_that_got_tasks() -> None:
    w = Linked(M2, closure_parties=("nobody", "else"))
    suggested(w)
    w.did("close_underpass", "device:g1", LI)
    assert w.closure().parties == ("ga", "jt", "sw")


def test_rising_water_ends_a_reopening() -> None:
    w = Linked(M2)
    gauge = closed(w)
    note(w, gauge, "limit", 31.0)
    note(w, gauge, "below", 18.0, -0.5)
    w.did("agree_reopening", gauge, POLICE)
    note(w, gauge, "limit", 26.0)
    assert (w.closure().state, w.closure().reopen_asked) == ("closed", ())
    note(w, gauge, "below", 18.0, -0.5)
    w.did("agree_reopening", gauge, WATER)
    assert w.closure().state == "reopening"


def test_a_silent_gauge_stays_closed_and_gets_a_check_on_the_spot_once() -> None:
    w = Linked(M2)
    gauge = closed(w)
    assert note(w, gauge, "silent", 25.0) == ["DepthNoted", "TaskIssued"]
    check = list(w.state.tasks.values())[-1]
    assert (check.agency, check.words, check.text, check.why) == ("sw", "check_underpass", "", "silent")
    assert (w.closure().state, w.closure().depth_cm) == ("closed", 11.0)
    assert refused_note(w, gauge, "silent", 25.0) == "step_overtaken"
    assert w.no("agree_reopening", gauge, POLICE) == ("gauge_silent", {})
    w.did("acknowledge_task", f"task:{check.id}", WATER)
    w.did("arrive_task", f"task:{check.id}", WATER)
    w.did("finish_task", f"task:{check.id}", WATER, photos=["p"])
    w.did("agree_reopening", gauge, POLICE)
    w.did("agree_reopening", gauge, ROADS)
    assert w.closure().state == "open"


def test_the_incident_is_not_closed_while_its_underpass_is() -> None:
    w = Linked(M2)
    gauge = closed(w)
    subject = f"incident:{w.closure().incident}"
    for id_ in list(w.state.tasks):
        w.did("cancel_task", f"task:{id_}", WANG, text="x")
    for kind, text in (("first", "初"), ("final", "终")):
        if kind == "final":
            w.did("control_incident", subject, WANG, text="x")
            w.did("recover_incident", subject, WANG, text="x")
        w.did("send_report", subject, LI, kind=kind, channel="written", to="市", text=text)
    assert w.no("close_incident", subject, WANG, text="x")[0] == "closure_open"
    w.did("agree_reopening", gauge, POLICE)
    w.did("agree_reopening", gauge, ROADS)
    w.did("close_incident", subject, WANG, text="x")


def test_it_closes_again_after_it_was_reopened() -> None:
    w = Linked(M2)
    gauge = closed(w)
    for by in (POLICE, ROADS):
        w.did("agree_reopening", gauge, by)
    note(w, gauge, "rise", 12.0)
    assert w.did("close_underpass", gauge, LI) == ["UnderpassClosureOrdered"]
    w.did("confirm_closure", gauge, WATER)
    assert w.closure().state == "closed"


def test_an_incident_opened_by_hand_from_the_gauge_is_used() -> None:
    w = Linked(M2)
    gauge = w.gauge()
    w.did("open_incident", gauge, LI, kind="underpass_flood", tasks=[])
    facts = w.did("close_underpass", gauge, LI)
    assert facts == [*["TaskIssued"] * 4, "UnderpassClosureOrdered"]
    assert len(w.state.incidents) == 1


@pytest.mark.parametrize(("verb", "by", "reason"), [
    ("confirm_closure", POLICE, "closure_state"), ("agree_reopening", POLICE, "closure_state"),
])  # fmt: skip
def test_nothing_is_confirmed_or_reopened_before_it_is_closed(verb: str, by: Any, reason: str) -> None:
    w = Linked(M2)
    gauge = w.gauge()
    assert w.no(verb, gauge, by) == (reason, {"closure_state": "open"})
    assert w.no("confirm_closure", closing(w), GREEN) == ("not_a_party", {})


def test_a_gauge_on_a_road_closes_nothing() -> None:
    w = Linked(M2)
    assert w.no("close_underpass", w.gauge("g2", "世纪大道"), LI) == ("not_a_gauge", {})
    assert w.on("close_underpass", "device:none", LI).code == "unknown_subject"


def test_which_devices_are_gauges_of_underpasses() -> None:
    here = Place(121.5, 31.2)

    def device(kind: str, name: str) -> Device:
        return Device("d", kind, name, "", here, 60.0)

    assert is_underpass_gauge(device("road_water_depth", "川沙路下立交"))
    assert is_underpass_gauge(device("road_water_depth", "Chuansha Road Underpass"))
    assert not is_underpass_gauge(device("road_water_depth", "川沙路"))
    assert not is_underpass_gauge(device("water_level", "川沙路下立交"))


RISE, FLAT, FALL = Depth(11.0, 11.0, 3.7), Depth(11.0, 0.0, 0.0), Depth(20.0, -3.0, -1.0)
DEEP, SILENT = Depth(25.0, 7.0, 4.6), Depth(25.0, silent=True)


@pytest.mark.parametrize(("state", "noted", "seen", "expected"), [
    ("", "", RISE, ("rise", "suggested")), ("", "", FLAT, None), ("", "", Depth(4.0, 4.0, 2.7), None),
    ("", "", DEEP, ("limit", "suggested")), ("", "", SILENT, None),
    ("suggested", "rise", RISE, None), ("suggested", "rise", FLAT, ("below", "open")),
    ("suggested", "rise", DEEP, ("limit", "suggested")),
    ("suggested", "rise", SILENT, ("silent", "suggested")),
    ("suggested", "silent", RISE, ("rise", "suggested")),
    ("closing", "rise", FLAT, None), ("closing", "rise", DEEP, ("limit", "closing")),
    ("closed", "limit", FALL, ("below", "closed")), ("closed", "below", FALL, None),
    ("closed", "rise", FALL, None), ("closed", "silent", FALL, ("below", "closed")),
    ("closed", "limit", SILENT, ("silent", "closed")), ("closed", "silent", SILENT, None),
    ("reopening", "below", DEEP, ("limit", "closed")), ("reopening", "below", FALL, None),
])  # fmt: skip
def test_what_a_depth_changes(state: str, noted: str, seen: Depth, expected: tuple[str, str] | None) -> None:
    numbers = Linked().rules.linkage.numbers
    closure = Closure("g1", state, 0.0, 0.0, noted=noted) if state else None
    assert noted_state(closure, seen, numbers) == expected


def test_the_press_survives_a_note_that_changes_no_state() -> None:
    w = Linked(M2)
    gauge = suggested(w)
    seen = w.closure().version
    note(w, gauge, "limit", 26.0)
    w.did("close_underpass", gauge, LI, version=seen)
