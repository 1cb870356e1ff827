"""交接班: the draft of the hand-over, its items by kind, and both signatures."""

from typing import Any, Final

from city.views.duty.duty_board_seen import ItemSeen, SignatureSeen
from city.views.duty.duty_page_seen import DutyPageSeen
from layouts.contract import View

__all__ = ["KINDS", "DutyHandover"]

KINDS: Final = (
    "task", "incident", "ruling", "case", "warning", "instruction", "device", "source", "mute", "other",
)  # fmt: skip
"""The order of the groups of items."""


class DutyHandover:
    """Scalars: the draft, whom it is between, what is not answered yet. Rows: the items, grouped by kind.

    In a group the items that must be acknowledged come first. ``unanswered`` counts those without an answer.
    """

    key = "duty_handover"
    reads = ("duty",)

    def view(self, seen: DutyPageSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        board = seen.board
        draft, shift, after = board.handover, board.shift, board.next
        scalars: dict[str, Any] = {
            "kept": board.kept, "last": board.last, "drafted": draft is not None,
            "shift": shift and shift.id, "version": shift.version if shift else 0,
            "state": shift.state if shift else "", "ends_at": shift.ends_at if shift else None,
            "next": after and after.id,
            "incoming_person_mark": next(
                (post.next_person_mark for post in board.posts if post.key == "shift_lead"), ""
            ),
            "outgoing_lead": seen.duty.shift_lead, "incoming_lead": seen.duty.incoming_lead,
        }  # fmt: skip
        if draft is None:
            return View(now, {**scalars, "must": 0, "unanswered": 0})
        must = [item for item in draft.items if item.must]
        scalars |= {
            "drafted_at": draft.drafted_at, "position": draft.position, "hash": draft.hash,
            "outgoing": _signature(draft.outgoing), "incoming": _signature(draft.incoming),
            "has_note": draft.has_note,
            "must": len(must), "unanswered": sum(not item.answer for item in must),
        }  # fmt: skip
        return View(now, scalars, [(item.key, _row(item)) for item in sorted(draft.items, key=_rank)])


def _rank(item: ItemSeen) -> tuple[int, bool]:
    place = KINDS.index(item.kind) if item.kind in KINDS else len(KINDS)
    return place, not item.must


def _row(item: ItemSeen) -> dict[str, Any]:
    return {
        "kind": item.kind if item.kind in KINDS else "other", "ref": item.ref, "words": item.words,
        "names": item.names, "must": item.must, "needs": item.needs, "answer": item.answer,
        "answered": _signature(item.answered),
    }  # fmt: skip


def _signature(one: SignatureSeen | None) -> dict[str, Any] | None:
    return None if one is None else {"name": one.name, "at": one.at}
