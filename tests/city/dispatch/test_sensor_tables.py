"""The tables of sensors: what a row may hold, and every fault by file, row and column."""

import csv
from collections.abc import Iterable, Mapping

import pytest

import static
from city.dispatch.checks.sensor_checks import check_sensor_tables
from city.dispatch.tables.sensor_tables import SENSOR_TABLES, sensing_rules
from city.sensing.rules import Band, SensingRules
from city.state.ledger_state import Device, Place

Rows = dict[str, list[dict[str, str]]]

METRIC = {
    "code": "pressure", "name_zh": "压力", "name_en": "Pressure", "unit": "MPa", "valid_min": "0",
    "valid_max": "2", "precision": "3", "stuck_s": "3600", "version": "1", "valid_from": "2026-01-01",
    "valid_to": "",
}  # fmt: skip
THRESHOLD = {
    "id": "T-1", "scope": "class:gauge", "metric": "pressure", "op": "outside", "value": "", "upper": "",
    "window_s": "", "clear": "0.01", "hold_count": "2", "hold_s": "", "level": "yellow",
    "action": "auto_case", "class": "event:0692", "version": "1", "valid_from": "2026-01-01", "valid_to": "",
}  # fmt: skip
BAND = {
    "scope": "class:gauge", "metric": "pressure", "band_kind": "outdoor_temp", "band_from": "-3",
    "band_to": "0", "low": "0.2", "high": "0.4", "source": "expert", "version": "1",
    "valid_from": "2026-01-01",
}  # fmt: skip
OVER = THRESHOLD | {"op": "gt", "value": "1", "clear": "", "action": "alarm", "class": ""}


def tables(**changed: list[dict[str, str]]) -> Rows:
    return {
        "metrics.csv": changed.get("metrics", [METRIC]),
        "thresholds.csv": changed.get("thresholds", [THRESHOLD]),
        "baselines.csv": changed.get("baselines", [BAND]),
    }


def shipped(name: str) -> Iterable[Mapping[str, str]]:
    with static.path(f"tables/{name}").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def problems(rows: Rows) -> list[str]:
    found = check_sensor_tables(
        rows.__getitem__, classes={"event:0692"}, streets={"310115005"}, on="2026-11-29"
    )
    return [str(one) for one in found]


def rules(rows: Rows) -> SensingRules:
    return sensing_rules(rows.__getitem__, on="2026-11-29", zone_offset_s=28_800)


def test_the_shipped_tables_have_no_fault() -> None:
    classes = {f"{row['kind']}:{row['code']}" for row in shipped("categories.csv")}
    assert check_sensor_tables(shipped, classes=classes, streets=(), on="2026-11-29") == []
    found = sensing_rules(shipped, on="2026-11-29", zone_offset_s=28_800)
    heat = Device("h", "heat_station", "h", "", Place(121.5, 31.2), 600.0)
    assert found.has_baseline(heat) == 3
    assert sum(len(found.bands_of(heat, metric)) for metric in found.metrics) == 33


def test_a_devices_own_bands_replace_those_of_its_class() -> None:
    own = BAND | {"scope": "device:g1", "low": "0.3"}
    found = rules(tables(baselines=[BAND, own]))
    gauge = Device("g1", "gauge", "", "", Place(0.0, 0.0), 60.0)
    assert found.bands_of(gauge, "pressure") == (Band("outdoor_temp", -3.0, 0.0, 0.3, 0.4),)


def test_rows_count_from_and_to_their_days() -> None:
    ended = THRESHOLD | {"valid_to": "2026-11-28"}
    later = BAND | {"valid_from": "2026-12-01"}
    found = rules(tables(thresholds=[ended], baselines=[later]))
    assert (found.thresholds, found.bands) == ({}, {})


