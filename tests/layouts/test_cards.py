from typing import Any

import msgspec
import numpy as np
import pytest

from city.clocks.city_clock import CityClock
from city.state.ledger_state import LogLine
from city.state.warning_records import Landfall, StormPoint
from city.views.response.response_seen import ResponseSeen
from city.views.wall_seen import (
    CaseSeen,
    DutySeen,
    ReadingsSeen,
    ShowSeen,
    SourceSeen,
    StormSeen,
    UnitsSeen,
    WallSeen,
    WarningSeen,
)
from layouts.cards.header import Header
from layouts.cards.wall.act import Act
from layouts.cards.wall.duty import Duty
from layouts.cards.wall.log import Log
from layouts.cards.wall.queue import Queue, counted
from layouts.cards.wall.shown import Shown
from layouts.cards.wall.sources import Sources
from layouts.cards.wall.storm import Storm
from layouts.cards.wall.streets import Streets
from layouts.pages import CARDS

NOW = 5_000.0  # machine seconds; the city runs an hour ahead
CITY = NOW + 3600.0
NONE, WORDS, FLAGS = np.zeros(0), np.zeros(0, dtype=object), np.zeros(0, dtype=bool)
NO_READINGS = ReadingsSeen(
    (), WORDS, WORDS, WORDS, WORDS, WORDS, WORDS, WORDS, NONE, NONE, NONE, NONE, NONE, NONE, FLAGS, WORDS
)
NO_UNITS = UnitsSeen((), WORDS, WORDS, WORDS, WORDS, NONE, NONE, NONE, NONE, FLAGS)


def seen(**changes: Any) -> WallSeen:
    empty: dict[str, Any] = {
        "position": 10, "clock": CityClock(CITY, NOW), "cases": (), "warnings": (), "storms": (),
        "duty": DutySeen(), "sources": (), "readings": NO_READINGS, "units": NO_UNITS, "cameras": (),
        "detections_lon": NONE, "detections_lat": NONE, "detections_at": NONE, "log": (),
        "transplanted": False, "revisions": {}, "response": ResponseSeen(),
    }  # fmt: skip
    return WallSeen(**{**empty, **changes})


def case(key: str, **changes: Any) -> CaseSeen:
    plain: dict[str, Any] = {
        "key": f"hotline/{key}", "kind": "event", "code": "0406", "label": "", "urgency": "normal",
        "hazard": False, "road": "银城中路", "street": "310115005", "lon": 121.5, "lat": 31.2,
        "at": CITY - 60,
        "recorded_at": CITY - 60, "state": "handling", "agency": "城管", "due_at": CITY + 9000,
        "returned_by": (), "next": "", "next_at": None, "source": "hotline",
    }  # fmt: skip
    return CaseSeen(**{**plain, **changes})


def warning(key: str, rank: int, sent: float, **changes: Any) -> WarningSeen:
    plain = WarningSeen(key, "rainstorm", "blue", rank, {}, "气象台", sent, sent, CITY + 60)
    return msgspec.structs.replace(plain, **changes)


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.key)
def test_every_card_has_a_view_of_a_city_that_told_nothing(card: Any) -> None:
    view = card.view(seen(position=0), NOW)
    assert not view.rows
    assert msgspec.json.encode(view.scalars)


