import math

from city.state.ledger_state import Camera, Case, LedgerState, Mirror, Place, Show
from city.state.row_keys import row_key_of
from city.views.cast_view import shows

NOW = 5_000.0
PLACE = Place(121.5, 31.2, "310115004", "羽山路")


def ledger(*shown: Show) -> LedgerState:
    case = Case(
        "hotline/7", "hotline", "media", "event", "0506", "", "13812345678", "normal", False, PLACE,
        0.0, 0.0, 0.0, Mirror(),
    )  # fmt: skip
    return LedgerState(
        cases={case.key: case}, by_mark={row_key_of(case.key): case.key},
        shows={show.wall: show for show in shown},
        cameras={"c1": Camera("c1", "川沙路唐安路", PLACE)},
    )  # fmt: skip


def show(wall: str, kind: str, named: str, until: float = NOW + 180, view: object = None) -> Show:
    return Show(wall, kind, named, view, "陈××（值班员）", NOW, until)  # type: ignore[arg-type]


def test_a_case_is_shown_by_its_mark_where_it_is_whichever_way_it_was_named() -> None:
    mark = row_key_of("hotline/7")
    for named in ("hotline/7", mark, f"~{mark}"):
        (seen,) = shows(ledger(show("hall", "case", named)), NOW)
        assert (seen.id, seen.lon, seen.road, seen.class_key) == (mark, 121.5, "羽山路", "event.0506")
        assert (seen.by, seen.at, seen.until) == ("陈××（值班员）", NOW, NOW + 180)


def test_a_camera_is_shown_by_its_place_and_a_view_as_it_was_sent() -> None:
    camera, view = shows(
        ledger(show("a", "camera", "c1"), show("b", "view", "", view=(1.0, 2.0, 3.0, 4.0))), NOW
    )
    assert (camera.label, camera.lat) == ("川沙路唐安路", 31.2)
    assert view.view == (1.0, 2.0, 3.0, 4.0)
    assert math.isnan(view.lon)


def test_what_is_over_or_unknown_moves_no_wall() -> None:
    assert list(shows(ledger(show("hall", "case", "hotline/7", until=NOW)), NOW)) == []
    (gone,) = shows(ledger(show("hall", "case", "hotline/none")), NOW)
    assert math.isnan(gone.lon)