@pytest.mark.parametrize(
    ("table", "row", "changes", "told"),
    [
        ("metrics", METRIC, {"code": "a b"}, "row 2, code: expected letters"),
        ("metrics", METRIC, {"valid_max": "0"}, "row 2, valid_max: expected a number above valid_min"),
        ("metrics", METRIC, {"precision": "x"}, "row 2, precision: expected a number"),
        ("metrics", METRIC, {"stuck_s": "-1"}, "row 2, stuck_s: expected seconds"),
        ("thresholds", THRESHOLD, {"scope": "g1"}, "row 2, scope: expected device:<id>"),
        ("thresholds", THRESHOLD, {"op": "ge"}, "row 2, op: expected lt, gt, outside, rate_gt, gap_gt"),
        ("thresholds", THRESHOLD, {"value": "0.2"}, "row 2, upper: expected value and upper"),
        ("thresholds", THRESHOLD, {"clear": "-1"}, "row 2, clear: expected the margin"),
        ("thresholds", THRESHOLD, {"class": "0692"}, "row 2, class: expected a class such as"),
        ("thresholds", THRESHOLD, {"hold_count": "0"}, "row 2, hold_count: expected a whole number above 0"),
        ("thresholds", OVER, {"value": ""}, "row 2, value: expected a number for op gt"),
        ("thresholds", OVER, {"clear": "2"}, "row 2, clear: expected value or below for op gt"),
        ("thresholds", OVER, {"op": "rate_gt"}, "row 2, window_s: expected seconds for op rate_gt"),
        ("thresholds", OVER, {"op": "gap_gt", "clear": "1"}, "row 2, clear: expected nothing for op gap_gt"),
        ("thresholds", OVER, {"class": "event:0692"}, "row 2, class: expected nothing but for"),
        ("baselines", BAND, {"band_kind": "tide_phase"}, "row 2, band_kind: tide_phase is not supported yet"),
        ("baselines", BAND, {"band_to": "-3"}, "row 2, band_to: expected a number above band_from"),
        ("baselines", BAND, {"band_kind": "season", "band_from": "0"}, "row 2, band_from: expected a number"),
        ("baselines", BAND, {"band_kind": "rain_state"}, "row 2, band_from: expected dry, wet"),
        ("baselines", BAND, {"band_kind": "none"}, "row 2, band_from: expected nothing for band_kind none"),
        ("baselines", BAND, {"high": "0.1"}, "row 2, high: expected 0.2 or more"),
        ("baselines", BAND, {"low": "", "high": ""}, "row 2, low: expected low, high or both"),
        ("baselines", BAND, {"source": "guess"}, "row 2, source: expected design"),
        ("baselines", BAND, {"low": "nan"}, "row 2, low: expected a number"),
    ],
)
def test_a_wrong_cell_is_named_and_nothing_is_loaded(
    table: str, row: dict[str, str], changes: dict[str, str], told: str
) -> None:
    wrong = tables(**{table: [row | changes]})
    assert any(one.startswith(f"{table}.csv, {told}") for one in problems(wrong))
    with pytest.raises(ValueError, match=f"{table}.csv: row 2, "):
        rules(wrong)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"metrics": [METRIC, METRIC]}, "metrics.csv, row 3, code: pressure is in row 2 already"),
        ({"thresholds": [THRESHOLD | {"metric": "x"}]}, "thresholds.csv, row 2, metric: there is no metric"),
        ({"thresholds": [THRESHOLD | {"class": "event:0001"}]}, "thresholds.csv, row 2, class: there is no"),
        ({"thresholds": [OVER | {"scope": "street:1"}]}, "thresholds.csv, row 2, scope: there is no street"),
        (
            {"thresholds": [OVER, OVER | {"id": "T-2"}]},
            "thresholds.csv, row 3, level: class:gauge",
        ),
        ({"thresholds": [OVER | {"valid_to": "2026-01-02"}]}, "thresholds.csv, row 2, valid_to: it ended"),
        ({"baselines": []}, "thresholds.csv, row 2, value: there is no baseline of 'pressure'"),
        ({"baselines": [BAND, BAND | {"band_from": "-1"}]}, "baselines.csv, row 3, band_from: it overlaps"),
        (
            {"baselines": [BAND, BAND | {"band_kind": "hour_of_day", "band_from": "1", "band_to": "2"}]},
            "baselines.csv, row 3, band_kind: row 2 has another band_kind",
        ),
        (
            {"baselines": [{k: v for k, v in BAND.items() if k != "low"}]},
            "baselines.csv, row 1, low: the",
        ),
    ],
)
def test_rows_that_do_not_agree_are_named(changed: dict[str, list[dict[str, str]]], told: str) -> None:
    assert any(one.startswith(told) for one in problems(tables(**changed)))


def test_a_table_of_errors_is_told_shortly() -> None:
    found = problems(tables(baselines=[BAND | {"low": "x"}] * 70))
    assert len([one for one in found if one.startswith("baselines.csv, row")]) == 50
    assert any("20 more problems" in one for one in found)


def test_every_table_is_checked() -> None:
    with pytest.raises(KeyError):
        check_sensor_tables({}.__getitem__, classes=(), streets=(), on="2026-11-29")
    assert set(tables()) == set(SENSOR_TABLES)