class TestAct:
    def test_counts_who_must_act_now(self) -> None:
        cases = (
            case("1", urgency="critical"),
            case("2", state="ruling"),
            case("3", due_at=CITY + 3600),
            case("4", due_at=CITY + 3601),
            case("5", due_at=CITY - 1),
            case("6", state="dispatched", next="sign", next_at=CITY - 1),
            case("7", state="dispatched", next="sign", next_at=CITY + 1),
            case("8", state="dispatched", urgency="urgent", recorded_at=CITY - 1801),
            case("9", state="dispatched", recorded_at=CITY - 9999),
        )
        duty = DutySeen(seats=15, seats_present=14, empty_seats=(("绿化市容", CITY - 60),))
        sources = (SourceSeen("hotline", "live", NOW, 0.0), SourceSeen("iot", "lost", None, 0.0))
        scalars = Act().view(seen(cases=cases, duty=duty, sources=sources), NOW).scalars
        assert scalars == {
            "critical": 1, "unsigned": 2, "due_soon": 1, "ruling": 1, "empty_seats": 1,
            "lost_sources": 1, "gaps": [], "critical_keys": ["hotline/1"],
        }  # fmt: skip

    def test_what_nobody_told_is_none_and_not_zero(self) -> None:
        scalars = Act().view(seen(position=0), NOW).scalars
        numbers = ("critical", "unsigned", "due_soon", "ruling", "empty_seats", "lost_sources")
        assert [scalars[name] for name in numbers] == [None] * 6

    def test_a_quiet_city_is_zero(self) -> None:
        sources = (SourceSeen("hotline", "live", NOW, 0.0),)
        scalars = Act().view(seen(duty=DutySeen(seats=15), sources=sources), NOW).scalars
        numbers = ("critical", "unsigned", "due_soon", "ruling", "empty_seats", "lost_sources")
        assert [scalars[name] for name in numbers] == [0] * 6

    def test_who_did_not_sign_in_time_stays_counted_when_the_next_step_is_another(self) -> None:
        late = case("1", state="dispatched", sign_by=CITY - 60, next="returns_itself", next_at=CITY + 60)
        in_time = case("2", state="dispatched", sign_by=CITY + 60, next="sign", next_at=CITY + 60)
        assert Act().view(seen(cases=(late, in_time)), NOW).scalars["unsigned"] == 1

    def test_names_a_lost_source_whose_cases_are_still_counted(self) -> None:
        sources = (SourceSeen("hotline", "lost", NOW - 700, 0.0), SourceSeen("avl", "lost", NOW - 9, 0.0))
        view = Act().view(seen(cases=(case("1"),), sources=sources), NOW)
        assert view.scalars["gaps"] == [["hotline", NOW - 700]]


class TestQueue:
    def test_sorts_by_urgency_then_by_the_time_that_is_left(self) -> None:
        cases = (
            case("late", due_at=CITY - 10),
            case("none", due_at=None),
            case("urgent", urgency="urgent", due_at=CITY + 9999),
            case("p1", urgency="critical", due_at=CITY + 60),
            case("incident", urgency="critical", due_at=None),
        )
        rows = Queue().view(seen(cases=cases), NOW).rows
        order = [key.removeprefix("hotline/") for key, _ in rows]
        assert order == ["incident", "p1", "urgent", "late", "none"]

    def test_shows_eight_and_says_when_the_first_of_the_rest_is_due(self) -> None:
        cases = tuple(case(str(i), due_at=CITY + 60 * i) for i in range(20))
        view = Queue().view(seen(cases=cases), NOW)
        assert len(view.rows) == 8
        assert view.scalars == {"total": 20, "rows": 20, "earliest_due": CITY + 480, "gaps": []}

    def test_reports_of_one_place_are_counted_as_one_row(self) -> None:
        one, two, other = case("1"), case("2"), case("3")
        told = seen(
            cases=(one, two, other), duplicates={one.key: (two,)}, duplicate_marks=frozenset({two.key})
        )
        view = Queue().view(told, NOW)
        assert (view.scalars["total"], view.scalars["rows"], len(view.rows)) == (3, 2, 2)
        assert counted(told) == {"total": 3, "rows": 2}

    def test_a_row_carries_codes_and_moments_only(self) -> None:
        one = case("1", returned_by=("通信", "电力"), next="to_shift_lead", next_at=CITY + 5)
        ((_, row),) = Queue().view(seen(cases=(one,)), NOW).rows
        assert row == {
            "class": "event.0406", "label": "", "urgency": "normal", "road": "银城中路",
            "street": "310115005", "at": CITY - 60, "due_at": CITY + 9000, "until": CITY + 9000,
            "state": "handling", "agency": "城管", "returned_by": ["通信", "电力"], "next": "to_shift_lead",
            "next_at": CITY + 5, "callers": 1, "first_at": CITY - 60, "reminders": 0,
            "supervised": 0, "ruling_due_at": None, "ruling_sent": False,
            "make_safe": None, "version": 0, "verbs": [], "targets": [], "escalate_to": "",
        }  # fmt: skip

    def test_a_case_that_waits_for_a_ruling_counts_down_to_it(self) -> None:
        cases = (
            case("fix", due_at=CITY + 600),
            case("ruling", state="ruling", due_at=CITY + 9000, ruling_due_at=CITY + 60),
        )
        rows = Queue().view(seen(cases=cases), NOW).rows
        assert [key for key, _ in rows] == ["hotline/ruling", "hotline/fix"]

    def test_an_unmapped_class_keeps_its_own_words(self) -> None:
        ((_, row),) = Queue().view(seen(cases=(case("1", code="", label="Noise"),)), NOW).rows
        assert (row["class"], row["label"]) == ("", "Noise")


