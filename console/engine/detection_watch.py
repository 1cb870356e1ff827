"""Watches what algorithms report: a sighting that a person must screen becomes a detection of the ledger."""

from collections.abc import Iterator

from city.clocks.timestamps import iso
from city.commands.command import Now
from city.commands.subject_step import SubjectStep
from city.dispatch.decision_rules import DecisionRules
from city.state.ledger_state import CityState
from city.state.video_records import Sighting
from city.video.screening import event_key, next_id, why_not_screened

__all__ = ["DetectionWatch"]


class DetectionWatch:
    """Reads each sighting once, and repeats a step until the ledger has its detection.

    Which sightings enter depends on the ledger and the record alone, and the step's command id on the event
    and its number: two engines, or one that starts again, write it once.
    """

    def __init__(self) -> None:
        self._of: CityState | None = None
        self._read = 0
        self._open: dict[str, Sighting] = {}
        """Event → the sighting that may begin its next detection."""

    def __call__(self, state: CityState, rules: DecisionRules, now: Now) -> Iterator[SubjectStep]:
        """Yield the detections to receive, at most one of each event."""
        sightings = state.measured.sightings
        if state is not self._of:
            self._of, self._read, self._open = state, 0, {}
        for sighting in sightings.since(self._read):
            row = rules.detections.of(sighting.name)
            if row is not None:
                self._open.setdefault(event_key(sighting.camera, row.detection), sighting)
        self._read = sightings.count
        for key, sighting in list(self._open.items()):
            if why_not_screened(state.ledger, sighting, rules.detections, rules.video, now.city):
                del self._open[key]
            else:
                yield _step(next_id(state.ledger, key), sighting, now)


def _step(id_: str, sighting: Sighting, now: Now) -> SubjectStep:
    args = {
        "record": sighting.record[:300], "camera": sighting.camera, "name": sighting.name,
        "at": iso(sighting.at), "confidence": sighting.confidence, "algorithm": sighting.algorithm,
        "version": sighting.version, "box": list(sighting.box),
    }  # fmt: skip
    return SubjectStep(f"detection:{id_}", 0, "receive_detection", "received", now.city, 0, args)
