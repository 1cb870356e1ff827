"""The rule book: all rule tables as values, and the function that decides which holder gets a case."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Final

import msgspec

from city.dispatch.case_inputs import CaseInputs, StepResult, Tables
from city.dispatch.route import Reason, Route, Situation
from city.dispatch.steps import STEPS
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
        look = CaseInputs(self.tables, situation, rulings, self._territory(situation), self.streets_near)
        heard = []
        for step in STEPS:
            said = step(look)
            if said is not None:
                heard.append(said)
                if said.ranked:
                    break
        return self._route(look, heard)

    def _territory(self, situation: Situation) -> str:
        if situation.street or not (math.isfinite(situation.lon) and math.isfinite(situation.lat)):
            return situation.street
        return self.street_of(situation.lon, situation.lat)

    def _route(self, look: CaseInputs, heard: list[StepResult]) -> Route:
        case, decided = look.situation, heard[-1]
        lead = decided.ranked[0]
        brought_up = _once((*decided.ranked, *look.brought_up(), *decided.co))
        free = [holder for holder in brought_up if holder not in case.refused]
        to = lead if decided.ruling or lead in free else next(iter(free), lead)
        confidence, remarks = self._doubts(look, decided, to)
        steps = [reason for said in heard for reason in said.reasons]
        shifted = [_refused(lead, to)] if lead and to != lead else []
        if not lead:  # the lead is the street, and the point lies in none
            steps, shifted = [_placed(step, to) for step in steps if _is_true_of(step)], [_no_street(to)]
        return Route(
            to=to,
            reasons=(*steps[:-1], *remarks, *steps[-1:], *shifted),
            principle=decided.principle,
            co=tuple(h for h in _once(decided.co) if h != to),
            targets=tuple(_once([h for h in (to, *free) if h in free])[:TARGETS]),
            confidence=min(confidence, 0.5) if shifted else confidence,
            owner_state=decided.owner_state,
            emergency=_once(number for said in heard for number in said.emergency),
            transferred_up=decided.transferred_up,
            up_to=decided.up_to,
            ask_ruling=decided.ask_ruling,
            candidates=brought_up,
            make_safe_by=look.street if case.hazard else "",
            errata=decided.errata,
            rule=decided.rule,
            ruling=decided.ruling if to == lead else "",
        )

    def _doubts(self, look: CaseInputs, decided: StepResult, to: str) -> tuple[float, list[Reason]]:
        """Return the confidence of the result (0 … 1), and its remarks."""
        case, confidence, remarks = look.situation, decided.confidence, []
        if case.hazard and look.street:
            remarks.append(Reason("2", "make_safe", {"street_holder": look.street}))
        if not look.street and decided.ranked[0]:
            remarks.append(Reason("4", "no_street"))
        if not to or (to in case.refused and not decided.ruling):
            return 0.0, remarks
        if to == look.street and not decided.ruling and math.isfinite(case.lon + case.lat):
            away = self.boundary_m(case.lon, case.lat, to)
            if away < BOUNDARY_M:
                remarks.append(Reason("2", "boundary", {"metres": f"{away:.0f}", "street_holder": to}))
                confidence = min(confidence, 0.5)
        return confidence, remarks


def _refused(lead: str, to: str) -> Reason:
    return Reason("2", "refused", {"refused_holder": lead, "to_holder": to})


def _no_street(to: str) -> Reason:
    return Reason("4", "no_street_next", {"to_holder": to}) if to else Reason("4", "no_street")


def _is_true_of(step: Reason) -> bool:
    """Whether a reason holds for a place in no street: it is of step 3, or names no street."""
    return step.step == "3" or "" not in step.names.values()


def _placed(step: Reason, to: str) -> Reason:
    """Return a reason with ``to`` in place of the missing street."""
    return msgspec.structs.replace(step, names={name: told or to for name, told in step.names.items()})


def _once(holders: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(holder for holder in holders if holder))
