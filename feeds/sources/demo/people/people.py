"""The simulated people who act on cases, each with an account."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from city.duty.roster import RosterRow, posts_at
from feeds.sources.demo.chance import dice

__all__ = ["SECOND", "STAND_INS", "Actor", "People"]

_SURNAMES: Final = "赵周吴郑冯褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏"
_INTAKE: Final = ("intake-1", "intake-2", "intake-3")
_STREETS_AN_INSPECTOR: Final = 4
SECOND: Final = "2"
"""The number of the post at which a role's stand-in is, beside the person of the roster."""
_VILLAGES: Final = 24
_POSTS: Final = ("duty_leader", "shift_lead", "duty_officer")
"""Roles whose deputies on the roster act in the demo."""


class Actor(msgspec.Struct, frozen=True):
    """A person with an account: display name (surname and title), roles, agency or street, workstation."""

    account: str
    display: str
    roles: tuple[str, ...]
    agency: str = ""
    street: str = ""
    streets: tuple[str, ...] = ()
    seat: str = ""


STAND_INS: Final = {
    "duty_officer": Actor("stand-in-officer", "代××（演示值班员）", ("duty_officer",)),
    "shift_lead": Actor("stand-in-lead", "代××（演示值班长）", ("shift_lead",)),
    "duty_leader": Actor("stand-in-leader", "代××（演示带班）", ("duty_leader",)),
}
"""Role → who acts in it when no visitor does, while duty is kept by facts."""


class People:
    """The simulated people by role and holder.

    ``agencies`` maps codes to short names, ``streets`` are codes. In the past the shift is represented by its
    deputies on the ``roster``; while duty is kept by facts, by the stand-ins at each role's second post.
    ``shift`` are the people of the roster themselves: their accounts are those of the demo's visitors.
    """

    def __init__(
        self, agencies: Mapping[str, str], streets: Sequence[str], roster: Iterable[RosterRow],
        shift: Iterable[Actor] = (),
    ) -> None:  # fmt: skip
        self.streets = tuple(streets)
        self._codes = {short: code for code, short in agencies.items()}
        self._roster = tuple(roster)
        self._intake = tuple(Actor(name, _name(name, "受理员"), ("intake_officer",)) for name in _INTAKE)
        self._dispatcher = Actor("dispatch-1", _name("dispatch-1", "派遣员"), ("dispatcher",))
        self._duty_leaders = {code: _duty_leader(code) for code in agencies}
        self._holders = {code: _agency(code) for code in agencies} | {code: _street(code) for code in streets}
        self._inspectors = {
            street: inspector for inspector in _inspectors(streets) for street in inspector.streets
        }
        self._deputies = {
            (row.role, row.deputy): Actor(f"deputy-{number}", row.deputy, (row.role,))
            for number, row in enumerate(self._roster, start=1)
            if row.role in _POSTS and row.deputy
        }
        self.duty_is_kept = False
        """Whether duty is kept by facts, so that only who is signed in at a post has its authority."""
        self.shift = tuple(shift)
        self._shift = {(role, actor.display): actor for actor in self.shift for role in actor.roles}
        self._seats = dict(_seats(self._roster, self._codes))
        self._villages = {f"workstation:{actor.account}": actor for actor in _villages(self.streets)}

    @property
    def actors(self) -> tuple[Actor, ...]:
        """Return all people, each once."""
        found = (
            *self._intake, self._dispatcher, *self._holders.values(), *self._inspectors.values(),
            *self._deputies.values(), *self._duty_leaders.values(),
            *STAND_INS.values(), *self._seats.values(), *self._villages.values(),
        )  # fmt: skip
        return tuple({actor.account: actor for actor in found}.values())

    @property
    def workstations(self) -> tuple[str, ...]:
        """Return the posts of the workstations that the demo's people hold; the others are only counted."""
        return tuple(self._villages)

    def intake(self, no: str) -> str:
        """Return the account of the intake officer of a case."""
        return dice("intake", no).choice(self._intake).account

    @property
    def dispatcher(self) -> str:
        """Return the dispatcher's account."""
        return self._dispatcher.account

    def holder(self, code: str) -> str:
        """Return the account of an agency or street, '' when there is none."""
        return self._holders[code].account if code in self._holders else ""

    def duty_leader(self, code: str) -> str:
        """Return the account of an agency's duty leader, '' when there is none."""
        return self._duty_leaders[code].account if code in self._duty_leaders else ""

    def short(self, code: str) -> str:
        """Return the short name of an agency by its code, '' for none."""
        return next((short for short, known in self._codes.items() if known == code), "")

    def code(self, short: str) -> str:
        """Return the code of an agency by its short name, '' for none."""
        return self._codes.get(short, "")

    def inspector(self, street: str) -> str:
        """Return the account of a street's inspector, '' when it has none."""
        return self._inspectors[street].account if street in self._inspectors else ""

    def deputy(self, role: str, now: float) -> str:
        """Return the account that acts for a shift role at a city time, '' when there is none."""
        if self.duty_is_kept:
            return STAND_INS[role].account
        post = next(iter(posts_at(self._roster, role, now)), None)
        actor = self._deputies.get((role, post.deputy)) if post else None
        return actor.account if actor else ""

    def of_shift(self, key: str, person: str) -> Actor | None:
        """Return the person of the roster at a post of the centre, None for other posts and for stand-ins."""
        return self._shift.get((key, person))

    def at_post(self, key: str, person: str) -> str:
        """Return the account of a person planned at a post, '' when there is none."""
        role, _, code = key.partition(":")
        if code == SECOND:
            return STAND_INS[role].account if role in STAND_INS else ""
        if role == "sub_centre":
            return self.holder(code)
        if role == "workstation":
            return self._villages[key].account if key in self._villages else ""
        actor = self._seats.get((code, person)) if role == "seat" else self._shift.get((role, person))
        return actor.account if actor else ""


