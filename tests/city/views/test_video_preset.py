"""The emergency's four cameras: underpasses first, in an order that does not jump, and lost ones stay."""

from typing import Any

import msgspec

from city.views.linkage_seen import ClosureSeen, IncidentSeen
from city.views.response.video_preset import video_preset
from city.views.wall_seen import WallSeen
from tests.seen_factory import NOW, PEOPLE_SQUARE, camera, case, seen

LON, LAT = PEOPLE_SQUARE
STEP = 0.02
"""Degrees from one place to the next: two kilometres, so that a camera belongs to one place."""


def at(place: int) -> dict[str, float]:
    return {"lon": LON + STEP * place, "lat": LAT}


def cam(place: int, **given: Any) -> Any:
    return camera(f"cam{place}", **at(place), **given)


def closure(place: int, state: str = "closed", since: float = 0.0) -> ClosureSeen:
    return ClosureSeen(f"u{place}", state, NOW - since, "川沙路", "310115110", **at(place))


def incident(place: int, *cases: str, state: str = "responding") -> IncidentSeen:
    return IncidentSeen(
        f"i{place}", "1", "fire", "", "川沙路", "310115110", "general", state, NOW - place, NOW, "",
        **at(place), radius_m=100.0, cases=cases,
    )  # fmt: skip


def shown(**given: Any) -> list[str]:
    state: WallSeen = seen(**{"cameras": tuple(cam(place) for place in range(12)), **given})
    return [one.id for one in video_preset(state)]


def test_closed_underpasses_come_before_critical_places_and_these_before_sea_walls() -> None:
    cameras = (*(cam(place) for place in range(4)), cam(9, name="芦潮港海塘"), cam(8, name="临港工地"))
    cases = (case("p", urgency="critical", place=(LON + STEP, LAT)), case("n", place=(LON, LAT)))
    assert shown(cameras=cameras, cases=cases, closures=(closure(3), closure(2, "suggested"))) == [
        "cam3", "cam1", "cam9", "cam8",
    ]  # fmt: skip


def test_what_comes_later_takes_a_later_place() -> None:
    first = closure(5, since=300.0), closure(2, "closing", since=200.0)
    before = shown(closures=first)
    after = shown(closures=(closure(1, since=10.0), *first))
    assert before == ["cam5", "cam2"]
    assert after == ["cam5", "cam2", "cam1"]


def test_an_incident_stands_for_its_cases_and_one_under_control_for_none() -> None:
    cases = tuple(case(f"p{n}", urgency="critical", place=(LON + STEP * n, LAT)) for n in (1, 2, 3))
    running, held = incident(1, "p1"), incident(2, "p2", state="controlled")
    assert shown(cases=cases[:1], incidents=(running,)) == ["cam1"]
    assert shown(cases=cases, incidents=(running, held)) == ["cam1", "cam2", "cam3"]


def test_a_place_without_a_camera_near_has_none_and_one_camera_is_shown_once() -> None:
    far = ClosureSeen("u", "closed", NOW, "", "", LON, LAT + 0.5)
    same = closure(4), msgspec.structs.replace(closure(4), device="v")
    assert shown(closures=(far, *same)) == ["cam4"]
    assert shown(cameras=(), closures=same) == []
    assert shown(closures=(msgspec.structs.replace(closure(4), lon=float("nan"), lat=float("nan")),)) == []


def test_never_more_than_four() -> None:
    assert len(shown(closures=tuple(closure(place) for place in range(9)))) == 4


def test_a_camera_that_fails_keeps_its_place_and_says_so() -> None:
    failed = cam(1, state="offline", picture_at=NOW - 900.0)
    state = seen(cameras=(failed, cam(2)), closures=(closure(1, since=50.0), closure(2)))
    first, second = video_preset(state)
    assert (first.id, first.state_at(NOW, state.clock).word) == ("cam1", "lost")
    assert second.state_at(NOW, state.clock).is_well
