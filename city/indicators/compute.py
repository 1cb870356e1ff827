"""Indicators K01 – K17, K23, K24 and K33 of domain §6, computed from the cases in one pass.

A second figure of an indicator has a letter after its number: K06 is 处置率, K06b 按期处置率.
"""

from datetime import UTC, datetime

from city.cases.fold_workloads import worker
from city.clocks.working_time import Calendar, due
from city.dispatch.decision_rules import CaseNumbers
from city.indicators.indicator import Indicator, count, duration, share, unknown
from city.indicators.repeats import WINDOW_S, recurs, repeats, year_before
from city.indicators.tally import COMPLAINTS, ORDERS, Tally
from city.state.ledger_state import Case, LedgerState

__all__ = ["Indicator", "indicators"]


def indicators(
    state: LedgerState, period: tuple[float, float], *, now: float, zone_offset_s: int,
    calendar: Calendar | None = None, workload_cap: int = CaseNumbers().workload_cap,
) -> dict[str, Indicator]:  # fmt: skip
    """Return every indicator by its id.

    ``period`` is [begin, end); it and ``now`` are city epoch seconds. ``calendar`` is the centre's, for the
    office day within which a caller must be contacted (K15); without it K15 is unknown. ``workload_cap`` is
    how many cases an inspector is to work on in a day (K23).
    """
    tally = Tally(period, now)
    cases = list(state.cases.values())
    for case in cases:
        tally.add(case)
    found = [
        *_flow(tally), *_clocks(tally), *_rulings(tally), *_callers(tally, calendar, zone_offset_s),
        *_repeats(tally, cases), _year(tally, cases, zone_offset_s), *_reports(tally, cases),
        *_workloads(state, period, zone_offset_s, workload_cap),
    ]  # fmt: skip
    return {indicator.id: indicator for indicator in found}


def _flow(t: Tally) -> list[Indicator]:
    return [
        count("K01", t["reported"], **t.channels),
        share("K02", t["filed"], t["decided"], reported=t["reported"]),
        share("K03", t["owner_unknown"], t["components"]),
        share("K04", t["dispatch_in_time"], t["dispatch_due"]),
        share("K05", t["dispatched"] - t["misdirected"], t["dispatched"], misdirected=t["misdirected"]),
        share("K06", t["handled"], t["due"], paused=t["due_paused"]),
        share("K06b", t["handled_in_time"], t["due"], paused=t["due_paused"]),
        share("K07", t["closed"], t["deadline"], paused=t["deadline_paused"]),
        share("K08", t["closed_in_time"], t["deadline"], exempt=t["exempt"]),
        share("K09", t["reworked"], t["checked"]),
        share("K11", t["bounced"], t["dispatched"]),
        share("K11b", t["looped"], t["dispatched"]),
        share("K14", t["made_safe"], t["hazards"]),
    ]


def _clocks(t: Tally) -> list[Indicator]:
    return [
        duration("K10", t.citizen_s, 50),
        duration("K10b", t.citizen_s, 90),
        duration("K10c", t.agency_s, 50),
        duration("K10d", t.agency_s, 90),
    ]


def _rulings(t: Tally) -> list[Indicator]:
    oldest = t.oldest_return
    longest = unknown("K12b", "seconds", "none", hanging=t["hanging"])
    if oldest is not None:
        longest = Indicator("K12b", t.now - oldest, "seconds", t["hanging"], t["hanging"], {}, "formula.K12b")
    return [
        count("K12", t["hanging"]),
        longest,
        share("K13", t["ruled_in_time"], t["rulings_due"]),
        share("K13b", t["registered"], t["ruled"]),
    ]


def _callers(t: Tally, calendar: Calendar | None, zone_offset_s: int) -> list[Indicator]:
    orders = [order for order in t.orders if order.file.own]
    contacted = unknown("K15", "percent", "calendar", orders=len(orders))
    if calendar is not None:
        in_time = sum(_contacted(order, calendar, zone_offset_s) for order in orders)
        contacted = share("K15", in_time, len(orders))
    return [
        contacted,
        share("K15b", t["solved"], t["called_back"], unreached=t["unreached"]),
        share("K15c", t["satisfied"], t["answered"], unreached=t["unreached"], called_back=t["called_back"]),
    ]


def _contacted(order: Case, calendar: Calendar, zone_offset_s: int) -> bool:
    at = order.file.contact_at
    if at is None:
        return False
    return at <= due(order.recorded_at, 1, "office_day", calendar, zone_offset_s=zone_offset_s).at


def _repeats(t: Tally, cases: list[Case]) -> list[Indicator]:
    begin = t.begin - WINDOW_S
    before = [case for case in cases if case.channel == ORDERS and begin <= case.at < t.end]
    latest = t.end + WINDOW_S
    after = [case for case in cases if t.begin <= case.at <= latest] if t.closed else []
    return [
        share("K16", repeats(t.orders, before), len(t.orders)),
        share("K16b", recurs(t.closed, after), len(t.closed)),
    ]


def _year(t: Tally, cases: list[Case], zone_offset_s: int) -> Indicator:
    """Return the change of complaints against the same period last year, for all classes together."""
    begin, end = (year_before(at, zone_offset_s) for at in (t.begin, t.end))
    now = before = 0
    for case in cases:
        if case.channel in COMPLAINTS:
            now += t.begin <= case.at < t.end
            before += begin <= case.at < end
    if not before:
        return unknown("K17", "percent", "no_last_year", complaints=now)
    return share("K17", now - before, before, complaints=now)


def _workloads(
    state: LedgerState, period: tuple[float, float], zone_offset_s: int, cap: int
) -> list[Indicator]:
    """Return the cases per inspector and day, and the share of such days over the cap."""
    days = (period[0], max(period[0], period[1] - 1.0))
    first, last = (datetime.fromtimestamp(at + zone_offset_s, UTC).strftime("%Y%m%d") for at in days)
    begin = worker("inspector", "")
    counts = [
        n
        for day, own in state.workloads.items()
        if first <= day <= last
        for name, n in own.items()
        if name.startswith(begin)
    ]
    mean = unknown("K23", "count", "none")
    if counts:
        mean = Indicator(
            "K23", round(sum(counts) / len(counts), 1), "count", sum(counts), len(counts), {}, "formula.K23"
        )
    return [mean, share("K23b", sum(n > cap for n in counts), len(counts), cap=cap)]


def _reports(t: Tally, cases: list[Case]) -> list[Indicator]:
    detected = sum(case.channel == "video_ai" and t.within(case.at) for case in cases)
    return [
        share("K24", t["inspector_filed"], t["inspector"]),
        share("K24b", t["inspector_merged"], t["inspector"]),
        # Nobody screens detections yet, so the number of false ones is unknown.
        unknown("K33", "percent", "no_screening", detected=detected),
    ]
