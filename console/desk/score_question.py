"""The question of the score: what a street's or agency's score of the last days is made of, case by case."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from city.dispatch.decision_rules import DecisionRules
from city.indicators.scores import Score, score_of
from city.state.ledger_state import LedgerState
from city.state.row_keys import row_key_of
from city.views.case_view import public_road
from console.orders.order_session import Reply

__all__ = ["DAYS", "ScoreQuestion"]

DAYS: Final = 30
KEPT_S: Final = 60.0
MOST: Final = 60
"""Cases that are told of one part: those that miss it first, the newest first."""


class ScoreQuestion:
    """Answers for all pages of a console; a score is computed at most once a minute per holder."""

    def __init__(self, rules: DecisionRules) -> None:
        self._rules = rules
        self._kept: dict[str, tuple[LedgerState, float, Reply]] = {}

    async def of(self, ledger: LedgerState, holder: str, city_now: float) -> Reply:
        """Return the score of a holder over the last ``DAYS`` days; see `city.indicators.scores`.

        It is computed in a thread; facts that are folded meanwhile may or may not be counted.
        """
        kept = self._kept.get(holder)
        if kept is None or kept[0] is not ledger or not 0 <= city_now - kept[1] < KEPT_S:
            period = (city_now - DAYS * 86_400, city_now)
            score = await asyncio.to_thread(score_of, ledger, holder, period)
            kept = self._kept[holder] = (ledger, city_now, self._told(ledger, score, city_now))
        return kept[2]

    def _told(self, ledger: LedgerState, score: Score, city_now: float) -> Reply:
        parts = [
            {
                "part": name, "rate": rate, "weight": score.weights.get(name), "met": score.counts[name][0],
                "all": score.counts[name][1],
                "cases": [self._case(ledger, one.key, met=one.met) for one in _first(score, name)],
            }
            for name, rate in score.indicators.items()
        ]  # fmt: skip
        exempt = [row_key_of(key) for key in score.exempt]
        return {"score": {
            "value": score.value, "days": DAYS, "at": city_now, "parts": parts, "exempt": exempt,
        }}  # fmt: skip

    def _case(self, ledger: LedgerState, key: str, *, met: bool) -> Mapping[str, Any]:
        case = ledger.cases.get(key)
        if case is None:
            task = ledger.tasks.get(key.removeprefix("task:"))
            road = public_road(task.place.road, self._rules) if task else ""
            return {"id": key, "met": met, "task": task.words if task else "", "road": road,
                    "at": task.issued_at if task else None}  # fmt: skip
        return {
            "id": row_key_of(key), "met": met, "class": f"{case.kind}.{case.code}" if case.code else "",
            "label": case.label, "road": public_road(case.place.road, self._rules), "at": case.at,
            "no": case.file.no,
        }  # fmt: skip


def _first(score: Score, name: str) -> list[Any]:
    """Return the cases of a part that are told: what went wrong first."""
    wrong_if = name in ("rework", "overruled")
    newest = score.cases[name][::-1]
    return sorted(newest, key=lambda one: one.met is not wrong_if)[:MOST]
