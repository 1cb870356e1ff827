"""Figures of an emergency: numbers only, never above 100 %, never a number of another holder (§3.5, E04)."""

from collections.abc import Mapping
from typing import Final

from city.commands.command import Decision, NewFact, Refusal
from city.commands.decision import not_now
from city.commands.response.situation.arguments import ReportFigures
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.commands.subjects import Subject
from city.response.event_span import OF_EXERCISE, counting, counts_from, is_exercise_now, situation_id
from city.response.figure_keys import known_keys, never_falls
from city.state.response_records import RELOCATION_GROUPS

__all__ = ["CENTRE", "decide_report_figures", "figures_fact"]

CENTRE: Final = ("duty_officer", "shift_lead")
"""Roles that may enter figures for a street or an agency, as told by telephone."""


def decide_report_figures(order: SubjectOrder, args: ReportFigures) -> SubjectAnswer:
    """Record numbers of the sender's own street or agency; the centre may enter those told by telephone."""
    holder, by_phone = order.subject.id.removesuffix(OF_EXERCISE), order.role in CENTRE
    exercise = order.subject.id != holder
    if exercise and not is_exercise_now(order.state):
        return not_now("no_exercise")
    if not by_phone and order.by.holder != holder:
        return Refusal("not_allowed", "other_holder", {"at_holder": holder[:60]})
    if not args.figures:
        return Refusal("bad_args", "missing_arg", {"field": "figures", "expected": "at least one number"})
    fact = figures_fact(order, holder, args.figures, args.reason, by_phone=by_phone, exercise=exercise)
    return fact if isinstance(fact, Refusal) else Decision((fact,), ((fact.subject, order.subject.version),))


def figures_fact(
    order: SubjectOrder, holder: str, figures: Mapping[str, int], reason: str | None, *,
    by_phone: bool = False, exercise: bool = False,
) -> NewFact | Refusal:  # fmt: skip
    """Return the fact of some numbers of a holder, or why they cannot be so."""
    id_ = situation_id(holder, exercise=exercise)
    record = order.state.situations.get(id_)
    subject = Subject("situation", id_, record, record.version if record is not None else 0)
    known = counting(order.state, id_, counts_from(order.state, exercise=exercise))
    wrong = _wrong(order, holder, figures, {key: one.value for key, one in known.items()}, reason or "")
    if wrong is not None:
        return wrong
    data = {"figures": dict(figures), "by_phone": by_phone}
    return order.fact_on(subject, "FiguresReported", data, reason=(reason or "").strip())


def _wrong(
    order: SubjectOrder, holder: str, figures: Mapping[str, int], before: Mapping[str, float], reason: str
) -> Refusal | None:
    keys = known_keys(order.rules, holder)
    if holder not in order.rules.streets and holder not in order.rules.agencies:
        return Refusal("bad_args", "unknown_reporter", {"reporter": holder[:60]})
    unknown = next((key for key in figures if key not in keys), None)
    if unknown is not None:
        told = {"field": unknown[:100], "known": ", ".join(keys) or "–"}
        return Refusal("bad_args", "unknown_figure", told)
    after = {**before, **figures}
    for group in RELOCATION_GROUPS:
        moved, should = after.get(f"relocation.{group}.moved", 0), after.get(f"relocation.{group}.should", 0)
        if moved > should:
            names = {"field": f"relocation.{group}.moved", "moved": int(moved), "should": int(should)}
            return Refusal("bad_args", "moved_above_should", names)
    if reason.strip():
        return None
    corrected = next((key for key in figures if key in before and _corrects(key, before, figures)), None)
    if corrected is None:
        return None
    names = {"field": corrected, "was": int(before[corrected]), "now": figures[corrected]}
    return Refusal("bad_args", "correction_reason", names)


def _corrects(key: str, before: Mapping[str, float], figures: Mapping[str, int]) -> bool:
    """Whether a number is a correction: a total that falls, or who should move raised to those who moved."""
    if never_falls(key) and figures[key] < before[key]:
        return True
    stem, _, part = key.rpartition(".")
    is_should = part == "should" and key.startswith("relocation.")
    return is_should and figures.get(f"{stem}.moved", 0) > before[key]
