"""Rules of emergency response: the plan's tasks and the numbers of domain §4.6. Durations are seconds."""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

__all__ = [
    "ALL", "CENTRE", "RELAXATIONS", "SEATS", "STREET", "PlanTask", "ResponseNumbers", "ResponsePlan",
    "ResponseRules",
]  # fmt: skip

STREET: Final = "street"
ALL: Final = "all"
SEATS: Final = "seats"
CENTRE: Final = "centre"
"""The operations centre itself as the holder of a task: its own roles acknowledge and finish it."""

RELAXATIONS: Final = (
    "verbal_orders", "photo_later", "defer_ordinary", "remote_checks", "street_command", "skip_rules",
    "lift_cap",
)  # fmt: skip
"""What may be relaxed in an emergency (domain §4.6), and nothing else."""

FIGURES_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "outage": ("dl",), "trees": ("lh",), "sites": ("jg",), "pumps": ("sw", "ps"),
    "gates": ("sw",),
}  # fmt: skip


SUPPORT_AGENCIES: Final = {
    "people": "yj", "relocation": "ga", "pumps": "ps", "boats": "hs", "vehicles": "gj", "power": "dl",
    "medical": "wj", "supplies": "yj",
}  # fmt: skip


class PlanTask(msgspec.Struct, frozen=True):
    """One task of a plan (domain A.8). ``rank`` as in :mod:`city.state.response_records`, 0 = at the end.

    ``agencies``: codes of ``agencies.csv``, ``street`` for every street, ``all`` for every stationed
    agency, ``seats`` for every emergency seat, or ``centre``. ``repeat_s``: it is due again after this time
    while the level lasts. Without ``due_s`` and ``repeat_s`` it stands while the level lasts.
    """

    code: str
    rank: int
    agencies: tuple[str, ...]
    text: Mapping[str, str]
    due_s: float | None = None
    repeat_s: float | None = None
    evidence: str = "ack"
    priority: str = "P2"
    verifier: str = "inspector"
    kind: str = "task"
    """task, zero_report, seats (summons the emergency seats), review."""
    short: Mapping[str, str] = {}
    """The text for a row of the wall's matrix; without it ``text`` is shown."""
    ack_s: float | None = None
    """The limit to acknowledge; None = that of its priority."""

    @property
    def limit_s(self) -> float | None:
        """Return after what time it must be done, None while there is no limit."""
        return self.repeat_s if self.due_s is None else self.due_s


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
    sha256: str = ""
    """Of the file that was read, as in ``TableLoaded``."""

    def words(self, code: str) -> str:
        """Return the key of a task's text below ``task.``."""
        return f"plan.{self.id}.{code}"

    def template(self, code: str) -> str:
        """Return the key that the linkage tasks of a plan task have in common."""
        return f"response/{self.id}#{code}"

    def reports(self, rank: int) -> tuple[PlanTask, ...]:
        """Return the zero reports that are due at a rank: those of its levels with the shortest interval."""
        found = [task for task in self.tasks if task.kind == "zero_report" and 0 < task.rank <= rank]
        shortest = min((task.repeat_s or 0.0 for task in found), default=0.0)
        return tuple(task for task in found if task.repeat_s == shortest)


class ResponseNumbers(msgspec.Struct, frozen=True):
    """Times to decide, to write, to report; the defaults may be changed by the centre."""

    decide_s: tuple[float, ...] = (600.0, 600.0, 600.0, 300.0, 300.0)
    """Time to decide, by the rank of the higher of the old and the new level."""
    write_s: float = 1800.0
    absent_s: float = 600.0
    recovery_s: float = 259_200.0
    review_s: float = 604_800.0
    report_due_s: float = 1800.0
    """Until a zero report is due after its round opened, unless the plan's task says so."""
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
    figures_of: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=lambda: {**FIGURES_OF})
    """Family of reported figures → the agencies that report it: no number is reported twice."""


class ResponseRules(msgspec.Struct, frozen=True):
    """Plans by hazard, and the numbers."""

    plans: Mapping[str, ResponsePlan] = {}
    numbers: ResponseNumbers = ResponseNumbers()

    @property
    def tables(self) -> Mapping[str, str]:
        """Return ``plans/<id>`` → SHA-256 of the loaded file."""
        return {f"plans/{plan.id}": plan.sha256 for plan in self.plans.values()}

    def plan_of(self, template: str) -> ResponsePlan | None:
        """Return the plan of a task's template key, None for a template of another kind."""
        room, _, rest = template.partition("/")
        id_ = rest.partition("#")[0]
        return _find(self.plans.values(), id_) if room == "response" else None


def _find(plans: Iterable[ResponsePlan], id_: str) -> ResponsePlan | None:
    return next((plan for plan in plans if plan.id == id_), None)
