"""Who is on duty, on the duty page: the posts now and next, sub-centres, workstations, the call-out test."""

from typing import Any, Final

from city.views.duty.duty_board_seen import CallOutSeen, DutyBoardSeen, PostSeen, ShiftSeen
from city.views.duty.duty_page_seen import DutyPageSeen
from city.views.duty.duty_seen import is_red
from layouts.contract import Row, View, each_second

__all__ = ["DutyBoard", "shown_state"]

MOST_NAMES: Final = 12


class DutyBoard:
    """Rows: the posts by key; ``shown`` is planned, roster, present, away or empty.

    ``since`` is when it became empty or was taken, ``colour`` red for an unstaffed post.
    """

    key = "duty_board"
    reads = ("duty", "call_outs", each_second)

    def view(self, seen: DutyPageSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        board, duty, city = seen.board, seen.duty, seen.clock.at(now)
        scalars = {
            "kept": board.kept, "shift": _shift(board.shift), "next": _shift(board.next),
            "streets_on_post": duty.streets_on_post, "streets": duty.streets,
            "streets_away": board.streets_away[:MOST_NAMES],
            "workstations_online": duty.workstations_online, "workstations": duty.workstations,
            "unanswered": duty.unanswered,
            "call_out": _call_out(board.call_out, city),
            "left": {
                one.person_mark: {"shift": one.shift, "version": one.version, "post": one.post}
                for one in board.left
            },
        }  # fmt: skip
        return View(now, scalars, [_row(post, board, city=city) for post in board.posts])


def shown_state(post: PostSeen, shift: ShiftSeen | None, *, kept: bool, city: float) -> tuple[str, float]:
    """Return what a post shows at a city time, and since when.

    A post that nobody has taken is empty from the beginning of its shift; one that was left before anybody
    relieved it, from that moment; one whose leave is over, from the end of the leave.
    """
    if not kept:
        return ("roster" if post.person else "empty"), post.since
    if post.state in ("signed_in", "replaced"):
        return "present", post.since
    if post.state == "away":
        over = post.away_until is not None and city > post.away_until and not post.holder
        return ("empty", post.away_until or post.since) if over else ("away", post.since)
    begins = max(post.since, shift.starts_at) if shift is not None else post.since
    return ("empty", begins) if city >= begins else ("planned", begins)


def _row(post: PostSeen, board: DutyBoardSeen, *, city: float) -> Row:
    shown, since = shown_state(post, board.shift, kept=board.kept, city=city)
    late = shown == "empty" and is_red(post, since, city, board.unstaffed_s)
    return post.key, {
        "person": post.person, "deputy": post.deputy, "holder": post.holder, "person_mark": post.person_mark,
        "shown": shown, "since": since, "away_until": post.away_until,
        "colour": "red" if late else "orange" if shown == "empty" else None,
        "is_called": post.state == "called",
        "next": post.next, "next_deputy": post.next_deputy, "next_person_mark": post.next_person_mark,
        "passes_from": post.passes_from,
    }  # fmt: skip


def _shift(shift: ShiftSeen | None) -> dict[str, Any] | None:
    if shift is None:
        return None
    return {
        "id": shift.id, "kind": shift.kind, "starts_at": shift.starts_at, "ends_at": shift.ends_at,
        "state": shift.state, "version": shift.version,
    }  # fmt: skip


def _call_out(test: CallOutSeen | None, city: float) -> dict[str, Any] | None:
    if test is None:
        return None
    is_running = test.ended_at is None and city < test.limit_at
    return {
        "id": test.id, "running": is_running, "limit_at": test.limit_at, "ended_at": test.ended_at,
        "called": test.called, "answered": test.answered, "late": test.late,
        "silent": () if is_running else test.silent[:MOST_NAMES],
    }  # fmt: skip
