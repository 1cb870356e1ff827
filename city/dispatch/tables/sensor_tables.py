"""The tables of sensors: ``metrics.csv``, ``thresholds.csv`` and ``baselines.csv`` (docs/sensors.md).

Numbers of a threshold or band are in the unit of its metric.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeVar

import msgspec

from city.dispatch.tables.cells import Cells, WrongCell, current, read_rows
from city.sensing.rules import ACTIONS, BAND_KINDS, OPS, Band, Metric, SensingRules, Threshold
from city.state.sensor_records import LEVELS

__all__ = [
    "BASELINES", "SENSOR_TABLES", "BandRow", "MetricRow", "ThresholdRow", "band_rows", "metric_row",
    "sensing_rules", "threshold_row",
]  # fmt: skip

T = TypeVar("T")
Row = Mapping[str, str]
BASELINES: Final = "baselines.csv"
SENSOR_TABLES: Final = ("metrics.csv", "thresholds.csv", BASELINES)
SCOPES: Final = ("device", "class", "street")
SOURCES: Final = ("design", "model", "expert", "regulation")
RAIN: Final = {"dry": (0.0, 1.0), "wet": (1.0, 2.0)}
SPANS: Final = {"hour_of_day": (0.0, 24.0), "season": (1.0, 13.0), "outdoor_temp": (-80.0, 80.0)}
LONGEST_S: Final = 30 * 86_400.0


class MetricRow(msgspec.Struct, frozen=True):
    """A row of ``metrics.csv``."""

    metric: Metric
    valid_from: str
    valid_to: str


class ThresholdRow(msgspec.Struct, frozen=True):
    """A row of ``thresholds.csv``."""

    threshold: Threshold
    valid_from: str
    valid_to: str


class BandRow(msgspec.Struct, frozen=True):
    """A row of ``baselines.csv``."""

    scope: str
    metric: str
    band: Band
    valid_from: str


def sensing_rules(
    rows: Callable[[str], Iterable[Row]], *, on: str, zone_offset_s: int
) -> SensingRules:  # fmt: skip
    """Return the rules of sensing that are valid on an ISO date; ``rows`` returns the rows of a file.

    Raises ValueError that names file, row, column and the expected value.
    """
    metrics = _read("metrics.csv", rows, lambda every: read_rows(every, metric_row))
    thresholds = _read("thresholds.csv", rows, lambda every: read_rows(every, threshold_row))
    bands = _read(BASELINES, rows, lambda every: _good(every))
    by_metric: dict[str, tuple[Threshold, ...]] = {}
    for row in thresholds:
        if current(row.valid_from, row.valid_to, on):
            one = row.threshold
            by_metric[one.metric] = (*by_metric.get(one.metric, ()), one)
    by_scope: dict[tuple[str, str], list[Band]] = {}
    for band in bands:
        if band.valid_from <= on:
            by_scope.setdefault((band.scope, band.metric), []).append(band.band)
    return SensingRules(
        {row.metric.code: row.metric for row in metrics if current(row.valid_from, row.valid_to, on)},
        by_metric, {key: tuple(found) for key, found in by_scope.items()}, zone_offset_s,
    )  # fmt: skip


def _read(file: str, rows: Callable[[str], Iterable[Row]], read: Callable[[Iterable[Row]], T]) -> T:
    try:
        return read(rows(file))
    except ValueError as error:
        raise ValueError(str(error) if str(error).startswith(file) else f"{file}: {error}") from error


def _good(rows: Iterable[Row]) -> list[BandRow]:
    found, wrong = band_rows(rows)
    if wrong:
        number, error = wrong[0]
        raise ValueError(f"row {number}, {error}") from error
    return [row for _, row in found]


def metric_row(cells: Cells) -> MetricRow:
    """Read a row of ``metrics.csv``."""
    code = cells.text("code")
    if not (code.isascii() and code.replace("_", "").isalnum() and len(code) <= 40):
        raise WrongCell("code", f"expected letters, digits and _ (at most 40), got {code[:60]!r}")
    least, most = _number(cells, "valid_min"), _number(cells, "valid_max")
    if least is None or most is None or least >= most:
        raise WrongCell("valid_max", "expected a number above valid_min")
    digits = _number(cells, "precision")
    if digits is None or digits not in range(7):
        raise WrongCell("precision", f"expected 0 to 6 decimals, got {cells.maybe('precision')!r}")
    return MetricRow(
        Metric(
            code, cells.text("name_zh"), cells.text("name_en"), cells.maybe("unit"), least, most,
            int(digits), _seconds(cells, "stuck_s"),
        ),
        *cells.days(),
    )  # fmt: skip


def threshold_row(cells: Cells) -> ThresholdRow:
    """Read a row of ``thresholds.csv``."""
    op, action = cells.one_of("op", OPS), cells.one_of("action", ACTIONS)
    value, upper, clear = (_number(cells, name) for name in ("value", "upper", "clear"))
    if op != "outside":
        if value is None:
            raise WrongCell("value", f"expected a number for op {op}")
        if upper is not None:
            raise WrongCell("upper", "expected nothing but for op outside")
    elif (value is None) != (upper is None) or (value is not None and upper is not None and value >= upper):
        raise WrongCell("upper", "expected value and upper with value below it, or neither: the baseline")
    window_s = _seconds(cells, "window_s")
    if (op == "rate_gt") != (window_s > 0):
        raise WrongCell("window_s", "expected seconds for op rate_gt, and nothing for others")
    _check_clear(op, value, clear)
    level, category = cells.one_of("level", LEVELS), cells.maybe("class")
    if action == "auto_case":
        category = cells.class_key("class")
    elif category:
        raise WrongCell("class", "expected nothing but for action auto_case")
    threshold = Threshold(
        cells.text("id"), _scope(cells), cells.text("metric"), op, value, upper, window_s, clear,
        cells.whole("hold_count", empty=1), _seconds(cells, "hold_s"), level, action, category,
    )  # fmt: skip
    return ThresholdRow(threshold, *cells.days())


def _check_clear(op: str, value: float | None, clear: float | None) -> None:
    if clear is None:
        return
    if op == "gap_gt":
        raise WrongCell("clear", "expected nothing for op gap_gt: a reading ends it")
    if op == "outside":
        if clear < 0:
            raise WrongCell("clear", f"expected the margin inside the limits, 0 or more, got {clear:g}")
    elif value is not None and (clear < value if op == "lt" else clear > value):
        where = "value or above" if op == "lt" else "value or below"
        raise WrongCell("clear", f"expected {where} for op {op}, got {clear:g}")


def band_rows(rows: Iterable[Row]) -> tuple[list[tuple[int, BandRow]], list[tuple[int, WrongCell]]]:
    """Read every row of ``baselines.csv`` with its number; return those that can be read, and the errors.

    The table may have tens of thousands of rows, so cells are read directly.
    """
    found, wrong = [], []
    for number, row in enumerate(rows, start=2):
        try:
            found.append((number, _band_row(Cells(number, row))))
        except WrongCell as error:
            wrong.append((number, error))
    return found, wrong


def _band_row(cells: Cells) -> BandRow:
    kind = cells.maybe("band_kind")
    if kind == "tide_phase":
        raise WrongCell("band_kind", "tide_phase is not supported yet: use outdoor_temp, hour_of_day, …")
    if kind not in BAND_KINDS:
        cells.one_of("band_kind", BAND_KINDS)
    begin, end = _span(cells, kind)
    low, high = _number(cells, "low"), _number(cells, "high")
    if low is None and high is None:
        raise WrongCell("low", "expected low, high or both")
    if low is not None and high is not None and low > high:
        raise WrongCell("high", f"expected {low:g} or more, got {high:g}")
    cells.one_of("source", SOURCES)
    if not cells.day("valid_from"):
        raise WrongCell("valid_from", "it is empty or missing")
    return BandRow(
        _scope(cells), cells.text("metric"), Band(kind, begin, end, low, high), cells.maybe("valid_from")
    )


def _span(cells: Cells, kind: str) -> tuple[float, float]:
    if kind == "none":
        if cells.maybe("band_from") or cells.maybe("band_to"):
            raise WrongCell("band_from", "expected nothing for band_kind none")
        return 0.0, 1.0
    if kind == "rain_state":
        return RAIN[cells.one_of("band_from", RAIN)]
    begin, end = _number(cells, "band_from"), _number(cells, "band_to")
    least, most = SPANS[kind]
    for name, value in (("band_from", begin), ("band_to", end)):
        if value is None or not least <= value <= most:
            raise WrongCell(name, f"expected a number from {least:g} to {most:g} for band_kind {kind}")
    assert begin is not None
    assert end is not None
    if begin == end or (kind == "outdoor_temp" and begin > end):
        raise WrongCell("band_to", f"expected a number above band_from, {begin:g}, got {end:g}")
    return begin, end


def _scope(cells: Cells) -> str:
    value = cells.text("scope")
    kind, _, name = value.partition(":")
    if kind not in SCOPES or not name:
        what = "expected device:<id>, class:<device class> or street:<code>"
        raise WrongCell("scope", f"{what}, got {value[:60]!r}")
    return value


def _number(cells: Cells, column: str) -> float | None:
    value = cells.maybe(column)
    if not value:
        return None
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise WrongCell(column, f"expected a number, got {value[:40]!r}")
    return number


def _seconds(cells: Cells, column: str) -> float:
    value = _number(cells, column)
    if value is not None and not 0 <= value <= LONGEST_S:
        raise WrongCell(column, f"expected seconds from 0 to {LONGEST_S:.0f}, got {value:g}")
    return value or 0.0
