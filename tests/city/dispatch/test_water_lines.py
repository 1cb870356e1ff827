"""The lines of water-level stations: each its own, by version, and never compared across datums."""

import csv

import pytest

import static
from city.dispatch.checks.table_checks import COLUMNS, check_tables
from city.dispatch.tables.cells import read_rows
from city.dispatch.tables.water_lines import WATER_LINES, WaterLines, station_of, water_lines

ROW = {
    "station": "pier", "name_zh": "码头", "name_en": "Pier", "gauges": "w-1|码头站", "warning_m": "4.55",
    "yellow_m": "4.92", "orange_m": "", "red_m": "5.29", "datum": "wusong", "version": "1",
    "valid_from": "2016-01-01", "valid_to": "",
}  # fmt: skip


def lines_of(*rows: dict[str, str], on: str = "2026-08-01") -> WaterLines:
    return water_lines(read_rows(rows, station_of), on)


def test_a_level_reaches_the_highest_line_at_or_below_it() -> None:
    station = lines_of(ROW).of("w-1")
    assert station is not None
    assert station.warning == 4.55
    reached = [station.reached(level) for level in (4.54, 4.55, 4.91, 4.92, 5.10, 5.29)]
    assert reached == ["", "warning", "warning", "yellow", "yellow", "red"]


def test_a_gauge_is_found_by_its_id_and_by_its_name() -> None:
    lines = lines_of(ROW)
    assert lines.of("w-1") is lines.of("x", "码头站") is lines.stations[0]
    assert lines.of("x", "y") is None
    assert lines.of("x", "") is None


def test_the_lines_of_the_day_count() -> None:
    old = ROW | {"warning_m": "3.50", "version": "0", "valid_from": "2000-01-01", "valid_to": "2015-12-31"}
    assert [lines_of(old, ROW, on=day).stations[0].warning for day in ("2012-08-08", "2016-01-01")] == [
        3.5, 4.55,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"yellow_m": "4.5"}, r"row 2, yellow_m: expected more than the line below it \(4.55\), got 4.5"),
        ({"warning_m": "", "yellow_m": "", "red_m": ""}, "row 2, warning_m: expected at least one line"),
        ({"red_m": "high"}, "row 2, red_m: expected metres between -20 and 100, got 'high'"),
        ({"red_m": "nan"}, "row 2, red_m: expected metres"),
        ({"datum": "sea"}, "row 2, datum: expected wusong, 1985, got 'sea'"),
        ({"gauges": " | "}, "row 2, gauges: expected at least one device id or name"),
    ],
)
def test_a_wrong_row_is_named(wrong: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        lines_of(ROW | wrong)


def test_an_earlier_line_stays_beside_todays_but_a_station_without_any_is_named() -> None:
    def rows(file: str) -> list[dict[str, str]]:
        if file == WATER_LINES:
            old = {"version": "0", "valid_from": "2000-01-01", "valid_to": "2015-12-31"}
            return [ROW | old, ROW, ROW | old | {"station": "gone"}]
        with static.path(f"tables/{file}").open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))

    found = check_tables(rows, streets=(), on="2026-08-01")
    assert [(one.file, one.row, one.column) for one in found] == [(WATER_LINES, 4, "valid_to")]


def test_the_shipped_lines_are_those_of_the_river() -> None:
    with static.path(f"tables/{WATER_LINES}").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {*COLUMNS[WATER_LINES]} <= {*rows[0]}
    lines = lines_of(*rows)
    warned = {one.names["zh"]: one.warning for one in lines.stations}
    assert (warned["黄浦公园"], warned["吴淞口"], warned["米市渡"]) == (4.55, 4.8, 3.8)
