"""The view of one street: what an agency's page shows, and the street's own map, squads, posts, places."""

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from city.clocks.freshness import UNIT_STALE_S, lost_mask, measured_as_of
from city.dispatch.decision_rules import DecisionRules
from city.dispatch.sendable_units import COMMITTED
from city.duty.authority import responsible_shift
from city.duty.post_keys import holder_of_post, role_of_post
from city.duty.presence import is_there
from city.state.columns import Columns
from city.state.ledger_state import CityState, LedgerState
from city.views.case_view import public_road, wall_case
from city.views.holders.agency_view import AgencyView
from city.views.holders.own_cases import OwnCases
from city.views.holders.own_units import owner_names
from city.views.holders.street_seen import (
    PlaceSeen,
    SquadSeen,
    StreetMapSeen,
    StreetPostsSeen,
    StreetSeen,
    SupportSeen,
)
from city.views.wall_seen import CaseSeen, ReadingsSeen, UnitsSeen

__all__ = ["StreetView"]

SUPPORTS_SHOWN = 4

Rows = NDArray[np.intp]


class StreetView:
    """Builds the view of every street's channel. What they have in common is built once per look."""

    def __init__(self, agency: AgencyView, cases: OwnCases, rules: DecisionRules) -> None:
        self._agency = agency
        self._rules = rules
        self._cases = cases
        self._readings = _RowsByStreet()
        self._squad_rows = _RowsByOwner()
        self._marks: dict[str, tuple[object, tuple[CaseSeen, ...]]] = {}

    def see(self, state: CityState, now: float, code: str) -> StreetSeen:
        """Return what a street may see at machine time ``now``; ``code`` is its scope."""
        seen = self._agency.see(state, now, code)
        fields = {name: getattr(seen, name) for name in seen.__struct_fields__}
        cases, revision = self._own(state.ledger, code)
        units = self._units(state, now, code)
        shown = StreetMapSeen(
            seen.clock, cases, self._readings.see(state, now, code), units, incidents=seen.incidents,
            closures=tuple(own.closure for own in seen.closures),
            committed=self._agency.committed(state, now, code), response=seen.response,
        )  # fmt: skip
        return StreetSeen(
            **fields | {"revisions": {**seen.revisions, "own_cases": revision, "marks": revision}},
            map=shown, squads=self._squads(state.ledger, units),
            posts=_posts(state.ledger, code, seen.clock.at(now)),
            places=self._places(shown.readings, code), supports=_supports(state.ledger, code),
        )  # fmt: skip

    def _own(self, ledger: LedgerState, code: str) -> tuple[tuple[CaseSeen, ...], int]:
        """Return the open cases in which the street has a part, as a map may show them."""
        every = self._cases.cases(ledger, code)
        epoch, changes = self._cases.revision(code)
        kept = self._marks.get(code)
        if kept is None or kept[0] != (epoch, changes):
            found = tuple(wall_case(case, self._rules) for case in every if case.is_open)
            kept = self._marks[code] = ((epoch, changes), found)
        return kept[1], epoch * 1_000_000 + changes

    def _units(self, state: CityState, now: float, code: str) -> UnitsSeen:
        u = state.measured.units
        rows = self._squad_rows.of(state, owner_names(code, self._rules))
        as_of = measured_as_of(u.column("at")[rows], u.column("received")[rows], state.ledger.clock)
        return UnitsSeen(
            ids=tuple(u.ids[row] for row in rows), **_columns(u, rows, (
                "call_sign", "kind", "agency", "state", "lon", "lat", "heading",
            )), as_of=as_of, lost=~(now - as_of <= UNIT_STALE_S),
        )  # fmt: skip

    def _squads(self, ledger: LedgerState, units: UnitsSeen) -> tuple[SquadSeen, ...]:
        sent = self._sent(ledger)
        found = [
            SquadSeen(
                id_, str(units.call_sign[row]), str(units.kind[row]), str(units.state[row]),
                float(units.as_of[row]), bool(units.lost[row]), sent.get(id_, ""),
            )
            for row, id_ in enumerate(units.ids)
        ]  # fmt: skip
        return tuple(sorted(found, key=lambda one: (one.state not in COMMITTED, one.call_sign)))

    def _sent(self, ledger: LedgerState) -> dict[str, str]:
        """Return unit → road of the open task that it was sent to."""
        return {
            task.unit: public_road(task.place.road, self._rules)
            for task in ledger.tasks.values()
            if task.unit and task.is_open
        }

    def _places(self, readings: ReadingsSeen, code: str) -> tuple[PlaceSeen, ...]:
        rows = {str(device): row for row, device in enumerate(readings.device)}
        found = []
        for place in self._rules.street_places.get(code, ()):
            row = rows.get(place.device) if place.device else None
            seen = PlaceSeen(place.id, place.kind, place.name, place.capacity, has_gauge=bool(place.device))
            if row is not None:
                lost = bool(readings.lost[row]) or readings.quality[row] == "bad"
                value = float(readings.value[row])
                seen = msgspec.structs.replace(
                    seen, value=None if lost or value != value else value, unit=str(readings.unit[row]),
                    as_of=float(readings.as_of[row]), lost=lost,
                )  # fmt: skip
            elif place.device:
                seen = msgspec.structs.replace(seen, lost=True)
            found.append(seen)
        return tuple(found)


