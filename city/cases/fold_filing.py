"""Folding facts of filing: verification, filing, rejection, merging, voiding (C2 – C6, C20)."""

import math
from typing import Final

import msgspec

from city.cases.fold_common import Change, Fold, account_of
from city.cases.fold_photos import add_photos
from city.cases.fold_workloads import count_work
from city.duty.duty_log import say
from city.facts.field_readers import flag, maybe_moment, moment, names, number, text, texts, whole
from city.state.case_file import LIMIT_UNITS, MakeSafe, higher_urgency

__all__ = ["FILING"]


def _verification_requested(change: Change) -> tuple[str, ...]:
    change.file.verify_by = moment(change.data, "due_at")
    change.file.verify_to = text(change.data, "to")
    change.enter("verifying")
    return ()


def _verified(change: Change) -> tuple[str, ...]:
    lon, lat = number(change.data, "lon"), number(change.data, "lat")
    place = change.case.place
    if lon is not None and lat is not None and math.isnan(place.lon):
        # Reported by address only: the verification gives the position.
        street = place.street or text(change.data, "street")
        change.case_changes["place"] = msgspec.structs.replace(place, lon=lon, lat=lat, street=street)
    change.file.verified = text(change.data, "result")
    change.file.verify_by = None
    add_photos(change, ("photos", "verify"))
    change.enter("reported")
    return count_work(change)


def _filed(change: Change) -> tuple[str, ...]:
    data, file, case = change.data, change.file, change.case
    unit = text(data, "limit_unit")
    if unit not in LIMIT_UNITS:
        message = f"limit_unit: expected one of {', '.join(LIMIT_UNITS)}"
        raise ValueError(message)
    kind, code = text(data, "kind", case.kind), text(data, "code", case.code)
    change.case_changes |= {
        "kind": kind, "code": code, "hazard": flag(data, "hazard"),
        "urgency": text(data, "urgency", case.urgency),
    }  # fmt: skip
    file.standard, file.limit_unit = text(data, "standard"), unit
    file.limit_value = whole(data, "limit_value")
    file.fix_by_at, file.deadline_at = moment(data, "fix_by_at"), moment(data, "deadline_at")
    file.dispatch_by = maybe_moment(data, "dispatch_by")
    file.owner_state, file.component = text(data, "owner_state"), text(data, "component")
    file.owner_state_at_filing, file.owner_said = file.owner_state, text(data, "owner_said")
    file.source_site, file.verify_by = text(data, "source_site"), None
    file.hotline_by = maybe_moment(data, "hotline_by")
    file.undetermined = flag(data, "undetermined")
    file.targets = texts(data, "targets")
    _why(change)
    file.filed_at = case.at if file.imported else change.now
    file.unowned_since = change.now
    district, day = text(data, "district"), text(data, "day")
    if not file.no and day:
        serial = change.state.serials.get(day, 0) + 1
        change.state.serials[day] = serial
        file.no = f"{district}{day}{serial:05d}"
    change.enter("filed")
    return _log_when_critical(change)


def _log_when_critical(change: Change) -> tuple[str, ...]:
    if change.case_changes["urgency"] == "critical" != change.case.urgency and not change.file.imported:
        return say(change.state, change.case, change.fact, "log.critical")
    return ()


def _why(change: Change) -> None:
    reasons = change.data.get("reasons") or ()
    if reasons:
        change.file.why = text(reasons[-1], "why")
        change.file.why_names = names(reasons[-1], "names")


def _incident_signalled(change: Change) -> tuple[str, ...]:
    recipients = texts(change.data, "to")
    change.file.incident = "|".join(recipients)
    change.state.danger_signals[change.case.key] = recipients
    return ("danger_signals",)


def _make_safe_ordered(change: Change) -> tuple[str, ...]:
    change.file.make_safe = MakeSafe(text(change.data, "holder"), change.now, moment(change.data, "due_at"))
    return ()


def _rejected(change: Change) -> tuple[str, ...]:
    change.file.close_kind = "rejected"
    _end(change, "rejected")
    return ()


def _merged(change: Change) -> tuple[str, ...]:
    change.file.merged_into = text(change.data, "into")
    change.file.close_kind = "merged"
    _end(change, "merged")
    return ()


def _callers_joined(change: Change) -> tuple[str, ...]:
    change.file.joined = (*change.file.joined, text(change.data, "from"))
    change.file.callers += max(1, whole(change.data, "callers", 1))
    case = change.case
    joined = change.state.cases.get(text(change.data, "from"))
    if joined is not None:
        told = joined.at if joined.file.first_at is None else joined.file.first_at
        change.file.first_at = min(told, case.at if change.file.first_at is None else change.file.first_at)
    change.case_changes |= {
        "hazard": case.hazard or flag(change.data, "hazard"),
        "urgency": higher_urgency(case.urgency, text(change.data, "urgency", case.urgency)),
    }
    return _log_when_critical(change)


def _void_proposed(change: Change) -> tuple[str, ...]:
    change.file.void_by = account_of(change.fact.actor)
    return ()


def _voided(change: Change) -> tuple[str, ...]:
    change.file.close_kind = "voided"
    _end(change, "voided")
    return ()


def _end(change: Change, state: str) -> None:
    change.file.closed_at = change.now
    change.file.unowned_since = None
    change.enter(state)


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
