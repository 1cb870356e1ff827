"""An automatic step on a subject that is no case."""

from collections.abc import Iterable
from typing import Any

import msgspec

__all__ = ["SubjectStep", "step_of"]


class SubjectStep(msgspec.Struct, frozen=True):
    """One step that the engine orders with ``verb`` at city time ``at`` (epoch seconds).

    ``code`` and ``serial`` name the occasion: a step is done once, whichever engine orders it. ``args`` are
    those of the command; without them it gets ``step``, ``serial`` and ``due_at``.
    """

    subject: str
    version: int
    verb: str
    code: str
    at: float
    serial: int = 0
    args: dict[str, Any] = {}


def step_of(steps: Iterable[SubjectStep], subject: str, code: str, serial: int) -> SubjectStep | None:
    """Return the step of an occasion, None when it is not due any more: it was overtaken."""
    occasion = (subject, code, serial)
    return next((one for one in steps if (one.subject, one.code, one.serial) == occasion), None)
