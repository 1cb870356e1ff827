"""The end of the demo's past: the present shift begins to keep duty by facts, and its people sign in."""

from collections.abc import Iterator
from typing import Any

from city.access import Person
from city.clocks.timestamps import iso
from city.commands.duty.planning import planned_now, shift_times
from city.dispatch.decision_rules import DecisionRules
from city.state.ledger_state import LedgerState
from feeds.sources.demo.chance import DAY_S
from feeds.sources.demo.people.duty_acts import posts_to_hold
from feeds.sources.demo.people.people import SECOND, STAND_INS, Actor, People

__all__ = ["first_duty"]

STAND_IN_DAYS = 3650
REASON = "演示：由系统代为处置"

Order = tuple[str, Person | None, str, str, dict[str, Any]]
"""Account, the person if there is no account yet, verb, subject, arguments."""


def first_duty(ledger: LedgerState, rules: DecisionRules, people: People, now: float) -> Iterator[Order]:
    """Yield the orders with which duty begins at a city time; each is decided before the next is taken.

    The stand-ins get a second post of each role; then everybody signs in, the shift lead first.
    """
    lead = people.deputy("shift_lead", now)
    until = iso(now + STAND_IN_DAYS * DAY_S)
    for role, actor in STAND_INS.items():
        args = {
            "post": f"{role}:{SECOND}", "starts_at": iso(now - 8 * DAY_S), "ends_at": until,
            "person": actor.display, "reason": REASON,
        }  # fmt: skip
        yield lead, None, "override_roster", f"roster:{rules.district}", args
    subject = f"shift:{shift_times(rules).at(now).id}"
    posts = posts_to_hold(planned_now(ledger, rules, now), people, now)
    for key in sorted(posts, key=lambda key: key != "shift_lead"):
        account = people.at_post(key, posts[key].person)
        if account:
            person = people.of_shift(key, posts[key].person)
            yield account, _person(person), "sign_in", subject, {"post": key, "method": "demo"}


def _person(actor: Actor | None) -> Person | None:
    return Person(actor.account, actor.display, actor.roles) if actor else None
