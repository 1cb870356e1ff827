"""Common Alerting Protocol 1.1 and 1.2: alerts in XML, alone or in an Atom feed.

Alerts become JSON with CAP's own names. An element that may occur several times is always a list,
any other is one text; empty elements are left out; polygons stay CAP's "lat,lon lat,lon" (WGS84).
A resource's embedded ``derefUri`` is left out: a record is not the place for a file.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from city.moments import parse
from feeds.sources.contract import OpenOptions, Record, Remark, SourceError, fingerprint
from feeds.sources.signals import SEVERITIES, colour_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["CapAlerts", "is_cap"]

LARGEST = 4 << 20
CAP = ("{urn:oasis:names:tc:emergency:cap:1.1}", "{urn:oasis:names:tc:emergency:cap:1.2}")
ATOM = "{http://www.w3.org/2005/Atom}"


class Shape(msgspec.Struct, frozen=True):
    """Which children an element may have: one text, several texts, pairs, or elements of a shape."""

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
    """Whether a parsed document is a CAP alert or an Atom feed."""
    return root.tag in [f"{space}alert" for space in CAP] or root.tag == f"{ATOM}feed"


def parsed(content: bytes, name: str) -> "Element":
    """Parse XML safely: bounded, no DTD, no entities; raises SourceError."""
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
    """The alerts of one CAP or Atom file, by their ``sent``."""

    topic = "warning"
    rate: float | None = None

    def __init__(self, path: Path, options: OpenOptions) -> None:
        self.name = options.name or path.stem
        self.total: int | None = None
        self.remarks: list[Remark] = []
        self._path = path

    def records(self) -> Iterator[Record]:
        """Yield `warning` records.

        Raises SourceError naming the field when the alert, or every alert of a feed, is invalid.
        """
        self.remarks = []
        root = parsed(self._path.read_bytes(), self._path.name)
        if root.tag != f"{ATOM}feed":
            self.total = 1
            yield _record(root)
            return
        alerts = sorted(self._entries(root), key=lambda alert: parse(alert["sent"]))
        if not alerts and self.remarks:
            raise SourceError(str(self.remarks[0]))
        self.total = len(alerts)
        yield from alerts

    def _entries(self, feed: "Element") -> Iterator[Record]:
        if not (feed.findtext(f"{ATOM}id") or "").strip():
            raise SourceError("feed: id is missing")
        for index, entry in enumerate(feed.findall(f"{ATOM}entry")):
            where = f"entry {index}"
            content = entry.find(f"{ATOM}content")
            found = [e for e in (content if content is not None else ()) if is_cap(e)]
            if not found:
                self.remarks.append(Remark(where, "content", "holds no CAP alert"))
                continue
            try:
                yield _record(found[0])
            except SourceError as error:
                self.remarks.append(Remark(where, "content", str(error)))


def _record(element: "Element") -> Record:
    if not is_cap(element):
        message = f"expected an alert of CAP 1.1 or 1.2, got {element.tag}"
        raise SourceError(message)
    space = element.tag.removesuffix("alert")
    alert = _read(element, ALERT, space, "alert")
    try:
        parse(alert["sent"])
    except ValueError as error:
        message = f"alert.sent: {error}"
        raise SourceError(message) from error
    alert["info"] = [_coloured(info) for info in alert.get("info", [])]
    if not alert["info"]:
        del alert["info"]
    identity = [alert["sender"], alert["identifier"], alert["sent"]]
    return {"id": f"cap.{fingerprint(identity)}", "at": alert["sent"], **alert}


def _read(element: "Element", shape: Shape, space: str, where: str) -> Record:
    """Return an element by its shape; raises SourceError naming the first missing field."""
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
    """Put a signal's colour in one form: parameter ``colour`` in English and CAP's severity.

    China's profile (GB/T 35965.1) writes the colour into ``severity``; other issuers as a
    parameter, in either language. What carries no colour stays as it is.
    """
    parameters = info.get("parameter", [])
    named = [p for p in parameters if p["valueName"].lower() in ("colour", "color")]
    colour = colour_of(named[0]["value"]) if named else colour_of(info["severity"])
    if not colour:
        return info
    rest = [p for p in parameters if p not in named]
    severity = info["severity"] if not colour_of(info["severity"]) else SEVERITIES[colour]
    told = [{"valueName": "colour", "value": colour}, *rest]
    return {**info, "severity": severity, "parameter": told}
