"""Builds the views of inspectors and workstations; a street's cases anew only when one changed."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from city.cases.fold_workloads import worker
from city.cases.relaxed import relaxed
from city.dispatch.decision_rules import DecisionRules
from city.state.duty_records import StationNumbers
from city.state.ledger_state import Case, CityState, LedgerState
from city.state.row_keys import row_key_of
from city.views.case_view import account_mark, public_label, public_road
from city.views.holders.case_groups import CaseGroups
from city.views.holders.field_seen import CallOutSeen, CheckSeen, FieldCaseSeen, NumbersSeen, StationSeen
from city.views.holders.own_cases_seen import CasePhotoSeen
from city.views.page_view import PageView
from city.views.wall_seen import PageSeen

__all__ = ["FieldView"]

TASKS: Final = {"handled": "check", "verifying": "verify", "reported": "report"}
"""State of a case → what is to be done about it in the field."""
ORANGE: Final = 3
"""Rank of a warning from which on workstations are asked for their numbers."""
URGENCY: Final = {"critical": 0, "urgent": 1}


class FieldView:
    """``street_of`` returns the street of a workstation's code, '' for an unknown one."""

    def __init__(self, page: PageView, rules: DecisionRules, *, street_of: Callable[[str], str]) -> None:
        self._page, self._rules, self._street_of = page, rules, street_of
        self._groups = CaseGroups(_groups)
        self._built: dict[str, tuple[object, tuple[FieldCaseSeen, ...]]] = {}
        self._counted: tuple[object, dict[str, dict[str, int]]] = (None, {})

    def check(self, state: CityState, now: float, street: str) -> CheckSeen:
        """Return what the inspectors of a street may see at machine time ``now``."""
        seen = self._page.see(state, now)
        return CheckSeen(
            **_fields(seen), street=street, cases=self._cases(state.ledger, "check", street),
            done=self._done(state, now, "inspector"), cap=self._cap(state, now),
        )  # fmt: skip

    def station(self, state: CityState, now: float, code: str) -> StationSeen:
        """Return what the people of a workstation may see at machine time ``now``."""
        seen, street, ledger = self._page.see(state, now), self._street_of(code), state.ledger
        shift = ledger.shifts.get(seen.duty.shift)
        post = shift.posts.get(f"workstation:{code}") if shift is not None else None
        return StationSeen(
            **_fields(seen), code=code, street=street, shift=seen.duty.shift,
            post_state=post.state if post is not None else "",
            post_since=post.since if post is not None else 0.0,
            holder=post.holder if post is not None else "",
            holder_mark=account_mark(post.account) if post is not None and post.account else "",
            call_out=_call_out(ledger, code), wanted=_wanted(ledger, seen, street),
            numbers=_numbers(ledger.stations.get(code)),
            cases=self._cases(ledger, "station", street),
            done=self._done(state, now, "village_operator"), cap=self._cap(state, now),
        )  # fmt: skip

    def _cap(self, state: CityState, now: float) -> int | None:
        """Return how many cases a day somebody is to work on, None while the cap is lifted (§4.6)."""
        is_lifted = relaxed(state.ledger, "lift_cap", state.ledger.clock.at(now)) is not None
        return None if is_lifted else self._rules.numbers.workload_cap

    def _cases(self, ledger: LedgerState, page: str, street: str) -> tuple[FieldCaseSeen, ...]:
        self._groups.update(ledger)
        group = f"{page}:{street}"
        revision, kept = self._groups.revision(group), self._built.get(group)
        if kept is None or kept[0] != revision:
            found = sorted((self._seen(case) for case in self._groups.of(group)), key=_first)
            kept = self._built[group] = (revision, tuple(found))
        return kept[1]

    def _seen(self, case: Case) -> FieldCaseSeen:
        file, place = case.file, case.place
        holders = {*self._rules.agencies, *self._rules.streets}
        accounts = [one for one in file.handled_by if one not in holders]
        not_for = dict.fromkeys([*file.not_lists, *accounts, *file.commanded_by])
        due_at = {"handled": file.check_by, "verifying": file.verify_by}.get(case.state)
        return FieldCaseSeen(
            key=row_key_of(case.key), task=TASKS[case.state], no=file.no, kind=case.kind, code=case.code,
            label=public_label(case.label, self._rules), urgency=case.urgency, hazard=case.hazard,
            street=place.street, road=public_road(place.road, self._rules),
            address=case.address if place.lon != place.lon else "", lon=place.lon, lat=place.lat,
            at=case.at, due_at=due_at, feedback_at=file.handled_at if case.state == "handled" else None,
            state=case.state, version=file.version, holder=case.holder, outcome=file.outcome,
            reworks=file.reworks, not_for=tuple(map(account_mark, not_for)),
            handled_by=tuple(one for one in file.handled_by if one in holders),
            photos=tuple(CasePhotoSeen(one.sha256, one.stage, one.at) for one in file.photos),
        )  # fmt: skip

    def _done(self, state: CityState, now: float, role: str) -> Mapping[str, int]:
        """Return how many cases each account worked on today, by its mark."""
        local = state.ledger.clock.at(now) + self._rules.zone_offset_s
        day = datetime.fromtimestamp(local, UTC).strftime("%Y%m%d")
        made = (state.ledger, day, state.revision("workloads"))
        if self._counted[0] != made:
            self._counted = (made, {})
        if role not in self._counted[1]:
            begin = worker(role, "")
            counts = state.ledger.workloads.get(day, {})
            self._counted[1][role] = {
                account_mark(name.removeprefix(begin)): n
                for name, n in counts.items()
                if name.startswith(begin)
            }
        return self._counted[1][role]


def _groups(case: Case) -> Iterable[str]:
    """Return the lists that a case is on now."""
    street = case.place.street
    if not street or not case.file.own or case.state not in TASKS:
        return ()
    return (f"station:{street}",) if case.state == "reported" else (f"check:{street}",)


def _first(seen: FieldCaseSeen) -> tuple[bool, float, int, float]:
    """Sort: hazards first, then by time left, urgency and age."""
    due = seen.due_at if seen.due_at is not None else float("inf")
    return not seen.hazard, due, URGENCY.get(seen.urgency, 2), seen.at


def _fields(seen: PageSeen) -> dict[str, Any]:
    return {name: getattr(seen, name) for name in seen.__struct_fields__}


def _call_out(ledger: LedgerState, code: str) -> CallOutSeen | None:
    """Return the running test in which a workstation is called, None for none."""
    for test in ledger.call_outs.values():
        if test.ended_at is None and code in test.called:
            return CallOutSeen(test.id, test.started.at, test.limit_at, test.answers.get(code))
    return None


def _wanted(ledger: LedgerState, seen: PageSeen, street: str) -> str:
    """Return why a workstation is asked for its numbers now: warning, incident or '' (not asked)."""
    if any(one.rank >= ORANGE and not one.announced and not one.exercise for one in seen.warnings):
        return "warning"
    open_ones = (one for one in ledger.incidents.values() if one.is_open and one.confirmed is not None)
    return "incident" if any(street and one.place.street == street for one in open_ones) else ""


def _numbers(known: StationNumbers | None) -> NumbersSeen:
    if known is None:
        return NumbersSeen()
    return NumbersSeen(
        known.should, known.should_at, known.moved, known.moved_at, known.shelter, known.shelter_at
    )
