"""The page of benchmarks says what was measured, what is missing, and invents nothing."""

import ast
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from benchmarks.report import run
from benchmarks.report.__main__ import write_page
from benchmarks.report.page import benchmarks_page
from benchmarks.report.plots import write_plots
from benchmarks.report.results import Result, flat, medians, read_results, write_result
from benchmarks.report.run import ROOT, benchmark_modules, run_benchmark
from benchmarks.report.targets import TARGETS, Target


def result(name: str, figures: dict[str, Any] | None = None, failure: str = "") -> Result:
    return Result(
        name=name, command=f"python -m benchmarks.{name} --json --quick", date="2026-11-30 02:10 UTC",
        machine="2 cores, a | b", load=0.1, stolen_pct=0.4, seconds=31.5, runs=1,
        figures=figures or {}, failure=failure,
    )  # fmt: skip


def row_of(page: str, benchmark: str, key: str) -> str:
    (found,) = re.findall(rf"^\| {benchmark} \| `{key}` .*$", page, re.M)
    return str(found)


def test_a_target_is_met_or_not_by_its_own_direction() -> None:
    results = {"heat": result("heat", {"ratio_viewers": 99.4, "refresh_ms": 10})}
    page = benchmarks_page(results, {}, {})
    assert row_of(page, "heat", "ratio_viewers") == "| heat | `ratio_viewers` | 99.4 | ≥ 100 | **no** |"
    assert row_of(page, "heat", "refresh_ms") == "| heat | `refresh_ms` | 10 | ≤ 10 | yes |"


def test_what_is_missing_is_said_to_be_missing() -> None:
    results = {"act": result("act", failure="not ready after 120 s"), "flow": result("flow", {"p50_ms": 9.5})}
    page = benchmarks_page(results, {"act": "Orders", "flow": "Sends", "fold": "Starts"}, {})
    assert "missing: not ready after 120 s | ≤ 40 | unknown" in row_of(page, "act", "answer_p99_ms")
    assert "missing: not in the result" in row_of(page, "flow", "p99_ms")
    assert "missing: never run" in row_of(page, "fold", "whole_s")
    assert "| fold | missing: never run |" in page
    assert "Missing: not ready after 120 s (2026-11-30 02:10 UTC)." in page
    assert len(re.findall(r"\| unknown \|$", page, re.M)) == len(TARGETS) - 1


def test_a_value_that_is_no_number_is_missing_too() -> None:
    page = benchmarks_page({"flow": result("flow", {"p50_ms": float("nan"), "p99_ms": True})}, {}, {})
    assert "missing" in row_of(page, "flow", "p50_ms")
    assert "missing" in row_of(page, "flow", "p99_ms")


def test_a_run_stands_with_its_date_machine_and_command() -> None:
    page = benchmarks_page({"fold": result("fold", {"gateway": {"rss_mb": 80.5}})}, {}, {})
    assert (
        "| fold | 2026-11-30 02:10 UTC | 31.5 | 1 | 0.1 | 0.4 | 2 cores, a \\| b |"
        " `python -m benchmarks.fold --json --quick` |" in page
    )
    assert "| `gateway.rss_mb` | 80.5 |" in page


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    told = {"heat": result("heat", {"a": [{"b": 1}]}), "act": result("act", failure="exit code 1: no")}
    for one in told.values():
        write_result(tmp_path, one)
    assert read_results(tmp_path) == told


def test_several_runs_are_given_by_their_medians() -> None:
    runs: list[dict[str, Any]] = [
        {"p50": number, "stock": {"p50": -number}, "ok": True, "machine": "x"} for number in (3, 1, 2)
    ]
    assert medians(runs) == {"p50": 2, "stock": {"p50": -2}, "ok": True, "machine": "x"}


def test_nested_figures_get_dotted_keys() -> None:
    assert flat({"a": {"b": 1}, "c": [{"d": 2}, 3]}) == {"a.b": 1, "c.0.d": 2, "c.1": 3}


def test_the_share_of_a_limit_goes_over_one_where_it_is_not_met() -> None:
    assert Target("x", "k", 10).used(20) == 2
    assert Target("x", "k", 10, at_least=True).used(5) == 2
    assert Target("x", "k", 10, at_least=True).used(0) == float("inf")
    assert (Target("x", "lost", 0).used(0), Target("x", "lost", 0).used(1)) == (0, float("inf"))


def test_plots_are_svg_and_the_same_for_the_same_figures(tmp_path: Path) -> None:
    figures = {"p50_ms": 20.0, "p99_ms": 200.0, "stock": {"p50_ms": 40.0, "p99_ms": 90.0}}
    results = {"flow": result("flow", figures)}
    captions = write_plots(tmp_path, results)
    assert set(captions) == {"targets.svg", "peers.svg"}
    first = {name: (tmp_path / name).read_bytes() for name in captions}
    assert all(ET.fromstring(one).tag.endswith("svg") for one in first.values())
    assert "flow p99_ms = 200 (≤ 120)".encode() in first["targets.svg"]
    write_plots(tmp_path, results)
    assert first == {name: (tmp_path / name).read_bytes() for name in captions}
    assert write_plots(tmp_path, {}) == {}
    assert list(tmp_path.iterdir()) == []  # a plot of figures that are gone goes too


def test_every_benchmark_takes_json_and_quick() -> None:
    modules = benchmark_modules()
    assert {"act", "flow", "fold", "heat", "screens"} <= set(modules)
    for module in modules.values():
        source = ROOT.joinpath(*module.split(".")).with_suffix(".py").read_text(encoding="utf-8")
        assert '"--quick"' in source, module
        assert ast.get_docstring(ast.parse(source)), module


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose modules are run as benchmarks."""
    monkeypatch.setattr(run, "ROOT", tmp_path)
    return tmp_path / "one.py"


def run_one(timeout_s: float = 180.0, runs: int = 1) -> Result:
    return run_benchmark("one", "one", options=("--quick",), timeout_s=timeout_s, runs=runs)


def test_the_last_json_object_that_it_prints_is_its_result(program: Path) -> None:
    program.write_text("import sys\nprint('hello')\nprint('{\"one\": {\"args\": %d}}' % len(sys.argv))\n")
    found = run_one(runs=2)
    assert (found.figures, found.failure, found.runs) == ({"args": 3}, "", 2)
    assert found.command == "python -m one --json --quick"


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("raise SystemExit('no server')", "exit code 1: no server"),
        ("print('fast')", "it printed no JSON object"),
        ("import time; time.sleep(60)", "not ready after 0.2 s"),
    ],
)
def test_a_benchmark_that_fails_says_why(program: Path, source: str, why: str) -> None:
    program.write_text(source)
    found = run_one(0.2 if "sleep" in source else 180.0)
    assert (found.figures, found.failure, found.runs) == ({}, why, 0)


def test_the_page_is_written_beside_its_results(tmp_path: Path) -> None:
    write_result(tmp_path / "benchmarks", result("flow", {"p50_ms": 20.0, "stock": {"p50_ms": 3.0}}))
    write_page(tmp_path, benchmark_modules())
    page = (tmp_path / "benchmarks.md").read_text(encoding="utf-8")
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", page)
    assert pictures == ["benchmarks/targets.svg", "benchmarks/peers.svg"]
    assert all((tmp_path / picture).exists() for picture in pictures)
    assert "| `stock.p50_ms` | 3 |" in page
