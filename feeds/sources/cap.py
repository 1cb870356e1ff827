"""Common Alerting Protocol 1.1 and 1.2: alerts in XML, single, in an Atom feed or in another envelope.

Alerts become JSON with CAP's own names. An element that may occur several times is always a list, any other
is one text; empty elements are left out. Polygons stay CAP's "lat,lon lat,lon" (WGS84); an unreadable one is
left out with a remark. A resource's embedded ``derefUri`` is left out, because records do not hold files. An
XML signature is kept under ``signature`` and marked as not verified.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring, tostring

from city.clocks.timestamps import parse
from city.warnings.areas import AreaError, circle_ring, polygon_ring
from city.warnings.signals import SEVERITIES, colour_of
from feeds.sources.contract import OpenOptions, Record, Remark, SourceError, fingerprint

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["CapAlerts", "is_cap"]

LARGEST = 4 << 20
CAP = ("{urn:oasis:names:tc:emergency:cap:1.1}", "{urn:oasis:names:tc:emergency:cap:1.2}")
ALERTS = tuple(f"{space}alert" for space in CAP)
ATOM = "{http://www.w3.org/2005/Atom}"
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
LARGEST_SIGNATURE = 64 << 10


class Shape(msgspec.Struct, frozen=True):
    """The allowed children of an element: single texts, repeated texts, pairs, or elements of a shape."""

    one: str
    needed: str
    many: str = ""
    pairs: str = ""
    parts: dict[str, "Shape"] = {}


RESOURCE = Shape(one="resourceDesc mimeType size uri digest", needed="resourceDesc")
AREA = Shape(one="areaDesc altitude ceiling", needed="areaDesc", many="polygon circle", pairs="geocode")
INFO = Shape(
    one="language event urgency severity certainty audience effective onset expires senderName "
    "headline description instruction web contact",
    needed="category event urgency severity certainty",
    many="category responseType",
    pairs="eventCode parameter",
    parts={"resource": RESOURCE, "area": AREA},
)
ALERT = Shape(
    one="identifier sender sent status msgType source scope restriction addresses note references incidents",
    needed="identifier sender sent status msgType scope",
    many="code",
    parts={"info": INFO},
)


def is_cap(root: "Element") -> bool:
    """Return whether a document holds CAP alerts, or is a feed that may list some (Atom, RSS)."""
    return root.tag in (f"{ATOM}feed", "rss") or next(_alerts(root), None) is not None


def parsed(content: bytes, name: str) -> "Element":
    """Parse XML safely: limited size, no DTD, no entities; raises SourceError."""
    if len(content) > LARGEST:
        message = f"{name}: larger than {LARGEST} bytes"
        raise SourceError(message)
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        message = f"{name}: not well-formed XML, or it declares a DTD or entities: {error!r}"
        raise SourceError(message) from error
    return root


class CapAlerts:
    """The alerts of one file in the order of ``sent``: of CAP, of a feed, or of another envelope."""

    topic = "warning"
    rate: float | None = None

    def __init__(self, path: Path, options: OpenOptions) -> None:
        self.name = options.name or path.stem
        self.total: int | None = None
        self.remarks: list[Remark] = []
        self.read = 0
        self._path = path

    def records(self) -> Iterator[Record]:
        """Yield `warning` records.

        Raises SourceError naming the field when the alert, or every alert of a feed, is invalid, and when the
        file is an index: a feed with links to alerts but without alerts.
        """
        self.remarks, self.read = [], 0
        root = parsed(self._path.read_bytes(), self._path.name)
        if root.tag in ALERTS:
            self.read = self.total = 1
            yield self._record(root, "alert")
            return
        alerts = sorted(self._found(root), key=lambda alert: parse(alert["sent"]))
        if not alerts:
            raise SourceError(str(self.remarks[0]) if self.remarks else f"{self.name}: holds no CAP alert")
        self.total = len(alerts)
        yield from alerts

    def _found(self, root: "Element") -> Iterator[Record]:
        """Yield the alerts of an envelope: first those in the entries of a feed, then those outside."""
        if root.tag == f"{ATOM}feed" and not (root.findtext(f"{ATOM}id") or "").strip():
            raise SourceError("feed: id is missing")
        entries = [*root.iter(f"{ATOM}entry"), *root.iter("item")]
        within = {alert for entry in entries for alert in _alerts(entry)}
        outside = [alert for alert in _alerts(root) if alert not in within]
        if entries and not within and not outside and all(map(_links, entries)):
            message = f"{self.name}: an index: {len(entries)} links, no alert. Replay what it links to"
            raise SourceError(message)
        for index, entry in enumerate(entries):
            alerts = list(_alerts(entry))
            if not alerts:
                self.read += 1
                reason = "holds no CAP alert" + (", it links to one elsewhere" if _links(entry) else "")
                self.remarks.append(Remark(f"entry {index}", "content", reason))
            for alert in alerts:
                yield from self._taken(alert, f"entry {index}", "content")
        for index, alert in enumerate(outside):
            yield from self._taken(alert, f"alert {index}", "")

    def _taken(self, alert: "Element", where: str, column: str) -> Iterator[Record]:
        self.read += 1
        try:
            yield self._record(alert, where)
        except SourceError as error:
            self.remarks.append(Remark(where, column, str(error)))

    def _record(self, element: "Element", where: str) -> Record:
        space = element.tag.removesuffix("alert")
        alert = _read(element, ALERT, space, "alert")
        try:
            parse(alert["sent"])
        except ValueError as error:
            message = f"alert.sent: {error}"
            raise SourceError(message) from error
        alert["info"] = [_coloured(info) for info in alert.get("info", [])]
        self.remarks += _without_broken_areas(alert["info"], where)
        if not alert["info"]:
            del alert["info"]
        signatures = element.findall(SIGNATURE)
        if signatures:
            alert["signature"] = _signature(signatures[0])
            self.remarks.append(Remark(where, "Signature", "is kept, but not verified", skipped=False))
        # Two alerts with the same identifier and different content are two records, so neither is lost.
        return {"id": f"cap.{fingerprint(alert)}", "at": alert["sent"], **alert}


def _alerts(element: "Element") -> "Iterator[Element]":
    return (found for found in element.iter() if found.tag in ALERTS)


def _links(entry: "Element") -> bool:
    return entry.find(f"{ATOM}link") is not None or entry.find("link") is not None


def _signature(element: "Element") -> Record:
    """Return an XML signature unchanged and unverified, for those with the certificates and the file."""
    xml = tostring(element, encoding="unicode").strip()
    return {"verified": False, "xml": xml if len(xml) <= LARGEST_SIGNATURE else ""}


def _without_broken_areas(infos: list[Record], where: str) -> Iterator[Remark]:
    """Remove unreadable outlines and yield a remark on each; the warning itself is kept."""
    for n, info in enumerate(infos):
        for m, area in enumerate(info.get("area", [])):
            for name, reader in (("polygon", polygon_ring), ("circle", circle_ring)):
                kept = []
                for text in area.get(name, []):
                    try:
                        reader(text)
                        kept.append(text)
                    except AreaError as error:
                        column = f"info[{n}].area[{m}].{name}"
                        yield Remark(where, column, f"the area is not drawn: {error}", skipped=False)
                area.pop(name, None)
                if kept:
                    area[name] = kept


def _read(element: "Element", shape: Shape, space: str, where: str) -> Record:
    """Return an element read by its shape; raises SourceError naming the first missing field."""
    record: Record = {}
    for name in shape.one.split():
        words = (element.findtext(f"{space}{name}") or "").strip()
        if words:
            record[name] = words
    readers: list[tuple[str, Callable[[Element], Any]]] = [
        *((name, _words) for name in shape.many.split()),
        *((name, _pair(space)) for name in shape.pairs.split()),
    ]
    for name, reader in readers:
        found = [value for e in element.findall(f"{space}{name}") if (value := reader(e))]
        if found:
            record[name] = found
    for name, part in shape.parts.items():
        children = element.findall(f"{space}{name}")
        if children:
            record[name] = [
                _read(child, part, space, f"{where}.{name}[{n}]") for n, child in enumerate(children)
            ]
    for name in shape.needed.split():
        if name not in record:
            message = f"{where}.{name}: is missing"
            raise SourceError(message)
    return record


def _words(element: "Element") -> str:
    return (element.text or "").strip()


def _pair(space: str) -> "Callable[[Element], Record | None]":
    def read(element: "Element") -> Record | None:
        name = (element.findtext(f"{space}valueName") or "").strip()
        value = (element.findtext(f"{space}value") or "").strip()
        return {"valueName": name, "value": value} if name and value else None

    return read


def _coloured(info: Record) -> Record:
    """Normalise a signal's colour: parameter ``colour`` in English, and CAP's severity.

    China's profile (GB/T 35965.1) writes the colour into ``severity``; other issuers write a parameter, in
    either language. An info without a colour is not changed.
    """
    parameters = info.get("parameter", [])
    named = [p for p in parameters if p["valueName"].lower() in ("colour", "color")]
    colour = colour_of(named[0]["value"]) if named else colour_of(info["severity"])
    if not colour:
        return info
    rest = [p for p in parameters if p not in named]
    severity = info["severity"] if not colour_of(info["severity"]) else SEVERITIES[colour]
    parameters = [{"valueName": "colour", "value": colour}, *rest]
    return {**info, "severity": severity, "parameter": parameters}
