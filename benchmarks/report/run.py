"""Finds the benchmarks and runs one as a program, for so long at most."""

import ast
import contextlib
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from benchmarks.cost import processor_time
from benchmarks.report.results import Result, medians

__all__ = ["benchmark_modules", "description_of", "machine_line", "run_benchmark"]

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[1]
END_S: Final = 15.0
"""So long may a benchmark that is told to end stop its servers and browsers."""


def benchmark_modules() -> dict[str, str]:
    """Return the module of each benchmark by its name: what is a program and prints JSON."""
    found = {}
    for path in sorted((ROOT / "benchmarks").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if path.parent != HERE and 'if __name__ == "__main__"' in text and '"--json"' in text:
            found[path.stem] = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return found


def description_of(module: str) -> str:
    """Return the first line of a benchmark's docstring, without importing it."""
    path = ROOT.joinpath(*module.split(".")).with_suffix(".py")
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.split("\n\n", 1)[0].replace("\n", " ").split(". ", 1)[0]


def machine_line() -> str:
    """Return what the figures depend on: cores, processor, Python, system."""
    model = platform.machine()
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    return f"{os.cpu_count()} cores, {model}, Python {platform.python_version()}, {platform.system()}"


def run_benchmark(
    name: str, module: str, *, options: tuple[str, ...], timeout_s: float, runs: int
) -> Result:  # fmt: skip
    """Run a benchmark and return what it printed, or why it printed nothing."""
    command = ["-m", module, "--json", *options]
    load, before, began = os.getloadavg()[0], _processor_time(), time.monotonic()
    date = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    found: list[dict[str, Any]] = []
    failure = ""
    while len(found) < runs and not failure:
        figures, failure = _once([sys.executable, *command], timeout_s)
        if not failure:
            found.append(figures)
    stolen, all_ = (after - at for after, at in zip(_processor_time(), before, strict=True))
    return Result(
        name=name, command=" ".join(["python", *command]), date=date, machine=machine_line(),
        load=round(load, 2), stolen_pct=round(100 * stolen / all_, 1) if all_ else 0.0,
        seconds=round(time.monotonic() - began, 1), runs=len(found),
        figures=medians(found) if found and not failure else {}, failure=failure,
    )  # fmt: skip


def _processor_time() -> tuple[float, float]:
    try:
        return processor_time()
    except (OSError, IndexError):  # not Linux
        return 0.0, 0.0


def _once(command: list[str], timeout_s: float) -> tuple[dict[str, Any], str]:
    """Return the figures and why there are none."""
    # Files, not pipes: a server that outlives its benchmark holds a pipe open, and reading it never ends.
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=out, stderr=errors, start_new_session=True,
            preexec_fn=_take_interrupts,
        )  # fmt: skip
        try:
            code = process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return {}, f"not ready after {timeout_s:g} s"
        finally:
            _end(process)
        out.seek(0)
        errors.seek(0)
        told = out.read().decode(errors="replace").splitlines()
        complaint = errors.read().decode(errors="replace").strip().splitlines()
    if code:
        return {}, f"exit code {code}: {complaint[-1] if complaint else 'it said nothing'}"
    for line in reversed(told):
        with contextlib.suppress(ValueError):
            figures = json.loads(line)
            if isinstance(figures, dict):
                inner = next(iter(figures.values())) if len(figures) == 1 else figures
                return (inner if isinstance(inner, dict) else figures), ""
    return {}, "it printed no JSON object"


def _take_interrupts() -> None:
    """What runs in the background ignores Ctrl-C, and so would all that it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the benchmark and every process that it left in its session."""
    with contextlib.suppress(ProcessLookupError):
        if process.poll() is None:
            process.send_signal(signal.SIGINT)  # as Ctrl-C: it stops its servers and browsers itself
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(END_S)
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
