"""The open cases of a channel by mark, and which of them changed: a reader that follows reads these alone."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import takewhile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from city.views.wall_seen import CaseSeen

__all__ = ["MARKED", "CaseBook", "marked_of", "sources_of"]

MARKED: Final = frozenset({"critical", "urgent"})
"""Urgencies of the cases that have their own mark on maps."""
_REMEMBERED: Final = 4096
"""Changes that are remembered at least, besides as many as there are cases."""


class CaseBook:
    """``cases`` are the open ones, ``duplicates`` the marks of those that lie on another one.

    ``revision`` counts the changes. ``sources`` has the number of cases of each client, ``deferred`` is the
    number of those whose reminders are muted. The writer puts cases; readers only read.
    """

    def __init__(self) -> None:
        self.cases: dict[str, CaseSeen] = {}
        self.duplicates: frozenset[str] = frozenset()
        self.revision = 0
        self.sources = Counter[str]()
        self.deferred = 0
        self._first = 0
        self._changed: dict[str, int] = {}
        self._marked: dict[str, CaseSeen] = {}
        self._in_danger: dict[str, CaseSeen] = {}
        self._kept: tuple[tuple[CaseSeen, ...], tuple[CaseSeen, ...]] | None = None

    def put(self, mark: str, case: "CaseSeen | None") -> None:
        """Add a case, write it anew, or remove it (None)."""
        before = self.cases.pop(mark, None) if case is None else self.cases.get(mark)
        if before is not None:
            self._count(before, -1)
        if case is not None:
            self.cases[mark] = case
            self._count(case, 1)
        if before is not None or case is not None:
            self._note(mark)
            self._keep(self._marked, mark, case, is_in=case is not None and case.urgency in MARKED)
            in_danger = case is not None and (case.hazard or case.urgency == "critical")
            self._keep(self._in_danger, mark, case, is_in=in_danger)

    def set_duplicates(self, marks: frozenset[str]) -> None:
        """Write which cases lie on another one."""
        if marks != self.duplicates:
            for mark in marks ^ self.duplicates:
                self._note(mark)
            self.duplicates = marks

    @property
    def marked(self) -> "tuple[CaseSeen, ...]":
        """The critical and urgent cases; the same value until one of them changes."""
        return self._both()[0]

    @property
    def in_danger(self) -> "tuple[CaseSeen, ...]":
        """The critical cases and all hazards; the same value until one of them changes."""
        return self._both()[1]

    def since(self, revision: int) -> "Iterator[tuple[str, CaseSeen | None]] | None":
        """Yield each mark that changed after a revision with its case, None = it is not open any more.

        Return None when that is too long ago to be known.
        """
        if revision < self._first:
            return None
        fresh = takewhile(lambda one: one[1] > revision, reversed(self._changed.items()))
        return ((mark, self.cases.get(mark)) for mark in [mark for mark, _ in fresh])

    def _both(self) -> "tuple[tuple[CaseSeen, ...], tuple[CaseSeen, ...]]":
        if self._kept is None:
            self._kept = (tuple(self._marked.values()), tuple(self._in_danger.values()))
        return self._kept

    def _keep(
        self, kept: "dict[str, CaseSeen]", mark: str, case: "CaseSeen | None", *, is_in: bool
    ) -> None:  # fmt: skip
        if is_in and case is not None:
            kept[mark] = case
            self._kept = None
        elif kept.pop(mark, None) is not None:
            self._kept = None

    def _count(self, case: "CaseSeen", one: int) -> None:
        self.sources[case.source] += one
        if not self.sources[case.source]:
            del self.sources[case.source]
        self.deferred += one * case.deferred

    def _note(self, mark: str) -> None:
        self.revision += 1
        self._changed.pop(mark, None)
        self._changed[mark] = self.revision
        most = max(_REMEMBERED, len(self.cases))
        if len(self._changed) > 2 * most:
            forgotten = len(self._changed) - most
            old = list(self._changed.items())
            self._first = old[forgotten - 1][1]
            self._changed = dict(old[forgotten:])


def marked_of(cases: "tuple[CaseSeen, ...]", book: CaseBook | None) -> "tuple[CaseSeen, ...]":
    """Return the critical and urgent ones of some cases; ``book`` is theirs, None for none."""
    return book.marked if book is not None else tuple(case for case in cases if case.urgency in MARKED)


def sources_of(cases: "tuple[CaseSeen, ...]", book: CaseBook | None) -> Mapping[str, int]:
    """Return the number of cases of each client."""
    return book.sources if book is not None else Counter(case.source for case in cases)
