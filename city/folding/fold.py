"""The fold: applies one fact to the state. It is deterministic, total, and reads only the state and the fact.

A fact of an unknown (type, v) is counted and changes nothing else. A fact whose data does not have the
expected shape is counted as refused, so that one bad fact never stops the rest.
"""

from collections.abc import Callable
from functools import partial

from city.cases import fold_reports
from city.cases.fold_common import fold_note, fold_on_case
from city.cases.fold_filing import FILING
from city.cases.fold_handling import HANDLING
from city.cases.fold_relaxations import RELAXATIONS
from city.cases.fold_routing import ROUTING
from city.cases.fold_supervision import SUPERVISION
from city.cases.leaving import DAY_S, begin_day
from city.cases.outbox import delay, deliver, fail
from city.clocks.city_clock import CityClock
from city.clocks.timestamps import iso, parse
from city.duty.duty_log import note, say
from city.duty.fold_duty import DUTY
from city.duty.fold_patrols import PATROLS
from city.facts.fact import Fact
from city.facts.field_readers import text, texts
from city.facts.upcast import upcast
from city.linkage.fold_linkage import LINKAGE
from city.linkage.task_messages import notice_delivered, notice_failed
from city.response import fold_reports as fold_rounds
from city.response.fold_briefings import BRIEFINGS
from city.response.fold_figures import FIGURES
from city.response.fold_leaders import LEADERS
from city.response.fold_levels import LEVEL_FACTS
from city.response.fold_plan import PLANS
from city.sensing.fold_alarms import SENSING
from city.state.desk_records import Show
from city.state.ledger_state import LedgerState
from city.video import fold_detections
from city.video.fold_views import VIEWS
from city.warnings.fold_storms import fold_storm
from city.warnings.fold_warnings import fold_warning
from city.warnings.in_force import Standing, in_force, standing

__all__ = ["HANDLERS", "apply"]

NEWS_S = 900.0
"""A case reported longer ago (city seconds) is imported history and gets no line in the duty log."""

Handler = Callable[[LedgerState, Fact], tuple[str, ...]]


