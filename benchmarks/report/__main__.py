"""Runs every benchmark, one after the other: ``python -m benchmarks.report``, or ``make bench``.

Each has ``--timeout`` seconds; one that fails is noted with its reason, and the next one follows. Every
result is written when it is there, with the page; ``--page-only`` writes the page anew from the results.
"""

import argparse
import sys
from pathlib import Path

from benchmarks.report.page import benchmarks_page
from benchmarks.report.plots import write_plots
from benchmarks.report.results import read_results, write_result
from benchmarks.report.run import ROOT, benchmark_modules, description_of, run_benchmark


def write_page(docs: Path, modules: dict[str, str]) -> None:
    """Write the plots and the page from the results in ``docs``."""
    folder = docs / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    results = read_results(folder)
    told = {name: description_of(module) for name, module in modules.items()}
    text = benchmarks_page(results, told, write_plots(folder, results))
    (docs / "benchmarks.md").write_text(text, encoding="utf-8")


def main() -> None:
    """Run what is asked for and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="comma-separated names; the others keep their results")
    parser.add_argument("--timeout", type=float, default=150.0, help="seconds of one run")
    parser.add_argument("--runs", type=int, default=1, help="runs of each; the medians are written")
    parser.add_argument("--full", action="store_true", help="without --quick; give a longer --timeout")
    parser.add_argument("--page-only", action="store_true", help="run nothing")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", help="where page and results go")
    asked = parser.parse_args()
    modules = benchmark_modules()
    names = [name for name in asked.only.split(",") if name] or list(modules)
    if unknown := sorted(set(names) - modules.keys()):
        parser.error(f"--only: no benchmark {', '.join(unknown)}; there are {', '.join(modules)}")
    if asked.runs < 1:
        parser.error(f"--runs: expected 1 or more, got {asked.runs}")
    for name in [] if asked.page_only else names:
        result = run_benchmark(
            name, modules[name], options=() if asked.full else ("--quick",),
            timeout_s=asked.timeout, runs=asked.runs,
        )  # fmt: skip
        write_result(asked.docs / "benchmarks", result)
        write_page(asked.docs, modules)
        print(f"{name}: {result.failure or 'measured'} ({result.seconds:g} s)", file=sys.stderr, flush=True)
    write_page(asked.docs, modules)


if __name__ == "__main__":
    main()
