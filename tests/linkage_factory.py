"""Incidents and linkage tasks for tests: records of the state, plain by default."""

from typing import Any

from city.state.ledger_state import CityState, LedgerState
from city.state.linkage_records import Incident, Signed, Site, Task

CITY = 1_789_475_467.0
"""City time of the tests; machine time is the same."""

ROAD = "川沙路唐安路"
SITE = Site(121.7, 31.19, "310115110", ROAD, 150.0)


def signed(at: float, name: str = "陈××（值班员）") -> Signed:
    return Signed("chen", name, "duty_officer", at)


def incident(id_: str = "1f0c2d3e4a5b", **given: Any) -> Incident:
    plain: dict[str, Any] = {
        "no": "20260915-001", "incident_class": "natural", "kind": "underpass_flood", "title": "",
        "grade": "general", "place": SITE, "opened": signed(CITY - 432), "state": "responding",
        "since": CITY - 432, "version": 3,
    }  # fmt: skip
    return Incident(id=id_, **{**plain, **given})


def task(number: int = 1, of: str = "1f0c2d3e4a5b", **given: Any) -> Task:
    """A P1 task issued 100 s ago: to acknowledge within 5 min, to reach within 15, to finish within 120."""
    issued_at = given.pop("issued_at", CITY - 100)
    plain: dict[str, Any] = {
        "no": f"20260915-001-{number:02d}", "incident": of, "agency": "xf", "priority": "P1",
        "words": "drain", "text": "", "place": SITE, "mode": "plan", "ordered": signed(issued_at),
        "issued_at": issued_at, "ack_by": issued_at + 300, "arrive_by": issued_at + 900,
        "due_by": issued_at + 7200, "verify_s": 1800.0, "version": 1,
    }  # fmt: skip
    return Task(id=f"{of}.{number}", **{**plain, **given})


def city_with(incidents: list[Incident], tasks: list[Task], **given: Any) -> CityState:
    ledger = LedgerState(
        position=1,
        incidents={one.id: one for one in incidents},
        tasks={one.id: one for one in tasks},
        **given,
    )
    return CityState(ledger=ledger)