def apply(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    """Fold one fact into the state and return the names of the slices that it changed."""
    if state.keep_days and fact.recorded_at >= (state.day + 1) * DAY_S:
        return (*begin_day(state, fact), *_apply(state, fact))
    return _apply(state, fact)


def _apply(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    name = f"{fact.type}/{fact.v}"
    try:
        fact = upcast(fact)
        handler = HANDLERS.get((fact.type, fact.v))
        if handler is None:
            state.unknown[name] = state.unknown.get(name, 0) + 1
            return ()
        return handler(state, fact)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        state.refused[name] = state.refused.get(name, 0) + 1
        return ()


def _case_reported(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    case, is_new = fold_reports.fold_case(state, fact)
    told_at = state.clock.at(fact.recorded_at)
    if is_new and case.is_open and case.urgency == "critical" and told_at - case.at < NEWS_S:
        return ("cases", *say(state, case, fact, "log.critical"))
    return ("cases",)


def _warning_received(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    warned = fold_warning(state, fact)
    if warned is None:
        return ()  # nothing new for the public
    city = state.clock.at(fact.recorded_at)
    stands = list(standing(state.warnings.values(), city, of=warned))
    if any(one.state(city) != "over" for one in stands):
        _note_warning(state, fact, "log.warning", stands)
    elif all(info.says not in ("warns", "tells") for info in warned.infos):
        others = [one for one in state.warnings.values() if one.key != warned.key]
        left = {one.warned.key for one in in_force(state.warnings.values(), city)}
        gone = [one for one in in_force(others, city) if one.warned.key not in left]
        _note_warning(state, fact, "log.warning_lifted", gone)
    return ("warnings", "log")


def _note_warning(state: LedgerState, fact: Fact, text: str, stands: list[Standing]) -> None:
    """Add a line that names the worst of some warnings; no line without warnings."""
    if stands:
        worst = max(stands, key=lambda one: one.info.rank)
        heads = {f"headline_{language}": head for language, head in worst.info.headlines.items()}
        names = {"hazard": worst.info.hazard, "colour": worst.info.colour, **heads}
        sent = {"sent": iso(worst.warned.sent)} if text == "log.warning" else {}
        note(state, fact, text, warned=worst.warned.key, **names, **sent)


def _storm_tracked(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    fold_storm(state, fact)
    state.transplanted += fold_reports.is_transplanted(fact)
    return ("warnings",)


def _device_registered(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    device = fold_reports.device_of(fact)
    state.devices[device.id] = device
    state.transplanted += fold_reports.is_transplanted(fact)
    return ("registry",)


def _camera_registered(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    camera = fold_reports.camera_of(fact)
    state.cameras[camera.id] = camera
    state.transplanted += fold_reports.is_transplanted(fact)
    return ("registry",)


def _city_clock_set(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    data = fact.data
    state.clock = CityClock(parse(data["city0"]), parse(data["machine0"]), float(data["rate"]))
    state.clocks.append((fact.position, state.clock))
    return ("clock",)


def _roster_loaded(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    rows = [{str(k): str(v) for k, v in row.items()} for row in fact.data["rows"]]
    sha256 = str(fact.data["sha256"])
    if fact.subject.startswith("table:"):  # a roster from the page stays until the file changes again
        state.tables["roster"] = sha256
    state.roster = rows
    return ("duty",)


def _table_loaded(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    state.tables[str(fact.data["table"])] = str(fact.data["sha256"])
    return ()


def _outlets_set(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    state.outlets = frozenset(texts(fact.data, "systems"))
    state.exercise_outlets = frozenset(texts(fact.data, "exercise"))
    return ()


def _source_lost(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    source = str(fact.data["source"])
    state.lost_sources[source] = parse(fact.data["since"])
    note(state, fact, "log.source_lost", source=source)
    return ("log",)


def _source_back(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    source = str(fact.data["source"])
    state.lost_sources.pop(source, None)
    note(state, fact, "log.source_back", source=source)
    return ("log",)


def _wall_shown(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    data, wall = fact.data, fact.subject.removeprefix("wall:")
    corners = data.get("view")
    view = None if corners is None else _corners(corners)
    state.shows[wall] = Show(
        wall, text(data, "kind"), text(data, "id"), view, text(data, "name"), fact.recorded_at,
        parse(data["until"]),
    )  # fmt: skip
    return ("shows",)


def _corners(corners: list[float]) -> tuple[float, float, float, float]:
    x0, x1, y0, y1 = (float(one) for one in corners)
    return x0, x1, y0, y1


def _wall_cleared(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    state.shows.pop(fact.subject.removeprefix("wall:"), None)
    return ("shows",)


def _outbox_delivered(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    if fact.subject.startswith("task:"):
        return notice_delivered(state, fact)
    if fact.subject.startswith("detection:"):
        return fold_detections.notice_delivered(state, fact)
    if fact.subject.startswith("report_round:"):
        return fold_rounds.notice_ended(state, fact)
    return (*deliver(state, fact), *fold_note(state, fact))


def _outbox_delayed(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    return (*delay(state, fact), *fold_note(state, fact))


def _outbox_failed(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    if fact.subject.startswith("task:"):
        return notice_failed(state, fact)
    if fact.subject.startswith("detection:"):
        return fold_detections.notice_ended(state, fact)
    if fact.subject.startswith("report_round:"):
        return fold_rounds.notice_ended(state, fact)
    return (*fail(state, fact), *fold_note(state, fact))


def _recorded_only(state: LedgerState, fact: Fact) -> tuple[str, ...]:  # a handler's shape
    """Fold a fact that only the audit uses."""
    return ()


HANDLERS: dict[tuple[str, int], Handler] = {
    ("CaseReported", 1): _case_reported,
    ("WarningReceived", 1): _warning_received,
    ("StormTracked", 1): _storm_tracked,
    ("DeviceRegistered", 1): _device_registered,
    ("CameraRegistered", 1): _camera_registered,
    ("CityClockSet", 1): _city_clock_set,
    ("RosterLoaded", 1): _roster_loaded,
    ("TableLoaded", 1): _table_loaded,
    ("OutletsSet", 1): _outlets_set,
    ("SourceLost", 1): _source_lost,
    ("SourceBack", 1): _source_back,
    ("LedgerRestored", 1): _recorded_only,
    ("HistoryExported", 1): _recorded_only,
    ("TokenGranted", 1): _recorded_only,
    ("TokenRevoked", 1): _recorded_only,
    ("UserAdded", 1): _recorded_only,
    ("UserChanged", 1): _recorded_only,
    ("UserDisabled", 1): _recorded_only,
    ("WallShown", 1): _wall_shown,
    ("WallCleared", 1): _wall_cleared,
    ("OutboxDelivered", 1): _outbox_delivered,
    ("OutboxDelayed", 1): _outbox_delayed,
    ("OutboxFailed", 1): _outbox_failed,
    ("CommandRefused", 1): fold_note,
    ("PersonRevealed", 1): fold_note,
    ("DetectionJoined", 1): fold_note,
    **{
        (kind, 1): partial(fold_on_case, fold)
        for kind, fold in {**FILING, **ROUTING, **HANDLING, **SUPERVISION}.items()
    },
    **{
        (kind, 1): fold
        for kind, fold in {
            **LINKAGE,
            **DUTY,
            **RELAXATIONS,
            **PATROLS,
            **SENSING,
            **fold_detections.DETECTIONS,
            **VIEWS,
            **LEVEL_FACTS,
            **BRIEFINGS,
            **PLANS,
            **fold_rounds.REPORTS,
            **FIGURES,
            **LEADERS,
        }.items()
    },
}
