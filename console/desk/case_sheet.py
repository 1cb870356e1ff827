"""The sheet of one case, open or closed: all that a desk may show of it."""

import re
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

import msgspec

from city.dispatch.decision_rules import DecisionRules
from city.dispatch.routing.rulings import binding
from city.state.hotline_records import Span
from city.state.ledger_state import Case, LedgerState
from city.state.row_keys import row_key_of
from city.views.desk_seen import DeskCase, DeskSeen
from city.views.desk_view import CasesInFull
from layouts.cards.desk.desk_queue import desk_row

__all__ = ["CaseSheets", "registered"]

_APART: Final = r"[^\w:/]{0,3}"
"""What may stand between the digits of a phone number; dates and times have ``/`` and ``:``."""
_LONG_NUMBER: Final = re.compile(
    rf"(?<!\d)(?:86{_APART})?[1１]{_APART}[3-9３-９](?:{_APART}\d){{9}}(?!\d)"  # mobile number, 11 digits
    rf"|(?<!\d)[0０]\d{{2,3}}{_APART}\d{{3,4}}{_APART}\d{{4}}(?!\d)"  # with area code
    r"|\d(?:[ \-]?\d){6,}"
)
HIDDEN: Final = frozenset({
    "story", "undo", "last", "handled_by", "acted_by", "commanded_by", "supervised_by",
})  # fmt: skip
"""Fields of the file that hold account names or that only the rules use."""
KEPT: Final = 2_000


class CaseSheets:
    """Makes sheets and rows of cases; the rows of open cases equal those of the channel.

    ``name_of`` returns the display name of an account, '' for none.
    """

    def __init__(self, rules: DecisionRules, name_of: Callable[[str], str]) -> None:
        self._projection = CasesInFull(zone_offset_s=rules.zone_offset_s, rules=rules)
        self._categories = rules.categories
        self._grid_of = rules.grid_of
        self._name_of = name_of
        self._deferral: Span | None = None
        self._seen: OrderedDict[str, tuple[Case, int, DeskCase]] = OrderedDict()

    def use(self, deferral: Span | None) -> None:
        """Take the running 灾害顺延 into account, as the channel does."""
        if deferral != self._deferral:
            self._deferral = deferral
            self._projection.use(deferral)
            self._seen.clear()

    def seen(self, case: Case) -> DeskCase:
        """Return a case as a desk sees it, open or closed; computed only when the case has changed."""
        kept = self._seen.get(case.key)
        if kept is None or kept[0] is not case or kept[1] != case.changed:
            kept = self._seen[case.key] = (case, case.changed, self._projection.see_case(case))
            while len(self._seen) > KEPT:
                self._seen.popitem(last=False)
        return kept[2]

    def row(self, case: Case, seen: DeskSeen) -> tuple[str, dict[str, Any]]:
        """Return (mark, row) of a case."""
        key, row = desk_row(self.seen(case), seen)
        return key, dict(row)

    def sheet(self, case: Case, seen: DeskSeen, *, words: bool = True) -> dict[str, Any]:
        """Return the row with the whole file, the report and its origin.

        ``words`` includes the reporter's own words, for those who may read them; long numbers in them are
        masked. Of the reporter, the sheet shows only whether there is one.
        """
        self.use(seen.deferral)
        _, row = self.row(case, seen)
        file = {k: v for k, v in msgspec.to_builtins(case.file).items() if k not in HIDDEN}
        file["verify_to"] = self._name_of(case.file.verify_to) or case.file.verify_to
        if case.file.check is not None:
            file["check"]["officer"] = self._name_of(case.file.check.officer)
        void_by = bool(case.file.void_by)
        category = self._categories.get(f"{case.kind}:{case.code}")
        grid = self._grid_of(case.place.lon, case.place.lat)
        sheet = {
            **file, **row, "grid": grid, "mark": row_key_of(case.key), "kind": case.kind, "code": case.code,
            "minor": category.minor_zh if category else "", "client": case.client,
            "channel": case.channel, "title": _masked(case.title) if words else "",
            "description": _masked(case.description) if words else "",
            "external": [list(one) for one in case.external],
            "own": case.file.own, "mirror_state": case.mirror.state, "reporter": _someone(case),
            "wants_reply": case.wants_reply, "recorded_at": case.recorded_at, "void_by": void_by,
        }  # fmt: skip
        # The file's values of these fields hold more than the row's.
        sheet |= {name: file[name] for name in ("bounces", "make_safe", "ruling") if name in file}
        return sheet


def registered(state: LedgerState, case: Case) -> dict[str, Any] | None:
    """Return the register entry that is binding for this case, None when there is none."""
    found = binding(
        state.register, f"{case.kind}:{case.code}", street=case.place.street, road=case.place.road,
        component=case.file.component,
    )  # fmt: skip
    return None if found is None else msgspec.to_builtins(found)


def _masked(text: str) -> str:
    return _LONG_NUMBER.sub(lambda number: number[0][:3] + "****", text)


def _someone(case: Case) -> str:
    """Return the placeholder of a reporter: to see who it is takes a recorded ``reveal``."""
    return "＊＊＊" if case.reporter_ref else ""
