"""Frigate on MQTT: its events as detections, its pictures, and the health of its cameras."""

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from city.clocks.timestamps import iso
from feeds.sources.contract import FieldError, OpenOptions, Record, fingerprint, shown, without_blanks
from feeds.sources.frigate import FrigateEvents
from feeds.sources.live.messages import Item, Message, Taken
from feeds.sources.live.mqtt_table import registration
from feeds.sources.live.source_file import FrigateSource
from feeds.sources.tables.cells import finite, real_moment

__all__ = ["FrigateMessages"]

LARGEST_JPEG = 524_288
REMEMBERED = 10_000
"""Events whose further messages say nothing new; the gateway recognises older ones by their id."""


class FrigateMessages:
    """Reads the messages of one Frigate.

    An event becomes one detection as soon as Frigate is sure of it. Pictures have the time of arrival; a
    retained one is left out because its age is unknown.
    """

    def __init__(self, source: FrigateSource) -> None:
        self._source = source
        self._cameras = dict.fromkeys(row.camera for row in source.camera)
        self._events: dict[str, None] = {}
        self._pictures: dict[str, str] = {}

    def topics(self) -> Sequence[str]:
        """Return the topics that Frigate publishes to."""
        ours = ["events", "available", "stats", *(["+/+/snapshot"] if self._source.pictures else [])]
        return [f"{self._source.prefix}/{topic}" for topic in ours]

    def registrations(self, now: float) -> list[Item]:
        """Return the cameras of the file."""
        found = []
        for row in self._source.camera:
            fields = without_blanks({"kind": "camera", **msgspec.structs.asdict(row)})
            fields["name"] = row.name or row.camera
            found.append(registration({"id": f"{row.camera[:90]}.{fingerprint(fields)}", **fields}, now))
        return found

    def read(self, message: Message) -> Taken:
        """Return the records of a message."""
        what = message.topic.removeprefix(f"{self._source.prefix}/")
        if what == "events":
            return self._event(message)
        if what == "available":
            return self._available(message)
        if what == "stats":
            return self._stats(message)
        camera, _, rest = what.partition("/")
        label, _, last = rest.partition("/")
        if not (camera and label and last == "snapshot"):
            raise FieldError("topic", "expected events, available, stats or <camera>/<label>/snapshot")
        return self._picture(camera, message)

    def _event(self, message: Message) -> Taken:
        event = _object(message.payload).get("after")
        if not isinstance(event, dict):
            raise FieldError("after", "expected an object", shown(event))
        # Until Frigate is sure it marks an event as false positive; the same event comes again.
        if event.get("false_positive") or event.get("id") in self._events:
            return Taken(ignored=True)
        source = FrigateEvents(Path(self._source.name), [event], OpenOptions())
        items = [Item("camera", record) for record in source.records()]
        taken = Taken(items=items)
        for remark in source.remarks:
            taken.leave_out(message.topic, FieldError(remark.column, remark.reason, remark.value))
        if items:
            self._see(str(event["camera"]))
            self._events[str(event["id"])] = None
            if len(self._events) > REMEMBERED:
                del self._events[next(iter(self._events))]
        return taken

    def _picture(self, camera: str, message: Message) -> Taken:
        jpeg = message.payload
        if message.retained:
            return Taken(ignored=True)  # it was sent before we listened, nobody knows when
        if not jpeg.startswith(b"\xff\xd8"):
            raise FieldError("payload", "expected a JPEG")
        if len(jpeg) > LARGEST_JPEG:
            raise FieldError("payload", f"is larger than {LARGEST_JPEG} bytes", f"{len(jpeg)} bytes")
        mark = hashlib.sha256(jpeg).hexdigest()[:24]
        if self._pictures.get(message.topic) == mark:
            return Taken(ignored=True)
        self._see(camera)
        self._pictures[message.topic] = mark
        record = {
            "id": f"{camera[:90]}/{mark}",
            "at": iso(message.at),
            "kind": "snapshot",
            "camera": camera,
            "jpeg": base64.b64encode(jpeg).decode("ascii"),
        }
        return Taken(items=[Item("camera", record, newest=camera)], by_arrival=True)

    def _available(self, message: Message) -> Taken:
        """Return the state of all known cameras.

        The retained one is true of now: Frigate's last will replaces it.
        """
        state = message.payload.decode("utf-8", "replace").strip()
        if state not in ("online", "offline", "stopped"):
            raise FieldError("payload", "expected online, stopped or offline", shown(state))
        state = "online" if state == "online" else "offline"
        items = [Item("camera", _health(camera, state, message.at)) for camera in self._cameras]
        return Taken(items=items, by_arrival=True, ignored=not items)

    def _stats(self, message: Message) -> Taken:
        """Return the health of each camera: one that delivers no frames is offline."""
        if message.retained:
            return Taken(ignored=True)
        stats = _object(message.payload)
        cameras, service = stats.get("cameras"), stats.get("service")
        if not isinstance(cameras, dict):
            raise FieldError("cameras", "expected an object", shown(cameras))
        told = service.get("last_updated") if isinstance(service, dict) else None
        at = (
            message.at
            if told is None
            else real_moment(finite(told, "last_updated"), "last_updated", str(told))
        )
        taken = Taken(by_arrival=told is None)
        for camera, figures in cameras.items():
            try:
                rate = finite(figures.get("camera_fps") if isinstance(figures, dict) else None, "camera_fps")
            except FieldError as error:
                taken.leave_out(message.topic, error)
                continue
            self._see(camera)
            taken.items.append(Item("camera", _health(camera, "online" if rate > 0 else "offline", at)))
        taken.ignored = not taken.items and not taken.remarks
        return taken

    def _see(self, camera: str) -> None:
        self._cameras.setdefault(camera)


def _health(camera: str, state: str, at: float) -> Record:
    return {
        "id": f"{camera[:90]}/{state}/{at:.3f}", "at": iso(at), "kind": "health",
        "camera": camera, "state": state,
    }  # fmt: skip


def _object(payload: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise FieldError("payload", "expected JSON", shown(payload[:80].decode("utf-8", "replace"))) from None
    if not isinstance(found, dict):
        raise FieldError("payload", "expected an object", shown(found))
    return found
