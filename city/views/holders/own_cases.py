"""The cases of one holder, for the page of its agency or street."""

from collections.abc import Iterable
from typing import Final

from city.commands.cases.appeals import appeal_by
from city.commands.cases.automatic_steps import Step, office_time, steps
from city.commands.cases.offered_verbs import holder_notes, holder_verbs
from city.commands.decision import holder_code
from city.dispatch.decision_rules import DecisionRules
from city.dispatch.orphan import verdict_on
from city.state.case_file import CaseFile, MakeSafe
from city.state.ledger_state import Case, LedgerState
from city.state.row_keys import row_key_of
from city.views.case_view import public_road
from city.views.holders.case_groups import CaseGroups
from city.views.holders.own_cases_seen import CasePhotoSeen, OwnCaseSeen, OwnRecordSeen, ReturnSeen, RuledSeen
from city.views.wall_seen import MakeSafeSeen

__all__ = ["KEPT_S", "OwnCases", "part_of"]

KEPT_S: Final = 86_400.0
"""A case that is over, or somebody else's, stays on the page for this time, or while it may be appealed."""
RECORD_S: Final = 30 * 86_400.0
"""What a holder refused and what was ruled stays in its list for this time."""

Own = tuple[tuple[OwnCaseSeen, ...], tuple[OwnRecordSeen, ...]]