def _name(key: str, title: str) -> str:
    return f"{dice('name', key).choice(_SURNAMES)}××（{title}）"


def _agency(code: str) -> Actor:
    account = f"agency-{code}"
    return Actor(account, _name(account, "处置员"), ("agency_operator",), agency=code)


def _duty_leader(code: str) -> Actor:
    account = f"duty-{code}"
    return Actor(account, _name(account, "带班负责人"), ("agency_duty_leader",), agency=code)


def _street(code: str) -> Actor:
    account = f"street-{code}"
    return Actor(account, _name(account, "街镇处置员"), ("street_operator",), street=code)


def _seats(roster: Iterable[RosterRow], codes: Mapping[str, str]) -> Iterable[tuple[tuple[str, str], Actor]]:
    """Yield the people of the seats on the roster, by agency code and name."""
    found: dict[tuple[str, str], None] = dict.fromkeys(
        (codes[row.seat], row.name) for row in roster if row.role == "seat" and row.seat in codes
    )
    counts: dict[str, int] = {}
    for code, name in found:
        counts[code] = number = counts.get(code, 0) + 1
        yield (code, name), Actor(f"seat-{code}-{number}", name, ("agency_operator",), agency=code)


def _villages(streets: Sequence[str]) -> Iterable[Actor]:
    """Yield people of some workstations; the account is the workstation's code."""
    for number in range(_VILLAGES if streets else 0):
        street = streets[number % len(streets)]
        account = f"{street}{200 + number // len(streets) + 1}"
        yield Actor(account, _name(account, "村居干部"), ("village_operator",), street=street)


def _inspectors(streets: Sequence[str]) -> Iterable[Actor]:
    for begin in range(0, len(streets), _STREETS_AN_INSPECTOR):
        account = f"inspector-{begin // _STREETS_AN_INSPECTOR + 1}"
        some = tuple(streets[begin : begin + _STREETS_AN_INSPECTOR])
        yield Actor(account, _name(account, "监督员"), ("inspector",), streets=some)
