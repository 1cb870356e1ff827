"""The script of a drill: a TOML file of lines, each at a city time relative to T (for a storm: landfall).

Every field is checked when the file is read. A fault names the line of the file and what was expected.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from city.access import ROLES, VERBS
from city.clocks.timestamps import parse
from city.commands.command import REFUSALS
from city.commands.subjects import KINDS
from console.drill.checkpoints import CHECKS, wrong_arguments
from console.drill.selection import ACTORS, FOUND_IN
from console.drill.times import relative, seconds_of

__all__ = [
    "CaseReport", "Device", "Line", "Person", "Script", "ScriptError", "Storm", "Unit", "WarningLine",
    "read_script",
]  # fmt: skip

_KINDS: Final = ("warning", "storm", "readings", "silence", "units", "cases", "order", "check", "note")


class ScriptError(ValueError):
    """A script cannot be used; the text names the line and what was expected."""


class WarningLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A warning to publish as CAP. ``replaces``, ``cancels``: the id of an earlier one."""

    id: str
    hazard: str
    colour: str = ""
    hours: float = 24.0
    replaces: str = ""
    cancels: str = ""


class Unit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A unit's position: at a place of ``street_places.csv`` or at lon, lat."""

    unit: str
    kind: str
    agency: str
    call_sign: str = ""
    place: str = ""
    lon: float = 0.0
    lat: float = 0.0
    state: str = "free"


class CaseReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A case of the hotline. ``number`` of them are reported, at places of the streets in turn; ``spread``:
    each somewhere in its street, never near another; ``callers``: all of the same thing at the first place.
    """

    id: str
    kind: str
    code: str
    title: str
    street: str = ""
    road: str = ""
    lon: float = 0.0
    lat: float = 0.0
    number: int = 1
    spread: bool = False
    callers: bool = False
    urgency: str = "normal"


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line. Exactly one of the fields in ``_KINDS`` says what happens.

    ``on`` is the subject of an order, with ``{street}`` or ``{agency}`` in it for each holder of ``every``;
    or ``find`` names a table of the state and the values that its records have: the newest one found, or with
    ``each`` every one. ``by`` is a person of the script, an account of a holder (``duty-sw``), ``@holder`` or
    ``@duty`` of the record's agency or street, ``@inspector`` of its street, or ``@holders``: each of those
    that a round of reports asks. ``refused`` is the code of the refusal that is expected.
    """

    at: str
    text: dict[str, str] = {}
    warning: WarningLine | None = None
    storm: str = ""
    readings: dict[str, dict[str, float]] = {}
    """Metric → device → value. It is sent again whenever the clock moves, until it falls silent."""
    silence: tuple[str, ...] = ()
    """Devices whose readings stop."""
    units: tuple[Unit, ...] = ()
    cases: tuple[CaseReport, ...] = ()
    order: str = ""
    by: str = ""
    on: str = ""
    find: dict[str, dict[str, Any]] = {}
    each: bool = False
    per: str = ""
    """A field of the found record: one order for each of its items; ``{item}`` is the item's key."""
    every: tuple[str, ...] = ()
    omit: tuple[str, ...] = ()
    args: dict[str, Any] = {}
    refused: str = ""
    check: str = ""
    want: dict[str, Any] = {}
    note: bool = False
    offset_s: float = 0.0
    """Seconds after T; set when the file is read."""
    number: int = 0
    """The line of the file."""
    again: str = ""
    """``2:00 T-2:00``: the line happens every two hours until T-2:00."""

    @property
    def kind(self) -> str:
        """Return which of the fields says what happens."""
        return next(kind for kind in _KINDS if getattr(self, kind))


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody of the drill's centre. ``shift``: on duty all the time, by the drill's roster."""

    key: str
    name: str
    roles: tuple[str, ...]
    deputy: str = ""
    agency: str = ""
    shift: bool = True


class Device(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A device to register; its position is that of the place which names it, or lon, lat."""

    device: str
    kind: str
    name: str
    unit: str
    interval_s: float = 60.0
    lon: float = 0.0
    lat: float = 0.0


