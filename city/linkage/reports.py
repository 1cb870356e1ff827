"""Incident reports upward (§4.5): which one comes next and when it is due, and what it should cover."""

from typing import Final

from city.dispatch.tables.task_templates import LinkageNumbers
from city.state.linkage_records import Incident

__all__ = ["CHECK_LIST", "next_report", "reports_sent"]

CHECK_LIST: Final = (
    "time", "place", "source", "nature", "scope", "casualties", "trend", "measures", "leaders", "requests",
)  # fmt: skip
"""Points that a report should cover; keys below ``report_point.``."""


def reports_sent(incident: Incident, kind: str, channel: str = "") -> int:
    """Return how many reports of a kind (and channel) were sent."""
    return sum(one.kind == kind and channel in ("", one.channel) for one in incident.reports)


def next_report(
    incident: Incident, numbers: LinkageNumbers, now: float, *, sent: tuple[str, str] = ("", "")
) -> tuple[str, float | None]:
    """Return the next report (``<kind>.<channel>``) and when it is due, after ``sent`` has been sent.

    First oral 30 min and first written 60 min after the incident was opened; then a follow-up every 2 h while
    responding; the final one after the end, without a limit.
    """
    written = reports_sent(incident, "first", "written") > 0 or sent == ("first", "written")
    oral = written or reports_sent(incident, "first", "oral") > 0 or sent == ("first", "oral")
    if not written:
        wait = numbers.report_written_s if oral else numbers.report_oral_s
        return f"first.{'written' if oral else 'oral'}", incident.opened.at + wait
    if reports_sent(incident, "final") or sent[0] == "final":
        return "", None
    if incident.state == "recovering":
        return "final.written", None
    due = now + numbers.report_follow_up_s if incident.state == "responding" else None
    return "follow_up.written", due
