"""The fold: how one fact changes the state. Deterministic, total, and it looks up nothing outside the fact.

A fact of an unknown (type, v) is counted and changes nothing else; one whose data does not have the
promised shape is counted as refused, so that one bad fact never stops the rest.
"""

from collections.abc import Callable

from city import intake
from city.clock import CityClock
from city.facts import Fact
from city.moments import parse
from city.state import LOG_LINES, LedgerState, LogLine
from city.upcast import lifted

__all__ = ["HANDLERS", "apply"]

NEWS_S = 900.0
"""A case reported longer ago (city seconds) is history that was imported, not news for the duty log."""

Handler = Callable[[LedgerState, Fact], tuple[str, ...]]


def apply(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    """Fold one fact into the state and return the names of the slices that it changed."""
    name = f"{fact.type}/{fact.v}"
    try:
        fact = lifted(fact)
        handler = HANDLERS.get((fact.type, fact.v))
        if handler is None:
            state.unknown[name] = state.unknown.get(name, 0) + 1
            return ()
        return handler(state, fact)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        state.refused[name] = state.refused.get(name, 0) + 1
        return ()


def note(state: LedgerState, fact: Fact, text: str, **names: str) -> None:
    """Add a line to the duty log; ``text`` is a key of the catalogues."""
    state.log.append(LogLine(state.clock.at(fact.recorded_at), text, names, fact.position))
    del state.log[:-LOG_LINES]


def _case_reported(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    case, is_new = intake.fold_case(state, fact)
    told_at = state.clock.at(fact.recorded_at)
    if is_new and case.is_open and case.urgency == "critical" and told_at - case.at < NEWS_S:
        note(
            state, fact, "log.critical", kind=case.kind, code=case.code, label=case.label,
            road=case.place.road, street=case.place.street,
        )  # fmt: skip
        return ("cases", "log")
    return ("cases",)


def _warning_received(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    if fact.data["record"].get("msgType") in ("Ack", "Error"):
        return ()  # CAP: says something of a message, warns of nothing
    warned = intake.fold_warning(state, fact)
    if not warned.cancelled:
        note(
            state, fact, "log.warning", hazard=warned.hazard, colour=warned.colour,
            headline=warned.headline,
        )  # fmt: skip
    return ("warnings", "log")


def _storm_tracked(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    storm = intake.storm_of(fact)
    state.storms[storm.key] = storm
    state.transplanted += intake.is_transplanted(fact)
    return ("warnings",)


def _device_registered(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    device = intake.device_of(fact)
    state.devices[device.id] = device
    state.transplanted += intake.is_transplanted(fact)
    return ("registry",)


def _camera_registered(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    camera = intake.camera_of(fact)
    state.cameras[camera.id] = camera
    state.transplanted += intake.is_transplanted(fact)
    return ("registry",)


def _city_clock_set(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    data = fact.data
    state.clock = CityClock(parse(data["city0"]), parse(data["machine0"]), float(data["rate"]))
    return ("clock",)


def _roster_loaded(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    rows = [{str(k): str(v) for k, v in row.items()} for row in fact.data["rows"]]
    state.tables["roster"] = str(fact.data["sha256"])
    state.roster = rows
    return ("duty",)


def _table_loaded(state: LedgerState, fact: Fact) -> tuple[str, ...]:
    state.tables[str(fact.data["table"])] = str(fact.data["sha256"])
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


def _recorded_only(state: LedgerState, fact: Fact) -> tuple[str, ...]:  # a handler's shape
    """Fold a fact that matters to the audit alone."""
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
    ("SourceLost", 1): _source_lost,
    ("SourceBack", 1): _source_back,
    ("LedgerRestored", 1): _recorded_only,
    ("TokenGranted", 1): _recorded_only,
    ("TokenRevoked", 1): _recorded_only,
}
