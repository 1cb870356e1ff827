"""Folding reports: how a publisher's case record becomes a case of the state."""

import re
from typing import Any

from city.cases.fold_common import account_of
from city.cases.fold_photos import photos_in
from city.clocks.city_clock import CityClock
from city.clocks.timestamps import parse
from city.dispatch.tables.categories import KINDS
from city.facts.fact import Fact
from city.facts.field_readers import readable_moment, readable_number
from city.places.public_names import class_words, place_name, short_name
from city.places.road_names import roads_in
from city.state.case_file import STATES, CaseFile
from city.state.ledger_state import Camera, Case, Device, LedgerState, Mirror, Place
from city.state.row_keys import row_key_of
from city.video.privacy import PRIVACY_CLASSES

__all__ = ["camera_of", "device_of", "fold_case", "is_transplanted", "reported_case"]

NAN = float("nan")
IMPORTED_S = 3600.0
"""A case that is recorded more than this after its report is imported history: no timer acts on it."""
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.\-]{0,39}")
DESCRIPTION_LENGTH, ADDRESS_LENGTH = 4000, 200


def fold_case(state: LedgerState, fact: Fact) -> tuple[Case, bool]:
    """Fold a ``CaseReported``: a new case, or the mirrored status of one with the same external number."""
    record = fact.data["record"]
    external = _external(record)
    for system, number in external:
        known = state.by_external.get(f"{system}\x1f{number}")
        if known is not None and known in state.cases:
            return _mirrored(state, state.cases[known], record, fact), False
    case = _case(record, external, fact, state.clock)
    state.transplanted += case.transplanted
    state.put_case(case, fact.position)
    state.by_mark[row_key_of(case.key)] = case.key
    for system, number in external:
        state.by_external[f"{system}\x1f{number}"] = case.key
    return case, True


def reported_case(state: LedgerState, fact: Fact) -> Case:
    """Return the case that a ``CaseReported`` will make, without adding it to the state."""
    record = fact.data["record"]
    return _case(record, _external(record), fact, state.clock)


