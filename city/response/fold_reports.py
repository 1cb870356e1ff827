"""Folding rounds of zero reports, on ``report_round:<id>``."""

from collections.abc import Callable
from typing import Final

import msgspec

from city.duty.duty_log import note
from city.facts.fact import Fact
from city.facts.field_readers import flag, moment, number, text, texts, whole
from city.linkage.fold_common import signed_of
from city.response.event_span import situation_id
from city.state.ledger_state import Item, LedgerState
from city.state.response_records import ReportRound, ZeroReport
from city.state.subject_marks import mark_fact

__all__ = ["REPORTS", "notice_ended"]

Fold = Callable[[LedgerState, Fact], tuple[str, ...]]


def _opened(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    data = fact.data
    opened = ReportRound(
        fact.subject.removeprefix("report_round:"), text(data, "response"), whole(data, "rank"),
        moment(data, "opened_at"), moment(data, "due_at"), texts(data, "holders"),
        interval_s=number(data, "interval_s") or 0.0, activation=text(data, "activation"),
        is_exercise=flag(data, "is_exercise"),
    )  # fmt: skip
    mark_fact(opened, fact)
    before = state.report_rounds.get(state.open_rounds.get(opened.response, ""))
    if before is not None:
        ended_at = state.clock.at(fact.recorded_at)
        state.report_rounds[before.id] = msgspec.structs.replace(before, ended_at=ended_at)
    state.report_rounds[opened.id] = opened
    state.open_rounds[opened.response] = opened.id
    name = f"report_round:{opened.response}"
    state.serials[name] = state.serials.get(name, 0) + 1
    note(state, fact, "log.round_opened", count=str(len(opened.holders)), until=text(data, "due_at"))
    return ("situation", "log")


def _on_round(
    change: Callable[[LedgerState, Fact, ReportRound], tuple[str, ...]], *, moves: bool = True
) -> Fold:
    """Return the fold of a fact that changes a copy of its round, and returns further changed slices."""

    def fold(state: LedgerState, fact: Fact) -> tuple[str, ...]:
        changed = msgspec.structs.replace(state.report_rounds[fact.subject.removeprefix("report_round:")])
        touched = change(state, fact, changed)
        mark_fact(changed, fact, moves=moves)
        state.report_rounds[changed.id] = changed
        return ("situation", *touched)

    return fold


def _sent(state: LedgerState, fact: Fact, changed: ReportRound) -> tuple[str, ...]:
    """Keep a report; it also says that the holder's figures are still so."""
    data, holder = fact.data, text(fact.data, "holder")
    signed = signed_of(state, fact)
    sent = ZeroReport(
        holder, flag(data, "nil"), signed, number(data, "late_s") or 0.0, text(data, "text"),
        flag(data, "by_phone"),
    )  # fmt: skip
    changed.reports = {**changed.reports, holder: sent}
    id_ = situation_id(holder, exercise=changed.is_exercise)
    known = state.situations.get(id_)
    if known is not None:
        state.situations[id_] = msgspec.structs.replace(known, confirmed=signed.at)
    return ()


def _late(state: LedgerState, fact: Fact, changed: ReportRound) -> tuple[str, ...]:
    data, minutes, holders = fact.data, whole(fact.data, "minutes"), texts(fact.data, "holders")
    changed.late = {**changed.late, **dict.fromkeys(holders, minutes)}
    note(state, fact, f"log.reports_late.{minutes}", count=str(len(holders)))
    asked = holders if flag(data, "call") else ()
    items = [_call(fact, changed, to, place) for place, to in enumerate(asked) if _has_adapter(state, to)]
    state.outbox |= {item.id: item for item in items}
    return ("log", "outbox") if items else ("log",)


def _ended(state: LedgerState, fact: Fact, changed: ReportRound) -> tuple[str, ...]:
    changed.ended_at = state.clock.at(fact.recorded_at)
    if state.open_rounds.get(changed.response) == changed.id:
        del state.open_rounds[changed.response]
    return ()


def _call(fact: Fact, late: ReportRound, to: str, place: int) -> Item:
    """Return the message that asks a holder for its report; it leaves at once."""
    return Item(
        f"{fact.position}-{place}", late.id, "notice", to, "outbox.ZeroReportLate",
        {"minutes": str(whole(fact.data, "minutes"))}, fact.recorded_at, fact.position, at=fact.recorded_at,
        subject=fact.subject,
    )  # fmt: skip


def _has_adapter(state: LedgerState, system: str) -> bool:
    return state.outlets is None or system in state.outlets


def notice_ended(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    """Fold an ``OutboxDelivered`` or ``OutboxFailed`` on a round: the message is not tried again."""
    state.outbox.pop(text(fact.data, "item"), None)
    return ("outbox",)


REPORTS: Final[dict[str, Fold]] = {
    "ReportRoundOpened": _opened,
    "ZeroReportSent": _on_round(_sent, moves=False),
    "ZeroReportLate": _on_round(_late, moves=False),
    "ReportRoundEnded": _on_round(_ended),
}
"""Fact type → its fold."""
