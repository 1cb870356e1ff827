"""Indicators K01 – K27 of domain §6, computed in one pass over the cases.

A second figure of an indicator has a letter after its number: K06 is 处置率, K06b 按期处置率.
"""

from collections import Counter
from collections.abc import Sequence

from city.clocks.working_time import Calendar, due
from city.dispatch.decision_rules import CaseNumbers
from city.indicators.indicator import FEW, Counted, Indicator, change, count, duration, share, unknown
from city.indicators.principles import GridOf, Principles
from city.indicators.repeats import WINDOW_S, AnyCase, is_valid, recurs, repeats, year_before
from city.indicators.tally import COMPLAINTS, ORDERS, Tally
from city.state.hotline_records import DEFER
from city.state.ledger_state import Case, LedgerState

__all__ = ["Indicator", "indicators"]

CLASSES = 5
"""Classes of complaints that K17 tells one by one."""


def indicators(
    state: LedgerState, period: tuple[float, float], *, now: float, zone_offset_s: int,
    calendar: Calendar | None = None, most_tasks: int = CaseNumbers().workload_cap,
    grid_of: GridOf = lambda _lon, _lat: "",
) -> dict[str, Indicator]:  # fmt: skip
    """Return every indicator by its id.

    ``period`` is [begin, end); it and ``now`` are city epoch seconds. ``calendar`` is the centre's, for the
    office day within which a caller must be contacted (K15); without it K15 is unknown. ``most_tasks`` is
    the number of an inspector's tasks on one day that is not over the cap (K23), ``grid_of`` tells the unit
    grid of a point (K25).
    """
    tally = Tally(period, now, state.relaxations.get(DEFER))
    principles = Principles(period, zone_offset_s, most_tasks, grid_of)
    cases = list(state.cases.values())
    for case in cases:
        tally.add(case)
        principles.add(case)
    for past in state.past_cases:
        principles.add_past(past)
    everything: list[AnyCase] = [*cases, *state.past_cases]
    found = [
        *_flow(tally), *_clocks(tally), *_rulings(tally), *_callers(tally, calendar, zone_offset_s),
        *_repeats(tally, everything), _year(tally, everything, zone_offset_s), *_reports(tally),
        *principles.figures(state, now, calendar),
    ]  # fmt: skip
    return {indicator.id: indicator for indicator in found}


def _flow(t: Tally) -> list[Indicator]:
    return [
        count("K01", t["reported"], **t.channels),
        t.share("K02", reported=t["reported"], filed=t["filed"]),
        t.share("K03"),
        t.share("K04"),
        t.share("K05", misdirected=t["misdirected"]),
        t.share("K06", paused=t["due_paused"]),
        t.share("K06b", paused=t["due_paused"]),
        t.share("K07", paused=t["deadline_paused"]),
        t.share("K08", exempt=t["exempt"]),
        t.share("K09"),
        t.share("K11"),
        t.share("K11b"),
        t.share("K14"),
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
        t.share("K13"),
        t.share("K13b"),
    ]


def _callers(t: Tally, calendar: Calendar | None, zone_offset_s: int) -> list[Indicator]:
    orders = [order for order in t.orders if order.file.own and order.state != "voided"]
    contacted = unknown("K15", "percent", "calendar", orders=len(orders))
    if calendar is not None:
        contacted = share("K15", Counted(_contacted(order, calendar, zone_offset_s) for order in orders))
    unreached = t.shares["K15d"]
    return [
        contacted,
        t.share("K15b", unreached=unreached.met),
        t.share("K15c", unreached=unreached.met, called_back=unreached.every),
        t.share("K15d"),
    ]


def _contacted(order: Case, calendar: Calendar, zone_offset_s: int) -> bool:
    at = order.file.contact_at
    if at is None:
        return False
    return at <= due(order.recorded_at, 1, "office_day", calendar, zone_offset_s=zone_offset_s).at


def _repeats(t: Tally, cases: Sequence[AnyCase]) -> list[Indicator]:
    begin = t.begin - WINDOW_S
    before = [
        case for case in cases if case.channel == ORDERS and is_valid(case) and begin <= case.at < t.end
    ]
    latest = t.end + WINDOW_S
    after = [case for case in cases if t.begin <= case.at <= latest] if t.closed else []
    return [
        share("K16", repeats(t.orders, before)),
        share("K16b", recurs(t.closed, after)),
    ]


def _year(t: Tally, cases: Sequence[AnyCase], zone_offset_s: int) -> Indicator:
    """Return the change of complaints against the same period last year, for all classes together.

    Its inputs are the changes (percent) of the most frequent classes that were not few last year.
    """
    begin, end = (year_before(at, zone_offset_s) for at in (t.begin, t.end))
    now: Counter[str] = Counter()
    before: Counter[str] = Counter()
    for case in cases:
        if case.channel in COMPLAINTS and is_valid(case):
            name = f"class.{case.kind}.{case.code}"
            now[name] += t.begin <= case.at < t.end
            before[name] += begin <= case.at < end
    complaints = now.total()
    if not before.total():
        return unknown("K17", "percent", "no_last_year", complaints=complaints)
    changes = {
        name: round(100.0 * (now[name] / last - 1), 1)
        for name, last in before.most_common(CLASSES) if last >= FEW
    }  # fmt: skip
    return change("K17", complaints, before.total(), complaints=complaints, **changes)


def _reports(t: Tally) -> list[Indicator]:
    return [
        t.share("K24"),
        t.share("K24b"),
    ]
