"""What one benchmark found, as a file in ``docs/benchmarks/``: with its command, date and machine."""

import statistics
from pathlib import Path
from typing import Any

import msgspec

__all__ = ["Result", "flat", "medians", "read_results", "write_result"]


class Result(msgspec.Struct, frozen=True):
    """One benchmark's newest run; ``figures`` is empty when it failed, and ``failure`` says why."""

    name: str
    command: str
    date: str
    machine: str
    load: float
    """Programs that wanted the processor when it began (one minute's average)."""
    stolen_pct: float
    """Share of the processor time that the host gave to others meanwhile."""
    seconds: float
    runs: int
    figures: dict[str, Any] = {}
    failure: str = ""


def write_result(folder: Path, result: Result) -> None:
    """Write the file of one benchmark; an older result of it is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    text = msgspec.json.format(msgspec.json.encode(result), indent=2)
    (folder / f"{result.name}.json").write_bytes(text + b"\n")


def read_results(folder: Path) -> dict[str, Result]:
    """Return the results by name. Raises msgspec.ValidationError for a file that is not one."""
    files = sorted(folder.glob("*.json"))
    return {path.stem: msgspec.json.decode(path.read_bytes(), type=Result) for path in files}


def flat(figures: dict[str, Any], before: str = "") -> dict[str, Any]:
    """Return nested figures with dotted keys; entries of a list are numbered from 0."""
    found: dict[str, Any] = {}
    for key, value in figures.items():
        inner = dict(enumerate(value)) if isinstance(value, list) else value
        if isinstance(inner, dict):
            found |= flat({str(name): one for name, one in inner.items()}, f"{before}{key}.")
        else:
            found[before + key] = value
    return found


def medians(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures of several runs as one: the median of each number, else what the last run said."""
    found: dict[str, Any] = {}
    for key, last in runs[-1].items():
        values = [run[key] for run in runs if key in run]
        if isinstance(last, dict):
            found[key] = medians([value for value in values if isinstance(value, dict)])
        elif _is_number(last) and all(map(_is_number, values)):
            found[key] = statistics.median(values)
        else:
            found[key] = last
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
