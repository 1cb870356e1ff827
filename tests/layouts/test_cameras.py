"""The strip of cameras: which stand there, for what, and what is said of one that fails."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.clocks.city_clock import CityClock
from city.views.wall_seen import CameraSeen, CaseSeen
from layouts.cards.wall.cameras import MOST, NEAR_M, Cameras
from tests.seen_factory import NOW, camera, case, seen

CORE = (121.53, 31.22)
CARD = Cameras(*CORE)
M = 1 / 111_195.0  # degrees of latitude in a metre


def at(north_m: float, key: str, **given: Any) -> CameraSeen:
    return camera(key, lon=CORE[0], lat=CORE[1] + north_m * M, **given)


def critical(north_m: float, key: str = "p1", **given: Any) -> CaseSeen:
    return case(key, urgency="critical", place=(CORE[0], CORE[1] + north_m * M), **given)


def rows(*cameras: CameraSeen, cases: tuple[CaseSeen, ...] = (), **given: Any) -> dict[str, dict[str, Any]]:
    return dict(CARD.view(seen(cameras=cameras, cases=cases, **given), NOW).rows)


ROW = tuple(at(north, f"c{north}") for north in (9000, 100, 5000, 5400, 300, 7000, 200))


def test_in_quiet_times_those_nearest_to_the_core_stand_there_for_no_case() -> None:
    found = rows(*ROW)
    assert list(found) == ["c100", "c200", "c300"]
    assert {row["metres"] for row in found.values()} == {None}


def test_those_near_a_critical_case_come_first_with_their_distance() -> None:
    found = rows(*ROW, cases=(critical(5100), case("n1"), case("u1", urgency="urgent")))
    assert [(key, row["metres"]) for key, row in found.items()] == [
        ("c5000", 100), ("c5400", 300), ("c100", None)
    ]  # fmt: skip


def test_each_critical_case_has_its_nearest_before_one_has_a_second() -> None:
    found = rows(*ROW, cases=(critical(5100, "old", at=NOW - 900), critical(7100, "new", at=NOW - 60)))
    assert list(found) == ["c7000", "c5000", "c5400"]


def test_a_hazard_comes_before_what_is_newer() -> None:
    hazard = critical(5100, "h", at=NOW - 900, hazard=True)
    assert next(iter(rows(*ROW, cases=(critical(7100, "new"), hazard)))) == "c5000"


@pytest.mark.parametrize(("metres", "is_near"), [(NEAR_M - 1, True), (NEAR_M + 1, False)])
def test_a_camera_further_than_a_kilometre_shows_nothing_of_a_case(metres: float, is_near: bool) -> None:
    (row,) = rows(at(0, "c"), cases=(critical(metres),)).values()
    assert (row["metres"] is not None) is is_near


def test_a_case_without_a_position_calls_no_camera() -> None:
    nowhere = case("p1", urgency="critical", place=(float("nan"), float("nan")))
    assert list(rows(*ROW, cases=(nowhere,))) == list(rows(*ROW))


def test_a_camera_that_fails_keeps_its_place_and_says_since_when() -> None:
    lost = at(100, "c100", as_of=NOW - 301, picture_at=NOW - 400)
    faulty = at(200, "c200", state="offline", as_of=NOW - 10, picture_at=None)
    never = at(300, "c300", as_of=None, picture_at=None)
    found = rows(lost, faulty, never, at(400, "c400"), clock=CityClock(NOW + 3600, NOW))
    told = {key: (row["well"], row["since"]) for key, row in found.items()}
    assert told == {"c100": (False, NOW - 400), "c200": (False, NOW + 3590), "c300": (False, None)}


def test_a_camera_that_is_well_is_no_news_however_often_it_is_heard() -> None:
    assert rows(at(1, "c")) == rows(at(1, "c", as_of=NOW - 1, picture_at=NOW - 2))


def test_only_roads_of_a_cameras_name_stand_on_a_wall() -> None:
    (row,) = rows(at(1, "c", name="川沙路唐安路")).values()
    assert "川沙路" in row["label"]
    (row,) = rows(at(1, "c", name="王小明家3号楼")).values()
    assert row["label"] == ""


def test_without_cameras_or_a_core_it_does_not_fail() -> None:
    assert rows() == {}
    assert [key for key, _ in Cameras().view(seen(cameras=ROW), NOW).rows] == ["c100", "c200", "c300"]


PLACES = st.floats(-9000, 9000)


@given(st.lists(PLACES, max_size=8), st.lists(PLACES, max_size=5), st.randoms(), st.integers(0, 9))
def test_the_set_depends_on_the_critical_cases_alone(
    places: list[float], cases: list[float], chance: Any, wait: int
) -> None:
    cameras = [at(north, f"c{n}") for n, north in enumerate(places)]
    open_ = [critical(north, f"p{n}", at=NOW - 60 * n) for n, north in enumerate(cases)]
    before = list(rows(*cameras, cases=tuple(open_)))
    assert len(before) == min(MOST, len(cameras))
    others = [at(n, c.id, as_of=NOW - 50 * wait, state=chance.choice(["online", "offline"])) for n, c in
              zip(places, cameras, strict=True)]  # fmt: skip
    chance.shuffle(others)
    later = [critical(north, f"p{n}", at=NOW - 60 * n, state="handling", due_at=NOW + chance.random())
             for n, north in enumerate(cases)]  # fmt: skip
    chance.shuffle(later)
    noise = [case(f"n{n}", urgency="urgent") for n in range(wait)]
    assert list(rows(*others, cases=(*noise, *later))) == before
