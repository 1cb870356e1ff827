"""The band and the cards of the emergency face: who is told what, and what is never nought."""

from typing import Any

import msgspec
import pytest

from city.views.linkage_seen import Clock, ClosureSeen, Counts, IncidentSeen, TaskSeen
from city.views.response.command_view import CommandSeen, RotatingSeen
from city.views.response.response_seen import (
    FigureSeen,
    ForecastSeen,
    LevelSeen,
    ResponseSeen,
    RoundSeen,
    SituationSeen,
    StreetCell,
)
from city.views.response.video_preset import video_preset
from city.views.wall_seen import DutySeen, WallSeen
from layouts.cards.emergency.command import Command
from layouts.cards.emergency.risks import SHOWN, Risks
from layouts.cards.emergency.situation import FIGURES, SituationCard
from layouts.cards.emergency.zero_reports import ZeroReports
from layouts.cards.level_band import LevelBand
from layouts.cards.wall.cameras import Cameras
from layouts.cards.wall.linkage import SHOWN_IN_EMERGENCY, Linkage
from layouts.page_grid import BAND
from layouts.pages import CARDS_OF, LAYOUTS
from tests.seen_factory import NOW, PEOPLE_SQUARE, camera, case, seen

LON, LAT = PEOPLE_SQUARE
EMERGENCY = ResponseSeen(mode="emergency")
BANDED = tuple(layout for layout in LAYOUTS if layout.key != "briefing")
"""Every page but that of visitors: a level lays it back under its title picture."""


def level(rank: int, **given: Any) -> LevelSeen:
    plain = LevelSeen("310115", "flood_typhoon", rank, NOW - 60, "approved", by="王××", by_title="副区长")
    return msgspec.structs.replace(plain, **given)


def incident(number: int = 1, kind: str = "tree_down", **given: Any) -> IncidentSeen:
    plain = IncidentSeen(
        f"i{number}", f"L{number}", kind, "", "下盐路", "310115005", "general", "handling", NOW - 600.0,
        NOW - 600.0, "", LON, LAT, 300.0, Counts(1, 1),
    )  # fmt: skip
    return msgspec.structs.replace(plain, **given)


def task(number: int, of: str = "i1", agency: str = "sw", **given: Any) -> TaskSeen:
    plain = TaskSeen(f"t{number}", f"T{number}", of, agency, "pump_water", "", "P1", "issued", NOW - 300.0)
    return msgspec.structs.replace(plain, **given)


def emergency(**given: Any) -> WallSeen:
    return seen(response=EMERGENCY, **given)


class TestBand:
    @pytest.mark.parametrize("layout", BANDED, ids=lambda layout: layout.key)
    def test_it_stands_below_the_header_of_every_page_and_has_no_row_without_a_level(
        self, layout: Any
    ) -> None:
        assert layout.regions[1] == BAND
        assert any(isinstance(card, LevelBand) for card in CARDS_OF[layout.key])
        assert not any("band" in row for row in layout.areas)
        assert "#page[data-band]{grid-template-areas:'" in layout.grid_rules

    def test_a_row_more_and_nothing_else_changes_place(self) -> None:
        wall = next(layout for layout in LAYOUTS if layout.key == "wall")
        assert (
            "#page[data-band]{grid-template-areas:'header header header' 'band band band' 'left map right'"
            " !important;grid-template-rows:62px auto minmax(0, 1fr) !important}"
        ) in wall.grid_rules
        assert "#page[data-wide][data-band]{" in wall.grid_rules

    def test_the_real_level_comes_before_a_worse_exercise(self) -> None:
        told = ResponseSeen("emergency", (level(4, is_exercise=True), level(1), level(2, hazard="heat")))
        view = LevelBand().view(seen(response=told), NOW)
        assert [row["rank"] for _, row in view.rows] == [2, 1, 4]
        assert (view.scalars["rank"], view.scalars["drill_rank"]) == (2, 4)

    @pytest.mark.parametrize(("rank", "forced"), [(0, False), (1, False), (2, False), (3, True), (4, True)])
    def test_from_the_second_level_on_the_emergency_face_is_forced(self, rank: int, forced: bool) -> None:
        levels = (level(rank),) if rank else ()
        assert LevelBand().view(seen(response=ResponseSeen("x", levels)), NOW).scalars["forced"] is forced

    def test_it_tells_no_more_of_a_decision_than_a_page_may_know(self) -> None:
        told = ResponseSeen("emergency", (level(3, activation="a1", incident="i1"),))
        ((key, row),) = LevelBand().view(seen(response=told), NOW).rows
        assert key == "310115/flood_typhoon"
        assert not {"activation", "incident"} & row.keys()

    def test_what_may_get_worse_has_the_time_of_its_source(self) -> None:
        peak = ForecastSeen("tide", "luchao", 4.9, "m", NOW + 3600, 4.55, "water", NOW - 60)
        view = LevelBand().view(seen(response=ResponseSeen("alert", (level(1),), next=(peak,) * 5)), NOW)
        assert len(view.scalars["next"]) == 4
        assert (view.scalars["next"][0]["line"], view.scalars["next"][0]["source_at"]) == (4.55, NOW - 60)

    def test_a_recovery_tells_what_is_left(self) -> None:
        told = ResponseSeen("recovery", (), 23, NOW - 60)
        scalars = LevelBand().view(seen(response=told), NOW).scalars
        assert (scalars["mode"], scalars["recovery_open"], scalars["rank"]) == ("recovery", 23, 0)


