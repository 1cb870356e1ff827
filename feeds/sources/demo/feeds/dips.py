"""Dips: one device after the other deviates for a while and is normal again, so that alarms end."""

from feeds.sources.demo.chance import dice

__all__ = ["Dips"]


class Dips:
    """Every ``every_s`` one of ``number`` devices deviates for ``lasts_s``; clock and seed decide which."""

    def __init__(self, seed: int, name: str, number: int, *, every_s: float, lasts_s: float) -> None:
        self._seed = seed
        self._name = name
        self._number = number
        self._every_s = every_s
        self._lasts_s = lasts_s

    def now(self, at: float) -> frozenset[int]:
        """Return the devices that deviate at a time (epoch seconds)."""
        newest = int(at // self._every_s)
        oldest = int((at - self._lasts_s) // self._every_s)
        return frozenset(self._device(turn) for turn in range(oldest + 1, newest + 1))

    def is_in(self, device: int, at: float) -> bool:
        """Whether a device deviates at a time."""
        return device in self.now(at)

    def _device(self, turn: int) -> int:
        return dice(self._seed, self._name, turn).randrange(self._number)
