"""Writes ``docs/benchmarks.md`` from results: what is missing is said to be missing."""

from collections.abc import Mapping
from typing import Any

from benchmarks.report.results import Result, flat
from benchmarks.report.targets import TARGETS, Target, number

__all__ = ["benchmarks_page"]

INTRO = """# Benchmarks

Written by `make bench` from the results in `docs/benchmarks/*.json`, not by hand. Every benchmark is a
program that anyone can run: the commands are below. A figure belongs to the machine, the date and the load
in its row; on a busy machine times are longer. *Load* is the number of programs that wanted the processor
when it began; *stolen* is the share of the processor time that the host gave to others. With `--quick` a
benchmark does less: fewer rounds, smaller sizes, or not all of its figures; targets are for the whole of it.
"""


def benchmarks_page(results: Mapping[str, Result], told: Mapping[str, str], plots: Mapping[str, str]) -> str:
    """Return the page; ``told``: every benchmark and its description, ``plots``: file and its caption."""
    figures = {name: flat(result.figures) for name, result in results.items()}
    parts = [INTRO, *_targets(results, figures)]
    parts += [f"![{caption}](benchmarks/{name})\n" for name, caption in plots.items()]
    parts += ["## The runs\n", *_runs(results, told)]
    for name in sorted(told.keys() | results.keys()):
        parts += _all_figures(name, told.get(name, ""), results.get(name), figures.get(name, {}))
    return "\n".join(parts)


def _targets(results: Mapping[str, Result], figures: Mapping[str, dict[str, Any]]) -> list[str]:
    rows = [
        "## Targets\n",
        "| benchmark | figure | value | target on 2 cores | met |",
        "|---|---|---|---|---|",
    ]
    for target in TARGETS:
        value, met = _judged(target, results.get(target.benchmark), figures.get(target.benchmark, {}))
        rows.append(f"| {target.benchmark} | `{target.key}` | {value} | {target} | {met} |")
    return [*rows, ""]


def _judged(target: Target, result: Result | None, figures: dict[str, Any]) -> tuple[str, str]:
    value = number(figures, target.key)
    if value is not None:
        return _shown(value), "yes" if target.is_met(value) else "**no**"
    if result is None:
        return "missing: never run", "unknown"
    return f"missing: {_cell(result.failure or 'not in the result')}", "unknown"


def _runs(results: Mapping[str, Result], told: Mapping[str, str]) -> list[str]:
    rows = [
        "| benchmark | date | took, s | runs | load | stolen, % | machine | command |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name in sorted(told.keys() | results.keys()):
        one = results.get(name)
        if one is None:
            rows.append(f"| {name} | missing: never run | | | | | | |")
            continue
        rows.append(
            f"| {name} | {one.date} | {one.seconds:g} | {one.runs if not one.failure else 'failed'} |"
            f" {one.load:g} | {one.stolen_pct:g} | {_cell(one.machine)} | `{one.command}` |"
        )
    return [*rows, ""]


def _all_figures(name: str, about: str, result: Result | None, figures: dict[str, Any]) -> list[str]:
    head = [f"## {name}\n", *([about.rstrip(".") + ".\n"] if about else [])]
    if result is None:
        return [*head, "Missing: never run.\n"]
    if result.failure:
        return [*head, f"Missing: {_cell(result.failure)} ({result.date}).\n"]
    rows = [f"| `{key}` | {_cell(_shown(value))} |" for key, value in figures.items()]
    return [*head, "| figure | value |", "|---|---|", *rows, ""]


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 10_000 else f"{value:.0f}"
    return str(value)


def _cell(text: str) -> str:
    """Return a text that stays in its cell and is no markup."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")[:300]
