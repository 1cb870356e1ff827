"""The demo's shifts: so that a visitor sees a hand-over, one comes soon after the first start.

A new data dir of the built-in district gets a ``city.toml`` with the times of the shifts, and the shipped
roster moved by the same time as ``roster.csv``. Both may be edited.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import static
from city.duty.roster import PEOPLE

__all__ = ["first_shifts", "moved_roster"]

DAY_STARTS: Final = 8 * 60 + 30
DAY, HALF_DAY = 24 * 60, 12 * 60
SOON: Final = 17
"""The least minutes from the first start to the first hand-over; the next lead signs in 15 minutes before."""
STEP: Final = 5


def first_shifts(data: Path, minute: int) -> None:
    """Write shift times and roster of a new data dir; ``minute`` of the local day at its first start."""
    toml, roster = data / "city.toml", data / "roster.csv"
    if toml.exists() or roster.exists() or any(data.glob("demo-*.json")):
        return
    hand_over = -(-(minute + SOON) // STEP) * STEP
    later = (hand_over - DAY_STARTS + HALF_DAY // 2) % HALF_DAY - HALF_DAY // 2
    day, night = (_clock(DAY_STARTS + later + half) for half in (0, HALF_DAY))
    rows = list(csv.DictReader(io.StringIO(static.path("tables/roster.csv").read_text(encoding="utf-8"))))
    with roster.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(moved_roster(rows, later))
    toml.write_text(f'[duty]\nday_starts = "{day}"\nnight_starts = "{night}"\n', encoding="utf-8")


def moved_roster(rows: list[dict[str, str]], minutes: int) -> Iterator[dict[str, str]]:
    """Yield the rows of a roster; those of people begin and end some minutes (-1440 … 1440) later."""
    for row in rows:
        yield _moved(row, minutes) if row["role"] in PEOPLE else row


def _moved(row: Mapping[str, str], minutes: int) -> dict[str, str]:
    begins = _minute(row["from"]) + minutes
    moved = {**row, "from": _clock(begins), "to": _clock(_minute(row["to"]) + minutes)}
    if row.get("days"):
        nth, every = map(int, row["days"].split("/"))
        moved["days"] = f"{(nth - 1 + begins // DAY) % every + 1}/{every}"
    return moved


def _minute(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    return int(hour) * 60 + int(minute)


def _clock(minute: int) -> str:
    return f"{minute % DAY // 60:02d}:{minute % 60:02d}"