class Storm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An invented storm: points as [hours after T, lon, lat, wind m/s, pressure hPa]."""

    id: str
    name: str
    points: tuple[tuple[float, float, float, float, float], ...]


class Script(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A drill. ``landfall`` is the city time of T."""

    title: dict[str, str]
    landfall: str
    person: tuple[Person, ...]
    line: tuple[Line, ...]
    device: tuple[Device, ...] = ()
    storm: Storm | None = None
    names: dict[str, str] = {}
    """What ``{name}`` in subjects, arguments and checkpoints stands for."""
    people: dict[str, dict[str, int]] = {}
    """Street → group → how many people are to be relocated."""

    @property
    def t0(self) -> float:
        """Return T, epoch seconds."""
        return parse(self.landfall)


def read_script(path: Path) -> Script:
    """Read and check a script; its lines are in order of time. Raises ScriptError, OSError."""
    text = path.read_text(encoding="utf-8")
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScriptError(f"{path.name}: {error}") from error
    lines = raw.pop("line", [])
    numbers = [n for n, row in enumerate(text.splitlines(), 1) if row.strip() == "[[line]]"]
    try:
        script = msgspec.convert({**raw, "line": []}, Script)
        parse(script.landfall)
    except (msgspec.ValidationError, ValueError) as error:
        raise ScriptError(f"{path.name}: {error}") from error
    faults: list[str] = []
    known = {person.key for person in script.person}
    read = []
    for number, row in zip(numbers, lines, strict=False):
        try:
            line = msgspec.structs.replace(
                msgspec.convert(row, Line), offset_s=seconds_of(str(row.get("at"))), number=number
            )
            faults += [f"{path.name}:{number}: {fault}" for fault in _faults(line, script, known)]
            read += _repeated(line)
        except (msgspec.ValidationError, ValueError) as error:
            faults.append(f"{path.name}:{number}: {error}")
    faults += [f"{path.name}: person {one.key}: {fault}" for one in script.person for fault in _roles(one)]
    if faults:
        raise ScriptError("\n".join(faults))
    return msgspec.structs.replace(script, line=tuple(sorted(read, key=lambda line: line.offset_s)))


def _repeated(line: Line) -> list[Line]:
    """Return a line as often as it happens."""
    if not line.again:
        return [line]
    every, _, until = line.again.partition(" ")
    step, last = seconds_of(f"T+{every}"), seconds_of(until)
    if not step > 0 or last < line.offset_s:
        raise ValueError(f"again: expected a span and a later time such as 2:00 T-2:00, got {line.again!r}")
    times = [line.offset_s + n * step for n in range(int((last - line.offset_s) / step + 1.001))]
    return [msgspec.structs.replace(line, at=relative(at), offset_s=at) for at in times]


def _faults(line: Line, script: Script, known: set[str]) -> Iterator[str]:
    kinds = [kind for kind in _KINDS if getattr(line, kind)]
    if len(kinds) != 1:
        yield f"expected one of {', '.join(_KINDS)}, got {', '.join(kinds) or 'none'}"
        return
    if line.order:
        yield from _faults_of_order(line, known)
    elif line.check:
        if line.check not in CHECKS:
            yield f"check: expected one of {', '.join(sorted(CHECKS))}, got {line.check!r}"
        else:
            yield from wrong_arguments(line.check, line.want)
    devices = {device.device for device in script.device}
    named = {device for values in line.readings.values() for device in values} | set(line.silence)
    for device in sorted(named - devices):
        yield f"readings: {device!r} is no [[device]] of this script"
    if line.storm and (script.storm is None or script.storm.id != line.storm):
        yield f"storm: expected the id of [storm], got {line.storm!r}"


def _faults_of_order(line: Line, known: set[str]) -> Iterator[str]:
    if line.order not in VERBS:
        yield f"order: {line.order!r} is no verb (docs/verbs.md)"
    is_holder = line.by.partition("-")[0] in ("agency", "duty", "street", "inspector")
    if line.by not in known and line.by not in ACTORS and not is_holder:
        yield f"by: expected a person of this script or one of {', '.join(ACTORS)}, got {line.by!r}"
    if bool(line.on) == bool(line.find):
        yield "expected one of on, find"
    if line.on and line.on.partition(":")[0] not in KINDS:
        yield f"on: expected <kind>:<id>, got {line.on!r}"
    for table in line.find:
        if table not in FOUND_IN:
            yield f"find: expected one of {', '.join(FOUND_IN)}, got {table!r}"
    if line.refused and line.refused not in REFUSALS:
        yield f"refused: expected one of {', '.join(REFUSALS)}, got {line.refused!r}"


def _roles(person: Person) -> Iterator[str]:
    for role in person.roles:
        if role not in ROLES:
            yield f"roles: expected some of {', '.join(ROLES)}, got {role!r}"
