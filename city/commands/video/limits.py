"""The limits of detections: a screening that nobody did in time expires, a notice ends with a case."""

from collections.abc import Iterator
from typing import Final

from city.commands.command import Now
from city.commands.decision import not_now
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.commands.subject_step import SubjectStep
from city.commands.video.detections import filing_decision, the_detection
from city.commands.video.filing import Filed, filed, joined, open_case_near
from city.state.ledger_state import LedgerState
from city.state.video_records import WAITING, Detection

__all__ = ["decide_pass_detection_limit", "due_detection_steps"]

SUPERVISOR: Final = "shift_lead"
"""Who is told that nobody has looked at a hazard."""


def due_detection_steps(state: LedgerState, now: Now) -> Iterator[SubjectStep]:
    """Yield the step of each detection whose limit has passed."""
    for detection in state.detections.values():
        if detection.is_waiting:
            at, code = _step(detection)
            if at <= now.city:
                yield SubjectStep(
                    f"detection:{detection.id}", detection.version, "pass_detection_limit", code, at, int(at)
                )


def _step(detection: Detection) -> tuple[float, str]:
    if detection.state == "notice" and detection.notice_by is not None:
        return detection.notice_by, "notice"
    return detection.screen_by, "screen"


def decide_pass_detection_limit(order: SubjectOrder, args: object) -> SubjectAnswer:
    """Expire a detection that nobody screened, or file the one whose notice changed nothing."""
    detection = the_detection(order, *WAITING)
    if not isinstance(detection, Detection):
        return not_now("step_overtaken")
    at, code = _step(detection)
    if (getattr(args, "step", ""), getattr(args, "serial", -1)) != (code, int(at)):
        return not_now("step_overtaken")
    if at > order.now.city:
        return not_now("step_not_due", step=code)
    late_s = round(order.now.city - at, 1)
    if code == "screen":
        data = {"late_s": late_s, "to": SUPERVISOR if detection.hazard else ""}
        return (order.fact("DetectionExpired", data),)
    there = open_case_near(order.state, detection, order.rules.numbers.near_m)
    case = filed(order, detection) if there is None else joined(order, there[0].key, detection)
    if not isinstance(case, Filed):
        return case
    return filing_decision(order, "DetectionFiled", case, late_s=late_s)
