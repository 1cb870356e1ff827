"""Views of a camera: who looks says why; the server gives a picture only while such a view lasts."""

from typing import Any, Final

from city.commands.argument_types import Args
from city.commands.arguments import bad_arg
from city.commands.command import Decision, Refusal
from city.commands.decision import moment, not_now
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.commands.subjects import find_key
from city.commands.video.arguments import ViewCamera
from city.places.distance import metres
from city.state.ledger_state import Camera, Case
from city.state.row_keys import row_key_of
from city.state.video_records import view_key
from city.video.privacy import HIDDEN_ON_WALL, NEEDS_CASE

__all__ = ["decide_end_camera_view", "decide_view_camera"]

NEAR_CASE_M: Final = 1000.0
"""How far a camera may be from the case that a holder looks at it for, metres."""


def decide_view_camera(order: SubjectOrder, args: ViewCamera) -> SubjectAnswer:
    """Begin to look at a camera, for a purpose and at most for the centre's time."""
    camera = order.subject.record
    if not isinstance(camera, Camera):
        return Refusal("unknown_subject", "unknown_camera")
    case = find_key(order.state, args.case) if args.case else None
    if args.case and case is None:
        return bad_arg("case", "key or mark of a case")
    incident = order.state.incidents.get(args.incident or "")
    if args.incident and incident is None:
        return bad_arg("incident", "id of an incident")
    beyond = _beyond_own(order, camera, case)
    if beyond is not None:
        return beyond
    named = {"case": case, "incident": incident}
    if args.purpose in NEEDS_CASE and named[args.purpose] is None:
        return Refusal("bad_args", "missing_arg", {"field": args.purpose, "expected": "what it is for"})
    if camera.privacy in HIDDEN_ON_WALL:
        if args.wall:
            return Refusal("not_allowed", "camera_private")
        if args.purpose not in NEEDS_CASE:
            return Refusal("not_allowed", "camera_needs_case")
    data: dict[str, Any] = {
        "purpose": args.purpose, "case": row_key_of(case.key) if case else "",
        "incident": args.incident or "", "wall": args.wall or "", "seat": order.by.seat,
        "from": moment(order.now.city), "to": moment(order.now.city + _view_s(order)),
    }  # fmt: skip
    return Decision((order.note("CameraViewed", data),), ())


def _beyond_own(order: SubjectOrder, camera: Camera, case: Case | None) -> Refusal | None:
    """Refuse a camera that a holder has no reason to look at.

    Holders look at cameras near an open case of theirs; a street also at those in its own area.
    """
    by = order.by
    if order.role == "agency_operator" and case is None:
        return Refusal("not_allowed", "camera_needs_case")
    if not by.beats and order.role != "agency_operator":
        return None
    if camera.place.street in by.beats:
        return None
    if case is None or not _has(case, by.holder):
        return Refusal("not_allowed", "other_street", {"at_holder": camera.place.street})
    away = metres(case.place.lon, case.place.lat, camera.place.lon, camera.place.lat)
    return None if away <= NEAR_CASE_M else Refusal("not_allowed", "camera_far", {"metres": str(round(away))})


def _has(case: Case, holder: str) -> bool:
    """Whether a holder has work to do on an open case."""
    file = case.file
    safe = file.make_safe.holder if file.make_safe is not None else ""
    return bool(holder) and file.own and case.is_open and holder in (file.holder, safe, *file.co)


def _view_s(order: SubjectOrder) -> float:
    """Return how long the view lasts in city seconds: the limit is one of the people's time."""
    return order.rules.video.view_s * (order.state.clock.rate or 1.0)


def decide_end_camera_view(order: SubjectOrder, _args: Args) -> SubjectAnswer:
    """End one's own view before its time is over."""
    view = order.state.camera_views.get(view_key(order.by.account, order.subject.id))
    if view is None or view.until <= order.now.city:
        return not_now("no_view")
    data = {"from": moment(view.begun), "to": moment(order.now.city), "purpose": view.purpose}
    return Decision((order.note("CameraViewEnded", data),), ())
