"""The screening's rows: what waits, the most urgent first, with what a screener needs and nothing else."""

from typing import Any

from city.state.ledger_state import Camera, CityState, LedgerState, Place
from city.state.linkage_records import Site
from city.state.video_records import Detection
from city.views.desk_view import DeskView
from layouts.cards.desk.desk_screening import MOST, DeskScreening
from layouts.cards.desk.desk_strip import DeskStrip
from tests.layouts.test_desk_cards import NOW, seen


def city(*detections: Detection) -> CityState:
    state = CityState(LedgerState(position=10))
    state.ledger.cameras["K1"] = Camera("K1", "羽山路巨野路王小明家", Place(121.5, 31.2, "310115004"))
    state.ledger.detections = {one.id: one for one in detections}
    return state


def detection(key: str, **given: Any) -> Detection:
    plain: dict[str, Any] = {
        "key": "k", "camera": "K1", "name": "shop_overflow", "category": "event:0405",
        "place": Site(121.5, 31.2, "310115004", "羽山路"), "at": NOW - 30, "entered_at": NOW - 20,
        "screen_by": NOW + 600, "algorithm": "street", "algo_version": "3", "version": 1,
    }  # fmt: skip
    return Detection(id=key, **{**plain, **given})


def view(state: CityState) -> Any:
    return DeskScreening().view(DeskView().see(state, NOW, {}), NOW)


def test_hazards_come_first_then_what_ends_first_and_what_is_decided_is_not_there() -> None:
    found = view(
        city(
            detection("later"), detection("soon", screen_by=NOW + 60), detection("gone", state="expired"),
            detection("hazard", hazard=True, category="event:0505", screen_by=NOW + 900),
            detection("again", state="notice", notice_by=NOW + 300),
        )
    )  # fmt: skip
    assert [key for key, _ in found.rows] == ["hazard", "soon", "again", "later"]
    assert found.scalars == {"waiting": 4, "hazards": 1}
    rows = dict(found.rows)
    assert (rows["hazard"]["class"], rows["again"]["state"], rows["again"]["until"]) == (
        "event.0505", "notice", NOW + 300,
    )  # fmt: skip
    assert rows["later"]["algo"] == "street 3"


def test_only_the_roads_of_a_cameras_name_are_told() -> None:
    [(_, row)] = view(city(detection("a"))).rows
    assert "羽山路" in row["label"]
    assert "王小明" not in str(row)


def test_at_most_so_many_rows_are_sent_and_all_are_counted() -> None:
    found = view(city(*(detection(f"d{number}") for number in range(MOST + 5))))
    assert (len(found.rows), found.scalars["waiting"]) == (MOST, MOST + 5)


def test_the_strip_counts_what_waits() -> None:
    looked = DeskView().see(city(detection("a"), detection("b", hazard=True)), NOW, {})
    told = DeskStrip().view(seen(detections=looked.detections), NOW).scalars
    assert (told["screening"], told["screening_hazards"]) == (2, 1)
