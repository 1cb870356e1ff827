"""The cases of one holder, for the page of its agency or street."""

from collections.abc import Iterable
from typing import Final

from city.commands.decision import holder_code
from city.commands.offered_verbs import holder_verbs
from city.dispatch.decision_rules import DecisionRules
from city.state.case_file import MakeSafe
from city.state.ledger_state import Case, LedgerState
from city.state.row_keys import row_key_of
from city.views.case_groups import CaseGroups
from city.views.case_view import public_road
from city.views.own_cases_seen import CasePhotoSeen, OwnCaseSeen
from city.views.wall_seen import MakeSafeSeen

__all__ = ["KEPT_S", "OwnCases", "part_of"]

KEPT_S: Final = 86_400.0
"""A case that is over, or somebody else's, stays on the page for this time."""


class OwnCases:
    """Builds the cases of every holder; a holder's are built again only when one of them changed."""

    def __init__(self, rules: DecisionRules) -> None:
        self._rules = rules
        self._groups = CaseGroups(self._holders)
        self._built: dict[str, tuple[object, tuple[OwnCaseSeen, ...]]] = {}

    def see(self, ledger: LedgerState, code: str, city_now: float) -> tuple[OwnCaseSeen, ...]:
        """Return what the people of a holder may see of its cases; the order is that of their dispatch."""
        self._groups.update(ledger)
        # Once a minute the old ones leave.
        revision = (self._groups.revision(code), city_now // 60)
        kept = self._built.get(code)
        if kept is None or kept[0] != revision:
            found = (
                self._seen(case, code) for case in self._groups.of(code) if _is_kept(case, code, city_now)
            )
            kept = self._built[code] = (revision, tuple(found))
        return kept[1]

    def cases(self, ledger: LedgerState, code: str) -> tuple[Case, ...]:
        """Return every case in which a holder has or had a part, for its score."""
        self._groups.update(ledger)
        return self._groups.of(code)

    def _holders(self, case: Case) -> Iterable[str]:
        file = case.file
        if not file.own:
            return (holder_code(case.mirror.agency, self._rules),)
        safe = (file.make_safe.holder,) if file.make_safe else ()
        asked = (case.place.street,) if file.level_asked == "street" else ()
        return (file.holder, *file.co, *safe, *asked, *file.handled_by, *(one.holder for one in file.bounces))

    def _seen(self, case: Case, code: str) -> OwnCaseSeen:
        file, place, part = case.file, case.place, part_of(case, code)
        words = (
            (case.title, case.address, case.description) if part in ("lead", "make_safe") else ("", "", "")
        )
        return OwnCaseSeen(
            key=row_key_of(case.key), part=part, no=file.no, kind=case.kind, code=case.code,
            label=case.label, urgency=case.urgency, hazard=case.hazard, street=place.street,
            road=public_road(place.road, self._rules), lon=place.lon, lat=place.lat, at=case.at,
            state=case.state, since=file.since, version=file.version, holder=case.holder, co=file.co,
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
            verbs=tuple(holder_verbs(case, code, is_street=code in self._rules.streets)),
            title=words[0], address=words[1], description=words[2],
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


def _is_kept(case: Case, code: str, city_now: float) -> bool:
    """Whether a case is still shown: its part is present, or it ended a short time ago."""
    if part_of(case, code) != "former":
        return True
    return city_now - max(case.file.since, case.file.closed_at or 0.0) <= KEPT_S


def _make_safe(safe: MakeSafe | None) -> MakeSafeSeen | None:
    return MakeSafeSeen(safe.holder, safe.ordered_at, safe.due_at, safe.done_at) if safe else None
