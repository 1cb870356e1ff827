"""What decisions go by, as the console reads it from a data dir."""

from pathlib import Path

import pytest

import static
from city.dispatch.decision_rules import CaseNumbers
from city.dispatch.routing.route import Situation
from console.deployment.decision_rules import read_decision_rules, today
from console.deployment.district import DistrictError, read_district
from console.deployment.numbers import case_numbers
from console.deployment.table_files import TABLES, table_marks

ON = "2026-06-01"


def situation(category: str) -> Situation:
    kind, _, code = category.partition(":")
    return Situation(kind, code, hazard=False, lon=121.544, lat=31.24, street="310115013", road="")


def own(data_dir: Path, name: str, old: str, new: str) -> None:
    """Put a table of one's own into the data dir: the shipped one with a change."""
    text = static.path(f"tables/{name}").read_text(encoding="utf-8")
    assert old in text
    (data_dir / name).write_text(text.replace(old, new), encoding="utf-8")


def test_an_empty_data_dir_gives_the_rules_of_the_built_in_district(tmp_path: Path) -> None:
    rules = read_decision_rules(read_district(tmp_path), tmp_path, on=ON)
    assert (rules.district, rules.zone_offset_s) == ("310115", 28_800)
    assert rules.categories["event:0405"].name_zh == "店外经营"
    assert [s.limit_value for s in rules.standards_of("component", "0103")] == [2, 4, 2, 5]
    assert rules.standards_of("event", "9999") == ()
    assert (rules.agencies["dl"].short, rules.agencies["dl"].fallback) == ("电力", "yj")
    assert rules.streets["310115013"] == "洋泾"
    assert rules.street_of(121.544, 31.24) == "310115013"
    assert 10 < rules.boundary_m(121.544, 31.24, "310115013") < 5_000
    assert rules.calendar_of("dl").all_hours
    assert not rules.calendar_of("sj").all_hours
    assert rules.routed(situation("event:0405"), {}).to == "310115013"
    assert rules.numbers == CaseNumbers()
    assert set(rules.tables) == {Path(name).stem for name in TABLES}


def test_an_own_table_wins_and_has_another_mark(tmp_path: Path) -> None:
    shipped = table_marks(tmp_path)
    own(
        tmp_path,
        "rules.csv",
        "R-C0101,component:0101,2,owner_first,,gs",
        "R-C0101,component:0101,2,owner_first,,dl",
    )
    rules = read_decision_rules(read_district(tmp_path), tmp_path, on=ON)
    assert rules.routed(situation("component:0101"), {}).to == "dl"
    changed = {name for name, mark in rules.tables.items() if shipped[name] != mark}
    assert changed == {"rules"}


def test_a_row_counts_on_its_days_alone(tmp_path: Path) -> None:
    old = "R-C0101,component:0101,2,owner_first,,gs,,,,,,部件先属主,2026-1,2026-01-01,,"
    ended = old.replace("2026-01-01,,", "2026-01-01,2026-06-30,")
    begun = old.replace("gs", "dl").replace("2026-01-01", "2026-07-01")
    new = f"{ended}\n{begun}"
    own(tmp_path, "rules.csv", old, new)
    district = read_district(tmp_path)
    for on, to in [("2026-06-30", "gs"), ("2026-07-01", "dl")]:
        assert read_decision_rules(district, tmp_path, on=on).routed(situation("component:0101"), {}).to == to


@pytest.mark.parametrize(
    ("name", "old", "new", "named"),
    [
        ("rules.csv", "component:0101,2,", "component:0101,0,", r"rules\.csv: row 2, priority"),
        ("standards.csv", "component:0101,1,", "component:0101,one,", r"standards\.csv: row 2, no"),
        ("agencies.csv", "department,yes,yes,300", "club,yes,yes,300", r"agencies\.csv: row 2, kind"),
        ("categories.csv", "component,0101,", "thing,0101,", r"categories\.csv: row 2, kind"),
        ("register.csv", "L2_2_6,component:0103", "L2,component:0103", r"register\.csv: row 2, layout"),
    ],
)
def test_what_is_wrong_in_a_table_is_named_with_file_and_row(
    tmp_path: Path, name: str, old: str, new: str, named: str
) -> None:
    own(tmp_path, name, old, new)
    district = read_district(tmp_path)
    with pytest.raises(DistrictError, match=named):
        read_decision_rules(district, tmp_path, on=ON)


