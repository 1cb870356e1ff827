"""Checkpoints: what must be so in the folded state at a line of the script."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import msgspec

from city.clocks.freshness import lost_mask, measured_as_of
from city.dispatch.decision_rules import DecisionRules
from city.facts.fact import Fact
from city.linkage.gauges import GAUGE_KIND, is_underpass_gauge
from city.state.ledger_state import CityState
from city.warnings.in_force import in_force
from console.drill.queue_checks import desk_queue
from console.drill.selection import FOUND_IN, find

__all__ = ["CHECKS", "Folded", "judge", "wrong_arguments"]


class Folded(msgspec.Struct):
    """What checkpoints see: the folded state, the rules, all facts, both times (epoch seconds)."""

    state: CityState
    rules: DecisionRules
    facts: Sequence[Fact]
    machine: float

    @property
    def city(self) -> float:
        """Return the city time."""
        return self.state.ledger.clock.at(self.machine)


Check = Callable[..., str]
"""Returns '' when it is so, else what was found instead."""


def level(seen: Folded, *, rank: int, response: str = "310115/flood_typhoon", decided: str = "") -> str:
    """Check that a response has a rank (0 = none, 4 = Ⅰ), and how it was decided."""
    found = seen.state.ledger.responses.get(response)
    at = found.rank if found else 0
    how = found.active.decided if found and found.active else ""
    if at != rank:
        return f"rank {at}"
    return "" if not decided or how == decided else f"decided: {how or 'not'}"


def proposed(seen: Folded, *, rank: int | None = None, response: str = "310115/flood_typhoon") -> str:
    """Check that a change of level to ``rank`` waits for its decision; without a rank, that none does."""
    found = seen.state.ledger.responses.get(response)
    waiting = found.proposal.rank if found and found.proposal else None
    return "" if waiting == rank else f"proposed: {waiting}"


def count(
    seen: Folded, *, of: str, where: dict[str, Any] | None = None, exactly: int | None = None,
    least: int | None = None, most: int | None = None,
) -> str:  # fmt: skip
    """Check how many records of a table of the state have the given values."""
    number = sum(1 for _ in find(seen.state.ledger, of, where or {}))
    return _within(number, exactly, least, most)


def facts(
    seen: Folded, *, type: str, where: dict[str, Any] | None = None,  # noqa: A002  # the fact's own word
    exactly: int | None = None, least: int | None = None, most: int | None = None,
) -> str:  # fmt: skip
    """Check how many facts of a type, with the given data, were written."""
    wanted = (where or {}).items()
    number = sum(
        fact.type == type and all(fact.data.get(name) == value for name, value in wanted)
        for fact in seen.facts
    )
    return _within(number, exactly, least, most)


def minutes(
    seen: Folded, *, type: str, field: str, value: float,  # noqa: A002  # as above
) -> str:  # fmt: skip
    """Check a number of minutes in the newest fact of a type."""
    found = next((fact.data.get(field) for fact in reversed(seen.facts) if fact.type == type), None)
    return "" if found == value else f"{field}: {found}"


def warnings(seen: Folded, *, colours: dict[str, str]) -> str:
    """Check the warnings in force: hazard → colour, no other hazard."""
    standing = in_force(seen.state.ledger.warnings.values(), seen.city)
    found = {one.info.hazard: one.info.colour for one in standing}
    return "" if found == colours else f"in force: {found}"


def underpasses(
    seen: Folded, *, gauges: int | None = None, silent: int | None = None, at_limit: int | None = None,
    closed: int | None = None, early: int | None = None,
) -> str:  # fmt: skip
    """Check the underpasses: gauges, silent ones, those at the limit, closed, and closed before the limit."""
    ledger, readings = seen.state.ledger, seen.state.measured.readings
    names = readings.column("device")
    as_of = measured_as_of(readings.column("at"), readings.column("received"), ledger.clock)
    lost = lost_mask(as_of, readings.column("interval"), seen.machine)
    ours = [
        (name, bool(is_lost))
        for name, is_lost, kind in zip(names, lost, readings.column("kind"), strict=True)
        if kind == GAUGE_KIND and name in ledger.devices and is_underpass_gauge(ledger.devices[name])
    ]
    closures = ledger.closures.values()
    shut = [one for one in closures if one.state == "closed"]
    found = {
        "gauges": len(ours),
        "silent": sum(is_lost for _, is_lost in ours),
        "at_limit": sum(one.limit_at is not None for one in closures),
        "closed": len(shut),
        "early": sum(one.limit_at is None for one in shut),
    }
    wanted = {"gauges": gauges, "silent": silent, "at_limit": at_limit, "closed": closed, "early": early}
    wrong = {
        name: found[name] for name, value in wanted.items() if value is not None and value != found[name]
    }
    return ", ".join(f"{name} {value}" for name, value in wrong.items())


def relocated(seen: Folded, *, percent: float) -> str:
    """Check the share of people relocated of those who should be, whole per cent."""
    sums = {"should": 0.0, "moved": 0.0}
    for one in seen.state.ledger.situations.values():
        for key, figure in one.figures.items():
            if key.startswith("relocation."):
                sums[key.rpartition(".")[2]] += figure.value
    found = round(100 * sums["moved"] / sums["should"]) if sums["should"] else None
    return "" if found == percent else f"{found} %"


def handover(seen: Folded, *, id: str, items: int, done: bool | None = None) -> str:  # noqa: A002
    """Check a hand-over of leaders: how many items must be acknowledged, and whether both have signed."""
    found = seen.state.ledger.leader_handovers.get(id)
    if found is None:
        return "no hand-over"
    if done is not None and found.is_done != done:
        return "not signed by both" if done else "signed by both"
    kinds = ", ".join(one.kind for one in found.items)
    return "" if len(found.items) == items else f"{len(found.items)} items: {kinds}"


def recovery(
    seen: Folded, *, items: int, done: int | None = None, response: str = "310115/flood_typhoon"
) -> str:
    """Check how many items the recovery list has, done ones included, and how many are done."""
    found = seen.state.ledger.responses.get(response)
    every = found.recovery if found else ()
    finished = sum(one.done is not None for one in every)
    if len(every) != items:
        return f"{len(every)} items"
    return "" if done is None or finished == done else f"{finished} done"


def queue(
    seen: Folded, *, alarms_most: int | None = None, grouped: int | None = None, callers: int | None = None
) -> str:
    """Check the desk's queue: the alarms of ten minutes, reports that share a row, callers of the longest."""
    found = desk_queue(seen.state, seen.rules, seen.machine)
    if alarms_most is not None and found["alarms"] > alarms_most:
        return f"alarms {found['alarms']}"
    wanted = {"grouped": grouped, "callers": callers}
    return ", ".join(
        f"{name} {found[name]}" for name, value in wanted.items() if value not in (None, found[name])
    )


