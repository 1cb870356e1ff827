"""The callers behind a case: orders that were merged, and who still waits for a contact or a call-back."""

from collections.abc import Iterator

from city.state.hotline_records import HOTLINES
from city.state.ledger_state import Case, LedgerState

__all__ = ["awaits_call_back", "awaits_contact", "ending_of", "orders_of"]


def ending_of(state: LedgerState, case: Case) -> Case:
    """Return the case at the end of the chain of merges; without a merge, the case itself."""
    passed = {case.key}
    while case.file.merged_into in state.cases and case.file.merged_into not in passed:
        case = state.cases[case.file.merged_into]
        passed.add(case.key)
    return case


def orders_of(state: LedgerState, case: Case) -> Iterator[Case]:
    """Yield a case and every report that was merged into it, directly or through another."""
    waiting, passed = [case], {case.key}
    while waiting:
        one = waiting.pop()
        yield one
        for key in one.file.joined:
            if key in state.cases and key not in passed:
                passed.add(key)
                waiting.append(state.cases[key])


def awaits_contact(case: Case) -> bool:
    """Whether the caller of an order of ours was not contacted yet."""
    return _has_caller(case) and case.file.contact_at is None and case.state != "voided"


def awaits_call_back(case: Case) -> bool:
    """Whether the caller wants a reply and was not called back yet; the case may still be open."""
    return _has_caller(case) and case.wants_reply and not case.file.satisfaction and case.state != "voided"


def _has_caller(case: Case) -> bool:
    """Whether it is an order of the hotline that we handle, with somebody who can be called."""
    return (
        case.channel in HOTLINES and case.file.own and not case.file.imported and bool(case.reporter_ref)
    )  # fmt: skip
