"""The sheet of one case: all that a desk may be told of it when it is asked for, open or over."""

import re
from typing import Any, Final

import msgspec

from city.acts.terms import Terms
from city.desk_seen import DeskCase, DeskSeen
from city.desk_view import CasesInFull
from city.dispatch.rulings import binding
from city.marks import mark_of
from city.state import Case, LedgerState
from layouts.cards.desk_queue import desk_row

__all__ = ["Sheets", "registered"]

_LONG_NUMBER: Final = re.compile(r"\d(?:[ \-]?\d){6,}")
NOT_TOLD: Final = frozenset({"story", "undo", "last", "handled_by", "commanded_by", "supervised_by"})
"""Fields of the file that hold account names or serve the rules alone."""


class Sheets:
    """Makes sheets and rows of cases; rows of open ones are those of the channel."""

    def __init__(self, terms: Terms) -> None:
        self._eyes = CasesInFull(zone_offset_s=terms.zone_offset_s, terms=terms)
        self._categories = terms.categories

    def seen(self, case: Case) -> DeskCase:
        """Return a case as a desk sees it, over or not."""
        return self._eyes.see_case(case)

    def row(self, case: Case, seen: DeskSeen) -> tuple[str, dict[str, Any]]:
        """Return (mark, row) of a case."""
        key, row = desk_row(self.seen(case), seen)
        return key, dict(row)

    def sheet(self, case: Case, seen: DeskSeen) -> dict[str, Any]:
        """Return the row and what lies behind it: the whole file, the report, where it came from.

        The reporter's words are for who asks for this one case; long numbers in them are masked, and the
        reporter is only said to be there.
        """
        _, row = self.row(case, seen)
        file = {k: v for k, v in msgspec.to_builtins(case.file).items() if k not in NOT_TOLD}
        void_by = bool(case.file.void_by)
        category = self._categories.get(f"{case.kind}:{case.code}")
        told = {
            **file, **row, "mark": mark_of(case.key), "kind": case.kind, "code": case.code,
            "minor": category.minor_zh if category else "", "client": case.client,
            "channel": case.channel, "title": _masked(case.title),
            "description": _masked(case.description), "external": [list(one) for one in case.external],
            "own": case.file.own, "mirror_state": case.mirror.state, "reporter": _someone(case),
            "wants_reply": case.wants_reply, "recorded_at": case.recorded_at, "void_by": void_by,
        }  # fmt: skip
        # Of these the file knows more than the row does.
        told |= {name: file[name] for name in ("bounces", "make_safe", "ruling") if name in file}
        return told


def registered(state: LedgerState, case: Case) -> dict[str, Any] | None:
    """Return the entry of the register that binds this case, None when there is none."""
    found = binding(
        state.register, f"{case.kind}:{case.code}", street=case.place.street, road=case.place.road,
        component=case.file.component,
    )  # fmt: skip
    return None if found is None else msgspec.to_builtins(found)


def _masked(text: str) -> str:
    return _LONG_NUMBER.sub(lambda number: number[0][:3] + "****", text)


def _someone(case: Case) -> str:
    """Return what may be said of the reporter without a look that is on record."""
    return "＊＊＊" if case.reporter_ref else ""