class TestSituation:
    def test_a_figure_that_nobody_told_is_none_and_not_nought(self) -> None:
        told = emergency(situation=SituationSeen({"outage": FigureSeen(None), "closures": FigureSeen(0)}))
        figures = SituationCard().view(told, NOW).scalars["figures"]
        assert tuple(figures) == FIGURES
        assert figures["relocation"] is None
        assert (figures["outage"]["value"], figures["closures"]["value"]) == (None, 0)

    def test_points_without_data_are_told_beside_the_number(self) -> None:
        told = emergency(situation=SituationSeen({"waterlogging": FigureSeen(12, 40, 9, NOW, "near")}))
        figure = SituationCard().view(told, NOW).scalars["figures"]["waterlogging"]
        assert figure == {"value": 12, "of": 40, "unknown": 9, "as_of": NOW, "level": "near", "old": 0}


class TestRisks:
    def test_in_routine_it_has_no_rows(self) -> None:
        assert not Risks().view(seen(cases=(case("a", hazard=True),)), NOW).rows

    def test_hazards_and_urgent_cases_keep_a_row_and_the_rest_is_counted(self) -> None:
        cases = (
            case("plain"), case("late", deferred=True), case("hazard", hazard=True),
            case("urgent", urgency="urgent"), case("critical", urgency="critical", due_at=None),
        )  # fmt: skip
        view = Risks().view(emergency(cases=cases), NOW)
        assert [key for key, _ in view.rows] == ["critical", "urgent", "hazard"]
        assert {row["what"] for _, row in view.rows} == {"case"}
        assert (view.scalars["total"], view.scalars["others"], view.scalars["deferred"]) == (3, 2, 1)
        assert view.scalars["earliest_due"] == NOW + 1800

    def test_an_incident_stands_for_its_cases_and_comes_before_them(self) -> None:
        cases = (case("mine", urgency="critical"), case("other", urgency="critical"))
        of = incident(cases=("mine",))
        tasks = (task(1, level="over"), task(2, agency="ga", state="arrived"), task(3, is_over=True))
        view = Risks().view(emergency(cases=cases, incidents=(of,), tasks=tasks), NOW)
        assert [key for key, _ in view.rows] == ["i:i1", "other"]
        row = view.rows[0][1]
        assert (row["urgency"], row["tasks"]) == (
            "critical",
            [["sw", "issued", "over"], ["ga", "arrived", ""]],
        )

    def test_an_order_of_the_plan_to_many_streets_is_one_row_that_tells_the_worst(self) -> None:
        plan = incident(9, "response")
        tasks = [task(n, "i9", f"31011500{n}", state="acknowledged") for n in range(8)]
        tasks.append(
            task(8, "i9", "310115008", level="over", clock=Clock("acknowledged", NOW - 600, NOW - 60))
        )
        tasks.append(task(9, "i9", priority="P2"))
        view = Risks().view(emergency(incidents=(plan,), tasks=tuple(tasks)), NOW)
        ((key, row),) = view.rows
        assert (key, row["what"], row["n"], row["late"]) == ("p:pump_water", "task", 9, 1)
        assert (row["agency"], row["until"]) == ("310115008", NOW - 60)

    def test_what_has_no_room_is_counted_with_its_earliest_due(self) -> None:
        cases = [case(f"u{n:02}", urgency="urgent", due_at=NOW + 600 + n) for n in range(SHOWN + 3)]
        view = Risks().view(emergency(cases=tuple(cases)), NOW)
        assert len(view.rows) == SHOWN
        assert (view.scalars["total"], view.scalars["earliest_due"]) == (SHOWN + 3, NOW + 600 + SHOWN)

    def test_without_data_nothing_is_counted(self) -> None:
        assert Risks().view(emergency(position=0), NOW).scalars["total"] is None


