"""What is wrong with the bytes of a CSV file that is not UTF-8, by row and column."""

__all__ = ["encoding_fault"]


def encoding_fault(data: bytes) -> str:
    """Return where a file stops being UTF-8 and what it seems to be; '' for one that is UTF-8.

    The header is row 1. Chinese spreadsheets write GB18030.
    """
    header: list[str] = []
    for number, line in enumerate(data.split(b"\n"), start=1):
        if _is(line, "utf-8"):
            header = header or line.decode("utf-8-sig").strip().split(",")
            continue
        place = next(place for place, cell in enumerate(line.split(b",")) if not _is(cell, "utf-8"))
        column = header[place] if place < len(header) else str(place + 1)
        seems = "; it seems to be GB18030: save it as UTF-8" if _is(data, "gb18030") else ""
        return f"row {number}, {column}: expected CSV in UTF-8{seems}"
    return ""


def _is(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
