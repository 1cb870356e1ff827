"""The matrices of a report: tasks by agency, and zero reports by street and round."""

from collections.abc import Sequence

import msgspec

from city.state.linkage_records import Task
from city.state.response_records import ReportRound
from console.after_action.episode import Episode

__all__ = ["AgencyRow", "ReportCell", "agency_rows", "report_cells", "report_share"]


class AgencyRow(msgspec.Struct, frozen=True):
    """The tasks of one agency: counts. ``in_time`` are those acknowledged and done by their limits."""

    agency: str
    issued: int
    acknowledged: int
    acknowledged_in_time: int
    ack_due: int
    """How many were acknowledged, or had a limit for it that has passed."""
    done: int
    done_in_time: int
    due: int
    """How many had a limit that has passed, or were done."""
    verified: int
    declined: int
    cancelled: int
    fell_back: int
    open: int


def agency_rows(episode: Episode) -> tuple[AgencyRow, ...]:
    """Return a row for each agency and street that had tasks, the one with most first."""
    by: dict[str, list[Task]] = {}
    for task in episode.tasks:
        by.setdefault(task.agency, []).append(task)
    end = min(episode.now, episode.ends)
    rows = (_row(agency, tasks, end) for agency, tasks in by.items())
    return tuple(sorted(rows, key=lambda row: (-row.issued, row.agency)))


def _row(agency: str, tasks: Sequence[Task], end: float) -> AgencyRow:
    return AgencyRow(
        agency=agency,
        issued=len(tasks),
        acknowledged=sum(one.acknowledged is not None for one in tasks),
        acknowledged_in_time=sum(
            one.acknowledged is not None and (one.ack_by is None or one.acknowledged.at <= one.ack_by)
            for one in tasks
        ),
        ack_due=sum(one.acknowledged is not None or (one.ack_by or 0.0) <= end for one in tasks),
        done=sum(one.done is not None for one in tasks),
        done_in_time=sum(
            one.done is not None and (one.due_by is None or one.done.at <= one.due_by) for one in tasks
        ),
        due=sum(one.done is not None or (one.due_by is not None and one.due_by <= end) for one in tasks),
        verified=sum(one.verified is not None for one in tasks),
        declined=sum(one.state == "declined" for one in tasks),
        cancelled=sum(one.state == "cancelled" for one in tasks),
        fell_back=sum(bool(one.fallback) for one in tasks),
        open=sum(one.is_open for one in tasks),
    )


class ReportCell(msgspec.Struct, frozen=True):
    """A holder's report of one round: in_time, late, missing or waiting; ``late_s`` seconds."""

    state: str
    late_s: float = 0.0


def report_cells(one: ReportRound, now: float) -> dict[str, ReportCell]:
    """Return holder → its cell of a round."""
    found = {}
    for holder in one.holders:
        report = one.reports.get(holder)
        if report is not None:
            found[holder] = ReportCell("late" if report.late_s > 0 else "in_time", report.late_s)
        else:
            over = min(now, one.ended_at or now) > one.due_at
            found[holder] = ReportCell("missing" if over else "waiting")
    return found


def report_share(one: ReportRound, now: float) -> tuple[int, int]:
    """Return how many reports of a round came in time, and how many were due."""
    cells = report_cells(one, now).values()
    return sum(cell.state == "in_time" for cell in cells), sum(cell.state != "waiting" for cell in cells)
