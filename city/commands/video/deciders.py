"""The verbs on detections and cameras."""

from typing import Final

from city.commands.subject_order import SubjectDecider
from city.commands.video.detections import (
    decide_confirm_detection,
    decide_dismiss_detection,
    decide_mark_self_corrected,
    decide_receive_detection,
    decide_undo_screening,
)
from city.commands.video.limits import decide_pass_detection_limit
from city.commands.video.views import decide_end_camera_view, decide_view_camera

__all__ = ["VIDEO"]

VIDEO: Final[dict[str, tuple[tuple[str, ...], SubjectDecider]]] = {
    "receive_detection": (("detection",), decide_receive_detection),
    "confirm_detection": (("detection",), decide_confirm_detection),
    "dismiss_detection": (("detection",), decide_dismiss_detection),
    "mark_self_corrected": (("detection",), decide_mark_self_corrected),
    "undo_screening": (("detection",), decide_undo_screening),
    "pass_detection_limit": (("detection",), decide_pass_detection_limit),
    "view_camera": (("camera",), decide_view_camera),
    "end_camera_view": (("camera",), decide_end_camera_view),
}
"""Verb → the kinds of subject that it takes, and its decider."""
