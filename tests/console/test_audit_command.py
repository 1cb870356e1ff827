import csv
import io
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from city.state.row_keys import row_key_of
from console.cli import citywall
from feeds.ledger.segments import Segments
from tests.lives import COVER, INTAKE, Lives

MORNING = 1_780_963_200.0  # 2026-06-09 08:00 in Shanghai
DAY = 86_400.0


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """A stopped city of two cases, reported on two days; one reporter was looked at."""
    life = Lives(MORNING)
    first = life.report("hotline/1", category=COVER, reporter_ref="p_1")
    life.did(first, "file", INTAKE)
    life.now += DAY
    life.did(first, "reveal", INTAKE, purpose="call_back")
    life.report("hotline/2")
    Segments(tmp_path / "ledger").write(life.rows)
    return tmp_path


def export(data_dir: Path, *options: str) -> list[dict[str, str]]:
    done = CliRunner().invoke(
        citywall, ["audit", "export", "--format", "csv", "--data-dir", str(data_dir), *options]
    )
    assert done.exit_code == 0, done.output
    return list(csv.DictReader(io.StringIO(done.output)))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--case", "hotline/2"], ["CaseReported"]),
        (["--case", row_key_of("hotline/1"), "--type", "CaseFiled"], ["CaseFiled"]),
        (["--until", "2026-06-10"], ["CaseReported", "CaseFiled", "MakeSafeOrdered", "CaseDispatched"]),
        (["--since", "2026-06-10"], ["PersonRevealed", "CaseReported"]),
        (
            ["--since", "2026-06-10T08:00:00+08:00", "--until", "2026-06-11"],
            ["PersonRevealed", "CaseReported"],
        ),
        (["--since", "2026-06-10T08:00:01+08:00"], []),
        (["--type", "CaseFiled", "--type", "PersonRevealed"], ["CaseFiled", "PersonRevealed"]),
    ],
)
def test_an_export_tells_what_is_asked_for(city: Path, options: list[str], expected: list[str]) -> None:
    assert [row["type"] for row in export(city, *options)] == expected


def test_an_export_says_who_saw_which_personal_field(city: Path) -> None:
    told = export(city, "--people")
    assert {(row["actor"], row["ref"], row["purpose"]) for row in told} == {("he", "p_1", "call_back")}
    assert {"name", "phone"} <= {row["field"] for row in told}


def test_a_moment_that_is_none_is_named(tmp_path: Path) -> None:
    arguments: list[Any] = ["audit", "export", "--since", "yesterday", "--data-dir", str(tmp_path)]
    done = CliRunner().invoke(citywall, arguments)
    assert done.exit_code == 2
    assert "--since" in done.output
    assert "yesterday" in done.output
