"""Screening: which sighting becomes a detection that a person must look at, and by when."""

import hashlib

from city.clocks.working_time import Calendar, office_seconds
from city.state.ledger_state import Camera, LedgerState
from city.state.video_records import Detection, Sighting
from city.video.detection_classes import DetectionClass, DetectionClasses, VideoNumbers

__all__ = ["event_key", "latest_of", "next_id", "screen_limit_s", "why_not_screened"]

OFFICE_MARGIN_S = 1.0


def event_key(camera: str, detection: str) -> str:
    """Return what sightings of the same event share: the camera and the class, as 12 hex digits."""
    return hashlib.sha256(f"{camera}\x1f{detection}".encode()).hexdigest()[:12]


def latest_of(state: LedgerState, key: str) -> Detection | None:
    """Return the newest detection of an event, None when there was none."""
    number = state.serials.get(f"detection:{key}", 0)
    return state.detections.get(f"{key}-{number}")


def next_id(state: LedgerState, key: str) -> str:
    """Return the id of the next detection of an event: the same in every engine that read the same ledger."""
    return f"{key}-{state.serials.get(f'detection:{key}', 0) + 1}"


def why_not_screened(
    state: LedgerState, sighting: Sighting, classes: DetectionClasses, numbers: VideoNumbers, now: float
) -> str:
    """Return why a sighting stays telemetry at city time ``now``, '' when a person must screen it.

    ``other_class``: not an event of the table; ``no_camera``: its camera is not registered, so it has no
    place; ``unsure``: below the table's confidence; ``old``: nobody could see it any more; ``same``: the
    event waits for a person, or a person has decided on it a short time ago.
    """
    row = classes.of(sighting.name)
    if row is None:
        return "other_class"
    camera = state.cameras.get(sighting.camera)
    if not isinstance(camera, Camera) or camera.place.lon != camera.place.lon:
        return "no_camera"
    if sighting.confidence is not None and sighting.confidence < row.confidence:
        return "unsure"
    if now - sighting.at > numbers.oldest_s:
        return "old"
    return "same" if _is_same(state, sighting, row) else ""


def _is_same(state: LedgerState, sighting: Sighting, row: DetectionClass) -> bool:
    before = latest_of(state, event_key(sighting.camera, row.detection))
    if before is None:
        return False
    if before.is_waiting or sighting.at <= before.at:
        return True
    case = state.cases.get(before.case)
    if case is not None and case.is_open:
        return True
    return sighting.at - max(before.at, before.since) < row.repeat_min * 60.0


def screen_limit_s(numbers: VideoNumbers, calendar: Calendar, at: float, zone_offset_s: int) -> float:
    """Return the limit of a screening that begins at a city time: a short one in office time."""
    in_office = office_seconds(at, at + OFFICE_MARGIN_S, calendar, zone_offset_s=zone_offset_s) > 0
    return numbers.screen_office_s if in_office else numbers.screen_s