class _RowsByOwner:
    """The rows of the units by the name under which they report; a look sorts in the rows that changed."""

    def __init__(self) -> None:
        self._of: Columns | None = None
        self._revision = 0
        self._owner: dict[int, str] = {}
        self._rows: dict[str, set[int]] = {}

    def of(self, state: CityState, names: set[str]) -> Rows:
        """Return the rows of the units of some names, in order."""
        units = state.measured.units
        if units is not self._of:
            self._of, self._revision, self._owner, self._rows = units, 0, {}, {}
        revision, changed = units.journal.revision, units.journal.since(self._revision)
        self._revision = revision
        owners = units.column("agency")
        for row in range(len(units)) if changed is None else changed.tolist():
            owner = str(owners[row])
            before = self._owner.get(row)
            if owner != before:
                self._rows.get(before or "", set()).discard(row)
                self._owner[row] = owner
                self._rows.setdefault(owner, set()).add(row)
        return np.array(sorted(row for name in names for row in self._rows.get(name, ())), dtype=np.intp)


class _RowsByStreet:
    """The rows of the readings by street; sorted again only when a device was added or registered."""

    def __init__(self) -> None:
        self._of: Columns | None = None
        self._known: tuple[object, ...] = ()
        self._rows: dict[str, Rows] = {}

    def see(self, state: CityState, now: float, code: str) -> ReadingsSeen:
        """Return the newest readings of the devices in a street."""
        r = state.measured.readings
        known = (len(r), state.revision("registry"))
        if r is not self._of or known != self._known:
            self._of, self._known = r, known
            streets = r.column("street").astype(str)
            order = np.argsort(streets, kind="stable")
            names, starts = np.unique(streets[order], return_index=True)
            parts = np.split(order, starts[1:])
            self._rows = dict(zip(names.tolist(), parts, strict=True)) if len(names) else {}
        rows = self._rows.get(code, np.zeros(0, dtype=np.intp))
        as_of = measured_as_of(r.column("at")[rows], r.column("received")[rows], state.ledger.clock)
        interval = r.column("interval")[rows]
        return ReadingsSeen(
            ids=tuple(r.ids[row] for row in rows), **_columns(r, rows, (
                "device", "metric", "kind", "name", "street", "unit", "quality", "value", "at", "lon", "lat",
                "owner",
            )), as_of=as_of, interval=interval, lost=lost_mask(as_of, interval, now),
            hour=state.measured.last_hour.seen().of(rows),
        )  # fmt: skip


def _columns(measured: Columns, rows: Rows, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: measured.column(name)[rows] for name in names}


def _supports(ledger: LedgerState, code: str) -> tuple[SupportSeen, ...]:
    own = [one for one in ledger.supports.values() if one.holder == code]
    newest = sorted(own, key=lambda one: -one.asked.at)[:SUPPORTS_SHOWN]
    return tuple(
        SupportSeen(
            one.id, one.kind, one.count, one.group, one.state, one.asked.at, one.answer_by, one.to,
            one.backstop, one.note,
        )
        for one in newest
    )  # fmt: skip


def _posts(ledger: LedgerState, code: str, city_now: float) -> StreetPostsSeen:
    """Return the presence of the workstations whose code begins with the street's."""
    shift = responsible_shift(ledger)
    held = [
        post
        for key, post in (shift.posts.items() if shift is not None else ())
        if role_of_post(key) == "workstation" and holder_of_post(key).startswith(code)
    ]
    tests = [test for test in ledger.call_outs.values() if not test.ended_at]
    silent = [
        (one, test.started.at)
        for test in tests
        for one in test.called
        if one.startswith(code) and one not in test.answers
    ]
    return StreetPostsSeen(
        sum(is_there(post, city_now) for post in held), len(held) or None, tuple(sorted(silent))
    )
