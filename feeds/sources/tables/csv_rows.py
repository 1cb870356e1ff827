"""CSV as rows of cells; one broken row does not affect the others."""

import csv
from collections import deque
from collections.abc import Iterator

__all__ = ["NOT_CLOSED", "fits", "split"]

NOT_CLOSED = "a quote is opened and not closed in this row"


def split(lines: Iterator[str], delimiter: str, width: int | None = None) -> Iterator[list[str] | str]:
    """Yield the cells of each row, or the reason why a row cannot be split.

    A quoted cell may span several lines. If it extends to the end of the file, or its row does not have
    ``width`` cells, its first line is a broken row, and the next line starts a new row.
    """
    again: deque[str] = deque()
    while True:
        taken: list[str] = []
        try:
            cells = next(csv.reader(_taking(lines, again, taken), delimiter=delimiter, strict=True), None)
        except csv.Error as error:
            yield NOT_CLOSED if len(taken) > 1 or _ends(error) else f"cannot be split into cells: {error}"
        else:
            if cells is None:
                return
            if len(taken) == 1 or width is None or fits(cells, width):
                yield cells
                continue
            yield NOT_CLOSED
        again.extendleft(reversed(taken[1:]))


def fits(cells: list[str], width: int) -> bool:
    """Whether a row has as many cells as the header; empty cells at the end do not count."""
    return len(cells) >= width and not any(cell.strip() for cell in cells[width:])


def _taking(lines: Iterator[str], again: deque[str], taken: list[str]) -> Iterator[str]:
    """Yield lines, first those to be read again; collect the yielded lines in ``taken``."""
    while True:
        line = again.popleft() if again else next(lines, None)
        if line is None:
            return
        taken.append(line)
        yield line


def _ends(error: csv.Error) -> bool:
    return "end of data" in str(error)
