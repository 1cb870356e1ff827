"""``citywall plan check``: exit status and text; and the data dir's plan in place of the shipped one."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import static
from console.commands.config import config
from console.commands.plan import plan
from console.deployment.decision_rules import read_decision_rules
from console.deployment.display_names import names_of
from console.deployment.district import DistrictError, read_district
from console.deployment.settings import read_settings
from layouts.catalogues import catalogue

SHIPPED = static.path("plans/flood_typhoon.toml").read_text(encoding="utf-8")


def check(*args: object) -> Result:
    return CliRunner().invoke(plan, ["check", *map(str, args)])


def own(folder: Path, document: str) -> Path:
    path = folder / "plans" / "flood_typhoon.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(document, encoding="utf-8")
    return path


def test_the_shipped_plan_is_good(tmp_path: Path) -> None:
    done = check("--data-dir", tmp_path)
    assert (done.exit_code, done.output) == (0, "good: flood_typhoon.toml\n")


def test_a_faulty_file_is_named_and_the_status_is_1(tmp_path: Path) -> None:
    path = own(tmp_path, SHIPPED.replace('agencies = ["sw"]', 'agencies = ["swx"]', 1))
    for done in (check(path, "--data-dir", tmp_path), check("--data-dir", tmp_path)):
        assert done.exit_code == 1
        assert "plans/flood_typhoon.toml, line 32: agencies: unknown agency 'swx'" in done.output
        assert "1 to mend" in done.output
    told = CliRunner().invoke(config, ["check", "--data-dir", str(tmp_path)])
    assert "unknown agency 'swx'" in told.output


def test_the_data_dirs_plan_replaces_the_shipped_one_with_its_texts_and_its_mark(tmp_path: Path) -> None:
    shipped = read_decision_rules(read_district(tmp_path), tmp_path).response
    own(tmp_path, SHIPPED.replace('version = "2026-1"', 'version = "own"').replace("总结评估", "复盘报告"))
    district = read_district(tmp_path)
    rules = read_decision_rules(district, tmp_path).response
    assert rules.plans["flood_typhoon"].version == "own"
    assert rules.tables.keys() == {"plans/flood_typhoon"}
    assert rules.tables != shipped.tables
    words = catalogue("zh", names_of(read_settings(data_dir=tmp_path), district))
    assert words["task.plan.flood_typhoon.902"] == "复盘报告"
    assert words["task_short.plan.flood_typhoon.401"] == "确认值班到岗"


def test_a_plan_that_cannot_be_used_stops_the_start_by_file_line_and_field(tmp_path: Path) -> None:
    own(tmp_path, SHIPPED.replace("due_min = 30", "", 1))
    with pytest.raises(DistrictError, match=r"plans/flood_typhoon\.toml, line \d+: due_min: missing"):
        read_decision_rules(read_district(tmp_path), tmp_path)
