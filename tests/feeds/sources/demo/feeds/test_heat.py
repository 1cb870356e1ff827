"""The invented heating stations: 19,932 baselines, and a few deviations that end."""

import csv
import gzip
import io
from collections import Counter
from pathlib import Path

import static
from city.dispatch.tables.sensor_tables import sensing_rules
from city.sensing.rules import Band
from city.state.ledger_state import Device, Place
from console.demo.baselines import write_baselines
from feeds.sources.demo.district import DemoDistrict
from feeds.sources.demo.feeds.dips import Dips
from feeds.sources.demo.feeds.heat import BANDS, STATIONS, HeatStations, band_rows, outdoor

T0 = 1_795_960_000.0


def stations() -> HeatStations:
    return HeatStations(DemoDistrict.shipped()._ground)


def test_there_are_33_baselines_of_each_of_604_stations() -> None:
    rows = list(band_rows())
    assert (len(rows), len(BANDS), BANDS[0], BANDS[-1]) == (19_932, 11, (-18, -15), (12, 15))
    assert set(Counter(row[0] for row in rows).values()) == {33}


def test_every_station_reports_three_metrics_and_says_that_it_is_invented() -> None:
    heat = stations()
    told = heat.registrations(T0)
    assert len([one for one in told if one["class"] == "heat_station"]) == STATIONS
    assert all("（演示）" in one["name"] for one in told)
    readings = heat.readings(T0 - 600, T0)
    assert Counter(one["metric"] for one in readings) == {
        "supply_temp_c": 604, "return_temp_c": 604, "supply_pressure_mpa": 604, "outdoor_temp_c": 6,
    }  # fmt: skip
    assert heat.readings(T0, T0) == []


def test_normal_values_lie_in_the_stations_own_bands_and_few_stations_dip() -> None:
    heat = stations()
    bands = {(str(r[0]), str(r[1]), r[3]): (float(str(r[5])), float(str(r[6]))) for r in band_rows()}
    off = set()
    for hour in range(24):
        at = T0 + hour * 3600
        for one in heat.readings(at - 600, at):
            if one["metric"] != "outdoor_temp_c":
                begin = next(low for low, high in BANDS if low <= outdoor(at) < high)
                low, high = bands[f"device:{one['device']}", one["metric"], begin]
                if not low <= one["value"] <= high:
                    off.add((hour, one["device"]))
    assert 12 <= len(off) <= 60  # one or two at a time


def test_a_dip_begins_and_ends() -> None:
    dips = Dips(1, "x", 100, every_s=600.0, lasts_s=500.0)
    begin = 600.0 * int(T0 / 600)
    (device,) = dips.now(begin)
    assert [dips.is_in(device, begin + s) for s in (-1, 0, 499, 500)] == [False, True, True, False]


def test_the_demo_writes_its_table_once_and_keeps_an_edited_one(tmp_path: Path) -> None:
    write_baselines(tmp_path)
    packed = (tmp_path / "baselines.csv.gz").read_bytes()
    rows = list(csv.DictReader(io.StringIO(gzip.decompress(packed).decode())))
    with static.path("tables/baselines.csv").open(encoding="utf-8") as shipped:
        assert len(rows) == 19_932 + sum(1 for _ in shipped) - 1

    def table(name: str) -> list[dict[str, str]]:
        if name == "baselines.csv":
            return rows
        with static.path(f"tables/{name}").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    rules = sensing_rules(table, on="2026-11-29", zone_offset_s=28_800)
    station = Device("GR-00604", "heat_station", "", "", Place(0.0, 0.0), 600.0)
    assert isinstance(rules.bands_of(station, "return_temp_c")[10], Band)
    (tmp_path / "baselines.csv.gz").write_bytes(b"edited")
    write_baselines(tmp_path)
    assert (tmp_path / "baselines.csv.gz").read_bytes() == b"edited"
