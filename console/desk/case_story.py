"""A case's story: its facts as the desk shows them, read from the ledger by their positions."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Final

import structlog

from city.clocks.city_clock import CityClock
from city.facts.fact import Fact, read_fact
from feeds.ledger.ledger import Ledger, LedgerUnavailable
from feeds.ledger.segments import SegmentDamaged

__all__ = ["CaseStories"]

log = structlog.get_logger()

LONGEST: Final = 300
KEPT: Final = 20_000
HIDDEN: Final = frozenset({"record", "ref", "command", "name", "version", "took_over", "before", "restored"})
"""Fields of a fact that no screen shows: a citizen's words, references to people, data for undoing."""
OF_RECORD: Final = ("client", "channel")
ACCOUNTS: Final = ("to", "proposed_by")
"""Fields that may hold an account's name; the display name is shown instead."""


class CaseStories:
    """Reads stories. Facts never change, so the newest facts read are cached.

    ``name_of`` returns the display name of an account, '' for none.
    """

    def __init__(self, ledger: Ledger, name_of: Callable[[str], str]) -> None:
        self._ledger = ledger
        self.name_of = name_of
        self._kept: OrderedDict[int, Fact] = OrderedDict()

    async def read(
        self, positions: Sequence[int], clock_of: Callable[[int], CityClock]
    ) -> list[dict[str, Any]]:
        """Return the newest 300 facts at these positions, oldest first; times are city epoch seconds.

        ``clock_of`` returns the city clock in force at a position. Facts that cannot be read are left out.
        """
        wanted = positions[-LONGEST:]
        missing = []
        for position in wanted:
            if position in self._kept:
                self._kept.move_to_end(position)  # so that the facts read next do not evict it
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
            except ValueError:  # not a fact; folding has counted it already
                continue
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def _shown(self, value: Any) -> Any:
        return self.name_of(value) or value if isinstance(value, str) else value

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
