"""Screening of detections: entering, confirming, the notice, and what happens when nobody looks."""

import pytest

from city.clocks.timestamps import iso, parse
from city.commands.command import Refusal
from tests.city.commands.video.video_world import LAT, LON, VideoWorld
from tests.city.commands.world import CHEN, INSPECTOR, INTAKE, SQUAD, SYSTEM, TANGZHEN, WEI, WEIFANG

SHOP = {"category": {"kind": "event", "code": "0405", "label": "店外经营"}, "lon": LON}


def test_a_sighting_enters_the_screening_once_for_camera_and_class() -> None:
    city = VideoWorld()
    first = city.detected()
    assert city.detection(first).state == "screening"
    city.wait(minutes=1)
    again = city.sighted("店外经营")
    assert isinstance(again, Refusal)
    assert again.names == {"why": "same"}
    assert list(city.state.detections) == [first]
    city.camera("K2")
    assert city.detected(camera="K2") != first


@pytest.mark.parametrize(
    ("args", "why"),
    [
        ({"confidence": 0.69}, "unsure"),
        ({"camera": "nowhere"}, "no_camera"),
        ({"name": "cat"}, "other_class"),
        ({"at": iso(parse("2026-11-23T08:49:00+08:00"))}, "old"),
    ],
)
def test_a_sighting_outside_the_table_stays_telemetry(args: dict[str, object], why: str) -> None:
    city = VideoWorld()
    answer = city.sighted(**args)  # type: ignore[arg-type]
    assert isinstance(answer, Refusal)
    assert answer.names == {"why": why}
    assert not city.state.detections


@pytest.mark.parametrize(("begin", "minutes"), [("10:00", 10), ("12:30", 30), ("03:00", 30)])
def test_a_screening_has_ten_minutes_in_office_time_and_thirty_otherwise(begin: str, minutes: int) -> None:
    city = VideoWorld(f"2026-11-23T{begin}:00+08:00")
    one = city.detection(city.detected())
    assert one.screen_by - one.entered_at == minutes * 60


def test_a_confirmed_event_sends_a_notice_and_becomes_a_case_at_the_second_look() -> None:
    city = VideoWorld()
    id_ = city.detected()
    assert city.screened("confirm_detection", id_, INTAKE) == ["DetectionConfirmed"]
    assert city.detection(id_).state == "notice"
    [item] = city.state.outbox.values()
    assert (item.to, item.text, item.subject) == (WEI, "outbox.DetectionConfirmed", f"detection:{id_}")
    assert item.not_before - city.machine == 20, "it leaves when the time to undo is over"
    city.wait(minutes=14)
    assert city.run_limits() == []
    city.wait(minutes=1)
    made = city.run_limits()
    assert made[:3] == ["DetectionFiled", "CaseReported", "CaseFiled"]
    case = city.state.cases[city.detection(id_).case]
    assert (case.channel, case.code, case.state, case.holder) == ("video_ai", "0405", "dispatched", WEI)
    assert not city.state.outbox or all(one.subject == "" for one in city.state.outbox.values())


def test_a_hazard_is_filed_in_the_same_act_without_a_notice() -> None:
    city = VideoWorld()
    id_ = city.detected("road_collapse")
    made = city.screened("confirm_detection", id_, CHEN)
    assert made[:3] == ["DetectionConfirmed", "CaseReported", "CaseFiled"]
    assert "MakeSafeOrdered" in made
    case = city.state.cases[city.detection(id_).case]
    assert case.hazard
    assert case.urgency == "urgent"
    assert case.file.filed_at == city.now.city
    assert city.detection(id_).state == "case_created"


def test_those_who_got_the_notice_may_say_that_it_is_corrected_in_their_own_place() -> None:
    city = VideoWorld()
    id_ = city.detected()
    subject = f"detection:{id_}"
    assert city.why_not("mark_self_corrected", subject, WEIFANG) == ("not_now", "detection_state")
    city.screened("confirm_detection", id_, INTAKE)
    assert city.why_not("mark_self_corrected", subject, TANGZHEN) == ("not_allowed", "other_street")
    assert city.why_not("mark_self_corrected", subject, SQUAD) == ("not_allowed", "other_street")
    assert city.screened("mark_self_corrected", id_, WEIFANG) == ["DetectionSelfCorrected"]
    city.wait(minutes=20)
    assert city.run_limits() == []
    assert not city.state.cases


def test_others_may_not_screen() -> None:
    city = VideoWorld()
    subject = f"detection:{city.detected()}"
    for verb in ("confirm_detection", "dismiss_detection"):
        assert city.why_not(verb, subject, WEIFANG) == ("not_allowed", "no_right")
        assert city.why_not(verb, subject, INSPECTOR) == ("not_allowed", "no_right")


