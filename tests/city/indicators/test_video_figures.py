"""K32 and K33: cameras that answer, how often algorithms are right, how long screening takes."""

from typing import Any

import msgspec

from city.clocks.city_clock import CityClock
from city.indicators.indicator import FEW
from city.indicators.video_figures import video_indicators
from city.state.ledger_state import Camera, CityState, LedgerState, Place
from city.state.linkage_records import Signed, Site
from city.state.video_records import Detection

NOW = 1_800_000_000.0
DAY = (NOW - 3600, NOW)


def city() -> CityState:
    return CityState(LedgerState(clock=CityClock(NOW, NOW)))


def detect(state: CityState, number: int, told: str, *, took_s: float = 60.0, **given: Any) -> None:
    screened = Signed("zhao", "赵××", "intake_officer", NOW - 100)
    state.ledger.detections[f"d-{number}"] = Detection(
        id=f"d-{number}", key="d", camera="K1", name="shop_overflow", category="event:0405", place=Site(),
        at=NOW - 200, entered_at=NOW - 100 - took_s, screen_by=NOW, algorithm="street",
        **{"algo_version": "3", "state": told, "since": NOW - 100,
           "screened": None if told in ("screening", "expired") else screened, **given},
    )  # fmt: skip


def test_accuracy_counts_confirmed_against_false_for_each_version() -> None:
    state = city()
    for number in range(24):
        detect(state, number, "false_positive" if number < 6 else "case_created")
    for number in range(24, 28):
        detect(state, number, "self_corrected", algo_version="4")
    detect(state, 28, "expired")
    detect(state, 29, "screening")
    k33 = video_indicators(state, DAY, NOW)["K33"]
    assert (k33.value, k33.numerator, k33.denominator) == (78.6, 22, 28)
    assert k33.inputs == {"false_positive": 6, "expired": 1, "street 3": "18/24", "street 4": "4/4"}


def test_what_was_screened_on_another_day_does_not_count() -> None:
    state = city()
    detect(state, 1, "case_created", screened=Signed("zhao", "赵××", "intake_officer", NOW - 4000))
    assert video_indicators(state, DAY, NOW)["K33"].denominator == 0


def test_the_median_of_the_screening_is_from_the_entry_to_the_decision() -> None:
    state = city()
    for number in range(FEW + 1):
        detect(state, number, "false_positive", took_s=10.0 * number)
    assert video_indicators(state, DAY, NOW)["K33t"].value == 100.0


def test_a_camera_answers_with_a_message_or_a_picture_of_the_last_ten_minutes() -> None:
    state = city()
    columns = state.measured.cameras
    for number in range(30):
        name = f"k{number}"
        state.ledger.cameras[name] = Camera(name, "羽山路", Place(121.5, 31.2))
        if number < 10:
            columns.set(columns.row(name), {"at": NOW - 599, "received": NOW - 599})
        elif number < 15:
            columns.set(columns.row(name), {"picture_at": NOW - 9, "picture_received": NOW - 9})
        elif number < 20:
            columns.set(columns.row(name), {"at": NOW - 601, "received": NOW - 601})
    k32 = video_indicators(state, DAY, NOW)["K32"]
    assert (k32.value, k32.numerator, k32.denominator) == (50.0, 15, 30)
    assert msgspec.json.encode(k32), "plain numbers: a page gets them"


def test_without_cameras_or_detections_there_is_no_value() -> None:
    found = video_indicators(city(), DAY, NOW)
    assert [found[key].why_not for key in ("K32", "K33", "K33t")] == ["none", "few", "few"]
