"""Budgets: how often somebody may do something within a time."""

from collections import deque

__all__ = ["RateLimit"]


class RateLimit:
    """``most`` times within ``seconds`` for each name; times are machine moments."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._spent: dict[str, deque[float]] = {}

    def spend(self, name: str, now: float) -> bool:
        """Whether a name may once more; if so it is counted."""
        times = self._spent.setdefault(name, deque())
        while times and times[0] <= now - self._seconds:
            times.popleft()
        if len(times) >= self._most:
            return False
        times.append(now)
        return True
