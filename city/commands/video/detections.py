"""Screening: receive a detection, confirm it (立案), dismiss it (误报), mark it corrected (已自行整改)."""

from typing import Any, Final

from city.clocks.timestamps import parse
from city.commands.argument_types import Args
from city.commands.arguments import bad_arg
from city.commands.command import Decision, Refusal
from city.commands.decision import moment, not_now
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.commands.video.arguments import ConfirmDetection, DismissDetection, ReceiveDetection
from city.commands.video.filing import Filed, case_there, filed, joined
from city.dispatch.tables.detection_table import TO_STREET
from city.state.video_records import WAITING, Detection, Sighting
from city.video.screening import event_key, next_id, screen_limit_s, why_not_screened

__all__ = [
    "decide_confirm_detection", "decide_dismiss_detection", "decide_mark_self_corrected",
    "decide_receive_detection", "decide_undo_screening", "filing_decision", "the_detection",
]  # fmt: skip

HOLDERS: Final = ("street_operator", "agency_operator")
"""Roles of those who got the notice: they may say that it is corrected where they are responsible."""

AGAIN_S: Final = 60.0
"""The least time for another decision after an undo."""


def the_detection(order: SubjectOrder, *states: str) -> Detection | Refusal:
    """Return the order's detection, which must be in one of the states and in the sender's streets."""
    detection = order.subject.record
    if not isinstance(detection, Detection):
        return Refusal("unknown_subject", "unknown_detection")
    if order.by.streets and detection.place.street not in order.by.streets:
        return Refusal("not_allowed", "other_street", {"at_holder": detection.place.street})
    if detection.state not in states:
        return not_now("detection_state", detection_state=detection.state)
    return detection


def decide_receive_detection(order: SubjectOrder, args: ReceiveDetection) -> SubjectAnswer:
    """Take a sighting into the screening; the rules that keep it out are in ``why_not_screened``."""
    try:
        at = parse(args.at)
    except (ValueError, OverflowError):
        return bad_arg("at", "ISO 8601 with an offset")
    rules, now = order.rules, order.now.city
    sighting = Sighting(
        args.record, args.camera, args.name, at, args.confidence, args.algorithm, args.version, args.box
    )
    row = rules.detections.of(args.name)
    why = why_not_screened(order.state, sighting, rules.detections, rules.video, now)
    if why or row is None:
        return not_now("not_screened", why=why)
    key = event_key(args.camera, row.detection)
    if order.subject.id != next_id(order.state, key):
        return not_now("not_screened", why="same")
    place = order.state.cameras[args.camera].place
    limit = screen_limit_s(rules.video, rules.calendar, now, rules.zone_offset_s)
    data: dict[str, Any] = {
        "record": args.record, "camera": args.camera, "class": row.detection, "category": row.category,
        "hazard": row.hazard, "at": args.at, "confidence": args.confidence, "algorithm": args.algorithm,
        "algo_version": args.version, "box": list(args.box), "lon": place.lon, "lat": place.lat,
        "street": place.street, "road": place.road, "screen_by": moment(now + limit),
    }  # fmt: skip
    return (order.fact("DetectionReceived", data),)


def decide_confirm_detection(order: SubjectOrder, args: ConfirmDetection) -> SubjectAnswer:
    """Confirm it: a hazard is filed at once, others first send a notice; the second look files it.

    An open case on the same thing is offered, and takes the detection when ``into`` names it.
    """
    detection = the_detection(order, *WAITING)
    if isinstance(detection, Refusal):
        return detection
    if args.into:
        joining = joined(order, args.into, detection)
        return joining if isinstance(joining, Refusal) else _confirmed(order, detection, joining)
    there = None if args.separate else case_there(order, detection)
    if there is not None:
        return there
    row = order.rules.detections.of(detection.name)
    if detection.state == "screening" and row is not None and row.notice_min:
        to = detection.place.street if row.notice_to == TO_STREET else row.notice_to
        data = {
            "notice_by": moment(order.now.city + row.notice_min * 60.0), "notice_to": to,
            "undo_s": order.rules.video.undo_s,
        }  # fmt: skip
        return (order.fact("DetectionConfirmed", data),)
    return _confirmed(order, detection, filed(order, detection))


def _confirmed(order: SubjectOrder, detection: Detection, case: Filed) -> Decision:
    kind = "DetectionConfirmed" if detection.state == "screening" else "DetectionFiled"
    return filing_decision(order, kind, case)


def filing_decision(order: SubjectOrder, kind: str, case: Filed, **more: Any) -> Decision:
    """Return the act that gives the detection its case."""
    fact = order.fact(kind, {"case": case.case, "joined": case.joined, **more})
    return Decision((fact, *case.facts), ((order.subject.name, order.subject.version), *case.expects))


def decide_dismiss_detection(order: SubjectOrder, args: DismissDetection) -> SubjectAnswer:
    """Dismiss it: the algorithm was wrong."""
    detection = the_detection(order, *WAITING)
    if isinstance(detection, Refusal):
        return detection
    data = {"why": args.reason, "text": args.text or "", "undo_s": order.rules.video.undo_s}
    return (order.fact("DetectionDismissed", data),)


def decide_mark_self_corrected(order: SubjectOrder, _args: Args) -> SubjectAnswer:
    """Mark it as corrected: by the screening, or by those of the place who got the notice."""
    detection = the_detection(order, *WAITING)
    if isinstance(detection, Refusal):
        return detection
    if order.role in HOLDERS:
        if detection.state != "notice":
            return not_now("detection_state", detection_state=detection.state)
        own = order.by.street if order.role == "street_operator" else order.by.agency
        if not own or own not in (detection.place.street, detection.notice_to):
            return Refusal("not_allowed", "other_street", {"at_holder": detection.place.street})
    return (order.fact("DetectionSelfCorrected", {"undo_s": order.rules.video.undo_s}),)


def decide_undo_screening(order: SubjectOrder, _args: Args) -> SubjectAnswer:
    """Undo one's own screening within the time to undo; a filed case is corrected as a case."""
    detection = the_detection(order, "notice", "false_positive", "self_corrected")
    if isinstance(detection, Refusal):
        return detection
    screened, last = detection.screened, detection.last
    if screened is None or last is None or last.actor != order.by.account:
        return Refusal("not_allowed", "undo_not_yours")
    if order.now.machine - last.recorded_at > order.rules.video.undo_s:
        return not_now("undo_task_too_late")
    screen_by = max(detection.screen_by, order.now.city + AGAIN_S)
    return (order.fact("ScreeningUndone", {"screen_by": moment(screen_by)}),)
