"""A photo's own file says when and where it was taken; where it says nothing, its sender's word counts."""

from typing import Any

import pytest

from city.clocks.timestamps import iso
from city.commands.command import Decision, Refusal
from tests.city.commands.paths import PATHS, THERE
from tests.city.commands.world import INSPECTOR, OTHER_INSPECTOR, POWER_INSPECTOR, World

A, B = "a" * 64, "b" * 64
NEAR = {"lon": 121.52, "lat": 31.2203}
FAR = {"lon": 121.52, "lat": 31.2216}
ON_SPOT = {"result": "confirmed", **THERE}


def handled(*, rate: float = 1.0) -> tuple[World, str]:
    w = World(rate=rate)
    key = PATHS["handled"](w)
    w.wait(minutes=5)
    return w, key


def fact(w: World, photo: str = A, *, minutes_ago: float | None = None, **place: float) -> dict[str, Any]:
    """What a file says; its clock is the machine's, ``minutes_ago`` are the city's."""
    at = None if minutes_ago is None else iso(w.machine - 60 * minutes_ago / w.state.clock.rate)
    return {"photo": photo, **({"taken_at": at} if at else {}), **place}


def check(w: World, key: str, *facts: dict[str, Any], **given: Any) -> Any:
    told = {"passed": True, "mode": "field", "photos": [A, B], "photo_facts": list(facts), **THERE, **given}
    return w.ask("check", key, OTHER_INSPECTOR, **told)


@pytest.mark.parametrize("rate", [1.0, 6.0])
def test_a_photo_taken_by_its_file_before_the_feedback_is_refused_with_both_times(rate: float) -> None:
    w, key = handled(rate=rate)
    late = iso(w.now.city)  # the sender says now
    refusal = check(w, key, fact(w, minutes_ago=1), fact(w, B, minutes_ago=9), photo_at=late)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.reason) == ("not_now", "photo_before_feedback")
    assert refusal.names["photo_at"] == pytest.approx(w.now.city - 540)
    assert refusal.names["feedback_at"] == w.case(key).file.handled_at


def test_the_files_time_is_enough_and_the_fact_says_whose_it_is() -> None:
    w, key = handled()
    answer = check(w, key, fact(w, minutes_ago=1, **NEAR))
    assert isinstance(answer, Decision)
    data = answer.facts[0].data
    assert (data["photo_at"], data["photo_at_by"], data["photo_after_feedback"]) == (
        iso(w.now.city - 60), "file", True,
    )  # fmt: skip
    assert (data["lon"], data["lat"], data["place_by"], data["distance_m"]) == (
        NEAR["lon"], NEAR["lat"], "file", pytest.approx(33.4, abs=0.1),
    )  # fmt: skip
    assert data["photo_facts"] == [fact(w, minutes_ago=1, **NEAR)]


def test_where_the_file_says_nothing_the_senders_word_counts_and_is_marked() -> None:
    w, key = handled()
    answer = check(w, key, photo_at=iso(w.now.city))
    assert isinstance(answer, Decision)
    data = answer.facts[0].data
    assert (data["photo_at_by"], data["place_by"]) == ("sender", "sender")
    missing = check(w, key)
    assert isinstance(missing, Refusal)
    assert (missing.reason, missing.names["field"]) == ("missing_arg", "photo_at")


def test_a_photo_taken_too_far_away_is_refused_with_both_numbers_wherever_its_sender_says_to_be() -> None:
    w, key = handled()
    refusal = check(w, key, fact(w, minutes_ago=1, **NEAR), fact(w, B, minutes_ago=1, **FAR))
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, refusal.names) == ("photo_too_far", {"metres": 178, "limit": 50})


def test_a_cameras_clock_may_be_a_minute_ahead_and_not_more() -> None:
    w, key = handled()
    assert isinstance(check(w, key, fact(w, minutes_ago=-0.9)), Decision)
    refusal = check(w, key, fact(w, minutes_ago=-1.1))
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "photo_in_future"


def test_a_time_that_cannot_be_read_is_a_bad_argument() -> None:
    w, key = handled()
    refusal = check(w, key, {"photo": A, "taken_at": "yesterday"}, photo_at=iso(w.now.city))
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.names["field"]) == ("bad_args", "photo_facts")


def test_a_verification_counts_by_its_photos_place() -> None:
    w = World()
    key = PATHS["verifying"](w)
    there = {**ON_SPOT, "photos": [A]}
    refusal = w.ask("verify", key, INSPECTOR, **there, photo_facts=[fact(w, minutes_ago=1, **FAR)])
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, refusal.names) == ("photo_too_far", {"metres": 178, "limit": 50})
    elsewhere = {**there, "lat": FAR["lat"]}  # sent from the way back, taken at the place
    answer = w.ask("verify", key, INSPECTOR, **elsewhere, photo_facts=[fact(w, minutes_ago=1, **NEAR)])
    assert isinstance(answer, Decision)
    data = answer.facts[0].data
    assert (data["place_by"], data["lat"], data["photo_at"]) == (
        "file", NEAR["lat"], iso(w.now.city - 60),
    )  # fmt: skip
    without = w.ask("verify", key, INSPECTOR, **elsewhere)
    assert isinstance(without, Refusal)
    assert without.reason == "too_far"


def test_the_fact_names_the_holder_whose_people_took_the_photo() -> None:
    w, key = handled()
    told = {"passed": True, "mode": "field", "photos": [A], "photo_at": iso(w.now.city), **THERE}
    answer = w.ask("check", key, POWER_INSPECTOR, **told)
    assert isinstance(answer, Decision)
    assert answer.facts[0].data["photos_by"] == "dl"
