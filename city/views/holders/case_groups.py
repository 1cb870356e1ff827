"""Cases by the code of those who act on them, kept up to date at the cost of what changed."""

from collections.abc import Callable, Iterable

from city.state.ledger_state import Case, LedgerState

__all__ = ["CaseGroups"]


class CaseGroups:
    """Groups of cases, e.g. by holder. ``groups_of`` returns the codes of the groups that a case is in now.

    ``revision`` of a group rises with each change of one of its cases: a view is built again only then.
    """

    def __init__(self, groups_of: Callable[[Case], Iterable[str]]) -> None:
        self._groups_of = groups_of
        self._of: LedgerState | None = None
        self._epoch = 0
        self._forget()

    def _forget(self) -> None:
        self._reached, self._left = 0, 0
        self._codes: dict[str, frozenset[str]] = {}
        self._groups: dict[str, dict[str, Case]] = {}
        self._revisions: dict[str, int] = {}

    def update(self, ledger: LedgerState) -> None:
        """Read the cases that changed since the last call; all of them for another ledger."""
        if ledger is not self._of:
            self._of = ledger
            self._epoch += 1
            self._forget()
        if ledger.left != self._left:
            self._left = ledger.left
            for key in self._codes.keys() - ledger.cases.keys():
                for code in self._codes.pop(key):
                    del self._groups[code][key]
                    self._revisions[code] = self._revisions.get(code, 0) + 1
        for case in ledger.changed_since(self._reached):
            before = self._codes.get(case.key, frozenset())
            now = frozenset(code for code in self._groups_of(case) if code)
            for code in before | now:
                self._revisions[code] = self._revisions.get(code, 0) + 1
            for code in before - now:
                del self._groups[code][case.key]
            for code in now:
                self._groups.setdefault(code, {})[case.key] = case
            if now:
                self._codes[case.key] = now
            else:
                self._codes.pop(case.key, None)
        self._reached = ledger.position

    def of(self, code: str) -> tuple[Case, ...]:
        """Return the cases of a group, in the order in which they entered it."""
        return tuple(self._groups.get(code, {}).values())

    def revision(self, code: str) -> tuple[int, int]:
        """Return a value that differs whenever a case of a group has changed."""
        return self._epoch, self._revisions.get(code, 0)
