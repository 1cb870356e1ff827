"""Heads: what the gateway itself reads of a normalised record; all else passes through as text."""

from collections.abc import Sequence
from typing import Any

import msgspec

__all__ = ["CameraHead", "Head", "SensorHead", "UnitHead", "head_of", "heads_of"]


class Head(msgspec.Struct, frozen=True, gc=False):
    """What the gateway itself reads of a normalised record. Any other field may hold anything."""

    at: str = ""
    id: str = ""
    client: str = ""
    received: str = ""
    lon: float | None = None
    lat: float | None = None
    reporter_ref: str = ""

    def key(self) -> Any:
        """Return the key under which only the newest record counts."""
        return self.id


class SensorHead(Head, frozen=True, gc=False):
    """Head of a device or a reading."""

    kind: str = ""
    device: str = ""
    metric: Any = None

    def key(self) -> Any:
        """Return the device, or device and metric."""
        return (self.device, self.metric) if self.kind == "reading" else self.device


class CameraHead(Head, frozen=True, gc=False):
    """Head of whatever a camera sends."""

    kind: str = ""
    camera: str = ""

    def key(self) -> Any:
        """Return the camera and the kind of record."""
        return self.camera, self.kind


class UnitHead(Head, frozen=True, gc=False):
    """Head of a unit's position."""

    unit: str = ""

    def key(self) -> Any:
        """Return the unit."""
        return self.unit


_HEADS: dict[str, type[Head]] = {
    "case": Head, "warning": Head, "sensor": SensorHead, "camera": CameraHead, "unit": UnitHead,
}  # fmt: skip
_head = {topic: msgspec.json.Decoder(kind) for topic, kind in _HEADS.items()}
_heads = {topic: msgspec.json.Decoder(list[kind]) for topic, kind in _HEADS.items()}  # type: ignore[valid-type]


def head_of(topic: str, record: bytes) -> Head:
    """Return the head of a record of a topic. Raises msgspec.MsgspecError."""
    return _head[topic].decode(record)


def heads_of(topic: str, array: bytes) -> Sequence[Head]:
    """Return the heads of the records in a JSON array. Raises msgspec.MsgspecError."""
    return _heads[topic].decode(array)
