"""A case's story: its facts as the desk tells them, read from the ledger by their positions."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Final

import structlog

from city.clock import CityClock
from city.facts import Fact, read_fact
from feeds.ledger import Ledger, LedgerUnavailable
from feeds.segments import SegmentDamaged

__all__ = ["Stories"]

log = structlog.get_logger()

LONGEST: Final = 300
KEPT: Final = 20_000
HIDDEN: Final = frozenset({"record", "ref", "command", "name", "version", "took_over", "before", "restored"})
"""What of a fact is not for a screen: a citizen's words, references to people, what undoing needs."""
OF_RECORD: Final = ("client", "channel")
ACCOUNTS: Final = ("to", "proposed_by")
"""What may hold the name of an account: told by the name that it shows."""


class Stories:
    """Reads stories; a fact never changes, so what was read once is kept for a while.

    ``name_of`` gives the display name of an account, '' for none.
    """

    def __init__(self, ledger: Ledger, name_of: Callable[[str], str]) -> None:
        self._ledger = ledger
        self.name_of = name_of
        self._kept: OrderedDict[int, Fact] = OrderedDict()

    async def tell(
        self, positions: Sequence[int], clock_of: Callable[[int], CityClock]
    ) -> list[dict[str, Any]]:
        """Return the newest 300 facts at these positions, oldest first; moments are city epoch seconds.

        ``clock_of`` gives the city clock that counted at a position. What cannot be read now is left out.
        """
        wanted = positions[-LONGEST:]
        missing = []
        for position in wanted:
            if position in self._kept:
                self._kept.move_to_end(position)  # what is read now does not push it out
            else:
                missing.append(position)
        if missing:
            await self._read(missing)
        facts = [self._kept[position] for position in wanted if position in self._kept]
        undone = {fact.data.get("position") for fact in facts if fact.type == "ActUndone"}
        return [self._line(fact, clock_of(fact.position), undone) for fact in facts]

    async def _read(self, positions: Sequence[int]) -> None:
        try:
            rows = await self._ledger.at(positions)
        except (LedgerUnavailable, SegmentDamaged) as error:
            log.warning("story_unread", reason=str(error))
            return
        for row in rows:
            try:
                self._kept[row.position] = read_fact(row.position, row.recorded_at, row.body)
            except ValueError:  # no fact: the fold counted it, a story has nothing to say of it
                continue
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def _shown(self, told: Any) -> Any:
        return self.name_of(told) or told if isinstance(told, str) else told

    def _line(self, fact: Fact, clock: CityClock, undone: set[Any]) -> dict[str, Any]:
        record = fact.data.get("record")
        data = {name: value for name, value in fact.data.items() if name not in HIDDEN}
        if isinstance(record, dict):
            data |= {name: record.get(name, "") for name in OF_RECORD}
        data |= {name: self._shown(data[name]) for name in ACCOUNTS if name in data}
        is_person = ":" not in fact.actor
        return {
            "position": fact.position, "at": clock.at(fact.recorded_at), "type": fact.type,
            "actor": "" if is_person else fact.actor,
            "name": str(fact.data.get("name") or (self.name_of(fact.actor) if is_person else "")),
            "role": fact.role, "seat": fact.seat, "reason": fact.reason, "data": data,
            "undone": fact.position in undone,
        }  # fmt: skip
