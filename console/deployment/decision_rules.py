"""Decision rules: the district's tables, calendars and numbers, read once at the start."""

import csv
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec

import static
from city.dispatch.decision_rules import DecisionRules
from city.dispatch.routing.roads import road_names
from city.dispatch.routing.rule_book import RuleBook
from city.dispatch.routing.table_loading import rule_tables
from city.dispatch.tables import categories
from city.dispatch.tables.agencies import agency_of
from city.dispatch.tables.cells import current, read_rows
from city.dispatch.tables.detection_table import detection_class_of
from city.dispatch.tables.linkage_tables import linkage_rules
from city.dispatch.tables.rain_lines import RAIN_LINES, rain_line_of
from city.dispatch.tables.response_rules import ResponseRules
from city.dispatch.tables.sensor_tables import sensing_rules
from city.dispatch.tables.standards import by_class, standard_of
from city.dispatch.tables.street_places import places_by_street, street_place_of
from city.dispatch.tables.task_templates import LinkageRules
from city.dispatch.tables.unit_tasks import UnitTasks, unit_task_of
from city.dispatch.tables.water_lines import WATER_LINES, station_of, water_lines
from city.places.streets import Streets
from city.sensing.rules import SensingRules
from city.video.detection_classes import DetectionClasses
from console.deployment.calendars import read_calendars
from console.deployment.district import District, DistrictError, read_streets
from console.deployment.district import read_rows as read_table
from console.deployment.numbers import case_numbers, duty_numbers, linkage_numbers, video_numbers
from console.deployment.response_plans import read_plans
from console.deployment.table_files import linkage_marks, sensor_marks, table_marks
from feeds.sources.tables.mapping import CaseMapping, shipped

__all__ = ["read_decision_rules", "today"]

T = TypeVar("T")


def read_decision_rules(district: District, data_dir: Path, *, on: str | None = None) -> DecisionRules:
    """Read the rules; ``on`` is the ISO date whose rows are valid, by default the district's today.

    Raises DistrictError naming file, row or key.
    """
    day = on or today(district)
    streets = read_streets(district)
    calendar, calendars = read_calendars(data_dir)
    known = _table(data_dir, "categories.csv", categories.read)
    agencies = _table(data_dir, "agencies.csv", lambda rows: read_rows(rows, agency_of))
    standards = _table(data_dir, "standards.csv", lambda rows: read_rows(rows, standard_of))
    tasks = _table(data_dir, "unit_tasks.csv", lambda rows: read_rows(rows, unit_task_of))
    places = _table(data_dir, "street_places.csv", lambda rows: read_rows(rows, street_place_of))
    stations = _table(data_dir, WATER_LINES, lambda rows: read_rows(rows, station_of))
    rain = _table(data_dir, RAIN_LINES, lambda rows: read_rows(rows, rain_line_of))
    detections = _table(data_dir, "detection_classes.csv", lambda rows: read_rows(rows, detection_class_of))
    return DecisionRules(
        district=district.code,
        zone_offset_s=district.zone_offset_s(time.time()),
        categories={category.key: category for category in known},
        standards=by_class(row for row in standards if current(row.valid_from, row.valid_to, day)),
        agencies={agency.code: agency for agency in agencies},
        streets=dict(zip(streets.codes, streets.shorts, strict=True)),
        calendar=calendar,
        calendars=calendars,
        route=_book(streets, data_dir, day).route,
        boundary_m=streets.boundary_m,
        street_of=streets.code_of,
        rings_of=streets.rings_of,
        numbers=case_numbers(district.cases),
        linkage=_linkage(district, data_dir, day),
        response=ResponseRules(read_plans(data_dir, {agency.code for agency in agencies})),
        unit_tasks=UnitTasks(row for row in tasks if current(row.valid_from, row.valid_to, day)),
        street_places=places_by_street(row for row in places if current(row.valid_from, row.valid_to, day)),
        water_lines=water_lines(stations, day),
        rain_lines=tuple(row for row in rain if current(row.valid_from, row.valid_to, day)),
        sensing=_sensing(district, data_dir, day),
        detections=DetectionClasses(row for row in detections if current(row.valid_from, row.valid_to, day)),
        video=video_numbers(district.video),
        tables=table_marks(data_dir),
        roads=_roads(district, data_dir),
        labels=frozenset(
            label for one in shipped() if isinstance(one, CaseMapping) for label in one.labels.values()
        ),
    )


def _linkage(district: District, data_dir: Path, on: str) -> LinkageRules:
    try:
        rules = linkage_rules(
            lambda name: read_table(data_dir, name)[0], on=on,
            numbers=linkage_numbers(district.linkage), duty=duty_numbers(district.duty),
        )  # fmt: skip
    except ValueError as error:
        raise DistrictError(str(error)) from error
    return msgspec.structs.replace(rules, tables=linkage_marks(data_dir, rules.kinds))


def _sensing(district: District, data_dir: Path, on: str) -> SensingRules:
    try:
        rules = sensing_rules(
            lambda name: read_table(data_dir, name)[0], on=on,
            zone_offset_s=district.zone_offset_s(time.time()),
        )  # fmt: skip
        return msgspec.structs.replace(rules, tables=sensor_marks(data_dir))
    except ValueError as error:
        raise DistrictError(str(error)) from error


class _Named(msgspec.Struct):
    name: str


class _Drawn(msgspec.Struct):
    """The part of an atlas that is read here: the names of its roads."""

    roads: list[_Named]


def _roads(district: District, data_dir: Path) -> frozenset[str]:
    """Return the road names in the district's map and tables. Raises DistrictError."""
    path = district.atlas_dir / "atlas.json"
    try:
        drawn = msgspec.json.decode(path.read_bytes(), type=_Drawn)
    except (OSError, msgspec.MsgspecError) as error:
        message = f"{path}: expected an imported atlas: {error}"
        raise DistrictError(message) from error
    rows = [row for name in ("owners.csv", "register.csv") for row in read_table(data_dir, name)[0]]
    if district.built_in:
        with static.path("district/roads.csv").open(encoding="utf-8", newline="") as lines:
            rows += csv.DictReader(lines)
    return frozenset(
        name
        for text in (*(road.name for road in drawn.roads), *(row.get("road") or "" for row in rows))
        for name in road_names(text)
    )


def today(district: District) -> str:
    """Return the district's ISO date."""
    now = time.time()
    local = datetime.fromtimestamp(now, UTC) + timedelta(seconds=district.zone_offset_s(now))
    return local.date().isoformat()


def _book(streets: Streets, data_dir: Path, on: str) -> RuleBook:
    try:
        tables = rule_tables(lambda name: read_table(data_dir, name)[0], on=on)
    except ValueError as error:
        raise DistrictError(str(error)) from error
    return RuleBook(tables, streets.code_of, streets.boundary_m, streets.near)


def _table(data_dir: Path, name: str, read: Any) -> Any:
    try:
        return read(read_table(data_dir, name)[0])
    except ValueError as error:
        message = f"{name}: {error}"
        raise DistrictError(message) from error