class OwnCases:
    """Builds the cases of every holder; a holder's are built again only when one of them changed."""

    def __init__(self, rules: DecisionRules) -> None:
        self._rules = rules
        self._groups = CaseGroups(self._holders)
        self._built: dict[str, tuple[object, Own]] = {}

    def see(self, ledger: LedgerState, code: str, city_now: float) -> tuple[OwnCaseSeen, ...]:
        """Return what the people of a holder may see of its cases; the order is that of their dispatch."""
        return self._own(ledger, code, city_now)[0]

    def records(self, ledger: LedgerState, code: str, city_now: float) -> tuple[OwnRecordSeen, ...]:
        """Return what a holder refused and what was ruled for or against it, the newest first."""
        return self._own(ledger, code, city_now)[1]

    def _own(self, ledger: LedgerState, code: str, city_now: float) -> Own:
        self._groups.update(ledger)
        # Once a minute the old ones leave.
        revision = (self._groups.revision(code), city_now // 60)
        kept = self._built.get(code)
        if kept is None or kept[0] != revision:
            group = self._groups.of(code)
            cases = (
                self._seen(case, code, city_now) for case in group if self._is_kept(case, code, city_now)
            )
            records = (self._record(case, code, city_now) for case in group)
            found = tuple(cases), tuple(sorted((one for one in records if one), key=lambda one: -one.at))
            kept = self._built[code] = (revision, found)
        return kept[1]

    def _is_kept(self, case: Case, code: str, city_now: float) -> bool:
        """Whether a case is still shown: its part is present, it ended here lately, or it may be appealed."""
        if part_of(case, code) != "former":
            return True
        if not case.file.own:
            return False
        ended = city_now - max(case.file.since, case.file.closed_at or 0.0)
        return ended <= KEPT_S or (ended <= RECORD_S and self._appeal(case, code, city_now)[0])

    def cases(self, ledger: LedgerState, code: str) -> tuple[Case, ...]:
        """Return every case in which a holder has or had a part, for its score."""
        self._groups.update(ledger)
        return self._groups.of(code)

    def revision(self, code: str) -> tuple[int, int]:
        """Return a value that differs whenever a case of a holder has changed."""
        return self._groups.revision(code)

    def _holders(self, case: Case) -> Iterable[str]:
        file = case.file
        if not file.own:
            return (holder_code(case.mirror.agency, self._rules),)
        safe = (file.make_safe.holder,) if file.make_safe else ()
        asked = (case.place.street,) if file.level_asked == "street" else ()
        return (file.holder, *file.co, *safe, *asked, *file.handled_by, *(one.holder for one in file.bounces))

    def _seen(self, case: Case, code: str, city_now: float) -> OwnCaseSeen:
        file, place, part, rules = case.file, case.place, part_of(case, code), self._rules
        words = (
            (case.title, case.address, case.description) if part in ("lead", "make_safe") else ("", "", "")
        )
        may_appeal, appeal_until = self._appeal(case, code, city_now)
        verbs = holder_verbs(case, code, is_street=code in rules.streets) if file.own else []
        if file.extensions >= rules.numbers.extensions:
            verbs = [verb for verb in verbs if verb != "apply_extension"]
        contact = next((one.at for one in self._steps(case) if one.code == "contact"), None)
        category = rules.categories.get(f"{case.kind}:{case.code}")
        return OwnCaseSeen(
            key=row_key_of(case.key), part=part, no=file.no, kind=case.kind, code=case.code,
            label=case.label, urgency=case.urgency, hazard=case.hazard, street=place.street,
            road=public_road(place.road, rules), lon=place.lon, lat=place.lat, at=case.at,
            state=case.state, since=file.since, version=file.version,
            holder=holder_code(case.holder, rules), co=file.co,
            due_at=case.due_at, holder_due_at=file.holder_due_at,
            sign_by=file.sign_by if case.state == "dispatched" else None,
            return_by=file.return_by if not file.no_return else None,
            check_by=file.check_by, make_safe=_make_safe(file.make_safe),
            no_return=file.no_return, ruled_no=file.ruled_no, why=file.why, why_names=file.why_names,
            returned_by=file.bounced, reworks=file.reworks, outcome=file.outcome,
            extension_by=file.extension.decide_by if file.extension else None,
            suspension_by=file.suspension.decide_by if file.suspension else None,
            suspended_until=file.suspended_until, appeal=file.appeals.get(code, ""), units=file.units,
            level=file.level, level_asked=file.level_asked, answer_by=file.answer_by,
            callers=max(1, file.callers), wants_reply=case.wants_reply, contact_at=file.contact_at,
            closed_at=file.closed_at, close_kind=file.close_kind,
            photos=tuple(CasePhotoSeen(one.sha256, one.stage, one.at) for one in file.photos),
            verbs=tuple([*verbs, "appeal"] if may_appeal else verbs),
            title=words[0], address=words[1], description=words[2],
            is_mirrored=not file.own, channel=case.channel, source=case.client, reminders=file.reminders,
            overdue=file.overdue, extensions=file.extensions, returns=_returns(file, code),
            ruled=_ruled(file), contact_by=contact, has_reporter=bool(case.reporter_ref),
            appeal_by=appeal_until, code_system=category.system if category else "",
            more_verbs=tuple(holder_notes(case, code)) if file.own else (),
        )  # fmt: skip

    def _steps(self, case: Case) -> list[Step]:
        return steps(case, self._rules.numbers, office_time(case, self._rules))

    def _appeal(self, case: Case, code: str, city_now: float) -> tuple[bool, float | None]:
        """Return whether a holder may appeal, and until when; None while that time does not run yet."""
        file = case.file
        if not file.own or code in file.appeals or not (code == file.holder or code in file.handled_by):
            return False, None
        until = appeal_by(case, code, city_now, self._rules)
        if until is None or until < city_now:
            return False, None
        runs = file.closed_at is not None or any(one.holder == code for one in file.rulings)
        return True, until if runs else None

    def _record(self, case: Case, code: str, city_now: float) -> OwnRecordSeen | None:
        """Return what a holder refused in a case and what was ruled for or against it, None for nothing."""
        file = case.file
        if not file.own or city_now - case.at > 2 * RECORD_S:
            return None
        returns = tuple(one for one in _returns(file, code) if one.holder == code)
        ruled = tuple(
            RuledSeen(one.no, one.holder, one.kind, one.ruled_at)
            for one in file.rulings
            if one.ruled_at is not None and (one.holder == code or returns)
        )
        appeal = file.appeals.get(code, "")
        at = max((*(one.at for one in returns), *(one.at for one in ruled)), default=file.since)
        if not (returns or ruled or appeal) or city_now - at > RECORD_S:
            return None
        may_appeal, until = self._appeal(case, code, city_now)
        return OwnRecordSeen(
            row_key_of(case.key), file.no, case.kind, case.code, case.label,
            public_road(case.place.road, self._rules), case.place.street, at, case.state, file.holder,
            file.version, returns, ruled, appeal, until if may_appeal else None,
        )  # fmt: skip


def part_of(case: Case, code: str) -> str:
    """Return the part of a holder in a case: lead, make_safe, co or former."""
    file = case.file
    if not case.is_open:
        return "former"
    if not file.own or file.holder == code:
        return "lead"
    safe = file.make_safe
    if safe is not None and safe.holder == code and safe.done_at is None:
        return "make_safe"
    if file.level_asked == "street" and case.place.street == code:
        return "lead"
    return "co" if code in file.co else "former"


def _returns(file: CaseFile, code: str) -> tuple[ReturnSeen, ...]:
    return tuple(
        ReturnSeen(
            one.holder, one.reason, one.at, one.counts, verdict_on(one, file),
            one.text if one.holder == code else "",
        )
        for one in file.bounces
    )  # fmt: skip


def _ruled(file: CaseFile) -> RuledSeen | None:
    """Return the newest ruling that was made."""
    made = [one for one in file.rulings if one.ruled_at is not None]
    return RuledSeen(made[-1].no, made[-1].holder, made[-1].kind, made[-1].ruled_at or 0.0) if made else None


def _make_safe(safe: MakeSafe | None) -> MakeSafeSeen | None:
    return MakeSafeSeen(safe.holder, safe.ordered_at, safe.due_at, safe.done_at) if safe else None
