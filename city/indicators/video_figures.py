"""Figures of video: cameras that answer (K32), and how often algorithms are right (K33)."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from city.clocks.freshness import measured_as_of
from city.indicators.indicator import Counted, Indicator, duration, share, unknown
from city.state.ledger_state import CityState, LedgerState
from city.state.video_records import Detection

__all__ = ["ANSWERS_S", "video_indicators"]

ANSWERS_S: Final = 600.0
"""A camera answers when its newest message is at most so many seconds old."""
MOST_VERSIONS: Final = 6
RIGHT: Final = ("notice", "case_created", "self_corrected")
"""States of a detection that somebody confirmed; what the street corrected itself was there."""


def video_indicators(state: CityState, period: tuple[float, float], now: float) -> dict[str, Indicator]:
    """Return K32, K33 (with each algorithm and version among its inputs) and K33t, the screening median.

    ``period`` is [begin, end) in city time, ``now`` is machine time.
    """
    begin, end = period
    screened = [one for one in state.ledger.detections.values() if _screened_in(one, begin, end)]
    times = [one.screened.at - one.entered_at for one in screened if one.screened is not None]
    found = [
        _answering(state, now), _accuracy(screened, _expired(state.ledger, begin, end)),
        duration("K33t", times, 50),
    ]  # fmt: skip
    return {one.id: one for one in found}


def _screened_in(one: Detection, begin: float, end: float) -> bool:
    return one.screened is not None and begin <= one.screened.at < end


def _expired(ledger: LedgerState, begin: float, end: float) -> int:
    return sum(one.state == "expired" and begin <= one.since < end for one in ledger.detections.values())


def _accuracy(screened: Sequence[Detection], expired: int) -> Indicator:
    """Return K33; its inputs tell right and decided for each algorithm and version, the most used first."""
    total = _rights(screened)
    versions: dict[str, list[Detection]] = {}
    for one in screened:
        versions.setdefault(f"{one.algorithm} {one.algo_version}".strip() or "?", []).append(one)
    most_used = sorted(versions, key=lambda name: (-len(versions[name]), name))[:MOST_VERSIONS]
    by_version = {name: "{0.met}/{0.every}".format(_rights(versions[name])) for name in most_used}
    whole = share("K33", total, false_positive=total.every - total.met, expired=expired)
    return msgspec.structs.replace(whole, inputs={**whole.inputs, **by_version})


def _rights(screened: Iterable[Detection]) -> Counted:
    """Count those that were right, of those that were decided as right or wrong."""
    return Counted(
        one.state in RIGHT for one in screened if one.state in RIGHT or one.state == "false_positive"
    )  # fmt: skip


def _answering(state: CityState, now: float) -> Indicator:
    """Return the share of the registered cameras with a message in the last ten minutes."""
    columns, clock = state.measured.cameras, state.ledger.clock
    if not state.ledger.cameras:
        return unknown("K32", "percent", "none")
    newest: dict[str, float] = {}
    for at, received in (("at", "received"), ("picture_at", "picture_received")):
        moments = measured_as_of(columns.column(at), columns.column(received), clock)
        for camera, moment in zip(columns.ids, moments, strict=True):
            if moment == moment:
                newest[camera] = max(newest.get(camera, float(moment)), float(moment))
    heard = (newest.get(camera, float("-inf")) for camera in state.ledger.cameras)
    return share("K32", Counted(now - moment <= ANSWERS_S for moment in heard))
