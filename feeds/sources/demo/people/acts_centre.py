"""Acts of the centre's simulated people: dispatcher, inspectors and the leaders' deputies."""

from collections.abc import Iterator
from typing import Any, Final

from city.clocks.timestamps import iso
from city.state.case_file import Ruling
from feeds.sources.demo.cases.fate import MIN
from feeds.sources.demo.people.act import Act, Look
from feeds.sources.demo.people.remarks import CHECK_FAILED, RULED

__all__ = ["acknowledge", "asked", "handled", "ruled", "unsent"]

_FALLBACK_HOLDERS: Final = ("城管", "绿化市容", "市政")
"""Holders to use when all holders named by the rules and the class have returned the case."""
_LEADS: Final = {1: "shift_lead", 2: "duty_leader", 3: "duty_leader"}


def unsent(look: Look) -> Iterator[Act]:
    """Choose the holder when the rules gave none with certainty, or when the case was returned."""
    file = look.case.file
    turn = len(file.bounces)
    if file.ruling is not None and not file.ruling.holder:
        return
    planned = look.fate.returns[turn - 1] if 0 < turn <= len(look.fate.returns) else look.fate.file_at
    at = look.when(planned, file.since, 2, 8, "send", turn)
    offered = (
        *file.targets,
        look.people.code(look.category.owner),
        *map(look.people.code, _FALLBACK_HOLDERS),
    )
    able = [code for code in offered if code and code not in file.bounced]
    yield Act(at, look.people.dispatcher, "dispatch", {"to": able[0]} if able else {})


def handled(look: Look) -> Iterator[Act]:
    """Check on site whether the case is handled."""
    file = look.case.file
    done = file.since if file.handled_at is None else file.handled_at
    failed = file.reworks < look.fate.reworks
    planned = look.fate.check_at if not file.reworks and look.as_planned else done
    at = look.when(planned, done, 1.5, 6 if look.quick else 20, "check", file.reworks)
    if file.check_by is not None:
        at = max(done + MIN, min(at, file.check_by - MIN))
    args: dict[str, Any] = {
        "passed": not failed, "mode": "field", "photo_at": iso(look.now - 5.0),
        "photos": [look.photo("check")],
        **look.spot("check", file.reworks),
    }  # fmt: skip
    if failed:
        args["reason"] = look.dice("failed").choice(CHECK_FAILED[look.category.kind])
    yield Act(at, look.people.inspector(look.case.place.street), "check", args)


def ruled(look: Look) -> Iterator[Act]:
    """Rule on ownership when the leader has not done so in time."""
    file = look.case.file
    asked = file.ruling
    if asked is None or asked.holder:
        return
    patience = look.dice("patience", asked.opened_at).uniform(0.5, 0.85) * (asked.due_at - asked.opened_at)
    planned = look.fate.rule_at if len(look.fate.returns) > 1 and look.as_planned else 0.0
    if planned > look.case.recorded_at:
        at = min(max(planned, asked.opened_at + 2 * MIN), asked.due_at - MIN)
    elif planned and not asked.while_held:
        at = planned  # its ruling was due before we took over the case
    else:
        at = asked.opened_at + patience
    holder = _ruled_holder(look, asked)
    if holder:
        scope = look.dice("scope").choice(("this_case", "this_case", "this_road_segment"))
        args = {"holder": holder, "kind": "interim", "scope": scope, "text": look.dice("ruled").choice(RULED)}
        yield Act(at, look.people.deputy("duty_leader", look.now), "rule", args)


def asked(look: Look) -> Iterator[Act]:
    """Decide a request for suspension or extension."""
    file = look.case.file
    for ask, who, verb in (
        (file.suspension, look.people.dispatcher, "decide_suspension"),
        (file.extension, look.people.deputy("shift_lead", look.now), "decide_extension"),
    ):
        if ask is not None:
            at = ask.at + look.dice(verb).uniform(8, 25) * MIN
            yield Act(at, who, verb, {"approved": look.dice(verb, "yes").random() < 0.8})


def acknowledge(look: Look) -> Iterator[Act]:
    """Acknowledge an escalation when its recipient has not."""
    file = look.case.file
    if not file.supervised or file.acknowledge_by is None or file.escalated_at is None:
        return
    if file.acknowledged_at is not None and file.acknowledged_at >= file.escalated_at:
        return
    at = file.escalated_at + 0.8 * (file.acknowledge_by - file.escalated_at)
    role = _LEADS.get(file.supervised, "duty_leader")
    yield Act(at, look.people.deputy(role, look.now), "acknowledge")


def _ruled_holder(look: Look, asked: Ruling) -> str:
    """Return the holder that the ruling names: a candidate, the current holder, or one that returned it."""
    file = look.case.file
    known = (*asked.candidates, file.holder, *file.bounced)
    able = [code for code in dict.fromkeys(known) if look.people.holder(code)]
    return look.dice("whose", asked.opened_at).choice(able) if able else ""