class TestCommand:
    def test_it_tells_who_commands_and_who_is_missing(self) -> None:
        command = CommandSeen("李××（区长）", "张××", "消防", RotatingSeen("方××", False, NOW - 900))
        duty = DutySeen(shift_lead="陈××", seats=15, seats_present=14, empty_seats=(("lh", NOW - 1860),))
        view = Command().view(emergency(command=command, duty=duty), NOW)
        assert view.scalars["rotating"] == {
            "name": "方××", "is_there": False, "since": NOW - 900, "deputy": "", "is_needed": False,
        }  # fmt: skip
        assert (view.scalars["commander"], view.scalars["seats_present"]) == ("李××（区长）", 14)
        assert view.rows == [("lh", {"since": NOW - 1860})]
        assert view.scalars["absent_leader_since"] is None
        absent = msgspec.structs.replace(duty, absent_leader_since=NOW - 480)
        view = Command().view(emergency(command=command, duty=absent), NOW)
        assert view.scalars["absent_leader_since"] == NOW - 480


class TestZeroReports:
    def test_the_latest_come_first_and_a_street_outside_the_round_has_no_row(self) -> None:
        cells = (
            StreetCell("1", "sent", NOW), StreetCell("2", "late", late_s=300.0), StreetCell("3"),
            StreetCell("4", "over", late_s=1900.0), StreetCell("5", "waiting"),
        )  # fmt: skip
        told = SituationSeen(cells=cells, round=RoundSeen("r", NOW - 1900, 4, 1))
        view = ZeroReports().view(emergency(situation=told), NOW)
        assert [key for key, _ in view.rows] == ["4", "2", "1", "5"]
        assert view.scalars == {"due_at": NOW - 1900, "sent": 1, "holders": 4, "late": 2}

    def test_without_a_round_nothing_is_late(self) -> None:
        assert ZeroReports().view(emergency(), NOW).scalars["due_at"] is None


class TestPreset:
    ROW = tuple(camera(f"c{n}", lon=LON + n * 0.02, lat=LAT) for n in range(9))

    def test_it_shows_the_cameras_of_the_emergency_and_how_many_underpasses_are_closed(self) -> None:
        closures = tuple(
            ClosureSeen(f"d{n}", state, NOW, "", "", LON + n * 0.02, LAT)
            for n, state in ((7, "suggested"), (3, "closed"))
        )
        told = emergency(cameras=self.ROW, closures=closures)
        view = Cameras(key="preset", preset=True).view(told, NOW)
        assert [key for key, _ in view.rows] == [one.id for one in video_preset(told)] == ["c3"]
        assert view.scalars == {"closed": 1}
        assert Cameras(LON, LAT).view(told, NOW).rows == view.rows

    def test_it_has_no_pictures_in_routine_and_the_strip_then_three(self) -> None:
        told = seen(cameras=self.ROW)
        assert not Cameras(LON, LAT, key="preset", preset=True).view(told, NOW).rows
        assert len(Cameras(LON, LAT).view(told, NOW).rows) == 3

    def test_a_camera_that_fails_keeps_its_place_and_says_so(self) -> None:
        broken = (camera("c0", state="frozen"), *self.ROW[1:])
        told = emergency(cameras=broken, closures=(ClosureSeen("d", "closed", NOW, "", "", LON, LAT),))
        key, row = Cameras(key="preset", preset=True).view(told, NOW).rows[0]
        assert (key, row["well"]) == ("c0", False)


def test_beside_the_cameras_the_matrix_has_fewer_rows() -> None:
    incidents = tuple(incident(n) for n in range(1, 5))
    tasks = tuple(task(10 * n + k, f"i{n}") for n in range(1, 5) for k in range(4))
    rows = Linkage().view(emergency(incidents=incidents, tasks=tasks), NOW).rows
    assert sum(key.startswith("i:") for key, _ in rows) == max(SHOWN_IN_EMERGENCY)
    assert sum(key.startswith("t:") for key, _ in rows) == SHOWN_IN_EMERGENCY[2]
