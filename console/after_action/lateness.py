"""What was late in a response, and by how much. How late the engine itself was (晚) is kept apart."""

from collections.abc import Iterator

import msgspec

from city.clocks.freshness import STEP_LATE_S
from city.state.linkage_records import Task
from console.after_action.episode import Episode

__all__ = ["Late", "engine_lateness", "late_things"]


class Late(msgspec.Struct, frozen=True):
    """Something that was late: ``what`` (ack, arrive, due, report, writing), whose, which, by how much.

    ``open``: it has still not happened; ``late_s`` is then up to the end of the report.
    """

    what: str
    holder: str
    ref: str
    at: float
    late_s: float
    open: bool = False


def late_things(episode: Episode) -> tuple[Late, ...]:
    """Return everything that was late, worst first within each kind."""
    found = [*_of_tasks(episode), *_of_reports(episode), *_of_levels(episode)]
    return tuple(sorted(found, key=lambda one: (one.what, -one.late_s)))


def engine_lateness(episode: Episode) -> tuple[int, float]:
    """Return how many automatic steps were late and by how much the worst was, seconds."""
    late = [fact.data.get("late_s") for _, fact in episode.facts if fact.role == "system"]
    seconds = [float(one) for one in late if isinstance(one, int | float) and one > STEP_LATE_S]
    return len(seconds), max(seconds, default=0.0)


def _of_tasks(episode: Episode) -> Iterator[Late]:
    end = min(episode.now, episode.ends)
    for task in episode.tasks:
        over = task.over.at if task.over is not None else None
        for what, by, done in _limits(task):
            if by is None or (done is None and over is not None):
                continue  # declined or cancelled: nothing was owed any more
            at = end if done is None else done
            if at > by:
                yield Late(what, task.agency, task.no, by, at - by, open=done is None)


def _limits(task: Task) -> Iterator[tuple[str, float | None, float | None]]:
    # What fell back to another agency before it was acknowledged is late for good.
    yield "ack", task.ack_by, task.acknowledged.at if task.acknowledged else None
    yield "arrive", task.arrive_by, task.arrived.at if task.arrived else None
    yield "due", task.due_by, task.done.at if task.done else None


def _of_reports(episode: Episode) -> Iterator[Late]:
    for one in episode.rounds:
        for holder in one.holders:
            report = one.reports.get(holder)
            if report is not None and report.late_s > 0:
                yield Late("report", holder, one.id, one.due_at, report.late_s)
            elif report is None and min(episode.now, one.ended_at or episode.now) > one.due_at:
                end = min(episode.now, one.ended_at or episode.now)
                yield Late("report", holder, one.id, one.due_at, end - one.due_at, open=True)


def _of_levels(episode: Episode) -> Iterator[Late]:
    for act in episode.activations:
        if act.verbal is not None:
            confirmed = act.verbal.confirmed
            at = confirmed.at if confirmed else min(episode.now, episode.ends)
            if at > act.verbal.write_by:
                late_s = at - act.verbal.write_by
                yield Late(
                    "writing", act.verbal.person, act.id, act.verbal.write_by, late_s, open=confirmed is None
                )
