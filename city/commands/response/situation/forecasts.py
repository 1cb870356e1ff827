"""Official forecasts of tides and rain, as the office gave them: the console computes none (A.3, A.4).

A tide is forecast for a station of ``water_lines.csv`` and keeps the line that was valid then; rain for the
district or a street.
"""

from typing import Any, Final

from city.clocks.timestamps import parse
from city.commands.command import Decision, Refusal
from city.commands.decision import moment, not_now
from city.commands.response.situation.arguments import RecordForecast
from city.commands.subject_order import SubjectAnswer, SubjectOrder

__all__ = ["OFFICES", "UNITS", "decide_record_forecast"]

OFFICES: Final = ("qx", "sw")
"""Agencies that may record forecasts themselves: the weather office, and water with its flood office."""
UNITS: Final = {"tide": "m", "rain_1h": "mm", "rain_3h": "mm"}
"""Kind → its unit; a tide is a height in the datum of its place's line."""
AHEAD_S: Final = 60.0
FARTHEST_S: Final = 7 * 86_400.0


def decide_record_forecast(order: SubjectOrder, args: RecordForecast) -> SubjectAnswer:
    """Record a forecast; of one kind and place the newest issued counts."""
    if order.role == "agency_operator" and order.by.agency not in OFFICES:
        return Refusal("not_allowed", "not_an_office", {"at_holder": order.by.agency})
    kind, _, place = order.subject.id.partition("/")
    station = next((one for one in order.rules.water_lines.stations if one.station == place), None)
    where = [one.station for one in order.rules.water_lines.stations]
    if kind != "tide":
        where = [order.rules.district, *order.rules.streets]
    if kind not in UNITS or place not in where:
        expected = f"forecast:<kind>/<place>; kind {', '.join(UNITS)}; place {', '.join(where[:40])}"
        return Refusal("bad_args", "bad_arg", {"field": "subject", "expected": expected})
    if args.unit != UNITS[kind]:
        return Refusal("bad_args", "bad_arg", {"field": "unit", "expected": UNITS[kind]})
    if kind != "tide" and args.value < 0:
        return Refusal("bad_args", "bad_arg", {"field": "value", "expected": "a number >= 0"})
    times = {name: _time(getattr(args, name)) for name in ("peak_at", "issued_at")}
    unread = next((name for name, at in times.items() if at is None), None)
    if unread is not None:
        return Refusal("bad_args", "bad_arg", {"field": unread, "expected": "ISO 8601 with an offset"})
    peak_at, issued_at = times["peak_at"] or 0.0, times["issued_at"] or 0.0
    if issued_at > order.now.city + AHEAD_S:
        return Refusal("bad_args", "bad_arg", {"field": "issued_at", "expected": "not later than now"})
    if not order.now.city - AHEAD_S <= peak_at <= order.now.city + FARTHEST_S:
        return Refusal("bad_args", "bad_arg", {"field": "peak_at", "expected": "within the next 7 days"})
    held = order.state.forecasts.get(order.subject.id)
    if held is not None and held.issued_at > issued_at:
        return not_now("forecast_newer", issued_at=held.issued_at)
    data: dict[str, Any] = {
        "value": args.value, "unit": args.unit, "peak_at": moment(peak_at), "source": args.source,
        "issued_at": moment(issued_at), "line": station.warning if station is not None else None,
        "datum": station.datum if station is not None else "",
    }  # fmt: skip
    return Decision((order.note("ForecastRecorded", data),), ())


def _time(text: str) -> float | None:
    try:
        return parse(text)
    except (ValueError, OverflowError):
        return None
