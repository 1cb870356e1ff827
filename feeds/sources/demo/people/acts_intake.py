"""Acts of intake: verify, merge, reject, file; contact the caller before the work, call back after it."""

from collections.abc import Iterator
from typing import Any, Final

from feeds.sources.demo.cases.fate import MIN
from feeds.sources.demo.cases.tracks import FLOOD
from feeds.sources.demo.people.act import Act, Look
from feeds.sources.demo.people.remarks import NOT_SOLVED, RIGHT_PLACES, VERIFIED

__all__ = ["call_back", "contact", "reported", "verifying"]

_OBSERVED: Final = frozenset({"inspector", "sensor", "video_ai", "police_110"})
"""Channels whose reports are direct observations: they are not verified again."""
_NOT_FOUND: Final = 0.12
_ANSWERS: Final = (
    ("very_satisfied", "solved", 12), ("satisfied", "solved", 30), ("basically", "solved", 12),
    ("basically", "partly", 6), ("dissatisfied", "partly", 4), ("unreachable", "unsolved", 6),
    ("dissatisfied", "unsolved", 2),
)  # fmt: skip
"""Answers of callers with their weights; an unreachable caller counts as unsolved."""
_TRAPPED: Final = 0.3
_CALL_BACK_WITHIN_S: Final = 86_400.0


def reported(look: Look) -> Iterator[Act]:
    """File the case, or do what must come first or instead."""
    case, file, fate = look.case, look.case.file, look.fate
    officer = look.people.intake(look.no)
    filed = look.when(fate.file_at, file.since or case.recorded_at, 0.3, 1.0, "file")
    if look.twin and case.urgency == "normal" and not case.hazard:
        yield Act(filed, officer, "merge", {"into": look.twin})
    elif fate.reject or file.verified == "not_found":
        yield Act(filed, officer, "reject", _rejection(look))
    elif fate.verify and not file.verified and case.channel not in _OBSERVED:
        planned = case.at + 0.4 * (fate.file_at - case.at)
        at = look.when(planned, case.recorded_at, 0.3, 1.5, "ask")
        yield Act(at, officer, "request_verification", {"to": look.people.inspector(case.place.street)})
    else:
        yield Act(filed, officer, "file", _class(look))


def verifying(look: Look) -> Iterator[Act]:
    """Verify on site."""
    file = look.case.file
    missing = look.dice("verify").random() < _NOT_FOUND
    result = "not_found" if missing else "confirmed"
    planned = look.fate.file_at - MIN
    at = look.when(planned, file.since, 6, 22, "verified")
    account = look.people.inspector(look.case.place.street)
    args = {
        "result": result,
        "photos": [look.photo("verify")],
        "text": VERIFIED[result],
        **look.spot("verify"),
    }
    yield Act(at, account, "verify", args)


def contact(look: Look) -> Iterator[Act]:
    """先行联系: the holder calls the caller first."""
    case, file = look.case, look.case.file
    if not case.channel.startswith("hotline") or file.contact_at is not None or file.signed_at is None:
        return
    if file.state in ("handling", "handled"):
        at = look.when(look.fate.sign_at + 2 * MIN, file.signed_at, 2, 12, "contact")
        yield Act(at, look.people.holder(file.holder), "contact")


def call_back(look: Look) -> Iterator[Act]:
    """回访: ask a caller who wanted a reply; report the case again when they say it is not solved."""
    case, file = look.case, look.case.file
    closed, officer = file.closed_at, look.people.intake(look.no)
    if not case.wants_reply or closed is None or file.close_kind != "normal":
        return
    at = closed + look.dice("call_back").uniform(8, 45) * MIN
    if look.now - at > _CALL_BACK_WITHIN_S:
        return
    if not file.satisfaction:
        weights = [weight for *_, weight in _ANSWERS]
        satisfaction, resolved, _ = look.dice("mood").choices(_ANSWERS, weights)[0]
        yield Act(at, officer, "call_back", {"satisfaction": satisfaction, "resolved": resolved})
    elif file.resolved == "unsolved" and file.satisfaction != "unreachable" and not file.reopened_by:
        yield Act(at + 3 * MIN, officer, "reopen", {"text": NOT_SOLVED})


def _rejection(look: Look) -> dict[str, Any]:
    reason = look.fate.reject or "no_problem"
    if reason == "not_city_matter":
        return {"reason": reason, "right_place": look.dice("place").choice(RIGHT_PLACES)}
    return {"reason": reason}


def _class(look: Look) -> dict[str, Any]:
    """Return what the officer adds: the class if the report had only text; whether people are in danger."""
    case, category = look.case, look.category
    args: dict[str, Any] = {}
    if (case.kind, case.code) != (category.kind, category.code):
        args = {"kind": category.kind, "code": category.code}
    if category.key == FLOOD and case.urgency == "critical" and look.dice("car").random() < _TRAPPED:
        args["danger"] = ["trapped"]
    return args
