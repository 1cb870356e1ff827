"""The names in braces of a script: what they stand for at the moment of a line."""

import re
from typing import Any, Final

from city.clocks.timestamps import iso
from city.state.ledger_state import LedgerState
from console.drill.script import Script
from console.drill.times import seconds_of
from feeds.sources.demo.people.pictures import picture_id

__all__ = ["Names", "account_of"]

_PLACE: Final = ("lon", "lat")

_NAME: Final = re.compile(r"\{([^{}]+)\}")
_SHARE: Final = re.compile(r"(should)\.(\w+)(?:\*([\d.]+))?")


class Names:
    """Fills in ``{name}`` of the script, ``{holder}``, ``{item}``, ``{proposal:<response>}``, ``{photo}``,
    ``{lon}`` and ``{lat}`` of a found record, ``{T-8:00}`` (a time) and
    ``{should.<group>*0.62}`` (people of the holder to relocate).
    """

    def __init__(
        self, script: Script, state: LedgerState, *, holder: str = "", item: str = "", record: Any = None
    ) -> None:  # fmt: skip
        self._script = script
        self._state = state
        self._record = record
        self._own = {"holder": holder, "item": item, "photo": picture_id("done", 0)}

    def of(self, *, holder: str = "", item: str = "", record: Any = None) -> "Names":
        """Return the same names for a holder, or for an item of a found record."""
        return Names(self._script, self._state, holder=holder, item=item, record=record)

    def fill(self, value: Any) -> Any:
        """Return a value with all its names put in; a text that is only a share becomes a number."""
        if isinstance(value, dict):
            return {self.fill(key): self.fill(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.fill(one) for one in value]
        if not isinstance(value, str):
            return value
        whole = _NAME.fullmatch(value)
        if whole and _SHARE.fullmatch(whole[1]):
            return self._share(whole[1])
        if whole and whole[1] in _PLACE and self._record is not None:
            return getattr(self._record.place, whole[1])
        return _NAME.sub(lambda found: self._name(found[1]), value)

    def _name(self, name: str) -> str:
        if name in self._script.names:
            return self._script.names[name]
        if name in self._own:
            return self._own[name]
        if name.startswith("T"):
            return iso(self._script.t0 + seconds_of(name))
        kind, _, key = name.partition(":")
        if kind == "proposal":
            response = self._state.responses.get(self._script.names.get(key, key))
            return response.proposal.id if response is not None and response.proposal is not None else "none"
        raise ValueError(
            f"{{{name}}}: expected a name of [names], holder, photo, a time or proposal:<response>"
        )

    def _share(self, name: str) -> int:
        found = _SHARE.fullmatch(name)
        assert found is not None
        number = self._script.people.get(self._own["holder"], {}).get(found[2], 0)
        return int(number * float(found[3] or 1.0) + 0.5)


def account_of(holder: str) -> str:
    """Return the account of the operator of an agency or street."""
    return f"{'street' if holder.isdigit() else 'agency'}-{holder}" if holder else ""
