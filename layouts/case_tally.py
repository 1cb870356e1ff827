"""Counts and orders of the open cases, kept case by case: a card's look costs the cases that changed."""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Generic, TypeVar

from city.views.wall_seen import CaseSeen, WallSeen

__all__ = ["CaseTally", "Order"]

One = TypeVar("One", bound=CaseSeen)

SortKey = tuple[Any, ...]
Labels = Callable[[Any], Iterable[Hashable]]
"""Returns the labels under which a case counts."""
Keys = Callable[[Any, bool], SortKey | None]
"""Returns the place of a case (True: it is a duplicate) in an order, None = it is not in it."""


class Order(Generic[One]):
    """Cases in the order of their keys. No two cases have one key: it ends with the case's mark."""

    def __init__(self, held: Mapping[str, tuple[One, Any, Any]]) -> None:
        self._held = held
        self._keys: list[SortKey] = []

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[One]:
        """Yield the cases, the first one first."""
        return (self._held[key[-1]][0] for key in self._keys)

    def first(self, most: int) -> list[One]:
        """Return the first cases."""
        return list(islice(self, most))

    def before(self, *key: Any) -> int:
        """Return how many cases come before a key, or the beginning of one."""
        return bisect_left(self._keys, key)

    def after(self, *key: Any) -> list[One]:
        """Return the cases from a key, or the beginning of one, on."""
        return [self._held[one[-1]][0] for one in self._keys[self.before(*key) :]]

    def fill(self, keys: Iterable[SortKey]) -> None:
        """Write all keys anew."""
        self._keys = sorted(keys)

    def add(self, key: SortKey) -> None:
        """Add a key."""
        insort(self._keys, key)

    def remove(self, key: SortKey) -> None:
        """Remove a key that was added."""
        place = bisect_left(self._keys, key)
        assert self._keys[place] == key, "an order holds every key that was added"
        del self._keys[place]


class CaseTally(Generic[One]):
    """Follows the cases of one channel. ``read`` counts the cases that were read.

    Without a book (a view that nobody keeps) all cases are read whenever they are others.
    """

    def __init__(self, counts: Mapping[str, Labels] = {}, orders: Mapping[str, Keys] = {}) -> None:
        self._label, self._key = dict(counts), dict(orders)
        self.read = 0
        self._held: dict[str, tuple[One, tuple[list[Hashable], ...], tuple[SortKey | None, ...]]] = {}
        self.counts: dict[str, Counter[Any]] = {}
        self.orders: dict[str, Order[One]] = {}
        self._of: object = None
        self._duplicates: object = None
        self._revision = 0

    def follow(self, seen: WallSeen) -> None:
        """Take in what changed since the last view."""
        book = seen.book
        if book is None:
            if self._of is not seen.cases or self._duplicates is not seen.duplicate_marks:
                self._duplicates = seen.duplicate_marks
                self._begin(seen.cases, ((case.key, case) for case in seen.cases), seen.duplicate_marks)
            return
        news = book.since(self._revision) if book is self._of else None
        if news is None:
            self._begin(book, book.cases.items(), book.duplicates)
        else:
            for mark, case in news:
                self._update(mark, case, is_duplicate=mark in book.duplicates)
        self._revision = book.revision

    def get(self, mark: str) -> One | None:
        """Return a case by its mark, None = it is not open."""
        held = self._held.get(mark)
        return None if held is None else held[0]

    def _begin(
        self, of: object, cases: Iterable[tuple[str, Any]], duplicates: frozenset[str]
    ) -> None:  # fmt: skip
        self._of, self._held = of, {}
        self.counts = {name: Counter() for name in self._label}
        self.orders = {name: Order(self._held) for name in self._key}
        for mark, case in cases:
            self._hold(mark, case, is_duplicate=mark in duplicates)
        for number, order in enumerate(self.orders.values()):
            keys = (keys[number] for _, _, keys in self._held.values())
            order.fill(key for key in keys if key is not None)

    def _update(self, mark: str, case: Any, *, is_duplicate: bool) -> None:
        before = self._held.pop(mark, None)
        if before is not None:
            for counter, labels in zip(self.counts.values(), before[1], strict=True):
                for label in labels:
                    counter[label] -= 1
                    if not counter[label]:
                        del counter[label]
            for order, key in zip(self.orders.values(), before[2], strict=True):
                if key is not None:
                    order.remove(key)
        if case is not None:
            keys = self._hold(mark, case, is_duplicate=is_duplicate)
            for order, key in zip(self.orders.values(), keys, strict=True):
                if key is not None:
                    order.add(key)

    def _hold(self, mark: str, case: One, *, is_duplicate: bool) -> tuple[SortKey | None, ...]:
        self.read += 1
        labels = tuple(list(of(case)) for of in self._label.values())
        keys = tuple(of(case, is_duplicate) for of in self._key.values())
        self._held[mark] = (case, labels, keys)
        for counter, own in zip(self.counts.values(), labels, strict=True):
            counter.update(own)
        return keys
