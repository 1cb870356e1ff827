"""Builds the views of inspectors and workstations; a street's cases anew only when one changed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from city.cases.fold_workloads import worker
from city.cases.relaxed import relaxed
from city.dispatch.decision_rules import DecisionRules
from city.dispatch.villages import village_of_station
from city.state.duty_records import StationNumbers
from city.state.ledger_state import Case, CityState, LedgerState
from city.state.row_keys import row_key_of
from city.views.case_view import account_mark, public_label, public_road
from city.views.holders.case_groups import CaseGroups
from city.views.holders.field_seen import CallOutSeen, CheckSeen, FieldCaseSeen, NumbersSeen, StationSeen
from city.views.holders.own_cases_seen import CasePhotoSeen
from city.views.page_view import PageView
from city.views.response.response_view import response_of
from city.views.wall_seen import PageSeen

__all__ = ["FieldView"]

TASKS: Final = {"handled": "check", "verifying": "verify", "reported": "report"}
"""State of a case → what is to be done about it in the field."""
PHOTO: Final = "photo"
"""What an inspector is to do about a report that was made by its position alone (§4.6)."""
ORANGE: Final = 3
"""Rank of a warning from which on workstations are asked for their numbers."""
URGENCY: Final = {"critical": 0, "urgent": 1}


class FieldPeople(Protocol):
    """Who works in the field, by their accounts."""

    def street_of(self, code: str) -> str:
        """Return the street of a workstation, '' for an unknown one."""

    def officers_of(self, code: str) -> frozenset[str]:
        """Return the accounts of the officers of a workstation."""

    def inspectors_of(self, street: str) -> frozenset[str]:
        """Return the accounts of the inspectors who work in a street."""


class FieldView:
    """``people`` are who works in the field: a page is told of its own people only."""

    def __init__(self, page: PageView, rules: DecisionRules, people: FieldPeople) -> None:
        self._page, self._rules, self._people = page, rules, people
        self._groups = CaseGroups(self._groups_of)
        self._built: dict[str, tuple[object, tuple[FieldCaseSeen, ...]]] = {}

    def check(self, state: CityState, now: float, street: str) -> CheckSeen:
        """Return what the inspectors of a street may see at machine time ``now``."""
        seen, people = self._page.see(state, now), self._people.inspectors_of(street)
        groups = (f"check:{street}", f"photo:{street}")
        return CheckSeen(
            **self._fields(seen, street), street=street,
            cases=self._cases(state.ledger, f"check:{street}", people, groups),
            done=self._done(state, now, "inspector", people), cap=self._cap(state, now),
            photo_later=_photo_later(state, now),
        )  # fmt: skip

    def station(self, state: CityState, now: float, code: str) -> StationSeen:
        """Return what the people of a workstation may see at machine time ``now``."""
        seen, ledger = self._page.see(state, now), state.ledger
        street, people = self._people.street_of(code), self._people.officers_of(code)
        village = village_of_station(self._rules, code)
        groups = [f"by:{one}" for one in sorted(people)]
        groups += [f"station:{street}:{village}"] if village else []
        shift = ledger.shifts.get(seen.duty.shift)
        post = shift.posts.get(f"workstation:{code}") if shift is not None else None
        return StationSeen(
            **self._fields(seen, street), code=code, street=street, village=village, shift=seen.duty.shift,
            post_state=post.state if post is not None else "",
            post_since=post.since if post is not None else 0.0,
            holder=post.holder if post is not None else "",
            holder_mark=account_mark(post.account) if post is not None and post.account else "",
            call_out=_call_out(ledger, code), wanted=_wanted(ledger, seen, street),
            numbers=_numbers(ledger.stations.get(code)),
            cases=self._cases(ledger, f"station:{code}", people, groups),
            done=self._done(state, now, "village_operator", people), cap=self._cap(state, now),
        )  # fmt: skip

    def _fields(self, seen: PageSeen, street: str) -> dict[str, Any]:
        """Return the common part of every page, without what is of other streets."""
        own = {"response": response_of(seen.response, street, self._rules.streets)}
        return {name: getattr(seen, name) for name in seen.__struct_fields__} | own

    def _cap(self, state: CityState, now: float) -> int | None:
        """Return how many cases a day somebody is to work on, None while the cap is lifted (§4.6)."""
        is_lifted = relaxed(state.ledger, "lift_cap", state.ledger.clock.at(now)) is not None
        return None if is_lifted else self._rules.numbers.workload_cap

    def _cases(
        self, ledger: LedgerState, page: str, people: frozenset[str], groups: Sequence[str]
    ) -> tuple[FieldCaseSeen, ...]:
        """Return the cases of some groups, built again when one of them or the people changed."""
        self._groups.update(ledger)
        revision = (people, *map(self._groups.revision, groups))
        kept = self._built.get(page)
        if kept is None or kept[0] != revision:
            cases = {case.key: case for group in groups for case in self._groups.of(group)}
            of_inspectors = page.startswith("check:")
            found = sorted(
                (self._seen(case, people, of_inspectors=of_inspectors) for case in cases.values()), key=_first
            )
            kept = self._built[page] = (revision, tuple(found))
        return kept[1]

    def _groups_of(self, case: Case) -> Iterable[str]:
        """Return the lists that a case is on now."""
        place, file = case.place, case.file
        if not place.street or not file.own:
            return ()
        if case.state in ("handled", "verifying"):
            return (f"check:{place.street}",)
        photo = f"photo:{place.street}" if file.photo_by is not None and case.is_open else ""
        if case.state != "reported":
            return (photo,)
        village = self._rules.village_of(place.lon, place.lat)
        by = f"by:{file.reported_by}" if file.reported_by else ""
        return (f"station:{place.street}:{village}", by, photo)

    def _seen(self, case: Case, people: frozenset[str], *, of_inspectors: bool) -> FieldCaseSeen:
        file, place = case.file, case.place
        holders = {*self._rules.agencies, *self._rules.streets}
        accounts = [one for one in file.handled_by if one not in holders]
        not_theirs = dict.fromkeys([*file.not_lists, *accounts, *file.commanded_by])
        not_for = [one for one in not_theirs if one in people]
        task = TASKS.get(case.state, PHOTO)
        if task == "report" and of_inspectors:
            task = PHOTO
        due_at = {"check": file.check_by, "verify": file.verify_by, PHOTO: file.photo_by}.get(task)
        return FieldCaseSeen(
            key=row_key_of(case.key), task=task, no=file.no, kind=case.kind, code=case.code,
            label=public_label(case.label, self._rules), urgency=case.urgency, hazard=case.hazard,
            street=place.street, road=public_road(place.road, self._rules),
            address=case.address if place.lon != place.lon else "", lon=place.lon, lat=place.lat,
            at=case.at, due_at=due_at, feedback_at=file.handled_at if case.state == "handled" else None,
            state=case.state, version=file.version, holder=case.holder, outcome=file.outcome,
            reworks=file.reworks, not_for=tuple(map(account_mark, not_for)),
            handled_by=tuple(one for one in file.handled_by if one in holders),
            photos=tuple(CasePhotoSeen(one.sha256, one.stage, one.at) for one in file.photos),
        )  # fmt: skip

    def _done(self, state: CityState, now: float, role: str, people: frozenset[str]) -> Mapping[str, int]:
        """Return how many cases each of some people worked on today, by the mark of the account."""
        local = state.ledger.clock.at(now) + self._rules.zone_offset_s
        day = datetime.fromtimestamp(local, UTC).strftime("%Y%m%d")
        counts = state.ledger.workloads.get(day, {})
        known = ((one, counts.get(worker(role, one), 0)) for one in sorted(people))
        return {account_mark(one): n for one, n in known if n}


def _photo_later(state: CityState, now: float) -> float | None:
    """Return until when an inspector reports without a photo (§4.6), None while that is not relaxed."""
    span = relaxed(state.ledger, "photo_later", state.ledger.clock.at(now))
    return None if span is None else span.end


def _first(seen: FieldCaseSeen) -> tuple[bool, float, int, float]:
    """Sort: hazards first, then by time left, urgency and age."""
    due = seen.due_at if seen.due_at is not None else float("inf")
    return not seen.hazard, due, URGENCY.get(seen.urgency, 2), seen.at


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
