"""A page's questions about levels: the dry run, and which of the proposals its person may decide on now."""

from typing import Any

from city.access import Person, acting_role
from city.clocks.timestamps import iso
from city.commands.command import Now
from city.dispatch.decision_rules import DecisionRules
from city.duty.authority import posts_of_role
from city.response.activation_run import activation_run
from city.response.approvers import has_counted, is_below_city, keys_of, may_refuse, needs_of, open_to
from city.response.response_ids import response_id
from city.state.ledger_state import LedgerState
from city.state.response_records import CITY

__all__ = ["deputies", "level_press", "level_run"]

DEPUTIES = ("rotating_leader", "duty_leader")
"""Posts whose people the commander may authorise."""
ASKERS = ("propose_level", "approve_level", "record_verbal_order", "record_city_level")
"""Who may give one of these may ask what it would start."""


def level_press(state: LedgerState, person: Person, rules: DecisionRules) -> dict[str, Any]:
    """Return for each waiting proposal whether this person may approve and refuse it now.

    Everybody else's page shows who must still approve, and no button that would be refused: an approval that
    is open fits one of the person's keys, and nobody counts twice. ``press``: id of the response → proposal,
    ``approve`` and ``refuse``.
    """
    may = {verb: bool(acting_role(person, verb)) for verb in ("approve_level", "refuse_level")}
    press: dict[str, Any] = {}
    for response in state.responses.values():
        proposal, parts = response.proposal, response_id(response.id)
        if proposal is None or parts is None:
            continue
        keys = keys_of(person, deputy=response.deputy, flood_office=rules.response.numbers.flood_office)
        is_below = is_below_city(state.responses, parts, proposal.rank, district=rules.district)
        fits = bool(open_to(proposal, keys)) and not has_counted(proposal, person.account, keys)
        press[response.id] = {
            "proposal": proposal.id, "approve": may["approve_level"] and fits and not is_below,
            "refuse": may["refuse_level"] and may_refuse(proposal, person.account, keys),
        }  # fmt: skip
    return {"press": press}


def deputies(state: LedgerState, person: Person) -> dict[str, Any]:
    """Return whom the commander may authorise to decide in their place, and who has that authority now.

    ``responses``: those with a level in force or proposed, each with id, version and ``deputy`` (a name, '' =
    nobody). ``people``: who has signed in at a leader's post of the shift, without this person. Somebody who
    may authorise nobody is told nothing.
    """
    if not acting_role(person, "authorise_deputy"):
        return {"responses": [], "people": []}
    responses = [
        {"id": one.id, "version": one.version, "deputy": one.deputy_name}
        for one in state.responses.values()
        if one.jurisdiction != CITY and (one.active is not None or one.proposal is not None)
    ]
    shift = state.shifts.get(state.shift)
    people = [
        {"to": post.account, "name": post.holder, "post": role}
        for role in DEPUTIES for post in (posts_of_role(shift, role) if shift is not None else ())
        if post.account and post.account != person.account
    ]  # fmt: skip
    return {"responses": responses, "people": people}


def level_run(
    state: LedgerState, asked: dict[str, Any], person: Person, rules: DecisionRules, now: Now
) -> dict[str, Any]:
    """Return what the change of a response to a rank starts and ends: the run that a decision makes.

    ``asked``: ``response`` (its id) and ``rank`` (0 … 4). ``run`` is None for an unknown response or a person
    who may not decide on any.
    """
    rank, parts = asked.get("rank"), response_id(str(asked.get("response") or ""))
    known = {rules.district, *rules.streets}
    may = any(acting_role(person, verb) for verb in ASKERS)
    if not may or parts is None or parts.jurisdiction not in known or rank not in (0, 1, 2, 3, 4):
        return {"run": None}
    run = activation_run(state, rules, parts.id, rank, now.city)
    before = run.rank_before
    return {
        "run": {
            "response": run.response, "rank": rank, "rank_before": before, "plan": run.plan,
            "version": run.version, "is_exercise": parts.is_exercise,
            "tasks": [
                {"code": task.code, "agency": task.agency, "text": dict(task.text), "due_s": task.due_s,
                 "priority": task.priority, "planned_for": task.planned_for}
                for task in run.tasks
            ],
            "seats": list(run.seats), "roster": list(run.roster), "screens": list(run.screens),
            "seats_ended": list(run.seats_ended), "roster_ended": list(run.roster_ended),
            "screens_ended": list(run.screens_ended),
            "round": None if run.round is None else {
                "interval_s": run.round.interval_s, "holders": len(run.round.holders),
                "streets": sum(holder in rules.streets for holder in run.round.holders),
            },
            "relaxed": [{"kind": one.kind, "until": iso(one.until)} for one in run.relaxed],
            "relaxations_ended": list(run.relaxations_ended), "briefings": len(run.briefings),
            "deferred": run.deferred,
            "needs": [list(need) for need in needs_of(rank, before)] if rank != before else [],
            "decide_s": rules.response.numbers.decide_s[max(rank, before)],
        }
    }  # fmt: skip
