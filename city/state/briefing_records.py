"""The record of a visiting briefing (参观汇报, domain §5.4). Times are city epoch seconds."""

from typing import Final

import msgspec

from city.state.case_file import LastAct
from city.state.linkage_records import Signed

__all__ = ["CUT_OFF_RANK", "ENDINGS", "HALL", "MOST_S", "Briefing"]

HALL: Final = "hall"
"""The id of the only subject: one hall has one visitors' screen, so that two visits never overlap."""
MOST_S: Final = 3 * 3600.0
"""The longest briefing."""
CUT_OFF_RANK: Final = 2
"""From this response level on (Ⅲ) no visitor sees a briefing."""
ENDINGS: Final = ("ended", "clock", "level", "red_alarm", "hot_key")
"""Why a briefing ended: by hand, by the planned time, by a response level, a red alarm, the desk's key."""


class Briefing(msgspec.Struct):
    """The newest briefing of the hall; earlier ones are in the ledger. It never starts again by itself.

    ``visit`` is the name of the visit (class P2): it is for the duty log's keepers, never on a screen.
    ``lang`` is the language of the visitors' screen.
    """

    id: str
    visit: str = ""
    lang: str = "zh"
    begun_at: float = 0.0
    ends_at: float = 0.0
    started: Signed | None = None
    ended_at: float | None = None
    why: str = ""
    rank: int = 0
    """The response level that ended it, 0 = none did."""
    ended: Signed | None = None
    version: int = 0
    moved: int = 0
    changed: int = 0
    last: LastAct | None = None

    @property
    def is_running(self) -> bool:
        """Whether it was started and not ended. The planned end may have passed: the engine ends it then."""
        return self.started is not None and self.ended_at is None
