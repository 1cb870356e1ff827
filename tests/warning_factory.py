"""CAP messages for tests, as the gateway delivers them; a test names only what it is about."""

from typing import Any

from city.facts import Fact
from city.fold import apply
from city.moments import iso
from city.state import LedgerState

NOON = 1_796_011_200.0
"""2026-11-30 12:00 in Shanghai."""

OFFICE = "met.invalid"

NORTH = {"areaDesc": "北部", "polygon": ["31.2,121.5 31.3,121.5 31.3,121.6 31.2,121.5"]}
SOUTH = {"areaDesc": "南部", "polygon": ["31.0,121.6 31.1,121.6 31.1,121.7 31.0,121.6"]}


def local(minutes: float) -> str:
    """Return a moment so many minutes after noon."""
    return iso(NOON + minutes * 60.0)


def info(event: str = "暴雨", colour: str = "蓝色", **given: Any) -> dict[str, Any]:
    plain = {
        "language": "zh-CN", "category": ["Met"], "event": event, "urgency": "Expected",
        "severity": "Minor", "certainty": "Likely", "headline": f"气象台发布{event}{colour}预警",
        "expires": local(240), "area": [NORTH],
    }  # fmt: skip
    return {name: value for name, value in {**plain, **given}.items() if value is not None}


def message(identifier: str, minutes: float = 0.0, *infos: dict[str, Any], **given: Any) -> dict[str, Any]:
    plain = {
        "id": identifier, "identifier": identifier, "sender": OFFICE, "sent": local(minutes),
        "at": local(minutes), "status": "Actual", "msgType": "Alert", "scope": "Public", "info": list(infos),
    }  # fmt: skip
    named = given.pop("names", ())
    if named:
        plain["references"] = " ".join(f"{OFFICE},{name},{local(-60)}" for name in named)
    return {name: value for name, value in {**plain, **given}.items() if value is not None}


def fact(record: dict[str, Any], recorded_at: float = NOON, position: int = 1) -> Fact:
    subject = f"warning:{record['sender']}/{record['identifier']}"
    data = {"record": record}
    return Fact(position, recorded_at, "WarningReceived", 1, subject, "client:weather", data)


def folded(*records: dict[str, Any], recorded_at: float = NOON) -> LedgerState:
    state = LedgerState()
    for position, record in enumerate(records, start=1):
        apply(state, fact(record, recorded_at, position))
    assert state.refused == {}
    return state
