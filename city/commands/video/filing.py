"""Filing what a detection shows: a new case in the same act, or the open case on the same thing."""

from typing import Any

import msgspec

from city.cases.fold_reports import fold_case
from city.clocks.timestamps import iso
from city.commands.arguments import File
from city.commands.cases.filing import decide_file
from city.commands.command import Command, NewFact, Refusal
from city.commands.decision import not_now, ordered
from city.commands.subject_order import SubjectOrder
from city.commands.subjects import find_key
from city.facts.fact import Fact
from city.places.distance import metres
from city.state.ledger_state import Case, LedgerState
from city.state.row_keys import row_key_of
from city.state.video_records import Detection

__all__ = ["Filed", "case_there", "filed", "joined", "open_case_near"]


class Filed(msgspec.Struct, frozen=True):
    """The case of a detection: its key, its facts, and the versions that their append expects."""

    case: str
    facts: tuple[NewFact, ...]
    expects: tuple[tuple[str, int], ...]
    joined: bool = False


def open_case_near(state: LedgerState, detection: Detection, near_m: float) -> tuple[Case, float] | None:
    """Return the nearest open case of the same class within ``near_m`` and its distance, None for none."""
    best: tuple[Case, float] | None = None
    for case in state.cases.values():
        if f"{case.kind}:{case.code}" != detection.category or not case.is_open:
            continue
        far = metres(detection.place.lon, detection.place.lat, case.place.lon, case.place.lat)
        if far <= near_m and (best is None or far < best[1]):
            best = case, far
    return best


def case_there(order: SubjectOrder, detection: Detection) -> Refusal | None:
    """Refuse to file a second case on the same thing; the refusal offers the open one."""
    found = open_case_near(order.state, detection, order.rules.numbers.near_m)
    if found is None:
        return None
    case, far = found
    return not_now(
        "case_there", case=row_key_of(case.key), no=case.file.no or row_key_of(case.key), metres=round(far)
    )


def joined(order: SubjectOrder, into: str, detection: Detection) -> Filed | Refusal:
    """Return the note on an open case that a detection shows the same thing."""
    case = find_key(order.state, into)
    if case is None or f"{case.kind}:{case.code}" != detection.category:
        return Refusal("bad_args", "bad_arg", {"field": "into", "expected": "open case of the same class"})
    if not case.is_open:
        return not_now("into_closed")
    far = metres(detection.place.lon, detection.place.lat, case.place.lon, case.place.lat)
    limit = order.rules.numbers.near_m
    if not far <= limit:
        return not_now("too_far", metres=round(far) if far == far else "?", limit=round(limit))
    data = {"detection": detection.id, "command": order.command.command_id, "name": order.by.name}
    return Filed(case.key, (NewFact("DetectionJoined", f"case:{case.key}", data),), (), joined=True)


def filed(order: SubjectOrder, detection: Detection) -> Filed:
    """Return the facts of a new case: reported, filed and dispatched by the rules.

    A class that the tables do not know any more is only reported: intake must correct it.
    """
    key = f"citywall/detection-{detection.id}"
    report = NewFact("CaseReported", f"case:{key}", _report(order, detection, key))
    case = _as_folded(order, report)
    command = Command(order.command.command_id, "file", report.subject)
    on_case = ordered(order.state, case, command, order.by, order.rules, order.now, order.role)
    answer = decide_file(on_case, File())
    facts = answer if isinstance(answer, tuple) else ()
    return Filed(key, (report, *facts), ((report.subject, 0),))


def _report(order: SubjectOrder, detection: Detection, key: str) -> dict[str, Any]:
    """Return the data of the report, with a record in the format of a publisher's."""
    kind, _, code = detection.category.partition(":")
    category = order.rules.categories.get(detection.category)
    client, _, number = key.partition("/")
    place, name = detection.place, category.name_zh if category else detection.name
    record: dict[str, Any] = {
        "id": number, "client": client, "channel": "video_ai", "title": name,
        "category": {"kind": kind, "code": code, "label": name}, "hazard": detection.hazard,
        "urgency": "urgent" if detection.hazard else "normal", "road": place.road,
        "lon": place.lon, "lat": place.lat, "crs": "WGS84",
        # It became a report now: from here on its limits run. ``seen_at`` is the algorithm's moment.
        "at": iso(order.now.city), "received": iso(order.now.machine), "seen_at": iso(detection.at),
    }  # fmt: skip
    return {
        "record": record, "street": place.street, "detection": detection.id,
        "command": order.command.command_id, "name": order.by.name,
    }  # fmt: skip


def _as_folded(order: SubjectOrder, report: NewFact) -> Case:
    """Return the case that the report will become, folded apart from the state."""
    apart = LedgerState(clock=order.state.clock)
    fact = Fact(0, order.now.machine, report.type, report.v, report.subject, order.by.account, report.data)
    return fold_case(apart, fact)[0]
