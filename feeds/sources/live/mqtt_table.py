"""Sensors on MQTT: a table of topic patterns that says which value of a message is which reading."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from city.clocks.timestamps import iso
from feeds.sources.contract import FieldError, OpenOptions, Record, Remark, shown
from feeds.sources.live.messages import Item, Message, Taken, reading_errors
from feeds.sources.live.source_file import MqttSource, ReadingRow
from feeds.sources.live.topic_patterns import TopicPattern, at_path
from feeds.sources.tables.cells import Cells, finite, iso_moment, plain_text, real_moment, real_number
from feeds.sources.tables.mapping import zone_of
from feeds.sources.tables.reading_tables import device_record, reading_record

__all__ = ["MqttTable"]

QUALITIES = ("good", "suspect", "bad", "estimated")


class _Row(NamedTuple):
    row: ReadingRow
    pattern: TopicPattern
    cells: Cells | None


class MqttTable:
    """Reads messages by the rows of a source; a message may give several readings."""

    def __init__(self, source: MqttSource) -> None:
        self._source = source
        self._rows = [_Row(row, TopicPattern(row.topic), _cells(row)) for row in source.reading]

    def topics(self) -> Sequence[str]:
        """Return the filter of each pattern, once."""
        return list(dict.fromkeys(row.pattern.filter for row in self._rows))

    def registrations(self, now: float) -> list[Item]:
        """Return the devices of the file."""
        return [registration(device_record(row, now, OpenOptions()), now) for row in self._source.device]

    def read(self, message: Message) -> Taken:
        """Return the readings of a message; a row whose value is wrong leaves only its own reading out."""
        taken = Taken()
        matching = [
            (row, levels) for row in self._rows if (levels := row.pattern.levels(message.topic)) is not None
        ]
        if not matching:
            raise FieldError("topic", "matches no row of the source")
        payload = _payload(message.payload, plain=all(row.row.value == "" for row, _ in matching))
        for row, levels in matching:
            try:
                record = self._reading(row, levels, payload, message, taken)
            except FieldError as error:
                taken.leave_out(message.topic, error)
            except reading_errors as error:
                taken.leave_out(message.topic, FieldError("", f"cannot be read: {type(error).__name__}"))
            else:
                if record is not None:
                    taken.items.append(Item("sensor", record))
        taken.ignored = not taken.items and not taken.remarks
        return taken

    def _reading(
        self, found: _Row, levels: dict[str, str], payload: Any, message: Message, taken: Taken
    ) -> Record | None:
        row = found.row
        try:
            raw = at_path(payload, row.value, "value")
        except FieldError:
            if row.optional:
                return None
            raise
        if raw is None and row.optional:
            return None
        value = _number(raw, row)
        device = _device(row, levels, payload)
        metric = row.metric.format_map(levels)
        at = _moment(found, payload)
        by_arrival = at is None
        if at is None:
            if message.retained:
                raise FieldError("time", "a retained message without a time of its own: its age is unknown")
            at = message.at
            taken.by_arrival = True
        record = reading_record(device, metric, value, at=at, unit=row.unit)
        if by_arrival:
            # Two messages of one millisecond are two readings.
            record["id"] = f"{device[:60]}/{metric[:40]}/{at:.6f}"
        quality = _quality(row, payload, message.topic, taken)
        return {**record, "quality": quality} if quality else record


def registration(record: Record, now: float) -> Item:
    """Return a registration of now; it is sent again only when its content changes, with another id."""
    kind = str(record["kind"])
    record = {**record, "id": f"{record['id'][:110]}/{int(now)}", "at": iso(now)}
    return Item("sensor" if kind == "device" else "camera", record, registers=str(record[kind]))


def _cells(row: ReadingRow) -> Cells | None:
    return Cells(blank=[], times=row.times, zone=zone_of(row.zone)) if row.zone else None


def _payload(payload: bytes, *, plain: bool) -> Any:
    """Return a payload as JSON; one that is not JSON is text where the whole payload is the value."""
    try:
        return msgspec.json.decode(payload)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        if not plain:
            raise FieldError(
                "payload", "expected JSON", shown(payload[:80].decode("utf-8", "replace"))
            ) from None
    try:
        return payload.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise FieldError("payload", "expected a number as text") from None


def _number(raw: Any, row: ReadingRow) -> float:
    if not isinstance(raw, int | float | str) or raw == "":
        raise FieldError("value", "expected a number", shown(raw))
    word = str(raw).lower() if isinstance(raw, bool) else str(raw)
    if word in row.words:
        return row.words[word]
    value = real_number(raw, "value")
    # Rounded as the other sources do, so that 12.3 × 0.01 is 0.123.
    return value if (row.scale, row.offset) == (1.0, 0.0) else round(value * row.scale + row.offset, 6)


def _device(row: ReadingRow, levels: dict[str, str], payload: Any) -> str:
    if row.device_path:
        found = at_path(payload, row.device_path, "device")
        device = plain_text(found) if isinstance(found, str | int | float) else ""
    else:
        device = row.device.format_map(levels)
    if not device:
        raise FieldError("device", "names no device")
    return device


def _moment(found: _Row, payload: Any) -> float | None:
    """Return the time in the payload, None when the row takes the time of arrival."""
    row = found.row
    if row.time == "":
        return None
    raw = at_path(payload, row.time, "time")
    if row.time_as != "iso":
        seconds = finite(raw, "time") / (1000.0 if row.time_as == "ms" else 1.0)
        return real_moment(seconds, "time", str(raw))
    if found.cells is None:
        return iso_moment(str(raw), "time")
    at = found.cells.moment({"time": str(raw)}, "time")
    if at is None:
        raise FieldError("time", "is empty")
    return at


def _quality(row: ReadingRow, payload: Any, topic: str, taken: Taken) -> str:
    """Return the quality; a word that the table does not know makes the reading suspect, with a remark."""
    if row.quality == "":
        return ""
    try:
        raw = at_path(payload, row.quality, "quality")
    except FieldError:
        return ""
    word = plain_text(raw)
    known = row.qualities.get(word) if row.qualities else word if word in QUALITIES else None
    if known is None:
        error = FieldError("quality", "is not a known word; taken as suspect", shown(raw))
        taken.remarks.append(Remark.of(topic, error, skipped=False))
        return "suspect"
    return known
