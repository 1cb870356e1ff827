"""What is left when a response ends (domain §4.6): the recovery list, and when an item is settled.

Nothing is lost: what the ledger still has open becomes an item with somebody who must finish it.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Iterator

from city.dispatch.decision_rules import DecisionRules
from city.dispatch.ordinary import is_ordinary
from city.response.event_span import is_exercise
from city.state.hotline_records import DEFER
from city.state.ledger_state import LedgerState
from city.state.linkage_records import Task
from city.state.response_records import RecoveryItem, Response
from city.state.row_keys import row_key_of

__all__ = ["is_settled", "recovery_items"]

OUTAGE, SHELTER = "outage.out", "shelter."
REMOTE = frozenset({"video", "caller_confirmed"})
SAMPLED = 0.1
"""The share of checks from afar that is checked in the field when the response is over (§4.6)."""


def recovery_items(
    state: LedgerState, rules: DecisionRules, response: Response, now: float
) -> tuple[RecoveryItem, ...]:
    """Return what is left at city time ``now``, with the holder of each: tasks, closures, shelters, outages,
    for each holder the cases that were deferred, and the sample of checks from afar that is checked in the
    field. An exercise leaves only its own tasks.
    """
    exercise = is_exercise(response.id)
    items = [*_tasks(state, response, exercise=exercise)]
    if not exercise:
        items += _closures(state, rules, response)
        items += _figures(state, response, rules)
        if response.jurisdiction == rules.district:
            items += _deferred(state, rules, response, now)
            items += _field_checks(state, response)
    return tuple(items)


def _since(response: Response) -> float:
    """Return when the response began: the first of its last unbroken row of levels."""
    since = float("inf")
    for activation in reversed(response.activations):
        if activation.state == "ended" and activation is not response.activations[-1]:
            break
        since = activation.activated_at
    return since


def _tasks(state: LedgerState, response: Response, *, exercise: bool) -> Iterator[RecoveryItem]:
    """Yield the tasks whose work is not done, of the plan and of every incident since the response began."""
    own = {activation.incident for activation in response.activations}
    since = _since(response)
    for incident in state.incidents.values():
        if not incident.is_open or incident.is_exercise != exercise:
            continue
        if incident.id not in own and (incident.kind == "response" or incident.opened.at < since):
            continue
        for id_ in incident.tasks:
            task = state.tasks[id_]
            if _is_undone(task):
                names = {"task": task.id, "no": task.no, "words": task.words, "road": task.place.road}
                yield RecoveryItem(f"task:{id_}", "task", f"task:{id_}", task.agency, names)


def _is_undone(task: Task) -> bool:
    """Whether the work of a task is still to do; a declined task waits to be given on."""
    if task.state == "declined":
        return not task.fallback
    return task.is_open and task.state != "done"


def _closures(state: LedgerState, rules: DecisionRules, response: Response) -> Iterator[RecoveryItem]:
    for closure in state.closures.values():
        device = state.devices.get(closure.device)
        street = device.place.street if device is not None else ""
        if closure.state not in ("closing", "closed", "reopening") or not _is_in(response, rules, street):
            continue
        parties = closure.parties or rules.linkage.numbers.closure_parties
        names = {"device": closure.device, "name": device.name if device is not None else closure.device}
        key = f"closure:{closure.device}"
        yield RecoveryItem(key, "closure", f"device:{closure.device}", parties[-1] if parties else "", names)


def _is_in(response: Response, rules: DecisionRules, street: str) -> bool:
    return response.jurisdiction == rules.district or response.jurisdiction == street


def _figures(state: LedgerState, response: Response, rules: DecisionRules) -> Iterator[RecoveryItem]:
    """Yield the shelters with people in them and the outages, as their holders reported them last."""
    for holder, situation in sorted(state.situations.items()):
        if is_exercise(holder) or response.jurisdiction not in (rules.district, holder):
            continue
        for key, figure in sorted(situation.figures.items()):
            if figure.value <= 0:
                continue
            names = {"count": f"{figure.value:g}"}
            if key.startswith(SHELTER) and key.endswith(".occupied"):
                place = key.removeprefix(SHELTER).removesuffix(".occupied")
                ref = f"situation:{holder}"
                yield RecoveryItem(
                    f"shelter:{holder}/{place}", "shelter", ref, holder, {**names, "place": place}
                )
            elif key == OUTAGE:
                yield RecoveryItem(f"outage:{holder}", "outage", f"situation:{holder}", holder, names)


def _deferred(
    state: LedgerState, rules: DecisionRules, response: Response, now: float
) -> Iterator[RecoveryItem]:
    """Yield one item per holder for its ordinary cases whose deadline a deferral of this response moved."""
    relaxation = state.relaxations.get(DEFER)
    begun = _since(response)
    spans = [span for span in relaxation.spans if span.end > begun] if relaxation is not None else []
    if not spans:
        return
    first = min(span.at for span in spans)
    counts = Counter(
        case.holder for case in state.cases.values()
        if case.file.own and case.is_open and case.holder and case.due_at is not None
        and case.due_at > first and case.at <= now and is_ordinary(case, rules)
    )  # fmt: skip
    for holder, count in sorted(counts.items()):
        names = {"count": str(count)}
        yield RecoveryItem(f"shifted_case:{holder}", "shifted_case", f"cases:{holder}", holder, names)


def _field_checks(state: LedgerState, response: Response) -> Iterator[RecoveryItem]:
    """Yield a tenth of the cases that were checked from afar during the response, the same for everybody."""
    since = _since(response)
    afar = [
        case for case in state.cases.values()
        if case.file.check is not None and case.file.check.mode in REMOTE and case.file.check.at >= since
    ]  # fmt: skip
    afar.sort(key=lambda case: hashlib.sha256(case.key.encode()).digest())
    for case in afar[: math.ceil(len(afar) * SAMPLED)]:
        names = {"no": case.file.no, "road": case.place.road}
        key = f"field_check:{row_key_of(case.key)}"
        yield RecoveryItem(key, "field_check", f"case:{case.key}", case.place.street, names)


def is_settled(state: LedgerState, item: RecoveryItem) -> bool | None:
    """Whether the ledger shows that an item is finished; None: only a person can say it."""
    kind, _, id_ = item.ref.partition(":")
    if item.kind == "task":
        task = state.tasks.get(id_)
        followed = task is not None and task.fallback in state.tasks
        return task is None or (not _is_undone(state.tasks[task.fallback] if followed else task))
    if item.kind == "closure" and kind == "device":
        closure = state.closures.get(id_)
        return closure is None or closure.state in ("open", "suggested")
    return None
