"""Checks of the sensors' tables for ``config check``: every problem with its file, row and column."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from city.dispatch.tables.cells import Cells, Problem, read_valid_rows
from city.dispatch.tables.sensor_tables import (
    BASELINES,
    BandRow,
    MetricRow,
    ThresholdRow,
    band_rows,
    metric_row,
    threshold_row,
)
from city.sensing.rules import Band

__all__ = ["check_sensor_tables"]

Row = Mapping[str, str]
Numbered = list[tuple[int, Any]]

_DAYS: Final = ("version", "valid_from", "valid_to")
COLUMNS: Final = {
    "metrics.csv": (
        "code", "name_zh", "name_en", "unit", "valid_min", "valid_max", "precision", "stuck_s", *_DAYS,
    ),
    "thresholds.csv": (
        "id", "scope", "metric", "op", "value", "upper", "window_s", "clear", "hold_count", "hold_s", "level",
        "action", "class", *_DAYS,
    ),
    BASELINES: (
        "scope", "metric", "band_kind", "band_from", "band_to", "low", "high", "source", "version",
        "valid_from",
    ),
}  # fmt: skip
"""File → its required columns; others are remarks."""
SHOWN: Final = 50
"""The most problems of one file that are listed: a wrong program writes tens of thousands."""


def check_sensor_tables(
    rows: Callable[[str], Iterable[Row]], *, classes: Collection[str], streets: Collection[str], on: str
) -> list[Problem]:
    """Return the problems of the three tables; ``rows`` returns the rows of a file, ``on`` is today.

    ``classes`` are the keys of categories.csv, ``streets`` the district's codes (() = unknown).
    """
    read: dict[str, Numbered] = {}
    problems: list[Problem] = []
    for file, columns in COLUMNS.items():
        try:
            every = list(rows(file))
        except (ValueError, OSError) as error:
            problems.append(Problem(file, 0, "", str(error).rpartition(f"{file}: ")[2]))
            continue
        missing = [column for column in columns if every and column not in every[0]]
        problems += [Problem(file, 1, column, "the table has no such column") for column in missing]
        read[file], wrong = _rows(file, [] if missing else every)
        problems += wrong
    if len(read) < len(COLUMNS):
        return sorted(problems)
    metrics = {row.metric.code for _, row in read["metrics.csv"]}
    for found in (
        _same_metrics(read["metrics.csv"]), _thresholds(read["thresholds.csv"], metrics, classes, streets),
        _bands(read[BASELINES], metrics), _expired(read, on), _without_baseline(read),
    ):  # fmt: skip
        problems += found
    return _shortened(sorted(set(problems)))


def _rows(file: str, every: list[Row]) -> tuple[Numbered, list[Problem]]:
    if file == BASELINES:
        found, wrong = band_rows(every)
        return list(found), [Problem(file, number, error.column, error.what) for number, error in wrong]
    reader: Callable[[Cells], Any] = metric_row if file == "metrics.csv" else threshold_row
    return read_valid_rows(every, reader, file=file)


def _shortened(problems: list[Problem]) -> list[Problem]:
    kept: list[Problem] = []
    for file in COLUMNS:
        mine = [one for one in problems if one.file == file]
        kept += mine[:SHOWN]
        if len(mine) > SHOWN:
            kept.append(Problem(file, 0, "", f"{len(mine) - SHOWN} more problems"))
    return kept


def _overlap(one: Any, other: Any) -> bool:
    begins = max(one.valid_from, other.valid_from)
    return all(not end or begins <= end for end in (one.valid_to, other.valid_to))


def _same_metrics(rows: list[tuple[int, MetricRow]]) -> Iterator[Problem]:
    yield from _repeated("metrics.csv", "code", rows, lambda row: row.metric.code)


def _repeated(file: str, column: str, rows: Numbered, name: Callable[[Any], Any]) -> Iterator[Problem]:
    seen: dict[Any, list[tuple[int, Any]]] = {}
    for number, row in rows:
        same = seen.setdefault(name(row), [])
        first = next((earlier for earlier, other in same if _overlap(row, other)), None)
        if first is not None:
            told = name(row)
            what = told if isinstance(told, str) else " ".join(told)
            yield Problem(file, number, column, f"{what} is in row {first} already")
        same.append((number, row))


def _thresholds(
    rows: list[tuple[int, ThresholdRow]], metrics: Collection[str], classes: Collection[str],
    streets: Collection[str],
) -> Iterator[Problem]:  # fmt: skip
    file = "thresholds.csv"
    yield from _repeated(file, "id", rows, lambda row: row.threshold.id)
    yield from _repeated(
        file, "level", rows,
        lambda row: (row.threshold.scope, row.threshold.metric, row.threshold.op, row.threshold.level),
    )  # fmt: skip
    for number, row in rows:
        one = row.threshold
        if one.metric not in metrics:
            yield Problem(file, number, "metric", f"there is no metric {one.metric!r} in metrics.csv")
        if one.category and one.category not in classes:
            yield Problem(file, number, "class", f"there is no class {one.category!r} in categories.csv")
        kind, _, name = one.scope.partition(":")
        if kind == "street" and streets and name not in streets:
            yield Problem(file, number, "scope", f"there is no street {name!r}")


def _bands(rows: list[tuple[int, BandRow]], metrics: Collection[str]) -> Iterator[Problem]:
    seen: dict[tuple[str, str], list[tuple[int, BandRow]]] = {}
    for number, row in rows:
        if row.metric not in metrics:
            yield Problem(BASELINES, number, "metric", f"there is no metric {row.metric!r} in metrics.csv")
        if row.scope.startswith("street:"):
            yield Problem(BASELINES, number, "scope", "expected device:<id> or class:<device class>")
        same = seen.setdefault((row.scope, row.metric), [])
        for earlier, other in same:
            if row.band.kind != other.band.kind:
                what = f"row {earlier} has another band_kind for the same scope and metric"
                yield Problem(BASELINES, number, "band_kind", what)
                break
            if _bands_meet(row.band, other.band):
                what = f"it overlaps the band of row {earlier}: a value must be in one band"
                yield Problem(BASELINES, number, "band_from", what)
                break
        same.append((number, row))


def _bands_meet(one: Band, other: Band) -> bool:
    if one.kind == "none":
        return True
    return one.holds(other.begin) or other.holds(one.begin)


def _expired(read: Mapping[str, Numbered], on: str) -> Iterator[Problem]:
    for file, rows in read.items():
        for number, row in rows:
            last = getattr(row, "valid_to", "")
            if last and last < on:
                yield Problem(file, number, "valid_to", f"it ended on {last}: extend it or remove the row")


def _without_baseline(read: Mapping[str, Numbered]) -> Iterator[Problem]:
    """A threshold on the baseline of a metric for which no baseline stands judges nothing."""
    known = {row.metric for _, row in read[BASELINES]}
    for number, row in read["thresholds.csv"]:
        if row.threshold.is_baseline and row.threshold.metric not in known:
            what = f"there is no baseline of {row.threshold.metric!r} in {BASELINES}"
            yield Problem("thresholds.csv", number, "value", what)