def relaxation(seen: Folded, *, kind: str, active: bool, begun: bool = False) -> str:
    """Check whether a relaxation is switched on now, and whether it ever was."""
    found = seen.state.ledger.relaxations.get(kind)
    if begun and (found is None or not found.spans):
        return "it was never switched on"
    is_on = found is not None and found.active(seen.city) is not None
    return "" if is_on == active else ("switched on" if is_on else "not switched on")


def _within(number: int, exactly: int | None, least: int | None, most: int | None) -> str:
    good = (
        (exactly is None or number == exactly)
        and (least is None or number >= least)
        and (most is None or number <= most)
    )
    return "" if good else f"{number}"


CHECKS: Final[dict[str, Check]] = {
    "level": level, "proposed": proposed, "count": count, "facts": facts, "minutes": minutes,
    "warnings": warnings, "underpasses": underpasses, "relocated": relocated, "recovery": recovery,
    "handover": handover, "relaxation": relaxation, "queue": queue,
}  # fmt: skip
"""Name in a script → what it checks."""


def judge(name: str, want: dict[str, Any], seen: Folded) -> str:
    """Return '' when a checkpoint holds, else what was found instead."""
    return CHECKS[name](seen, **want)


def wrong_arguments(name: str, want: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the arguments of a checkpoint."""
    known = dict(list(inspect.signature(CHECKS[name]).parameters.items())[1:])
    for argument in want:
        if argument not in known:
            yield f"want: expected some of {', '.join(known)} for {name}, got {argument!r}"
    for argument, parameter in known.items():
        if parameter.default is inspect.Parameter.empty and argument not in want:
            yield f"want: {name} needs {argument}"
    if name == "count" and want.get("of") not in FOUND_IN:
        yield f"want.of: expected one of {', '.join(FOUND_IN)}, got {want.get('of')!r}"
