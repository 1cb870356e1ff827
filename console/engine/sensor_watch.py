"""Watches the deviations of sensors: orders alarms with their cases, their end, and the cases' check.

The engine judges every reading as it arrives (:meth:`SensorWatch.take`); the steps follow once a second.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from city.clocks.city_clock import CityClock
from city.clocks.freshness import LOST_AFTER, freshness
from city.clocks.timestamps import iso
from city.commands.command import Now
from city.commands.subject_step import SubjectStep
from city.dispatch.decision_rules import DecisionRules
from city.linkage.gauges import is_underpass_gauge
from city.sensing.evaluation import Evaluator
from city.sensing.rules import STUCK, SensingRules
from city.sensing.series import Series
from city.sensing.tracks import Trip
from city.state.ledger_state import CityState, Device
from city.state.sensor_records import LEVELS, Alarm, Sensing

__all__ = ["SensorWatch"]

LOOK_S: Final = 5.0
"""Machine seconds between two looks for gauges that are silent or do not move."""
DRY_S: Final = 3 * 3600.0
"""After so long without rain, standing water that does not move is doubtful (story M12)."""
WATER: Final = "road_water_depth"
NEVER: Final = -LOOK_S


class SensorWatch:
    """A watch of the engine. ``is_connected``: whether the feed is up; without it no gauge counts as silent.

    What is counted is in this process's memory; alarms and cases are in the ledger, so after a restart an
    open alarm is known, and its end is counted anew.
    """

    def __init__(
        self, rules: SensingRules, state: Callable[[], CityState], is_connected: Callable[[], bool]
    ) -> None:  # fmt: skip
        self._state = state
        self._is_connected = is_connected
        self.evaluator = Evaluator(rules, self._devices)
        self._looked_at = NEVER
        self._of: object = None
        self._open: list[str] = []

    def _devices(self) -> dict[str, Device]:
        return self._state().ledger.devices

    def take(self, topic: str, records: Iterable[dict[str, Any]]) -> None:
        """Judge the records of a message."""
        if topic == "sensor":
            self.evaluator.take(records, self._clock())

    def _clock(self) -> CityClock:
        return self._state().ledger.clock

    def __call__(self, state: CityState, rules: DecisionRules, now: Now) -> Iterator[SubjectStep]:
        """Yield what is due: alarms to raise and to end, shelving that is over, cases to check."""
        sensing = state.ledger.sensing
        self._look(state, now)
        for key, series in list(self.evaluator.deviating.items()):
            step = self._raise(sensing, key, series, now)
            if step is not None:
                yield step
            elif not series.trips and series.late is None:
                del self.evaluator.deviating[key]
        for key in self._unsettled(state):
            yield from self._of_alarm(state, sensing.alarms[key], now)

    def _unsettled(self, state: CityState) -> list[str]:
        """Return the keys of the alarms to which something may still happen; told anew when one changed."""
        revision = (state, state.revision("alarms"))
        if revision != self._of:
            self._of = revision
            self._open = [
                key
                for key, alarm in state.ledger.sensing.alarms.items()
                if alarm.is_open or alarm.shelving is not None or self._waits(state, alarm)
            ]
        return self._open

    @staticmethod
    def _waits(state: CityState, alarm: Alarm) -> bool:
        case = state.ledger.cases.get(alarm.case)
        return case is not None and case.is_open

    def _look(self, state: CityState, now: Now) -> None:
        if now.machine - self._looked_at < LOOK_S or not self._is_connected():
            return
        self._looked_at = now.machine
        sources = state.measured.sources

        def is_heard(series: Series) -> bool:
            source = sources.get(series.source)
            if source is None:
                return False
            return freshness(source.heard_at, source.interval_s, now.machine) == "live"

        self.evaluator.look(now.city, is_heard)

    def _raise(self, sensing: Sensing, key: str, series: Series, now: Now) -> SubjectStep | None:
        alarm, trip = sensing.alarms.get(key), series.worst()
        if trip is not None and not _is_present(trip, series, now):
            trip = None
        if trip is None and series.late is not None:
            # A backlog tells of the past: it is told once, and only while nothing newer is.
            if alarm is not None and (alarm.is_open or alarm.at >= series.late.at):
                series.late = None
                return None
            trip = series.late
        if trip is None:
            return None
        if alarm is not None and alarm.is_open:
            is_worse = trip.rank[0] > LEVELS.index(alarm.level)
            files = trip.rank[1] and not alarm.case and trip.late_s == 0
            files = files and not is_underpass_gauge(series.device)
            if not is_worse and not (files and _is_free(sensing, alarm, now)):
                return None
        serial = (alarm.serial if alarm else 0) + (0 if alarm is not None and alarm.is_open else 1)
        again = alarm is not None and alarm.is_open
        code = f"again.{trip.threshold}.{alarm.version}" if alarm and again else f"raise.{trip.threshold}"
        return SubjectStep(
            f"alarm:{key}", alarm.version if alarm else 0, "raise_alarm", code, now.city, serial, _args(trip)
        )  # fmt: skip

    def _of_alarm(self, state: CityState, alarm: Alarm, now: Now) -> Iterator[SubjectStep]:
        subject = f"alarm:{alarm.key}"
        shelving = alarm.shelving
        if shelving is not None and shelving.until <= now.city:
            yield SubjectStep(
                subject, alarm.version, "end_shelving", "back", now.city, int(shelving.until),
                {"serial": alarm.serial},
            )  # fmt: skip
        elif alarm.is_open:
            yield from self._of_open(state, alarm, subject, now)
        elif alarm.case:
            case = state.ledger.cases.get(alarm.case)
            if case is not None and case.state == "handled" and not case.hazard:
                yield SubjectStep(
                    f"case:{case.key}", case.file.version, "check", "check.sensor", now.city,
                    int(case.file.handled_at or 0.0), {"passed": True, "mode": "sensor"},
                )  # fmt: skip

    def _of_open(self, state: CityState, alarm: Alarm, subject: str, now: Now) -> Iterator[SubjectStep]:
        series = self.evaluator.find(alarm.device, alarm.metric)
        if series is None:
            return
        is_new = now.city - series.at <= LOST_AFTER * series.interval_s
        if is_new and series.good_at > alarm.at and series.is_over(alarm.threshold):
            yield SubjectStep(
                subject, alarm.version, "clear_alarm", "clear", now.city, alarm.serial,
                {"serial": alarm.serial},
            )  # fmt: skip
            return
        doubt = self._doubt(series, now)
        if doubt and doubt != alarm.doubt and alarm.threshold != STUCK:
            args = {"why": doubt, "since": iso(series.changed_at)}
            yield SubjectStep(
                subject, alarm.version, "note_doubt", f"doubt.{doubt}", now.city, alarm.serial, args
            )  # fmt: skip

    def _doubt(self, series: Series, now: Now) -> str:
        """Return why a value is doubtful: it stands still, for water also without rain; '' = it is not."""
        key = (series.device.id, series.metric.code)
        if key not in self.evaluator.still:
            return ""
        if series.device.kind == WATER:
            dry = self.evaluator.conditions.dry_since(now.city)
            return "stuck_dry" if dry is not None and now.city - dry >= DRY_S else "stuck"
        return "stuck"


def _is_present(trip: Trip, series: Series, now: Now) -> bool:
    """Whether a deviation is of now: its device was heard, unless silence is what it is about."""
    return trip.n > 0 and (
        any(one.op == "gap_gt" and one.id == trip.threshold for one in series.thresholds)
        or now.city - series.at <= LOST_AFTER * series.interval_s
    )


def _is_free(sensing: Sensing, alarm: Alarm, now: Now) -> bool:
    """Whether neither maintenance nor shelving keeps an alarm from filing its case."""
    shelved = alarm.shelving is not None and alarm.shelving.until > now.city
    return not shelved and not sensing.is_maintained(alarm.device)


def _args(trip: Trip) -> dict[str, Any]:
    return {
        "threshold": trip.threshold, "at": iso(trip.at), "first_at": iso(trip.first_at),
        "value": trip.value, "n": trip.n, "low": trip.low, "high": trip.high, "late_s": trip.late_s,
    }  # fmt: skip
