"""Why visitors must not see a running briefing any more (domain §5.4), by the state alone."""

from city.state.briefing_records import CUT_OFF_RANK, Briefing
from city.state.ledger_state import LedgerState

__all__ = ["cut_off", "highest_rank"]


def highest_rank(state: LedgerState) -> int:
    """Return the highest response level in force, of the city, the district or a street; 0 = none."""
    return max((response.rank for response in state.responses.values()), default=0)


def cut_off(state: LedgerState, briefing: Briefing, city_now: float) -> tuple[str, float] | None:
    """Return why a running briefing is over at a city time, and since when; None while it may go on.

    A level from Ⅲ on, a red alarm that was raised during the briefing, the planned time. The visitors' page
    asks this too, so that it is closed before the engine has written that the briefing ended.
    """
    levels = [
        active.activated_at
        for response in state.responses.values()
        if (active := response.active) is not None and active.rank >= CUT_OFF_RANK
    ]
    if levels:
        return "level", min(levels)
    red = [
        alarm.raised_at
        for alarm in state.sensing.alarms.values()
        if alarm.level == "red" and alarm.state == "active" and alarm.raised_at >= briefing.begun_at
    ]
    if red:
        return "red_alarm", min(red)
    return ("clock", briefing.ends_at) if city_now >= briefing.ends_at else None
