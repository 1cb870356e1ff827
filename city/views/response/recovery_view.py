"""The recovery list as desks and walls may see it: what is left after a response, and who finishes it."""

import msgspec

from city.response.recovery import is_settled
from city.response.response_ids import response_id
from city.state.ledger_state import LedgerState
from city.state.response_records import RECOVERY_KINDS, RecoveryItem, Response

__all__ = ["RecoveryItemSeen", "RecoverySeen", "recovery_seen"]

SHOWN = ("words", "no", "road", "name", "place", "count")
"""The names of an item that a screen may show: no typed text and no person is among them."""


class RecoveryItemSeen(msgspec.Struct, frozen=True):
    """One item. ``response`` is the subject of its verbs, ``version`` that subject's.

    ``can_finish``: a person may say that it is finished; the ledger does not show it as open.
    """

    response: str
    key: str
    kind: str
    holder: str
    names: dict[str, str]
    version: int
    can_finish: bool = True
    done_at: float | None = None
    is_exercise: bool = False


class RecoverySeen(msgspec.Struct, frozen=True):
    """The items of the responses that ended, the open ones first; ``since`` is when the first one ended.

    ``open`` counts the open ones of real responses. Times are city epoch seconds.
    """

    items: tuple[RecoveryItemSeen, ...] = ()
    open: int = 0
    since: float | None = None
    review_by: float | None = None


def recovery_seen(ledger: LedgerState) -> RecoverySeen:
    """Return the recovery lists that have an open item.

    It depends on the slices ``response``, ``tasks`` and ``closures`` alone: who keeps it builds it again
    when one of them changed.
    """
    items: list[RecoveryItemSeen] = []
    since, review, count = [], [], 0
    for response in ledger.responses.values():
        left = sum(item.done is None for item in response.recovery)
        if response.active is not None or not left:
            continue
        parts = response_id(response.id)
        exercise = parts is not None and parts.is_exercise
        items += (_seen(ledger, response, item, exercise=exercise) for item in response.recovery)
        if not exercise:
            count += left
            since += [response.recovery_since] if response.recovery_since is not None else []
            review += [response.review_by] if response.review_by is not None else []
    items.sort(key=_order)
    return RecoverySeen(tuple(items), count, min(since, default=None), min(review, default=None))


def _order(one: RecoveryItemSeen) -> tuple[bool, bool, int, str]:
    return one.done_at is not None, one.is_exercise, RECOVERY_KINDS.index(one.kind), one.key


def _seen(ledger: LedgerState, response: Response, item: RecoveryItem, *, exercise: bool) -> RecoveryItemSeen:
    return RecoveryItemSeen(
        f"response:{response.id}", item.key, item.kind, item.holder,
        {name: item.names[name] for name in SHOWN if item.names.get(name)}, response.version,
        can_finish=is_settled(ledger, item) is not False,
        done_at=item.done.at if item.done is not None else None, is_exercise=exercise,
    )  # fmt: skip
