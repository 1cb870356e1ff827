"""The rule book: all rule tables as values, and the function that decides which holder gets a case."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Final

import msgspec

from city.dispatch.routing.case_inputs import CaseInputs, StepResult, Tables
from city.dispatch.routing.route import Reason, Route, Situation
from city.dispatch.routing.steps import STEPS
from city.state.ledger_state import Registered

__all__ = ["BOUNDARY_M", "TARGETS", "RuleBook"]

BOUNDARY_M: Final = 10.0
"""A point closer to its street's boundary (metres) may lie in the other street: a dispatcher must check."""

TARGETS: Final = 3


class RuleBook(msgspec.Struct, frozen=True):
    """The tables, and three functions of the map (WGS84 degrees, metres)."""

    tables: Tables
    street_of: Callable[[float, float], str]
    boundary_m: Callable[[float, float, str], float]
    streets_near: Callable[[float, float, float], tuple[tuple[str, float], ...]]
    """Streets within some metres of a point (its own at 0), nearest first."""

    def route(self, situation: Situation, rulings: Mapping[str, Registered]) -> Route:
        """Return the holder of a case and the reasons; ``rulings`` are those in the ledger."""
        inputs = CaseInputs(self.tables, situation, rulings, self._territory(situation), self.streets_near)
        results = []
        for step in STEPS:
            result = step(inputs)
            if result is not None:
                results.append(result)
                if result.ranked:
                    break
        return self._route(inputs, results)

    def _territory(self, situation: Situation) -> str:
        if situation.street or not (math.isfinite(situation.lon) and math.isfinite(situation.lat)):
            return situation.street
        return self.street_of(situation.lon, situation.lat)

    def _route(self, inputs: CaseInputs, results: list[StepResult]) -> Route:
        case, decided = inputs.situation, results[-1]
        lead = decided.ranked[0]
        named_holders = _unique((*decided.ranked, *inputs.named_holders(), *decided.co))
        free = [holder for holder in named_holders if holder not in case.refused]
        to = lead if decided.ruling or lead in free else next(iter(free), lead)
        confidence, remarks = self._confidence(inputs, decided, to)
        steps = [reason for result in results for reason in result.reasons]
        fallback = [_refused(lead, to)] if lead and to != lead else []
        if not lead:  # the lead is the street, and the point lies in none
            steps, fallback = (
                [_with_holder(step, to) for step in steps if _applies_without_street(step)],
                [_no_street(to)],
            )
        return Route(
            to=to,
            reasons=(*steps[:-1], *remarks, *steps[-1:], *fallback),
            principle=decided.principle,
            co=tuple(h for h in _unique(decided.co) if h != to),
            targets=tuple(_unique([h for h in (to, *free) if h in free])[:TARGETS]),
            confidence=min(confidence, 0.5) if fallback else confidence,
            owner_state=decided.owner_state,
            emergency=_unique(number for result in results for number in result.emergency),
            transferred_up=decided.transferred_up,
            up_to=decided.up_to,
            ask_ruling=decided.ask_ruling,
            candidates=named_holders,
            make_safe_by=inputs.street if case.hazard else "",
            errata=decided.errata,
            rule=decided.rule,
            ruling=decided.ruling if to == lead else "",
        )

    def _confidence(self, inputs: CaseInputs, decided: StepResult, to: str) -> tuple[float, list[Reason]]:
        """Return the confidence of the result (0 … 1), and its remarks."""
        case, confidence, remarks = inputs.situation, decided.confidence, []
        if case.hazard and inputs.street:
            remarks.append(Reason("2", "make_safe", {"street_holder": inputs.street}))
        if not inputs.street and decided.ranked[0]:
            remarks.append(Reason("4", "no_street"))
        if not to or (to in case.refused and not decided.ruling):
            return 0.0, remarks
        if to == inputs.street and not decided.ruling and math.isfinite(case.lon + case.lat):
            away = self.boundary_m(case.lon, case.lat, to)
            if away < BOUNDARY_M:
                remarks.append(Reason("2", "boundary", {"metres": f"{away:.0f}", "street_holder": to}))
                confidence = min(confidence, 0.5)
        return confidence, remarks


def _refused(lead: str, to: str) -> Reason:
    return Reason("2", "refused", {"refused_holder": lead, "to_holder": to})


def _no_street(to: str) -> Reason:
    return Reason("4", "no_street_next", {"to_holder": to}) if to else Reason("4", "no_street")


def _applies_without_street(step: Reason) -> bool:
    """Whether a reason holds for a place in no street: it is of step 3, or names no street."""
    return step.step == "3" or "" not in step.names.values()


def _with_holder(step: Reason, to: str) -> Reason:
    """Return a reason with ``to`` in place of the missing street."""
    return msgspec.structs.replace(step, names={name: value or to for name, value in step.names.items()})


def _unique(holders: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(holder for holder in holders if holder))