def test_streets_name_the_late_and_the_critical_and_no_others() -> None:
    cases = (
        case("1", street="a", due_at=CITY - 1),
        case("2", street="a", due_at=CITY - 1),
        case("3", street="b", urgency="critical", due_at=None),
        case("4", street="c"),
        case("5", street="", due_at=CITY - 1),
    )
    view = Streets().view(seen(cases=cases), NOW)
    assert view.scalars == {"known": True}
    assert view.rows == [("b", {"overdue": 0, "critical": 1}), ("a", {"overdue": 2, "critical": 0})]


class TestHeader:
    def test_shows_the_worst_then_the_newest_three_and_counts_the_rest(self) -> None:
        warnings = (
            warning("old", 2, 1.0), warning("red", 4, 0.0), warning("new", 2, 2.0), warning("blue", 1, 9.0),
        )  # fmt: skip
        view = Header().view(seen(warnings=warnings), NOW)
        assert [key for key, _ in view.rows] == ["red", "new", "old"]
        assert view.scalars == {"more": 1, "marks": []}

    def test_an_exercise_never_stands_before_a_real_warning(self) -> None:
        warnings = (warning("drill", 4, 9.0, exercise=True), warning("real", 1, 1.0))
        assert [key for key, _ in Header().view(seen(warnings=warnings), NOW).rows] == ["real", "drill"]

    def test_a_warning_that_is_announced_stands_behind_those_in_force_and_says_from_when(self) -> None:
        warnings = (
            warning("soon", 4, 9.0, announced=True, begins=CITY + 9), warning("now", 1, 1.0, assumed=True),
        )  # fmt: skip
        (_, now), (key, soon) = Header().view(seen(warnings=warnings), NOW).rows
        assert (key, soon["begins"], soon["ends"]) == ("soon", CITY + 9, None)
        assert (now["begins"], now["ends"]) == (None, CITY + 60)

    def test_says_when_positions_are_transplanted(self) -> None:
        assert Header().view(seen(transplanted=True), NOW).scalars["marks"] == ["transplanted"]


def test_duty_lists_the_empty_seats() -> None:
    duty = DutySeen(leader="王××（副区长）", seats=15, seats_present=14, empty_seats=(("环卫", CITY - 9),))
    view = Duty().view(seen(duty=duty), NOW)
    assert view.rows == [("环卫", {"since": CITY - 9})]
    assert (view.scalars["leader"], view.scalars["unanswered"]) == ("王××（副区长）", None)


def test_sources_put_exceptions_first_and_keep_silent_about_the_live() -> None:
    sources = (
        SourceSeen("a", "live", NOW - 1, 2.0),
        SourceSeen("b", "late", NOW - 130, 0.0),
        SourceSeen("c", "lost", None, 0.0),
        SourceSeen("d", "live", NOW, -95.0),
    )
    rows = Sources().view(seen(sources=sources), NOW).rows
    assert rows == [
        ("c", {"freshness": "lost", "heard_at": None, "skew_s": 0}),
        ("b", {"freshness": "late", "heard_at": NOW - 130, "skew_s": 0}),
        ("a", {"freshness": "live", "heard_at": None, "skew_s": 0}),
        ("d", {"freshness": "live", "heard_at": None, "skew_s": -95}),
    ]


