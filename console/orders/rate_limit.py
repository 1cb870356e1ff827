"""Rate limits: how often a name may do something within a period."""

from collections import deque

__all__ = ["RateLimit"]


class RateLimit:
    """At most ``most`` times within ``seconds`` for each name; machine time."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._spent: dict[str, deque[float]] = {}

    def spend(self, name: str, now: float) -> bool:
        """Count one use of a name and return True, or return False when the limit is reached."""
        times = self._spent.setdefault(name, deque())
        while times and times[0] <= now - self._seconds:
            times.popleft()
        if len(times) >= self._most:
            return False
        times.append(now)
        return True
