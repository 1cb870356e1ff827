"""Items of a hand-over, drafted from what is open (domain §3.8, §4.7). No typed text is in them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from city.clocks.timestamps import iso
from city.duty.presence import relieved_by
from city.state.duty_records import HandoverItem, Shift
from city.state.ledger_state import Case, LedgerState
from city.state.linkage_records import Incident, Task
from city.state.row_keys import row_key_of
from city.warnings.in_force import in_force

__all__ = ["Silent", "drafted", "item_data", "items_changed", "needs_takeover"]

Silent = Callable[[], Iterable[str]]
"""Returns the ids of the devices whose values are lost."""


def drafted(state: LedgerState, shift: Shift, now: float, silent: Silent) -> tuple[HandoverItem, ...]:
    """Return all items of a shift's hand-over, worst kinds first; the cost is that of all cases."""
    cases = [item for case in state.cases.values() for item in _of_case(case)]
    return (*_but_cases(state, shift, now), *cases, *_devices(state, silent))


def items_changed(
    state: LedgerState, shift: Shift, now: float
) -> tuple[tuple[HandoverItem, ...], tuple[str, ...]]:
    """Return what a draft lacks: new items, and keys of items whose answer does not hold any more.

    The cost is that of the cases which changed since the draft. Devices are not drafted again.
    """
    handover = shift.handover
    if handover is None:
        return (), ()
    there = {item.key: item for item in handover.items}
    cases = (item for case in state.changed_since(handover.position) for item in _of_case(case))
    found = [*_but_cases(state, shift, now), *cases]
    new = tuple(item for item in found if item.key not in there)
    reopened = tuple(
        item.key for item in handover.items if item.answer == "cancel" and needs_takeover(state, item)
    )
    return new, reopened


def item_data(item: HandoverItem) -> dict[str, Any]:
    """Return an item as facts hold it; its answer is a fact of its own."""
    return {
        "key": item.key, "kind": item.kind, "ref": item.ref, "words": item.words, "names": item.names,
        "must": item.must, "needs": item.needs,
    }  # fmt: skip


def needs_takeover(state: LedgerState, item: HandoverItem) -> bool:
    """Whether a tick is not enough: the task of the item is still to be done."""
    task = state.tasks.get(item.ref.removeprefix("task:")) if item.needs == "take_over" else None
    return task is not None and _is_undone(task)


def _but_cases(state: LedgerState, shift: Shift, now: float) -> Iterator[HandoverItem]:
    for incident in state.incidents.values():
        if incident.is_open:
            yield _of_incident(incident)
    for task in state.tasks.values():
        if task.priority == "P1" and task.is_open:
            yield _of_task(task)
    yield from _warnings(state, now)
    yield from _instructions(state, shift)
    for source in state.lost_sources:
        yield _item("source", source, f"source:{source}", "handover.source", {"label": source})
    for closure in state.closures.values():
        if closure.state != "open" and closure.device in state.devices:
            device = state.devices[closure.device]
            names = {"label": device.name, "closure": closure.state}
            yield _item("device", device.id, f"device:{device.id}", "handover.closure", names)
    yield from _muted(state, now)
    yield from _left_by_release(state, shift)


def _item(
    kind: str, mark: str, ref: str, words: str, names: dict[str, str], *, needs: str = "seen"
) -> HandoverItem:
    return HandoverItem(f"{kind}:{mark}"[:80], kind, ref, words, names, must=True, needs=needs)


def _of_incident(incident: Incident) -> HandoverItem:
    names = {
        "label": incident.place.road or incident.no, "no": incident.no, "kind": incident.kind,
        "grade": incident.grade, "street": incident.place.street,
    }  # fmt: skip
    return _item("incident", incident.id, f"incident:{incident.id}", "handover.incident", names)


def _of_task(task: Task) -> HandoverItem:
    names = {
        "label": f"{task.place.road or task.no}({task.priority})", "no": task.no, "agency": task.agency,
        "words": task.words, "street": task.place.street,
    }  # fmt: skip
    needs = "take_over" if _is_undone(task) else "seen"
    return _item("task", task.id, f"task:{task.id}", "handover.task", names, needs=needs)