def test_a_second_officer_is_told_who_was_first() -> None:
    city = VideoWorld()
    id_ = city.detected()
    city.screened("dismiss_detection", id_, INTAKE)
    answer = city.order("confirm_detection", f"detection:{id_}", CHEN, version=1)
    assert isinstance(answer, Refusal)
    assert answer.winner is not None
    assert (answer.code, answer.winner.by) == ("conflict", "zhao××")


def test_an_open_case_on_the_same_thing_is_offered_and_takes_the_detection() -> None:
    city = VideoWorld()
    key = city.report("hotline/7", **SHOP, lat=LAT + 0.0003)
    id_ = city.detected()
    answer = city.order("confirm_detection", f"detection:{id_}", INTAKE)
    assert isinstance(answer, Refusal)
    assert (answer.reason, answer.names["metres"]) == ("case_there", 33)
    made = city.screened("confirm_detection", id_, INTAKE, into=answer.names["case"])
    assert made == ["DetectionConfirmed", "DetectionJoined"]
    one = city.detection(id_)
    assert (one.case, one.joined, len(city.state.cases)) == (key, True, 1)


def test_a_case_farther_than_fifty_metres_is_another_thing() -> None:
    city = VideoWorld()
    key = city.report("hotline/7", **SHOP, lat=LAT + 0.0006)
    id_ = city.detected()
    assert city.why_not("confirm_detection", f"detection:{id_}", INTAKE, into=key) == ("not_now", "too_far")
    assert city.screened("confirm_detection", id_, INTAKE) == ["DetectionConfirmed"]


def test_separate_files_beside_the_open_case() -> None:
    city = VideoWorld()
    city.report("hotline/7", **SHOP, lat=LAT)
    id_ = city.detected()
    city.screened("confirm_detection", id_, INTAKE, separate=True)
    city.wait(minutes=1)
    city.screened("confirm_detection", id_, INTAKE, separate=True)
    assert city.detection(id_).case == f"citywall/detection-{id_}"


def test_nobody_looks_and_it_expires() -> None:
    city = VideoWorld()
    id_ = city.detected()
    city.wait(minutes=10)
    assert city.run_limits() == ["DetectionExpired"]
    assert city.detection(id_).state == "expired"
    assert not city.state.outbox
    assert city.why_not("confirm_detection", f"detection:{id_}", INTAKE) == ("not_now", "detection_state")


def test_an_expired_hazard_tells_the_shift_lead() -> None:
    city = VideoWorld()
    city.detected("road_collapse")
    city.wait(minutes=10)
    city.run_limits()
    [item] = city.state.outbox.values()
    assert (item.to, item.text) == ("shift_lead", "outbox.DetectionExpired")
    assert city.state.log[-1].text == "log.detection_expired"


def test_a_dismissed_event_is_asked_again_only_after_the_tables_time() -> None:
    city = VideoWorld()
    first = city.detected()
    city.screened("dismiss_detection", first, INTAKE)
    city.wait(minutes=59)
    assert isinstance(city.sighted(), Refusal)
    city.wait(minutes=2)
    assert city.detected() == f"{first.partition('-')[0]}-2"


def test_it_is_not_asked_again_while_its_case_is_open() -> None:
    city = VideoWorld()
    city.screened("confirm_detection", city.detected("road_collapse"), INTAKE)
    city.wait(minutes=90)
    assert isinstance(city.sighted("road_collapse"), Refusal)


def test_a_screening_is_undone_within_twenty_seconds_by_the_same_person() -> None:
    city = VideoWorld()
    id_ = city.detected()
    subject = f"detection:{id_}"
    city.screened("confirm_detection", id_, INTAKE)
    assert city.why_not("undo_screening", subject, CHEN) == ("not_allowed", "undo_not_yours")
    city.wait(seconds=19)
    city.screened("undo_screening", id_, INTAKE)
    assert city.detection(id_).state == "screening"
    assert not city.state.outbox
    city.screened("dismiss_detection", id_, INTAKE)
    city.wait(seconds=21)
    assert city.why_not("undo_screening", subject, INTAKE) == ("not_now", "undo_task_too_late")


def test_a_limit_that_was_overtaken_is_refused() -> None:
    city = VideoWorld()
    id_ = city.detected()
    due = city.detection(id_).screen_by
    city.screened("dismiss_detection", id_, INTAKE)
    city.wait(minutes=11)
    told = {"step": "screen", "serial": int(due), "due_at": iso(due)}
    assert city.why_not("pass_detection_limit", f"detection:{id_}", SYSTEM, **told) == (
        "not_now", "step_overtaken",
    )  # fmt: skip
