"""The index of the search: the open cases, and the numbers of closed ones. It follows the state."""

import asyncio
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final

from city.state.ledger_state import Case, LedgerState

__all__ = ["CaseIndex"]

AT_ONCE: Final = 2_000
"""Cases indexed between two yields to the event loop: at its start a console indexes a year of cases."""
BLOCK: Final = 4_096


class _Block:
    """Numbers of up to 4,096 cases in one text: its search takes a thousandth of the time of single ones."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self._starts: list[int] = []
        self._lines: list[str] = []
        self._length = 0
        self._text: str | None = None

    def add(self, key: str, numbers: str) -> None:
        """Add the numbers of a case as one line."""
        self.keys.append(key)
        self._starts.append(self._length)
        self._lines.append(numbers)
        self._length += len(numbers) + 1
        self._text = None

    def find(self, wanted: str) -> Iterator[str]:
        """Yield the keys of the cases with ``wanted`` in a number, the newest first."""
        if self._text is None:
            self._text = "\n".join(self._lines)
        end = len(self._text)
        while (at := self._text.rfind(wanted, 0, end)) >= 0:
            line = bisect_right(self._starts, at) - 1
            yield self.keys[line]
            end = max(0, self._starts[line] - 1)


class CaseIndex:
    """Open cases by key, and numbers of closed ones. An update costs time only for changed cases."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._begin(None)

    def _begin(self, ledger: LedgerState | None) -> None:
        self._ledger, self._changed = ledger, 0
        self._left = ledger.left if ledger is not None else 0
        self._open: dict[str, None] = {}
        self._blocks: list[_Block] = [_Block()]
        self._numbers: dict[str, str] = {}

    async def update(self, ledger: LedgerState) -> None:
        """Index the changes since the last call; yields to the event loop during a long history."""
        async with self._lock:
            if self._ledger is not ledger or self._left != ledger.left:  # once a day cases leave
                self._begin(ledger)
            changed = ledger.changed_since(self._changed)
            goal = changed[-1].changed if changed else self._changed
            for start in range(0, len(changed), AT_ONCE):
                for case in changed[start : start + AT_ONCE]:
                    self._take(case)
                await asyncio.sleep(0)
            self._changed = goal  # later changes are indexed by the next call

    def open_cases(self) -> Iterator[Case]:
        """Yield the open cases."""
        cases = self._ledger.cases if self._ledger is not None else {}
        found = (cases.get(key) for key in self._open)
        return (case for case in found if case is not None and case.is_open)

    def over(self, wanted: str, most: int) -> list[str]:
        """Return the keys of at most ``most`` closed cases with ``wanted`` in a number, the newest first."""
        found: dict[str, None] = {}
        for block in reversed(self._blocks):
            for key in block.find(wanted):
                # A block may still hold a reopened case or an old number.
                if key not in self._open and wanted in self._numbers[key]:
                    found[key] = None
                if len(found) == most:
                    return list(found)
        return list(found)

    def _take(self, case: Case) -> None:
        if case.is_open:
            self._open[case.key] = None
            return
        self._open.pop(case.key, None)
        numbers = "\t".join((case.file.no, *(no for _, no in case.external))).casefold().replace("\n", " ")
        if self._numbers.get(case.key) != numbers:
            self._numbers[case.key] = numbers
            if len(self._blocks[-1].keys) == BLOCK:
                self._blocks.append(_Block())
            self._blocks[-1].add(case.key, numbers)