def test_the_numbers_of_the_centre_win_and_the_others_are_defaults(tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text(
        '[cases]\nbounces = 3\nruling_s = 3600\nremote_checks = ["video"]\n', encoding="utf-8"
    )
    numbers = read_decision_rules(read_district(tmp_path), tmp_path, on=ON).numbers
    assert (numbers.bounces, numbers.ruling_s, numbers.remote_checks) == (3, 3600.0, ("video",))
    assert numbers.verify_s == CaseNumbers().verify_s


@pytest.mark.parametrize(
    ("key", "value", "named"),
    [
        ("bounce", 3, "cases.bounce: there is no such number; expected one of accept_s"),
        ("bounces", 0, "cases.bounces: expected a number above 0, got 0"),
        ("bounces", 2.5, r"bounces"),
        ("ruling_s", "1h", r"ruling_s"),
        ("ruling_s", -1, r"cases.ruling_s: expected a number above 0"),
        ("accept_s", float("nan"), "cases.accept_s: expected a number above 0, got nan"),
        ("accept_s", float("inf"), "cases.accept_s: expected a number above 0, got inf"),
        ("near_m", True, r"near_m"),
        ("remote_checks", ["phone"], "cases.remote_checks: expected some of video"),
    ],
)
def test_a_wrong_number_is_named_by_its_key(key: str, value: object, named: str) -> None:
    with pytest.raises(DistrictError, match=named):
        case_numbers({key: value})


def test_today_is_an_iso_date_of_the_district(tmp_path: Path) -> None:
    assert len(today(read_district(tmp_path))) == len(ON)


def test_the_districts_road_names_are_those_of_its_map_and_tables(tmp_path: Path) -> None:
    roads = read_decision_rules(read_district(tmp_path), tmp_path).roads
    assert {"世纪大道", "张杨路", "东三里桥路"} <= roads
    assert not [road for road in roads if "/" in road]


def test_the_task_templates_are_read_and_an_own_table_wins(tmp_path: Path) -> None:
    district = read_district(tmp_path)
    shipped = read_decision_rules(district, tmp_path, on=ON).linkage
    text = static.path("tables/linkage/fire.csv").read_text(encoding="utf-8")
    (tmp_path / "linkage").mkdir()
    (tmp_path / "linkage" / "fire.csv").write_text("\n".join(text.splitlines()[:3]), encoding="utf-8")
    own_rules = read_decision_rules(district, tmp_path, on=ON).linkage
    assert (len(shipped.rows("fire")), len(own_rules.rows("fire"))) == (11, 2)
    assert shipped.rows("crowd") == own_rules.rows("crowd")
    changed = {name for name, mark in own_rules.tables.items() if shipped.tables[name] != mark}
    assert changed == {"linkage/fire"}
    linkage = {f"linkage/{kind}" for kind in shipped.kinds}
    assert {*shipped.tables} == {"street_places", "water_lines", "rain_lines", "incident_kinds"} | linkage


def test_what_is_wrong_in_a_template_or_missing_is_named(tmp_path: Path) -> None:
    district = read_district(tmp_path)
    (tmp_path / "linkage").mkdir()
    text = static.path("tables/linkage/fire.csv").read_text(encoding="utf-8")
    own_table = tmp_path / "linkage" / "fire.csv"
    own_table.write_text(text.replace(",P1,", ",P0,", 1), encoding="utf-8")
    with pytest.raises(DistrictError, match=r"^linkage/fire\.csv: row 2, priority: expected P1, P2, P3"):
        read_decision_rules(district, tmp_path, on=ON)
    own_table.write_bytes("编码".encode("gbk"))
    with pytest.raises(DistrictError, match=r"^linkage/fire\.csv: row 1, 1: expected CSV in UTF-8"):
        read_decision_rules(district, tmp_path, on=ON)
    own_table.unlink()
    own(tmp_path, "incident_kinds.csv", "\nfire,", "\ncomet,")
    with pytest.raises(DistrictError, match=r"^linkage/comet\.csv: missing; every incident type"):
        read_decision_rules(district, tmp_path, on=ON)
