"""What a desk is told of linkage when it asks: the preview, an incident, and what only a commander sees."""

from typing import Any

import msgspec
import pytest

from city.access import Person
from city.commands.command import Now
from city.dispatch.tables.task_templates import IncidentKind, LinkageRules, TaskTemplate
from city.state.ledger_state import LedgerState
from city.state.linkage_records import Casualties, IncidentReport, TaskResult
from city.views.wall_seen import UnitsSeen
from console.desk.linkage_questions import incident_sheet, linkage_preview
from tests.linkage_factory import CITY, city_with, incident, signed, task
from tests.order_taking import CHEN, LEAD, read_test_rules
from tests.seen_factory import NOW, units

LON, LAT = 121.5208, 31.2102
ROWS = (
    TaskTemplate(
        "fire#1", "fire", "xf", "extinguish", "P1", 300.0, 7200.0, 900.0, unit_kinds=("fire_engine",)
    ),
    TaskTemplate("fire#2", "fire", "sw", "start_pumps", "P1", 300.0, 7200.0),
    TaskTemplate("fire#3", "fire", "street", "cordon", "P2", 900.0, 7200.0, 3600.0, unit_kinds=("squad",)),
    TaskTemplate("fire#4", "fire", "dl", "cut_power", "P2", 900.0, 7200.0, from_grade="major"),
)
TERMS = msgspec.structs.replace(
    read_test_rules(),
    linkage=LinkageRules({"fire": IncidentKind("fire", "accident", (), 200.0)}, {"fire": ROWS}),
    street_of=lambda lon, lat: "310115008",
)
LEADER = Person("wang", "王××（副区长）", ("duty_leader",), on_shift=("duty_leader",))
ROTATING = Person("zhou", "周××", ("rotating_leader",), on_shift=("rotating_leader",))


def preview(by: Person = CHEN, seen: UnitsSeen | None = None, **asked: Any) -> dict[str, Any]:
    asked = {"kind": "fire", "lon": LON, "lat": LAT, **asked}
    return linkage_preview(LedgerState(), seen if seen is not None else units(), asked, None, by, TERMS, NOW)


def test_the_preview_has_the_rows_of_the_template_with_the_nearest_unit_that_fits() -> None:
    near = {"kind": "fire_engine", "state": "standby", "lon": LON + 0.01, "lat": LAT, "as_of": NOW - 7.0}
    seen = units({**near, "lon": LON + 0.02}, near, {**near, "kind": "ambulance", "lon": LON})
    told = preview(seen=seen)
    assert [(row["agency"], row["words"]) for row in told["rows"]] == [
        ("xf", "extinguish"), ("sw", "start_pumps"), ("310115008", "cordon"),
    ]  # fmt: skip
    unit = told["rows"][0]["nearest_unit"]
    assert (unit["unit"], unit["age_s"], round(unit["metres"], -1)) == ("u1", 7.0, 950)
    assert (told["rows"][1]["needs_unit"], told["rows"][1]["nearest_unit"]) == (False, None)
    assert (told["rows"][2]["needs_unit"], told["rows"][2]["nearest_unit"]) == (True, None)


def test_a_worse_grade_has_more_rows() -> None:
    assert preview(grade="major")["rows"][-1]["agency"] == "dl"


@pytest.mark.parametrize(
    "asked", [{"kind": "nothing"}, {"kind": 7}, {"lon": "x"}, {"lat": 1e9}, {"grade": []}, {"device": {}}]
)
def test_odd_questions_get_a_preview_without_what_is_unknown(asked: dict[str, Any]) -> None:
    told = preview(**asked)
    assert all(row["agency"] for row in told["rows"])
    assert told["grade"] == "general"


def test_who_may_open_no_incident_gets_no_preview() -> None:
    off = msgspec.structs.replace(CHEN, on_shift=())
    assert preview(off) == {"refused": "not_allowed"}


HURT = Casualties(2, 0, 5, 40, signed(CITY))


@pytest.mark.parametrize(
    ("by", "changes", "sees"),
    [
        (CHEN, {}, False),
        (LEAD, {}, False),
        (LEADER, {}, True),
        (msgspec.structs.replace(LEADER, on_shift=()), {}, False),
        (LEADER, {"commander": "zhou"}, False),
        (ROTATING, {"commander": "zhou"}, True),
        (CHEN, {"casualties": msgspec.structs.replace(HURT, released=signed(CITY))}, True),
    ],
)
def test_numbers_of_casualties_are_the_commanders_until_they_are_released(
    by: Person, changes: dict[str, Any], sees: bool
) -> None:
    one = incident(**{"casualties": HURT, **changes})
    told = incident_sheet(city_with([one], []).ledger, one, by, TERMS, Now(NOW, CITY))
    assert (told["casualties"] is not None) is sees


def test_reports_are_told_with_their_clock_and_typed_text_only_to_those_who_may_read_it() -> None:
    report = IncidentReport("first", "oral", 1, CITY + 1800, signed(CITY), "区应急局", "下立交积水42厘米")
    one = incident(reports=(report,), report_by=CITY + 7200, report_next="follow_up.written", title="积水")
    ledger = city_with([one], []).ledger
    told = {by.account: incident_sheet(ledger, one, by, TERMS, Now(NOW, CITY)) for by in (CHEN, ROTATING)}
    assert told["chen"]["reports"][0]["text"] == report.text
    assert (told["chen"]["report_by"], told["chen"]["report_next"]) == (CITY + 7200, "follow_up.written")
    assert (told["zhou"]["reports"][0]["text"], told["zhou"]["title"]) == ("", "")


def test_the_photos_of_a_task_are_told_to_those_who_may_see_them() -> None:
    done = task(1, agency="lh", state="done", done=signed(CITY), result=TaskResult(photos=("a" * 64,)))
    one = incident(tasks=(done.id, f"{done.incident}.2"))
    ledger = city_with([one], [done, task(2)]).ledger
    told = {by.account: incident_sheet(ledger, one, by, TERMS, Now(NOW, CITY)) for by in (CHEN, ROTATING)}
    assert told["chen"]["photos"] == {done.id: ["a" * 64]}
    assert told["zhou"]["photos"] == {}
