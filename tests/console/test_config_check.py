"""``citywall config check`` names what is wrong in the tables that cases are dispatched by."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

import static
from console.commands.config import config
from tests.invented_grids import GRIDS, grid, square


def check(data_dir: Path) -> tuple[int, str]:
    result = CliRunner().invoke(config, ["check", "--data-dir", str(data_dir)])
    return result.exit_code, result.output


@pytest.mark.parametrize(
    ("name", "old", "new", "named"),
    [
        ("rules.csv", "R-C0101,component:0101,2,owner_first,,gs", "R-C0101,component:0101,2,owner_first,,zz",
         "rules.csv, row 2, lead: there is no agency 'zz'"),
        ("sites.csv", "2026-1,2026-01-01,\n", "2026-1,2026-01-01,2026-01-31\n",
         "sites.csv, row 2, valid_to: it ended on 2026-01-31"),
        ("standards.csv", "yes,60,", "yes,,", "standards.csv, row 2, make_safe_min: it is empty"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_named(tmp_path: Path, name: str, old: str, new: str, named: str) -> None:
    text = static.path(f"tables/{name}").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    code, output = check(tmp_path)
    assert code == 1
    assert named in output


def test_a_wrong_number_of_cases_is_named_by_its_key(tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text("[cases]\nbounces = 0\n", encoding="utf-8")
    code, output = check(tmp_path)
    assert code == 1
    assert "city.toml: cases.bounces: expected a number above 0" in output
    assert "1 to mend" in output


@pytest.mark.parametrize("name", ["agencies.csv", "rules.csv", "sites.csv", "calendars.csv", "roster.csv"])
def test_a_table_that_is_no_text_is_named_once_and_others_are_looked_at(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes("编码".encode("gbk"))
    text = static.path("tables/standards.csv").read_text(encoding="utf-8")
    (tmp_path / "standards.csv").write_text(text.replace("yes,60,", "yes,,", 1), encoding="utf-8")
    code, output = check(tmp_path)
    assert code == 1
    [line] = [line for line in output.splitlines() if name in line]
    assert "row 1, 1: expected CSV in UTF-8; it seems to be GB18030: save it as UTF-8" in line
    assert "standards.csv, row 2, make_safe_min" in output


@pytest.mark.parametrize(("line", "named"), [
    ("shift_lead,王××,,,10:00,11:00,,", "roster.csv: row 157, from: two persons at shift_lead"),
    ("seat,王××,林业,,08:30,20:30,,", "roster.csv: row 157, seat: there is no agency '林业'"),
    ("rotating_leader,王××,,,08:30,20:30,,", "roster.csv: row 157, to: nobody at rotating_leader"),
    ("seat,王××,,,08:30,20:30,,", "roster.csv: row 157, seat: only rows of role seat have one"),
])  # fmt: skip
def test_a_faulty_roster_is_named_by_row_and_column(tmp_path: Path, line: str, named: str) -> None:
    shipped = static.path("tables/roster.csv").read_text(encoding="utf-8").splitlines()
    rows = [row for row in shipped if not row.startswith("rotating_leader,")]
    (tmp_path / "roster.csv").write_text("\n".join((*rows, line, "")), encoding="utf-8")
    code, output = check(tmp_path)
    assert code == 1
    assert named in output


@pytest.mark.parametrize("holder", ["nosuch", "310115999", ""])
def test_a_calendar_of_nobody_is_named(tmp_path: Path, holder: str) -> None:
    rows = "".join(f"{one},2026-10-01,rest,,,\n" for one in ("dl", "310115005", "*", holder))
    (tmp_path / "calendars.csv").write_text(f"holder,date,kind,from,to,note\n{rows}", encoding="utf-8")
    code, output = check(tmp_path)
    assert (code, output.count("calendars.csv")) == (1, 1)
    assert f"calendars.csv, row 5, holder: there is no agency or street '{holder}'" in output


def test_a_wrong_calendar_is_named(tmp_path: Path) -> None:
    (tmp_path / "calendars.csv").write_text(
        "holder,date,kind,from,to,note\ndl,2026-13-01,rest,,,\n", encoding="utf-8"
    )
    code, output = check(tmp_path)
    assert code == 1
    assert "calendars.csv" in output


def test_grids_that_are_right_are_good(tmp_path: Path) -> None:
    (tmp_path / "grids.geojson").write_bytes(msgspec.json.encode(GRIDS))
    assert check(tmp_path) == (0, "good\n")


@pytest.mark.parametrize(
    ("told", "named"),
    [
        (b"[", ["grids.geojson: expected GeoJSON"]),
        (b"null", ["grids.geojson: features: "]),
        ([grid("310115", square(121.5, 31.2, 121.6, 31.3)), grid("310115004001002", [[121.5, 31.2]])],
         ["grids.geojson: features[2]: properties.code", "features[3]: geometry.coordinates: ring 0"]),
        ([grid(code, square(121.5, 31.2, 121.6, 31.3)) for code in ["310115004001009"] * 2],
         ["grids.geojson: features[3]: properties.code: 310115004001009"]),
        ([grid("310115004001009", [[1.5, 31.2], [1.6, 31.3], [1.6, 31.2], [1.5, 31.3], [1.5, 31.2]])],
         ["grids.geojson: features[2]: geometry.coordinates: Self-intersection[1.55 31.25"]),
    ],
)  # fmt: skip
def test_wrong_grids_are_named_by_feature_and_field(tmp_path: Path, told: Any, named: list[str]) -> None:
    if isinstance(told, list):
        told = msgspec.json.encode({"features": [*GRIDS["features"], *told]})
    (tmp_path / "grids.geojson").write_bytes(told)
    code, output = check(tmp_path)
    assert code == 1
    assert f"{len(named)} to mend" in output
    assert [problem for problem in named if problem not in output] == []


def test_a_wrong_task_template_is_named(tmp_path: Path) -> None:
    text = static.path("tables/linkage/fire.csv").read_text(encoding="utf-8")
    assert "1,xf,extinguish,P1,5,15," in text
    (tmp_path / "linkage").mkdir()
    (tmp_path / "linkage" / "fire.csv").write_text(
        text.replace("1,xf,extinguish,P1,5,15,", "1,zz,extinguish,P1,5,,"), encoding="utf-8"
    )
    (tmp_path / "linkage" / "comet.csv").write_text("row\n", encoding="utf-8")
    code, output = check(tmp_path)
    assert code == 1
    assert output.splitlines() == [
        "incident_kinds.csv, row 6, needs: linkage/fire.csv has no task of xf (消防) at every grade",
        "linkage/comet.csv: no row of incident_kinds.csv has the key of this file",
        "linkage/fire.csv, row 2, agency: there is no agency 'zz'",
        "linkage/fire.csv, row 2, arrive_min: it is empty, and the priority is P1",
        "Error: 4 to mend",
    ]


def test_wrong_numbers_of_linkage_and_duty_are_named(tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text(
        '[linkage]\nrepeat_share = 2\n[duty]\nday_starts = "8"\n', encoding="utf-8"
    )
    code, output = check(tmp_path)
    assert code == 1
    assert "linkage.repeat_share: expected at most 1" in output
    assert "duty.day_starts: expected HH:MM" in output


def test_wrong_files_of_cameras_and_detections_are_named(tmp_path: Path) -> None:
    (tmp_path / "cameras.toml").write_text('[cameras.K1]\naddress = "ftp://a"\n', encoding="utf-8")
    (tmp_path / "city.toml").write_text("[video]\nview_s = 0\n", encoding="utf-8")
    table = static.path("tables/detection_classes.csv").read_text(encoding="utf-8")
    wrong = table.replace("event:0405,no,0.7,60,15,street", "event:0499,no,7,60,15,street", 1)
    (tmp_path / "detection_classes.csv").write_text(wrong, encoding="utf-8")
    code, output = check(tmp_path)
    assert code == 1
    assert "cameras.toml: cameras.K1.address: expected an address of rtsp" in output
    assert "city.toml: video.view_s: expected a number above 0" in output
    assert "detection_classes.csv, row 2, confidence: expected a number from 0 to 1, got '7'" in output


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("event:0405,no", "event:0499,no", "row 2, class: there is no class 'event:0499'"),
        ("60,15,street", "60,15,zz", "row 2, notice_to: there is no agency 'zz'"),
        ("60,15,street", "60,15,", "row 2, notice_to: expected street or the code of an agency"),
        ("event:0698,yes,0.6,30,,", "event:0698,yes,0.6,30,15,street", "notice_min: expected an empty cell"),
        ("unlicensed_vendor,", "shop_overflow,", "row 3, detection: shop_overflow is in row 2 already"),
    ],
)
def test_a_wrong_class_of_detections_is_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    table = static.path("tables/detection_classes.csv").read_text(encoding="utf-8")
    assert old in table
    (tmp_path / "detection_classes.csv").write_text(table.replace(old, new, 1), encoding="utf-8")
    code, output = check(tmp_path)
    assert code == 1
    assert named in output
