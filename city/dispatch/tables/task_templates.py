"""Task templates: incident type × agency × task × priority × limits, and the numbers of linkage and duty.

The shipped tables are ``static/tables/incident_kinds.csv`` and ``static/tables/linkage/*.csv``; a district
may replace them with its own. Durations are seconds.
"""

from collections.abc import Mapping

import msgspec

from city.dispatch.tables.register import covers

__all__ = ["DutyNumbers", "IncidentKind", "LinkageNumbers", "LinkageRules", "PriorityLimits", "TaskTemplate"]


class IncidentKind(msgspec.Struct, frozen=True):
    """An incident type. ``classes`` are keys (``kind:code``) of case classes, or prefixes ending in ``*``."""

    key: str
    incident_class: str
    classes: tuple[str, ...]
    radius_m: float
    grade: str = "general"
    version: str = ""


class TaskTemplate(msgspec.Struct, frozen=True):
    """One row of an incident type's template.

    ``agency`` is a code of ``agencies.csv``, or ``street`` for the territory. ``words`` is a key below
    ``task.``. ``verifier``: street or inspector. ``unit_kinds`` can do the work; () = no unit is needed.
    """

    key: str
    kind: str
    agency: str
    words: str
    priority: str
    ack_s: float
    due_s: float
    arrive_s: float | None = None
    verify_s: float = 14_400.0
    evidence: str = "ack"
    verifier: str = "street"
    unit_kinds: tuple[str, ...] = ()
    from_grade: str = "general"
    """The row belongs to incidents of this grade and worse."""
    fallback: str = ""
    """Who gets the task when the agency does not answer; '' = the agency's own fallback."""


class PriorityLimits(msgspec.Struct, frozen=True):
    """The limits of a priority for tasks without a template row, seconds after the order."""

    ack_s: float
    arrive_s: float | None
    due_s: float
    verify_s: float


class LinkageNumbers(msgspec.Struct, frozen=True):
    """Numbers of domain §3.5 and §4.5; the defaults may be changed by the centre."""

    delivered_s: float = 60.0
    repeat_share: float = 0.5
    escalate_share: float = 2.0
    p1: PriorityLimits = PriorityLimits(300.0, 900.0, 7200.0, 1800.0)
    p2: PriorityLimits = PriorityLimits(900.0, 3600.0, 14_400.0, 14_400.0)
    p3: PriorityLimits = PriorityLimits(3600.0, None, 28_800.0, 14_400.0)
    amber_share: float = 0.8
    arrived_m: float = 100.0
    confirm_s: float = 600.0
    report_oral_s: float = 1800.0
    report_written_s: float = 3600.0
    report_follow_up_s: float = 7200.0
    report_grade_s: float = 300.0
    """A change of grade is reported at once: later than this it is announced as late."""
    undo_s: float = 20.0
    depth_limit_cm: float = 25.0
    rise_cm: float = 5.0
    rise_window_s: float = 300.0
    """An early closure is suggested at a rise of ``rise_cm`` within ``rise_window_s`` (§A.4, story M2)."""
    closes_by_rule: bool = True
    """Whether the tasks of a closure are issued by rule at the depth limit when nobody pressed."""
    closure_parties: tuple[str, ...] = ("ga", "jt", "sw")
    """Codes of the agencies that close an underpass together; two of them must agree to reopen it. The last
    one owns the gauge and checks on the spot while it is silent."""
    review_s: float = 604_800.0
    """When the review of an incident is due, after it was closed."""

    def limits(self, priority: str) -> PriorityLimits:
        """Return the limits of P1, P2 or P3."""
        return {"P1": self.p1, "P2": self.p2, "P3": self.p3}[priority]


class DutyNumbers(msgspec.Struct, frozen=True):
    """Numbers of domain §3.8 (seconds; ``day_starts`` and ``night_starts`` are seconds of the local day)."""

    day_starts: int = 30_600
    night_starts: int = 73_800
    overlap_s: float = 900.0
    unstaffed_s: float = 600.0
    draft_s: float = 1800.0
    handover_s: float = 900.0
    leave_s: float = 1800.0
    call_out_s: float = 300.0
    gap_days: int = 7


class LinkageRules(msgspec.Struct, frozen=True):
    """All tables and numbers of linkage and duty."""

    kinds: Mapping[str, IncidentKind] = {}
    templates: Mapping[str, tuple[TaskTemplate, ...]] = {}
    numbers: LinkageNumbers = LinkageNumbers()
    duty: DutyNumbers = DutyNumbers()
    tables: Mapping[str, str] = {}
    """Table → SHA-256 of the loaded file, as in ``TableLoaded``: ``incident_kinds``, ``linkage/<type>``."""

    def kind_for(self, category: str) -> str:
        """Return the incident type of a case class (``kind:code``), '' for none."""
        return next((kind.key for kind in self.kinds.values() if covers(kind.classes, category)), "")

    def rows(self, kind: str, grade: str = "general") -> tuple[TaskTemplate, ...]:
        """Return the template's rows for an incident of a type and grade, in the table's order."""
        ranks = ("general", "larger", "major", "extra_major")
        rank = ranks.index(grade)
        return tuple(row for row in self.templates.get(kind, ()) if ranks.index(row.from_grade) <= rank)

    def row(self, key: str) -> TaskTemplate | None:
        """Return the template row of a key ``<incident type>#<row>``, None for an unknown one."""
        rows = self.templates.get(key.partition("#")[0], ())
        return next((row for row in rows if row.key == key), None)
