"""Reading the table of detection classes (``detection_classes.csv``)."""

from city.dispatch.tables.cells import Cells, WrongCell
from city.video.detection_classes import DetectionClass

__all__ = ["COLUMNS", "TO_STREET", "detection_class_of"]

COLUMNS = ("detection", "names", "class", "hazard", "confidence", "repeat_min", "notice_min", "notice_to")
TO_STREET = "street"


def detection_class_of(cells: Cells) -> DetectionClass:
    """Read one row. Raises WrongCell."""
    hazard, minutes = cells.yes("hazard"), cells.whole("notice_min", empty=0)
    if hazard and minutes:
        raise WrongCell("notice_min", "expected an empty cell: a hazard is filed without a notice")
    if minutes and not cells.maybe("notice_to"):
        raise WrongCell("notice_to", f"expected {TO_STREET} or the code of an agency")
    first, last = cells.days()
    return DetectionClass(
        cells.text("detection"), cells.several("names"), cells.class_key("class"), hazard,
        _share(cells, "confidence"), cells.whole("repeat_min"), minutes, cells.maybe("notice_to"),
        cells.text("version"), first, last,
    )  # fmt: skip


def _share(cells: Cells, column: str) -> float:
    value = cells.maybe(column)
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise WrongCell(column, f"expected a number from 0 to 1, got {value!r}")
    return number
