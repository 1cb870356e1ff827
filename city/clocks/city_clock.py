"""City time: the clock for limits, shifts and rules.

``city = city0 + (machine − machine0) × rate``, set by the fact ``CityClockSet``. Freshness, undo, leases
and sessions use machine time.
"""

import msgspec

__all__ = ["REAL_TIME", "CityClock"]


class CityClock(msgspec.Struct, frozen=True):
    """A city clock; fields are epoch seconds except ``rate`` (city seconds per machine second)."""

    city0: float
    machine0: float
    rate: float = 1.0

    def at(self, machine: float) -> float:
        """Return the city time (epoch seconds) at a machine time (epoch seconds)."""
        return self.city0 + (machine - self.machine0) * self.rate

    @property
    def is_real(self) -> bool:
        """Whether city time is machine time."""
        return self.rate == 1.0 and abs(self.city0 - self.machine0) < 1.0


REAL_TIME = CityClock(0.0, 0.0)
"""City time equal to machine time, until the first ``CityClockSet``."""
