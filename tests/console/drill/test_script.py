"""The script of a drill: what is wrong in the file is named by its line."""

from pathlib import Path

import pytest

import static
from console.drill.script import ScriptError, read_script
from console.drill.times import relative, seconds_of

HEAD = """landfall = "2026-09-16T07:00:00+08:00"
[title]
zh = "演练"
[[person]]
key = "lead"
name = "陈××（值班长）"
roles = ["shift_lead"]
[[device]]
device = "XLJ-1"
kind = "road_water_depth"
name = "一号下立交"
unit = "cm"
lon = 121.5
lat = 31.2
[[line]]
"""
LINE = HEAD.count("\n")


def faults(folder: Path, line: str) -> str:
    path = folder / "a.toml"
    path.write_text(HEAD + line, encoding="utf-8")
    with pytest.raises(ScriptError) as raised:
        read_script(path)
    return str(raised.value)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('at = "T"\nordr = "rule"', "unknown field `ordr`"),
        ('at = "T"\norder = "rulle"\nby = "lead"\non = "case:a/b"', "order: 'rulle' is no verb"),
        ('at = "T"\norder = "rule"\nby = "nobody"\non = "case:a/b"', "by: expected a person of this script"),
        ('at = "T"\norder = "rule"\nby = "lead"', "expected one of on, find"),
        ('at = "T"\norder = "rule"\nby = "lead"\non = "thing:1"', "on: expected <kind>:<id>, got 'thing:1'"),
        ('at = "T"\norder = "rule"\nby = "lead"\nfind = { things = {} }', "find: expected one of tasks"),
        (
            'at = "T"\norder = "rule"\nby = "lead"\non = "case:a/b"\nrefused = "no"',
            "refused: expected one of",
        ),
        ('at = "noon"\nnote = true', "expected T, T-36:00 or T+0:41:30, got 'noon'"),
        ('at = "T"', "expected one of warning"),
        ('at = "T"\nnote = true\ncheck = "level"\nwant = { rank = 1 }', "got check, note"),
        ('at = "T"\ncheck = "levels"', "check: expected one of count"),
        ('at = "T"\ncheck = "level"\nwant = { rnk = 1 }', "want: expected some of rank"),
        ('at = "T"\ncheck = "level"', "want: level needs rank"),
        ('at = "T"\ncheck = "count"\nwant = { of = "things" }', "want.of: expected one of tasks"),
        ('at = "T"\nreadings = { road_depth_cm = { "XLJ-9" = 3 } }', "'XLJ-9' is no [[device]]"),
        ('at = "T"\nstorm = "x"', "storm: expected the id of [storm], got 'x'"),
        ('at = "T"\nnote = true\nagain = "2:00 T-9:00"', "again: expected a span and a later time"),
    ],
)
def test_a_fault_names_the_line_and_what_was_expected(tmp_path: Path, line: str, told: str) -> None:
    found = faults(tmp_path, line)
    assert found.startswith(f"a.toml:{LINE}: ")
    assert told in found


def test_every_faulty_line_is_named_at_once(tmp_path: Path) -> None:
    found = faults(tmp_path, 'at = "noon"\nnote = true\n[[line]]\nat = "T"\n')
    assert [row.split(":")[1] for row in found.splitlines()] == [str(LINE), str(LINE + 3)]


def test_a_file_that_is_no_toml_and_a_wrong_head_are_named(tmp_path: Path) -> None:
    assert "a.toml" in faults(tmp_path, "at = ")
    path = tmp_path / "b.toml"
    path.write_text(HEAD.replace("landfall", "landfal"), encoding="utf-8")
    with pytest.raises(ScriptError, match="landfal"):
        read_script(path)


def test_lines_come_in_order_of_time_and_repeated_ones_as_often_as_they_happen(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    lines = 'at = "T+1:00"\nnote = true\n[[line]]\nat = "T-4:00"\nnote = true\nagain = "2:00 T"\n'
    path.write_text(HEAD + lines, encoding="utf-8")
    assert [line.at for line in read_script(path).line] == ["T-4:00", "T-2:00", "T+0:00", "T+1:00"]


@pytest.mark.parametrize("seconds", [-129_600.0, -60.0, 0.0, 2490.0, 30_600.0])
def test_a_time_reads_as_it_was_written(seconds: float) -> None:
    assert seconds_of(relative(seconds)) == seconds


def test_the_shipped_script_is_good_and_asserts_its_story() -> None:
    script = read_script(static.path("drills/typhoon.toml"))
    assert script.line[0].offset_s == -36 * 3600.0
    checks = {line.check for line in script.line if line.check}
    assert checks >= {"level", "proposed", "handover", "recovery", "underpasses", "relocated", "minutes"}
