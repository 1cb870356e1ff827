"""Folding the views of cameras: who looks at which camera, why, and until when."""

from collections.abc import Callable
from typing import Final

import msgspec

from city.facts.fact import Fact
from city.facts.field_readers import moment, text
from city.state.ledger_state import LedgerState
from city.state.video_records import CameraView, view_key

__all__ = ["VIEWS"]


def _viewed(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    data, camera = fact.data, fact.subject.removeprefix("camera:")
    view = CameraView(
        fact.actor, text(data, "name"), camera, text(data, "purpose"), moment(data, "from"),
        moment(data, "to"), text(data, "case"), text(data, "incident"), fact.seat,
    )  # fmt: skip
    now = state.clock.at(fact.recorded_at)
    for key in [key for key, one in state.camera_views.items() if one.until <= now]:
        del state.camera_views[key]
    state.camera_views[view_key(fact.actor, camera)] = view
    return ("camera_views",)


def _ended(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    key = view_key(fact.actor, fact.subject.removeprefix("camera:"))
    view = state.camera_views[key]
    state.camera_views[key] = msgspec.structs.replace(view, until=moment(fact.data, "to"))
    return ("camera_views",)


VIEWS: Final[dict[str, Callable[[LedgerState, Fact], tuple[str, ...]]]] = {
    "CameraViewed": _viewed, "CameraViewEnded": _ended,
}  # fmt: skip
"""Fact type → its fold, which returns the changed slices."""
