"""Heads: the fields of a normalised record that the gateway reads; all others pass through as text."""

from collections.abc import Sequence
from typing import Any

import msgspec

__all__ = ["CameraHead", "CaseHead", "Head", "SensorHead", "UnitHead", "head_of", "heads_of"]


class Head(msgspec.Struct, frozen=True, gc=False):
    """The fields of a normalised record that the gateway reads. Other fields are not checked."""

    at: str = ""
    id: str = ""
    client: str = ""
    received: str = ""
    lon: float | None = None
    lat: float | None = None
    reporter_ref: str = ""

    def key(self) -> Any:
        """Return the key of the current state; per key only the newest record is kept."""
        return self.id


class CaseHead(Head, frozen=True, gc=False):
    """Head of a case's record; ``mirror`` is its status in the source's system."""

    mirror: Any = None
    external: Any = None

    @property
    def mirrored_state(self) -> str:
        """Return the state in the source's system, '' without one."""
        state = self.mirror.get("state") if isinstance(self.mirror, dict) else None
        return state if isinstance(state, str) else ""


class SensorHead(Head, frozen=True, gc=False):
    """Head of a device or a reading."""

    kind: str = ""
    device: str = ""
    metric: Any = None

    def key(self) -> Any:
        """Return the device, or device and metric."""
        return (self.device, self.metric) if self.kind == "reading" else self.device


class CameraHead(Head, frozen=True, gc=False):
    """Head of a record of a camera."""

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
    "case": CaseHead, "warning": Head, "sensor": SensorHead, "camera": CameraHead, "unit": UnitHead,
}  # fmt: skip
_head = {topic: msgspec.json.Decoder(kind) for topic, kind in _HEADS.items()}
_heads = {topic: msgspec.json.Decoder(list[kind]) for topic, kind in _HEADS.items()}  # type: ignore[valid-type]


def head_of(topic: str, record: bytes) -> Head:
    """Return the head of a record of a topic. Raises msgspec.MsgspecError."""
    return _head[topic].decode(record)


def heads_of(topic: str, array: bytes) -> Sequence[Head]:
    """Return the heads of the records in a JSON array. Raises msgspec.MsgspecError."""
    return _heads[topic].decode(array)
