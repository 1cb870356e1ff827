"""Times of a script, relative to T: ``T``, ``T-36:00``, ``T+0:41:30``."""

import re
from typing import Final

__all__ = ["relative", "seconds_of"]

_AT: Final = re.compile(r"T(?:([+-])(\d{1,3}):([0-5]\d)(?::([0-5]\d))?)?")


def seconds_of(at: str) -> float:
    """Return the seconds after T. Raises ValueError."""
    found = _AT.fullmatch(at)
    if found is None:
        raise ValueError(f"expected T, T-36:00 or T+0:41:30, got {at!r}")
    sign, hours, minutes, seconds = found.groups()
    span = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    return -float(span) if sign == "-" else float(span)


def relative(offset_s: float) -> str:
    """Return a time as scripts write it, e.g. T-36:00."""
    minutes, seconds = divmod(int(abs(offset_s)), 60)
    sign = "-" if offset_s < 0 else "+"
    return f"T{sign}{minutes // 60}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")
