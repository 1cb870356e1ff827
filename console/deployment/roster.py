"""Who has the authority of the present shift, by the facts of duty or by the roster.

A person is created for every command.
"""

from datetime import UTC, datetime, timedelta, timezone

import structlog

from city.access import SHIFT_ROLES, Person
from city.duty.authority import holds, responsible_shift
from city.duty.roster import Post, posts_at, read_roster
from city.state.ledger_state import CityState
from feeds.people.accounts import Account

__all__ = ["person_of_account"]

log = structlog.get_logger()


def person_of_account(
    account: Account | None, state: CityState, now: float, *, zone_offset_s: int = 28_800
) -> Person | None:
    """Return the person of an account at a machine time (epoch seconds), None for no or a closed account.

    While duty is kept by facts, who is signed in at a role's post of the responsible shift has the role, and
    their deputy during a short leave. Before that, and for roles without a post in that shift, a role of
    SHIFT_ROLES is on shift while the roster, at city time, names the person or has them as deputy in a post
    of that role. A role without a row in the roster is always on shift. ``shift`` is the local minute at
    which the duty began, '' off shift.
    """
    if account is None or account.disabled_at is not None:
        return None
    rights = account.rights
    held, begun = [], []
    shift = responsible_shift(state.ledger)
    for role, posts in _posts(rights.roles, state, now, zone_offset_s).items():
        by_facts = holds(state.ledger, role, rights.display, account.name)
        if by_facts is not None:
            if by_facts and shift is not None:
                held.append(role)
                begun.append(shift.starts_at)
            continue
        theirs = [post for post in posts or () if _is_theirs(post, rights.display)]
        if theirs or posts is None:
            held.append(role)
        begun += [post.since for post in theirs]
    return Person(
        account=account.name,
        name=rights.display,
        roles=rights.roles,
        seat=rights.seat,
        shift=_minute(min(begun), zone_offset_s) if begun else "",
        agency=rights.agency,
        street=rights.street,
        streets=rights.streets,
        on_shift=tuple(held),
        automated=account.automated,
    )


def _posts(
    roles: tuple[str, ...], state: CityState, now: float, zone_offset_s: int
) -> dict[str, tuple[Post, ...] | None]:
    """Return the present posts of each shift role in ``roles``; None = the roster has no row for the role."""
    wanted = SHIFT_ROLES.intersection(roles)
    try:
        rows = read_roster(row for row in state.ledger.roster if row.get("role") in wanted)
    except ValueError as error:  # an unreadable roster gives nobody authority
        log.warning("roster_unreadable", reason=str(error))
        return dict.fromkeys(wanted, ())
    city = state.ledger.clock.at(now)
    named = {row.role for row in rows}
    return {
        role: posts_at(rows, role, city, zone_offset_s=zone_offset_s) if role in named else None
        for role in roles
        if role in wanted
    }


def _is_theirs(post: Post, display: str) -> bool:
    return bool(display) and display in (post.name, post.deputy)


def _minute(at: float, zone_offset_s: int) -> str:
    zone = timezone(timedelta(seconds=zone_offset_s))
    return datetime.fromtimestamp(at, UTC).astimezone(zone).isoformat(timespec="minutes")
