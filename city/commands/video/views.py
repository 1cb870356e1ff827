"""Views of a camera: who looks says why; the server gives a picture only while such a view lasts."""

from typing import Any

from city.commands.argument_types import Args
from city.commands.arguments import bad_arg
from city.commands.command import Decision, Refusal
from city.commands.decision import moment, not_now
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.commands.subjects import find_key
from city.commands.video.arguments import ViewCamera
from city.state.ledger_state import Camera
from city.state.row_keys import row_key_of
from city.state.video_records import view_key
from city.video.privacy import HIDDEN_ON_WALL, NEEDS_CASE

__all__ = ["decide_end_camera_view", "decide_view_camera"]


def decide_view_camera(order: SubjectOrder, args: ViewCamera) -> SubjectAnswer:
    """Begin to look at a camera, for a purpose and at most for the centre's time."""
    camera = order.subject.record
    if not isinstance(camera, Camera):
        return Refusal("unknown_subject", "unknown_camera")
    if order.by.streets and camera.place.street not in order.by.streets:
        return Refusal("not_allowed", "other_street", {"at_holder": camera.place.street})
    case = find_key(order.state, args.case) if args.case else None
    if args.case and case is None:
        return bad_arg("case", "key or mark of a case")
    incident = order.state.incidents.get(args.incident or "")
    if args.incident and incident is None:
        return bad_arg("incident", "id of an incident")
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