def _external(record: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((str(e["system"]), str(e["no"])) for e in record.get("external") or () if e.get("no"))


def _case(
    record: dict[str, Any], external: tuple[tuple[str, str], ...], fact: Fact, clock: CityClock
) -> Case:
    recorded = clock.at(fact.recorded_at)
    kind, code, label = _class(record["category"])
    return Case(
        key=fact.subject.removeprefix("case:"),
        client=str(record["client"]),
        channel=str(record["channel"]),
        kind=kind,
        code=code,
        label=label,
        title=str(record["title"]),
        urgency=str(record.get("urgency") or "normal"),
        hazard=bool(record.get("hazard")),
        place=_place(record, fact),
        at=_reported(record, recorded),
        received=parse(record["received"]),
        recorded_at=recorded,
        mirror=_mirror(record, recorded),
        external=external,
        reporter_ref=str(record.get("reporter_ref") or ""),
        caller_ref=str(record.get("caller_ref") or ""),
        transplanted=record.get("transplanted") is True,
        description=_short_text(record, "description", DESCRIPTION_LENGTH),
        address=_short_text(record, "address", ADDRESS_LENGTH),
        wants_reply=_wants_reply(record, fact),
        file=_file(record, fact, recorded, clock),
    )


def _file(record: dict[str, Any], fact: Fact, recorded: float, clock: CityClock) -> CaseFile:
    """Return the case file of a new report; it is our own unless another system handles the case."""
    own = not isinstance(record.get("mirror"), dict)
    # Only a person's report names photos that the console has stored.
    told = record if account_of(fact.actor) else {}
    by = str(fact.data.get("by") or "")
    return CaseFile(
        own=own,
        since=recorded,
        reported_by=account_of(fact.actor),
        photo_by=readable_moment(fact.data.get("photo_by")),
        imported=recorded - _reported(record, recorded) > IMPORTED_S,
        reopen_of=str(fact.data.get("reopen_of") or ""),
        photos=photos_in(told, ("photos", "report"), at=recorded, by=by, clock=clock),
        story=[fact.position],
    )


def _short_text(record: dict[str, Any], key: str, length: int) -> str:
    value = record.get(key)
    return value[:length] if isinstance(value, str) else ""


def _wants_reply(record: dict[str, Any], fact: Fact) -> bool:
    """Whether the reporter asked for a reply; for a sealed reporter this is in the fact's data."""
    reporter = record.get("reporter")
    value = reporter.get("wants_reply") if isinstance(reporter, dict) else record.get("wants_reply")
    return value is True or fact.data.get("wants_reply") is True


def _reported(record: dict[str, Any], recorded: float) -> float:
    """Return the time of the report; for a filler, which older ledgers may hold, the time of recording."""
    at = readable_moment(record["at"])
    return recorded if at is None else at


def _mirrored(state: LedgerState, case: Case, record: dict[str, Any], fact: Fact) -> Case:
    """Apply a newer status; a status older than the present one changes nothing."""
    mirror = _mirror(record, state.clock.at(fact.recorded_at))
    if (mirror.at or 0.0) >= (case.mirror.at or 0.0) and record.get("mirror"):
        case.received = parse(record["received"])
        case.mirror = mirror
        if not case.file.own:
            case.urgency = str(record.get("urgency") or case.urgency)
        case.file.story.append(fact.position)
        state.put_case(case, fact.position)
    return case


def _class(category: dict[str, Any]) -> tuple[str, str, str]:
    """Return kind, code and the source's own class name; the code is '' when our table has none.

    A code of another system may look like one of ours (the event majors 04 and 05 are swapped between
    CJ/T 214 and GB/T 30428.2). A class that the gateway found in no table therefore has only a name.
    """
    merged, mapped = category, category.get("mapped")
    if isinstance(mapped, dict):
        merged = category | mapped  # facts of version 0.1 have no kind here: use the record's, else event
    elif isinstance(mapped, str) and mapped != "unmapped":
        merged = category | {"code": mapped}
    kind, code = str(merged.get("kind", "")), str(merged.get("code") or "")
    label = str(category.get("label") or "")
    if mapped == "unmapped" or not _is_code(code):
        label, code = label or code, ""
    return kind if kind in KINDS else "event", code, class_words(label)


def _is_code(code: str) -> bool:
    """Whether a text has the form of a class code: major and minor, two digits each."""
    return len(code) == 4 and code.isascii() and code.isdigit()


def _place(record: dict[str, Any], fact: Fact) -> Place:
    lon, lat = record.get("lon"), record.get("lat")
    if lon == lat == 0:  # older ledgers use it for "no position"
        lon = lat = None
    return Place(
        NAN if lon is None else float(lon),
        NAN if lat is None else float(lat),
        str(fact.data.get("street", "")),
        _road(record),
    )


def _road(record: dict[str, Any]) -> str:
    """Return the roads that the record's road, else its address, certainly names; '' for none."""
    fields = (record.get("road"), record.get("address"))
    return next(filter(None, (roads_in(text) for text in fields if isinstance(text, str))), "")


def _mirror(record: dict[str, Any], recorded: float) -> Mirror:
    mirror = record.get("mirror")
    if not isinstance(mirror, dict):
        return Mirror(at=_reported(record, recorded))
    state = str(mirror.get("state", "reported"))
    returned = mirror.get("returned_by") or []
    return Mirror(
        state=state if state in STATES else "reported",
        agency=short_name(str(mirror.get("agency") or "")),
        due_at=readable_moment(mirror.get("due_at")),
        returned_by=tuple(short_name(str(name)) for name in returned[:4]),
        next=_catalogue_word(mirror.get("next")),
        next_at=readable_moment(mirror.get("next_at")),
        at=readable_moment(mirror.get("at")) or _reported(record, recorded),
    )


def _catalogue_word(value: object) -> str:
    """Return a catalogue word (``road_water_depth``), '' for a value that does not have the form of one."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else ""


def is_transplanted(fact: Fact) -> bool:
    """Whether the record's position was moved into this district; a wall that shows it says so."""
    return fact.data["record"].get("transplanted") is True


def device_of(fact: Fact) -> Device:
    """Return the device of a ``DeviceRegistered``."""
    record = fact.data["record"]
    return Device(
        id=str(record["device"]),
        kind=str(record["class"])[:40],
        name=place_name(str(record.get("name") or "")),
        owner=short_name(str(record.get("owner") or "")),
        place=_place(record, fact),
        interval_s=float(record.get("interval_s") or 600.0),
        datum=str(record.get("datum") or "")[:20],
    )


def camera_of(fact: Fact) -> Camera:
    """Return the camera of a ``CameraRegistered``."""
    record = fact.data["record"]
    return Camera(
        id=str(record["camera"]),
        name=place_name(str(record.get("name") or "")),
        place=_place(record, fact),
        azimuth=readable_number(record.get("azimuth")),
        fov=readable_number(record.get("fov")),
        privacy=_privacy(record.get("privacy")),
        masks=_masks(record.get("mask_zones")),
    )


def _privacy(value: object) -> str:
    """Return a camera's privacy class; one that we do not know hides the camera."""
    if not value:
        return "public_scene"
    return value if isinstance(value, str) and value in PRIVACY_CLASSES else "forbidden_on_wall"


def _masks(zones: object) -> tuple[tuple[tuple[float, float], ...], ...]:
    """Return a camera's mask zones; an unreadable zone raises, so that no picture is shown without it."""
    if zones is None:
        return ()
    if not isinstance(zones, list | tuple):
        raise TypeError("mask_zones: expected a list of polygons")
    return tuple(tuple((float(x), float(y)) for x, y in zone) for zone in zones)
