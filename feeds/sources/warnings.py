"""Official warning notices: a list of JSON objects, as published by Chinese weather sites."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from city.warnings.signals import SEVERITIES, colour_of, hazard_of, is_lifting
from feeds.sources.contract import (
    FieldError,
    OpenOptions,
    Record,
    Remark,
    fingerprint,
    without_blanks,
)

__all__ = ["WarningNotices"]

BEIJING = timezone(timedelta(hours=8))


class WarningNotices:
    """Notices as CAP 1.2 alerts in JSON, in the order of their publication."""

    topic = "warning"
    rate: float | None = None

    def __init__(self, path: Path, notices: Sequence[Any], options: OpenOptions) -> None:
        self.name = options.name or path.stem
        self.total: int | None = len(notices)
        self.remarks: list[Remark] = []
        self.read = 0
        self._notices = notices

    def records(self) -> Iterator[Record]:
        """Yield one alert per notice; an invalid notice is left out with a remark that has its index."""
        self.remarks, self.read = [], 0
        alerts = []
        for index, notice in enumerate(self._notices):
            self.read += 1
            try:
                alerts.append(_alert(notice))
            except FieldError as error:
                self.remarks.append(Remark.of(f"notice {index}", error))
        # All times are in one zone, so sorting the text sorts by time.
        alerts.sort(key=lambda alert: str(alert["sent"]))
        self.total = len(alerts)
        yield from alerts


def _alert(notice: Any) -> Record:
    if not isinstance(notice, dict):
        raise FieldError("notice", "expected an object")
    sent = _published(notice)
    area = _needed(notice, "area")
    event = _needed(notice, "warning_type")
    colour = colour_of(_needed(notice, "level"))
    if not colour:
        raise FieldError("level", f"expected 蓝色, 黄色, 橙色 or 红色, got {notice['level']!r}")
    office = f"{area}气象台"
    identifier = f"{sent:%Y%m%d%H%M}-{hazard_of(event)}-{colour}-" + fingerprint(
        notice.get("raw_id") or [area, event, _needed(notice, "headline")]
    )
    return {
        "id": identifier,
        "at": sent.isoformat(),
        "identifier": identifier,
        "sender": office,
        "sent": sent.isoformat(),
        "status": "Actual",
        "msgType": "Alert",
        "scope": "Public",
        "source": str(notice.get("source_url") or ""),
        "info": [_info(notice, sent, office, colour)],
    }


def _info(notice: dict[str, Any], sent: datetime, office: str, colour: str) -> Record:
    event = _needed(notice, "warning_type")
    headline = _needed(notice, "headline")
    over = is_lifting(headline)
    values = {
        "colour": colour,
        "hazard": hazard_of(event),
        "date_from": str(notice.get("date_from") or ""),
        "date_to": str(notice.get("date_to") or ""),
    }
    return without_blanks(
        {
            "language": "zh-CN",
            "category": ["Met"],
            "event": event,
            "responseType": ["AllClear"] if over else None,
            "urgency": "Past" if over else "Expected",
            "severity": SEVERITIES[colour],
            "certainty": "Likely",
            "effective": sent.isoformat(),
            "onset": None if over else _on(notice, "date_from", sent),
            "expires": None if over else _on(notice, "date_to", sent),
            "senderName": office,
            "headline": headline,
            "description": str(notice.get("description") or ""),
            "parameter": [{"valueName": n, "value": v} for n, v in values.items() if v],
            "area": [{"areaDesc": _needed(notice, "area")}],
        }
    )


def _on(notice: dict[str, Any], field: str, sent: datetime) -> str | None:
    """Return a date of the notice with the time of day of its publication.

    The notices give whole days only ("from the 1st to the 2nd"), and a signal is issued for the next 24
    hours: the days are counted from the time of publication.
    """
    words = notice.get(field)
    if not words:
        return None
    try:
        day = date.fromisoformat(str(words))
    except ValueError as error:
        raise FieldError(field, str(error)) from error
    return datetime.combine(day, sent.timetz()).isoformat()


def _published(notice: dict[str, Any]) -> datetime:
    words = _needed(notice, "published_at")
    try:
        found = datetime.fromisoformat(words)
    except ValueError as error:
        raise FieldError("published_at", str(error)) from error
    return found if found.tzinfo else found.replace(tzinfo=BEIJING)


def _needed(notice: dict[str, Any], field: str) -> str:
    found = notice.get(field)
    if not isinstance(found, str) or not found:
        raise FieldError(field, "is missing")
    return found