def test_the_log_shows_the_last_three_newest_first_and_names_what_is_over_too() -> None:
    about = {"case": "hotline/1", "kind": "event", "code": "0406", "label": "", "road": "银城中路"}
    lines = (
        LogLine(1.0, "log.warning", {"warning": "w"}, 1),
        LogLine(2.0, "log.warning", {"hazard": "rainstorm", "colour": "blue"}, 2),
        LogLine(3.0, "log.source_lost", {"source": "avl"}, 3),
        LogLine(4.0, "log.critical", about, 4),
    )
    view = Log().view(seen(log=lines), NOW)
    (_, critical), (_, lost), (_, warned) = view.rows
    assert [key for key, _ in view.rows] == ["4", "3", "2"]
    assert (critical["class"], critical["road"], critical["at"]) == ("event.0406", "银城中路", 4.0)
    assert (lost["text"], lost["source"]) == ("log.source_lost", "avl")
    assert (warned["hazard"], warned["colour"]) == ("rainstorm", "blue")


def test_what_a_desk_put_on_walls_is_told_by_the_walls_names() -> None:
    show = ShowSeen(
        "hall", "case", "abc", "陈××（值班员）", NOW, NOW + 180, 121.5, 31.2, None, "", "银城中路",
        "310115005", "event.0406",
    )  # fmt: skip
    bare = ShowSeen("lobby", "view", "", "李", NOW, NOW + 9, float("nan"), float("nan"), (1.0, 2.0, 3.0, 4.0))
    hall, lobby = Shown().view(seen(shows=(show, bare)), NOW).rows
    assert hall == ("hall", {
        "kind": "case", "id": "abc", "by": "陈××（值班员）", "at": NOW, "until": NOW + 180, "lon": 121.5,
        "lat": 31.2, "view": None, "class": "event.0406", "label": "", "road": "银城中路",
        "street": "310115005",
    })  # fmt: skip
    assert (lobby[0], lobby[1]["lon"], lobby[1]["view"]) == ("lobby", None, [1.0, 2.0, 3.0, 4.0])


class TestStorm:
    def storm(self, *points: StormPoint) -> WallSeen:
        return seen(storms=(StormSeen("2614", "梅花", points, NOW),))

    def test_shows_the_newest_fix_and_no_forecast(self) -> None:
        points = (
            StormPoint(CITY - 7200, 123.0, 29.0, 45.0, 945.0),
            StormPoint(CITY - 3600, 123.0, 29.5, 48.0, 940.0),
            StormPoint(CITY + 3600, 122.0, 30.0, 42.0, 950.0, forecast=True),
        )
        ((key, row),) = Storm().view(self.storm(*points), NOW).rows
        assert (key, row) == (
            "2614",
            {
                "name": "梅花", "at": CITY - 3600, "wind_ms": 48.0, "pressure_hpa": 940.0, "landed": None,
                "place": "",
            },
        )  # fmt: skip

    def test_says_where_and_when_it_came_ashore_in_the_district(self) -> None:
        landfall = Landfall(CITY - 1800, 121.9, 30.9, "临港")
        storm = StormSeen("2614", "梅花", (StormPoint(CITY - 60, 121.0, 31.0),), NOW, landfall)
        ((_, row),) = Storm().view(seen(storms=(storm,)), NOW).rows
        assert (row["landed"], row["place"]) == (CITY - 1800, "临港")

    def test_two_storms_have_a_line_and_the_others_are_counted(self) -> None:
        fix = (StormPoint(CITY - 60, 123.0, 29.0),)
        storms = tuple(StormSeen(f"s{n}", f"台{n}", fix, NOW) for n in range(20))
        view = Storm().view(seen(storms=storms), NOW)
        assert [key for key, _ in view.rows] == ["s0", "s1"]
        assert view.scalars == {"more": 18}
        assert Storm().view(seen(storms=storms[:2]), NOW).scalars == {"more": 0}
