"""Rules of emergency response: the plan's tasks and the numbers of domain §4.6. Durations are seconds."""

from collections.abc import Mapping
from typing import Final

import msgspec

__all__ = ["PlanTask", "ResponseNumbers", "ResponsePlan", "ResponseRules"]


SUPPORT_AGENCIES: Final = {
    "people": "yj", "relocation": "ga", "pumps": "ps", "boats": "hs", "vehicles": "gj", "power": "dl",
    "medical": "wj", "supplies": "yj",
}  # fmt: skip


class PlanTask(msgspec.Struct, frozen=True):
    """One task of a plan (domain A.8). ``rank`` as in :mod:`city.state.response_records`, 0 = at the end.

    ``agencies``: codes of ``agencies.csv``, ``street`` for every street, ``all`` for every stationed
    agency, or ``centre``. ``repeat_s``: it is due again after this time while the level lasts.
    """

    code: str
    rank: int
    agencies: tuple[str, ...]
    text: Mapping[str, str]
    due_s: float | None = None
    repeat_s: float | None = None
    evidence: str = "ack"
    priority: str = "P2"
    verifier: str = "street"
    kind: str = "task"
    """task, zero_report, seats (summons the emergency seats), review."""


class ResponsePlan(msgspec.Struct, frozen=True):
    """A plan file. ``seats``: agencies whose emergency seats are summoned from ``seats_from`` (rank) on."""

    id: str
    hazard: str
    version: str
    name: Mapping[str, str]
    tasks: tuple[PlanTask, ...]
    seats: tuple[str, ...] = ()
    seats_from: int = 2
    relaxations: Mapping[str, int] = {}
    """Relaxation → lowest rank at which the activation switches it on."""


class ResponseNumbers(msgspec.Struct, frozen=True):
    """Times to decide, to write, to report; the defaults may be changed by the centre."""

    decide_s: tuple[float, ...] = (600.0, 600.0, 600.0, 300.0, 300.0)
    """Time to decide, by the rank of the higher of the old and the new level."""
    write_s: float = 1800.0
    absent_s: float = 600.0
    recovery_s: float = 259_200.0
    review_s: float = 604_800.0
    report_call_s: float = 900.0
    report_red_s: float = 1800.0
    flood_office: str = "sw"
    support_s: float = 900.0
    """Time to answer a request for support (§4.5, hazard)."""
    support_backstop: str = "yj"
    """The agency that gets a request which nobody answered."""
    support_agencies: Mapping[str, str] = msgspec.field(default_factory=lambda: dict(SUPPORT_AGENCIES))
    """Kind of support → the agency that gives it."""
    relocation_confirm_s: float = 600.0


class ResponseRules(msgspec.Struct, frozen=True):
    """Plans by hazard, and the numbers."""

    plans: Mapping[str, ResponsePlan] = {}
    numbers: ResponseNumbers = ResponseNumbers()
