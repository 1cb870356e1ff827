"""Acts on detections: intake screens them, sometimes too late; streets correct some after the notice."""

from collections.abc import Iterator
from typing import Any, Final

from city.commands.video.filing import open_case_near
from city.state.case_file import LastAct
from city.state.ledger_state import LedgerState
from city.state.video_records import Detection
from feeds.sources.demo.chance import about, dice
from feeds.sources.demo.people.act import Act
from feeds.sources.demo.people.people import People

__all__ = ["detection_acts"]

MIN: Final = 60.0
_FALSE: Final = 0.16
_CORRECTED: Final = 0.45
"""Share of the notices after which the street says that it is corrected."""
_LOOK_MIN: Final = (3.0, 0.9)
"""Middle and spread of the minutes until somebody looks; the longest wait is over the limit."""


def detection_acts(
    ledger: LedgerState, people: People, now: float, near_m: float
) -> Iterator[tuple[str, int, LastAct | None, Act]]:
    """Yield (subject, version, last act, act) for each detection that waits and whose act is due."""
    for one in ledger.detections.values():
        if one.is_waiting:
            act = _next(ledger, one, people, near_m)
            if act is not None and act.account and act.at <= now:
                yield f"detection:{one.id}", one.version, one.last, act


def _next(ledger: LedgerState, one: Detection, people: People, near_m: float) -> Act | None:
    chance = dice("detection", one.id)
    middle, spread = _LOOK_MIN
    at = one.entered_at + about(chance, middle, spread, 0.5, 25.0) * MIN
    is_false, is_corrected = chance.random() < _FALSE, chance.random() < _CORRECTED
    if one.state == "notice":
        if not is_corrected:
            return None  # the second look is the rule's
        corrected = one.since + chance.uniform(4, 13) * MIN
        return Act(corrected, people.holder(one.place.street), "mark_self_corrected")
    officer = people.intake(one.id)
    if is_false:
        return Act(at, officer, "dismiss_detection", {"reason": "no_problem"})
    there = open_case_near(ledger, one, near_m)
    args: dict[str, Any] = {} if there is None else {"into": there[0].key}
    return Act(at, officer, "confirm_detection", args)