def _is_undone(task: Task) -> bool:
    return task.is_open and task.state != "done"


def _of_case(case: Case) -> Iterator[HandoverItem]:
    file = case.file
    waits = file.ruling is not None and file.ruling.ruled_at is None
    unruled = case.state == "ruling" or (file.own and waits)
    unacknowledged = file.own and bool(file.supervised) and file.acknowledged_at is None
    if not (unruled or unacknowledged) or not case.is_open:
        return
    names = {
        "label": case.place.road or case.label, "kind": case.kind, "code": case.code,
        "street": case.place.street,
    }  # fmt: skip
    mark, ref = row_key_of(case.key), f"case:{case.key}"
    if unruled:
        yield _item("ruling", mark, ref, "handover.ruling", names)
    if unacknowledged:
        yield _item("case", mark, ref, "handover.escalation", {**names, "level": str(file.supervised)})


def _warnings(state: LedgerState, now: float) -> Iterator[HandoverItem]:
    told: dict[str, HandoverItem] = {}
    for one in in_force(state.warnings.values(), now):
        key, info = one.warned.key, one.info
        heads = {f"headline_{language}": head for language, head in info.headlines.items()}
        names = {
            "label": info.headlines.get("zh", info.hazard), "hazard": info.hazard, "colour": info.colour,
            **heads,
        }  # fmt: skip
        told[key] = _item("warning", row_key_of(key), f"warning:{key}", "handover.warning", names)
    yield from told.values()


def _instructions(state: LedgerState, shift: Shift) -> Iterator[HandoverItem]:
    """Yield the orders that the shift wrote into the duty log; a corrected one is told by its correction."""
    entries = [one for one in state.entries if one.shift == shift.id]
    corrected = {one.corrects for one in entries if one.corrects}
    for one in entries:
        if one.kind == "order" and one.position not in corrected:
            yield _instruction(one.position, one.signed.name)


def _instruction(position: int, name: str) -> HandoverItem:
    names = {"label": name, "by": name, "position": str(position)}
    return _item("instruction", str(position), f"entry:{position}", "handover.instruction", names)


def _muted(state: LedgerState, now: float) -> Iterator[HandoverItem]:
    """Yield the alarms that are put aside, with their end, and the devices in maintenance (§3.8)."""
    for alarm in state.sensing.alarms.values():
        device, shelving = state.devices.get(alarm.device), alarm.shelving
        if device is not None and shelving is not None and shelving.until > now:
            names = {"label": device.name or device.id, "until_at": iso(shelving.until)}
            mark = f"{row_key_of(alarm.key)}-{int(shelving.until)}"
            yield _item("mute", mark, f"alarm:{alarm.key}", f"handover.{shelving.kind}", names)
    for record in state.sensing.maintenance.values():
        device = state.devices.get(record.device)
        if device is not None and record.is_on and record.signed is not None:
            names = {"label": device.name or device.id, "since_at": iso(record.signed.at)}
            mark = f"{row_key_of(record.device)}-{int(record.signed.at)}"
            yield _item("mute", mark, f"device:{device.id}", "handover.maintenance", names)


def _left_by_release(state: LedgerState, shift: Shift) -> Iterator[HandoverItem]:
    """Yield the orders of leaders that nobody acknowledged because the shift before was released."""
    for before in state.shifts.values():
        if before.state == "closed" and relieved_by(state, before) is shift:
            handover = before.handover
            for item in handover.unanswered if handover else ():
                if item.kind == "instruction":
                    yield msgspec.structs.replace(item, answer="", answered=None)


def _devices(state: LedgerState, silent: Silent) -> Iterator[HandoverItem]:
    """Yield one item for all silent devices: a lost source may silence hundreds."""
    names = [state.devices[one].name for one in silent() if one in state.devices]
    if names:
        label = "、".join(names[:3]) + ("…" if len(names) > 3 else "")
        yield _item("device", "silent", "", "handover.devices", {"label": label, "count": str(len(names))})
