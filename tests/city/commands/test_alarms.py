"""What officers do with alarms and devices; who may, and what stands in the hand-over."""

import pytest

from city.access import Person
from city.commands.duty.handover_items import drafted
from city.state.duty_records import Shift
from tests.city.commands.world import CHEN, DISPATCHER, GU, INTAKE, LI, TELECOM, WANG
from tests.sensor_world import DEPTH, PRESSURE, Sensed

SUBJECT = f"alarm:g1/{PRESSURE.code}"


def raised() -> Sensed:
    sensed = Sensed()
    sensed.gauge()
    sensed.read(0.1, 0.1)
    return sensed


@pytest.mark.parametrize(
    ("by", "may"), [(LI, True), (GU, True), (WANG, True), (INTAKE, False), (TELECOM, False)]
)
def test_who_may_put_an_alarm_aside(by: Person, may: bool) -> None:
    w = raised().w
    answer = w.on("shelve_alarm", SUBJECT, by, reason="在修", minutes=60)
    assert (getattr(answer, "code", "done") == "done") is may


def test_an_alarm_is_seen_once_and_the_second_is_told_by_whom() -> None:
    w = raised().w
    assert w.did("acknowledge_alarm", SUBJECT, LI) == ["AlarmAcknowledged"]
    assert w.state.sensing.alarms["g1/water_pressure_mpa"].state == "acked"
    reason, names = w.no("acknowledge_alarm", SUBJECT, CHEN)
    assert (reason, names["by"]) == ("alarm_acked", "li××")


def test_an_officer_may_bring_an_alarm_back_before_its_end() -> None:
    w = raised().w
    w.did("shelve_alarm", SUBJECT, LI, reason="在修", minutes=60)
    w.did("end_shelving", SUBJECT, CHEN)
    assert w.state.sensing.alarms["g1/water_pressure_mpa"].shelving is None
    assert w.no("end_shelving", SUBJECT, CHEN)[0] == "alarm_not_shelved"


def test_an_alarm_that_is_over_or_unknown_takes_no_act() -> None:
    sensed = raised()
    sensed.read(0.3, 0.3)
    for verb, args in (("acknowledge_alarm", {}), ("suspect_fault", {"reason": "x"})):
        assert sensed.w.no(verb, SUBJECT, LI, **args)[0] == "alarm_over"
    assert sensed.w.no("acknowledge_alarm", "alarm:g9/level", LI)[0] == "unknown_subject"


def test_an_older_look_conflicts_with_what_another_did() -> None:
    w = raised().w
    w.did("shelve_alarm", SUBJECT, LI, reason="在修", minutes=60)
    answer = w.on("acknowledge_alarm", SUBJECT, CHEN, version=1)
    assert (answer.code, answer.winner.did) == ("conflict", "AlarmShelved")


def test_a_step_of_the_engine_makes_no_older_click_a_conflict() -> None:
    sensed = raised()
    version = sensed.alarm().version
    sensed.w.did("acknowledge_alarm", SUBJECT, LI)
    moved = sensed.alarm().moved
    assert (moved, version) == (2, 1)
    sensed.read(0.3, 0.3)
    assert sensed.alarm().moved == moved


def test_maintenance_begins_and_ends_once() -> None:
    w = raised().w
    w.did("start_maintenance", "device:g1", LI, reason="换表")
    assert w.no("start_maintenance", "device:g1", LI, reason="换表")[0] == "in_maintenance"
    w.did("end_maintenance", "device:g1", CHEN)
    assert w.no("end_maintenance", "device:g1", CHEN)[0] == "not_in_maintenance"
    assert w.no("start_maintenance", "device:g1", DISPATCHER, reason="x")[0] == "no_right"
    assert w.no("start_maintenance", "device:g1", LI, reason=" ")[0] == "bad_arg"


def test_with_the_end_of_maintenance_a_suppressed_alarm_is_active_again() -> None:
    sensed = Sensed()
    sensed.gauge("d1", "road_water_depth", "下立交成山路")  # an underpass gauge files no case
    sensed.w.did("start_maintenance", "device:d1", LI, reason="换探头")
    sensed.read(30.0, device="d1", metric=DEPTH.code)
    assert sensed.alarm("d1", DEPTH.code).state == "suppressed"
    assert sensed.w.did("end_maintenance", "device:d1", LI) == ["MaintenanceEnded", "AlarmShelvingEnded"]
    assert sensed.alarm("d1", DEPTH.code).state == "active"


def test_what_is_put_aside_and_in_maintenance_stands_in_the_hand_over() -> None:
    w = raised().w
    w.did("suspect_fault", SUBJECT, LI, reason="现场正常")
    w.did("start_maintenance", "device:g1", LI, reason="换表")
    shift = Shift("s", "310115", "day", 0.0, 1.0, "open")
    items = drafted(w.state, shift, w.now.city, tuple)
    told = [(one.kind, one.words, one.names["label"]) for one in items if one.kind == "mute"]
    assert told == [("mute", "handover.suspect", "羽山路"), ("mute", "handover.maintenance", "羽山路")]
    assert not any("现场正常" in str(one.names) for one in items)  # no typed text
    w.wait(minutes=121)
    words = [one.words for one in drafted(w.state, shift, w.now.city, tuple)]
    assert words == ["handover.maintenance"]
