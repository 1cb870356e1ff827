"""Acts that are sent later than they were done: a phone without network keeps them (补报)."""

from typing import Final

from city.clocks.timestamps import parse
from city.commands.command import Command, Now, Refusal

__all__ = ["AHEAD_S", "LATEST_S", "wrong_time"]

LATEST_S: Final = 86_400.0
"""What was done longer ago is refused: the thing must be looked at again."""
AHEAD_S: Final = 30.0
"""The clock of a phone may be ahead by this."""


def wrong_time(command: Command, now: Now) -> Refusal | None:
    """Return the refusal of a command that was not given within the last day, None when it was."""
    if command.at is None:
        return None
    expected = "ISO 8601 with an offset, within the last 24 hours"
    try:
        is_good = now.city - LATEST_S <= parse(command.at) <= now.city + AHEAD_S
    except (ValueError, OverflowError):
        is_good = False
    return None if is_good else Refusal("bad_args", "bad_arg", {"field": "at", "expected": expected})
