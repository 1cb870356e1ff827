"""Arguments of the verbs on detections and cameras."""

from typing import Annotated, Literal

from msgspec import Meta

from city.commands.argument_types import Args, Code, Moment, Text

__all__ = [
    "VIDEO_ARGS", "ConfirmDetection", "DismissDetection", "PassDetectionLimit", "ReceiveDetection",
    "ViewCamera",
]  # fmt: skip

Word = Annotated[str, Meta(min_length=1, max_length=128)]
Key = Annotated[str, Meta(min_length=1, max_length=300)]
Share = Annotated[float, Meta(ge=0, le=1)]


class ReceiveDetection(Args, frozen=True):
    """What an algorithm reported: the record's id, its camera, class, time and box."""

    record: Annotated[str, Meta(min_length=1, max_length=300)]
    camera: Word
    name: Word
    at: Moment
    confidence: Share | None = None
    algorithm: Annotated[str, Meta(max_length=200)] = ""
    version: Annotated[str, Meta(max_length=200)] = ""
    box: Annotated[tuple[Share, ...], Meta(max_length=4)] = ()


class ConfirmDetection(Args, frozen=True):
    """``into``: key or mark of the open case on the same thing; ``separate``: it is another thing."""

    into: Key | None = None
    separate: bool = False


class DismissDetection(Args, frozen=True):
    """Why it is no event of the city."""

    reason: Literal["no_problem", "other_thing", "permitted", "bad_picture"] = "no_problem"
    text: Text | None = None


class PassDetectionLimit(Args, frozen=True):
    """``step``: screen or notice; ``serial``: its time in whole city seconds."""

    step: Code
    serial: Annotated[int, Meta(ge=0, le=10_000_000_000)]
    due_at: Moment


class ViewCamera(Args, frozen=True):
    """Why somebody looks; ``case`` is a key or mark, ``incident`` an id, ``wall`` the wall that shows it."""

    purpose: Literal["case", "incident", "screening", "weather", "patrol", "maintenance"]
    case: Key | None = None
    incident: Key | None = None
    wall: Code | None = None


VIDEO_ARGS: dict[str, type[Args]] = {
    "receive_detection": ReceiveDetection, "confirm_detection": ConfirmDetection,
    "dismiss_detection": DismissDetection, "pass_detection_limit": PassDetectionLimit,
    "view_camera": ViewCamera,
}  # fmt: skip
"""Verb → its arguments; a verb that is not listed takes none."""
