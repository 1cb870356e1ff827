"""City time: the clock that limits, shifts and rules go by.

``city = city0 + (machine − machine0) × rate``, set by the fact ``CityClockSet``. Freshness, undo, leases
and sessions go by machine time.
"""

import msgspec

__all__ = ["REAL_TIME", "CityClock"]


class CityClock(msgspec.Struct, frozen=True):
    """A city clock; all three are epoch seconds but ``rate`` (city seconds a machine second)."""

    city0: float
    machine0: float
    rate: float = 1.0

    def at(self, machine: float) -> float:
        """Return city time (epoch seconds) at a machine moment (epoch seconds)."""
        return self.city0 + (machine - self.machine0) * self.rate

    @property
    def is_real(self) -> bool:
        """Whether city time is machine time."""
        return self.rate == 1.0 and abs(self.city0 - self.machine0) < 1.0


REAL_TIME = CityClock(0.0, 0.0)
"""City time equal to machine time: what counts until a ``CityClockSet`` says otherwise."""
