"""SensorThings: Observations of known Datastreams, from a page or a message, as readings."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from feeds.sources.contract import FieldError, OpenOptions, shown
from feeds.sources.live.messages import Item, Message, Taken
from feeds.sources.live.source_file import SensorThingsSource
from feeds.sources.sensorthings import SensorThings

__all__ = ["ThingReader", "literal"]


class _Stream(NamedTuple):
    thing: dict[str, Any]
    number: int


class ThingReader:
    """Knows the Things of a service; reads Observations by the same parser as recordings."""

    def __init__(self, source: SensorThingsSource) -> None:
        self._source = source
        self._streams: dict[str, _Stream] = {}
        self._said: set[str] = set()

    def learn(self, things: Sequence[Any]) -> bool:
        """Take the Things of the service; whether there are other Datastreams than before."""
        before = set(self._streams)
        self._streams = {}
        for thing in things:
            listed = thing.get("Datastreams") if isinstance(thing, dict) else None
            streams = [stream for stream in listed or [] if isinstance(stream, dict)]
            for number, stream in enumerate(streams):
                if isinstance(stream.get("@iot.id"), int | str):
                    known = _Stream({**thing, "Datastreams": streams}, number)
                    self._streams[f"Datastreams({literal(stream['@iot.id'])})"] = known
        return set(self._streams) != before

    @property
    def streams(self) -> list[str]:
        """The Datastreams as named in addresses and topics: ``Datastreams(1)``."""
        return list(self._streams)

    def topics(self) -> Sequence[str]:
        """Return the topic of each Datastream."""
        return [f"{self._source.topic_prefix}/{stream}/Observations" for stream in self._streams]

    def registrations(self, now: float) -> list[Item]:
        """Return nothing: a device is registered with its first Observation."""
        return []

    def read(self, message: Message) -> Taken:
        """Return the reading of a published Observation."""
        stream = message.topic.removeprefix(f"{self._source.topic_prefix}/").removesuffix("/Observations")
        try:
            observation = msgspec.json.decode(message.payload)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            words = message.payload[:80].decode("utf-8", "replace")
            raise FieldError("payload", "expected JSON", shown(words)) from None
        return self.observations(stream, [observation], message.topic)

    def observations(self, stream: str, observations: list[Any], where: str) -> Taken:
        """Return the readings of Observations, and their device when its content is new."""
        known = self._streams.get(stream)
        if known is None:
            raise FieldError("topic", "is of a Datastream that the service does not list", shown(stream))
        streams = [
            {**one, "Observations": observations if number == known.number else []}
            for number, one in enumerate(known.thing["Datastreams"])
        ]
        source = SensorThings(
            Path(self._source.name), [{**known.thing, "Datastreams": streams}], OpenOptions()
        )
        taken = Taken()
        for record in source.records():
            is_device = record["kind"] == "device"
            taken.items.append(self._device(record) if is_device else Item("sensor", record))
        for remark in source.remarks:
            # That two Datastreams measure the same is said once; that no Observation is left is said by each.
            if remark.column == "Datastreams" or (not remark.skipped and f"{remark}" in self._said):
                continue
            self._said.add(f"{remark}" if not remark.skipped else "")
            taken.remarks.append(msgspec.structs.replace(remark, where=where))
        return taken

    def _device(self, record: dict[str, Any]) -> Item:
        interval = self._source.device_interval_s
        if interval is not None:
            record = {**record, "interval_s": interval}
        # The id must differ when a device gets an earlier content again.
        record = {**record, "id": f"{record['id'][:110]}/{record['at'][:19]}"}
        unmarked = () if interval is not None else ("interval_s",)
        return Item("sensor", record, registers=record["device"], unmarked=unmarked)


def literal(identity: int | str) -> str:
    """Return an entity's id as in an address: ``1`` or ``'a-1'``."""
    if isinstance(identity, int):
        return str(identity)
    return "'" + identity.replace("'", "''") + "'"
