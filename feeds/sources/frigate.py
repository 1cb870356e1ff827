"""Frigate NVR: its list of events (``/api/events``) as detections."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from city.clocks.timestamps import iso
from feeds.sources.contract import (
    FieldError,
    Items,
    OpenOptions,
    Record,
    fingerprint,
    shown,
    without_blanks,
)
from feeds.sources.tables.cells import finite, real_moment

__all__ = ["FrigateEvents"]

MILLISECONDS = 1e11
"""Larger values (after the year 5138) are taken for milliseconds."""


class FrigateEvents(Items):
    """Events as `detection` records in order of their start; also cameras if a position is given."""

    topic = "camera"
    rate: float | None = None

    def __init__(self, path: Path, events: Sequence[Any], options: OpenOptions) -> None:
        super().__init__()
        self.name = options.name or path.stem
        self.total: int | None = None
        self._events = events
        self._options = options

    def records(self) -> Iterator[Record]:
        """Yield the records; events that Frigate marks as false positives are left out with a remark."""
        self.begin()
        found: list[tuple[float, Record]] = []
        for index, event in enumerate(self._events):
            where = f"event {index}"
            with self.item(where):
                at, record = _detection(event)
                self.once(where, "id", record["id"], record)
                found.append((at, record))
        found.sort(key=lambda pair: pair[0])
        cameras = [] if self._options.lon is None else self._cameras(found)
        self.read += len(cameras)
        self.total = len(cameras) + len(found)
        yield from cameras
        yield from (record for _, record in found)

    def _cameras(self, found: list[tuple[float, Record]]) -> list[Record]:
        cameras = []
        for name in dict.fromkeys(record["camera"] for _, record in found):
            fields = {
                "kind": "camera", "camera": name, "name": name, "privacy": "street_level",
                "lon": self._options.lon, "lat": self._options.lat,
            }  # fmt: skip
            cameras.append({"id": f"{name[:100]}.{fingerprint(fields)}", "at": found[0][1]["at"], **fields})
        return cameras


def _detection(event: Any) -> tuple[float, Record]:
    if not isinstance(event, dict):
        raise FieldError("event", "expected an object")
    for field in ("id", "camera", "label"):
        if not isinstance(event.get(field), str) or not event[field]:
            raise FieldError(field, "is missing")
    if event.get("false_positive"):
        raise FieldError("false_positive", "Frigate says so itself")
    at = _start(event.get("start_time"))
    data = event.get("data")
    data = data if isinstance(data, dict) else {}
    score = data.get("top_score", event.get("top_score"))
    return at, without_blanks(
        {
            "id": event["id"],
            "at": iso(at),
            "kind": "detection",
            "camera": event["camera"],
            "class": event["label"],
            "confidence": score if isinstance(score, int | float) and 0 <= score <= 1 else None,
            "box": _corners(data.get("box")),
            "algorithm": "frigate",
        }
    )


def _start(value: Any) -> float:
    """Return epoch seconds; a time in milliseconds is an error and is not converted."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FieldError("start_time", "expected epoch seconds", shown(value))
    seconds = finite(value, "start_time")
    if MILLISECONDS <= seconds < MILLISECONDS * 100:
        raise FieldError("start_time", "expected epoch seconds, this looks like milliseconds", shown(value))
    return real_moment(seconds, "start_time", str(value))


def _corners(box: Any) -> list[float] | None:
    """Return [x0, y0, x1, y1] in 0..1 from Frigate's [x, y, width, height], None for anything else."""
    if not isinstance(box, list) or len(box) != 4:
        return None
    if not all(isinstance(value, int | float) and 0 <= value <= 1 for value in box):
        return None
    x, y, width, height = box
    return [x, y, min(1.0, x + width), min(1.0, y + height)]
