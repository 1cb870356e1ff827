"""Folding facts of filing: verification, filing, rejection, merging, voiding (C2 – C6, C20)."""

import math
from typing import Final

import msgspec

from city.cases.fold_common import Fold, Turn, account_of
from city.duty.duty_log import say
from city.facts.field_readers import flag, maybe_moment, moment, names, number, text, texts, whole
from city.state.case_file import LIMIT_UNITS, MakeSafe, graver

__all__ = ["FILING"]


def _verification_requested(turn: Turn) -> tuple[str, ...]:
    turn.file.verify_by = moment(turn.data, "due_at")
    turn.file.verify_to = text(turn.data, "to")
    turn.enter("verifying")
    return ()


def _verified(turn: Turn) -> tuple[str, ...]:
    lon, lat = number(turn.data, "lon"), number(turn.data, "lat")
    place = turn.case.place
    if lon is not None and lat is not None and math.isnan(place.lon):
        # Reported by address only: the verification gives the position.
        street = place.street or text(turn.data, "street")
        turn.case_changes["place"] = msgspec.structs.replace(place, lon=lon, lat=lat, street=street)
    turn.file.verified = text(turn.data, "result")
    turn.file.verify_by = None
    turn.enter("reported")
    return ()


def _filed(turn: Turn) -> tuple[str, ...]:
    data, file, case = turn.data, turn.file, turn.case
    unit = text(data, "limit_unit")
    if unit not in LIMIT_UNITS:
        message = f"limit_unit: expected one of {', '.join(LIMIT_UNITS)}"
        raise ValueError(message)
    kind, code = text(data, "kind", case.kind), text(data, "code", case.code)
    turn.case_changes |= {
        "kind": kind, "code": code, "hazard": flag(data, "hazard"),
        "urgency": text(data, "urgency", case.urgency),
    }  # fmt: skip
    file.standard, file.limit_unit = text(data, "standard"), unit
    file.limit_value = whole(data, "limit_value")
    file.fix_by_at, file.deadline_at = moment(data, "fix_by_at"), moment(data, "deadline_at")
    file.dispatch_by = maybe_moment(data, "dispatch_by")
    file.owner_state, file.component = text(data, "owner_state"), text(data, "component")
    file.owner_state_at_filing = file.owner_state
    file.source_site, file.verify_by = text(data, "source_site"), None
    file.undetermined = flag(data, "undetermined")
    file.targets = texts(data, "targets")
    _why(turn)
    file.filed_at = case.at if file.imported else turn.now
    file.unowned_since = turn.now
    district, day = text(data, "district"), text(data, "day")
    if not file.no and day:
        serial = turn.state.serials.get(day, 0) + 1
        turn.state.serials[day] = serial
        file.no = f"{district}{day}{serial:05d}"
    turn.enter("filed")
    return _told_when_critical(turn)


def _told_when_critical(turn: Turn) -> tuple[str, ...]:
    if turn.case_changes["urgency"] == "critical" != turn.case.urgency and not turn.file.imported:
        return say(turn.state, turn.case, turn.fact, "log.critical")
    return ()


def _why(turn: Turn) -> None:
    reasons = turn.data.get("reasons") or ()
    if reasons:
        turn.file.why = text(reasons[-1], "why")
        turn.file.why_names = names(reasons[-1], "names")


def _incident_signalled(turn: Turn) -> tuple[str, ...]:
    told = texts(turn.data, "to")
    turn.file.incident = "|".join(told)
    turn.state.incidents[turn.case.key] = told
    return ("incidents",)


def _make_safe_ordered(turn: Turn) -> tuple[str, ...]:
    turn.file.make_safe = MakeSafe(text(turn.data, "holder"), turn.now, moment(turn.data, "due_at"))
    return ()


def _rejected(turn: Turn) -> tuple[str, ...]:
    turn.file.close_kind = "rejected"
    _over(turn, "rejected")
    return ()


def _merged(turn: Turn) -> tuple[str, ...]:
    turn.file.merged_into = text(turn.data, "into")
    turn.file.close_kind = "merged"
    _over(turn, "merged")
    return ()


def _callers_joined(turn: Turn) -> tuple[str, ...]:
    turn.file.joined = (*turn.file.joined, text(turn.data, "from"))
    turn.file.callers += max(1, whole(turn.data, "callers", 1))
    case = turn.case
    turn.case_changes |= {
        "hazard": case.hazard or flag(turn.data, "hazard"),
        "urgency": graver(case.urgency, text(turn.data, "urgency", case.urgency)),
    }
    return _told_when_critical(turn)


def _void_proposed(turn: Turn) -> tuple[str, ...]:
    turn.file.void_by = account_of(turn.fact.actor)
    return ()


def _voided(turn: Turn) -> tuple[str, ...]:
    turn.file.close_kind = "voided"
    _over(turn, "voided")
    return ()


def _over(turn: Turn, state: str) -> None:
    turn.file.closed_at = turn.now
    turn.file.unowned_since = None
    turn.enter(state)


FILING: Final[dict[str, Fold]] = {
    "VerificationRequested": _verification_requested,
    "CaseVerified": _verified,
    "CaseFiled": _filed,
    "IncidentSignalled": _incident_signalled,
    "MakeSafeOrdered": _make_safe_ordered,
    "CaseRejected": _rejected,
    "CaseMerged": _merged,
    "CallersJoined": _callers_joined,
    "VoidProposed": _void_proposed,
    "CaseVoided": _voided,
}
"""Fact type → function that applies it to the case."""
