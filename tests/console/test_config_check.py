"""``citywall config check`` names what is wrong in the tables that cases are dispatched by."""

from pathlib import Path

import pytest
from click.testing import CliRunner

import static
from console.commands.config import config


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


def test_a_wrong_calendar_is_named(tmp_path: Path) -> None:
    (tmp_path / "calendars.csv").write_text(
        "holder,date,kind,from,to,note\ndl,2026-13-01,rest,,,\n", encoding="utf-8"
    )
    code, output = check(tmp_path)
    assert code == 1
    assert "calendars.csv" in output
