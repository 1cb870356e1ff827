"""The simulated people who act on cases, each with an account."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from city.duty.roster import RosterRow, posts_at
from feeds.sources.demo.chance import dice

__all__ = ["Actor", "People"]

_SURNAMES: Final = "赵周吴郑冯褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏"
_INTAKE: Final = ("intake-1", "intake-2", "intake-3")
_STREETS_AN_INSPECTOR: Final = 4


class Actor(msgspec.Struct, frozen=True):
    """A person with an account: display name (surname and title), roles, and agency or street."""

    account: str
    display: str
    roles: tuple[str, ...]
    agency: str = ""
    street: str = ""
    streets: tuple[str, ...] = ()


class People:
    """The simulated people by role and holder.

    ``agencies`` maps codes to short names, ``streets`` are codes; the leaders are represented by their
    deputies on the ``roster``.
    """

    def __init__(
        self, agencies: Mapping[str, str], streets: Sequence[str], roster: Iterable[RosterRow]
    ) -> None:
        self._codes = {short: code for code, short in agencies.items()}
        self._roster = tuple(roster)
        self._intake = tuple(Actor(name, _name(name, "受理员"), ("intake_officer",)) for name in _INTAKE)
        self._dispatcher = Actor("dispatch-1", _name("dispatch-1", "派遣员"), ("dispatcher",))
        self._holders = {code: _agency(code) for code in agencies} | {code: _street(code) for code in streets}
        self._inspectors = {
            street: inspector for inspector in _inspectors(streets) for street in inspector.streets
        }
        self._deputies = {
            (row.role, row.deputy): Actor(f"deputy-{number}", row.deputy, (row.role,))
            for number, row in enumerate(self._roster, start=1)
            if row.role in ("duty_leader", "shift_lead") and row.deputy
        }

    @property
    def actors(self) -> tuple[Actor, ...]:
        """Return all people, each once."""
        found = (
            *self._intake, self._dispatcher, *self._holders.values(), *self._inspectors.values(),
            *self._deputies.values(),
        )  # fmt: skip
        return tuple({actor.account: actor for actor in found}.values())

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

    def code(self, short: str) -> str:
        """Return the code of an agency by its short name, '' for none."""
        return self._codes.get(short, "")

    def inspector(self, street: str) -> str:
        """Return the account of a street's inspector, '' when it has none."""
        return self._inspectors[street].account if street in self._inspectors else ""

    def deputy(self, role: str, now: float) -> str:
        """Return the account of a shift role's deputy at a city time, '' when there is none."""
        post = next(iter(posts_at(self._roster, role, now)), None)
        actor = self._deputies.get((role, post.deputy)) if post else None
        return actor.account if actor else ""


def _name(key: str, title: str) -> str:
    return f"{dice('name', key).choice(_SURNAMES)}××（{title}）"


def _agency(code: str) -> Actor:
    account = f"agency-{code}"
    return Actor(account, _name(account, "处置员"), ("agency_operator",), agency=code)


def _street(code: str) -> Actor:
    account = f"street-{code}"
    return Actor(account, _name(account, "街镇处置员"), ("street_operator",), street=code)


def _inspectors(streets: Sequence[str]) -> Iterable[Actor]:
    for begin in range(0, len(streets), _STREETS_AN_INSPECTOR):
        account = f"inspector-{begin // _STREETS_AN_INSPECTOR + 1}"
        some = tuple(streets[begin : begin + _STREETS_AN_INSPECTOR])
        yield Actor(account, _name(account, "监督员"), ("inspector",), streets=some)
