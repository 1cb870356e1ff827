"""Folding facts of detections, on ``detection:<id>``, and the notices that they send."""

from collections.abc import Callable
from typing import Final

import msgspec

from city.duty.duty_log import note
from city.facts.fact import Fact
from city.facts.field_readers import flag, maybe_moment, moment, number, text
from city.state.ledger_state import Item, LedgerState
from city.state.linkage_records import Signed, Site
from city.state.subject_marks import mark_fact
from city.state.video_records import Detection

__all__ = ["DETECTIONS", "notice_delivered", "notice_ended"]

Fold = Callable[[LedgerState, Fact], tuple[str, ...]]
KEPT_DECIDED: Final = 5000
"""Detections that are decided stay for the figures; the oldest go first."""
NAN = float("nan")


def _received(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    data, id_ = fact.data, fact.subject.removeprefix("detection:")
    at = state.clock.at(fact.recorded_at)
    key, _, serial = id_.rpartition("-")
    lon, lat = number(data, "lon"), number(data, "lat")
    detection = Detection(
        id=id_, key=key, camera=text(data, "camera"), name=text(data, "class"),
        category=text(data, "category"),
        place=Site(
            NAN if lon is None else lon, NAN if lat is None else lat, text(data, "street"), text(data, "road")
        ),
        at=moment(data, "at"), entered_at=at, screen_by=moment(data, "screen_by"),
        confidence=number(data, "confidence"), algorithm=text(data, "algorithm"),
        algo_version=text(data, "algo_version"), box=tuple(float(one) for one in data.get("box") or ()),
        hazard=flag(data, "hazard"), since=at,
    )  # fmt: skip
    mark_fact(detection, fact)
    state.detections[id_] = detection
    state.serials[f"detection:{key}"] = int(serial)
    _forget_oldest(state)
    if not detection.hazard:
        return ("detections",)
    _say(state, fact, detection, "log.detection_hazard")
    return ("detections", "log")


def _forget_oldest(state: LedgerState) -> None:
    over = len(state.detections) - KEPT_DECIDED
    if over > 0:
        for id_ in [one.id for one in state.detections.values() if not one.is_waiting][:over]:
            del state.detections[id_]


def _on_detection(change: Callable[[LedgerState, Fact, Detection], tuple[str, ...]]) -> Fold:
    """Return the fold of a fact that changes a copy of its detection, and returns further changed slices."""

    def fold(state: LedgerState, fact: Fact) -> tuple[str, ...]:
        detection = msgspec.structs.replace(state.detections[fact.subject.removeprefix("detection:")])
        before = detection.state
        touched = change(state, fact, detection)
        if detection.state != before:
            detection.since = state.clock.at(fact.recorded_at)
        mark_fact(detection, fact)
        state.detections[detection.id] = detection
        return ("detections", *touched)

    return fold


def _confirmed(state: LedgerState, fact: Fact, detection: Detection) -> tuple[str, ...]:
    data = fact.data
    _screened(state, fact, detection)
    detection.notice_by, detection.notice_to = maybe_moment(data, "notice_by"), text(data, "notice_to")
    if text(data, "case"):
        return _case_created(state, fact, detection)
    detection.state = "notice"
    return _notify(state, fact, detection, wait_s=number(data, "undo_s") or 0.0)


def _filed(state: LedgerState, fact: Fact, detection: Detection) -> tuple[str, ...]:
    if fact.role != "system":
        _screened(state, fact, detection)
    return _case_created(state, fact, detection)


def _case_created(state: LedgerState, fact: Fact, detection: Detection) -> tuple[str, ...]:
    detection.state = "case_created"
    detection.case, detection.joined = text(fact.data, "case"), flag(fact.data, "joined")
    _say(state, fact, detection, "log.detection_joined" if detection.joined else "log.detection_filed")
    return ("log", *_withdraw(state, detection))


def _dismissed(state: LedgerState, fact: Fact, detection: Detection) -> tuple[str, ...]:
    _screened(state, fact, detection)
    detection.state = "false_positive"
    return _withdraw(state, detection)


def _self_corrected(state: LedgerState, fact: Fact, detection: Detection) -> tuple[str, ...]:
    if detection.screened is None:
        _screened(state, fact, detection)
    detection.state = "self_corrected"
    return _withdraw(state, detection)


def _undone(state: LedgerState, fact: Fact, detection: Detection) -> tuple[str, ...]:
    detection.state, detection.screened, detection.notice_by = "screening", None, None
    detection.screen_by = moment(fact.data, "screen_by")
    return _withdraw(state, detection)


def _expired(state: LedgerState, fact: Fact, detection: Detection) -> tuple[str, ...]:
    detection.state = "expired"
    if not detection.hazard:
        return ()
    _say(state, fact, detection, "log.detection_expired")
    detection.notice_to = text(fact.data, "to")
    return ("log", *_notify(state, fact, detection, words="outbox.DetectionExpired"))


def _screened(state: LedgerState, fact: Fact, detection: Detection) -> None:
    at = state.clock.at(fact.recorded_at)
    detection.screened = Signed(fact.actor, text(fact.data, "name"), fact.role, at)


def _say(state: LedgerState, fact: Fact, detection: Detection, line: str) -> None:
    kind, _, code = detection.category.partition(":")
    note(
        state, fact, line, kind=kind, code=code, label="", road=detection.place.road,
        street=detection.place.street, detection=detection.id,
    )  # fmt: skip


def _notify(
    state: LedgerState, fact: Fact, detection: Detection, *, wait_s: float = 0.0,
    words: str = "outbox.DetectionConfirmed",
) -> tuple[str, ...]:  # fmt: skip
    """Put the notice into the outbox; nothing is put there for a system without an adapter."""
    to = detection.notice_to
    if not to or not (state.outlets is None or to in state.outlets):
        return ()
    kind, _, code = detection.category.partition(":")
    names = {
        "no": detection.id, "kind": kind, "code": code, "label": "", "road": detection.place.road,
        "street": detection.place.street, "state": detection.state,
    }  # fmt: skip
    item = Item(
        f"{fact.position}-0", detection.id, "notice", to, words, names, fact.recorded_at + wait_s,
        fact.position, at=fact.recorded_at, subject=fact.subject,
    )  # fmt: skip
    state.outbox[item.id] = item
    return ("outbox",)


def _withdraw(state: LedgerState, detection: Detection) -> tuple[str, ...]:
    """Remove the notices that were not sent yet: there is nothing to correct any more."""
    subject = f"detection:{detection.id}"
    waiting = [item.id for item in state.outbox.values() if item.subject == subject]
    for name in waiting:
        del state.outbox[name]
    return ("outbox",) if waiting else ()


def notice_delivered(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    """Fold an ``OutboxDelivered`` on a detection: its notice has arrived, unless it was only kept."""
    notice_ended(state, fact)
    detection = state.detections.get(fact.subject.removeprefix("detection:"))
    if detection is None or text(fact.data, "status") == "kept":
        return ("outbox",)
    noticed_at = state.clock.at(fact.recorded_at)
    state.detections[detection.id] = msgspec.structs.replace(detection, noticed_at=noticed_at)
    return ("outbox", "detections")


def notice_ended(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    """Fold an ``OutboxFailed`` on a detection: the notice is not tried again."""
    state.outbox.pop(text(fact.data, "item"), None)
    return ("outbox",)


DETECTIONS: Final[dict[str, Fold]] = {
    "DetectionReceived": _received,
    "DetectionConfirmed": _on_detection(_confirmed),
    "DetectionFiled": _on_detection(_filed),
    "DetectionDismissed": _on_detection(_dismissed),
    "DetectionSelfCorrected": _on_detection(_self_corrected),
    "ScreeningUndone": _on_detection(_undone),
    "DetectionExpired": _on_detection(_expired),
}
"""Fact type → its fold."""
