"""Who sends zero reports in a response, and how often: the plan's task of the level in force."""

from collections.abc import Iterable

import msgspec

from city.dispatch.decision_rules import DecisionRules
from city.dispatch.response_rules import ResponsePlan
from city.state.response_records import CITY, Response

__all__ = ["Schedule", "reporters_of", "schedule_of"]


class Schedule(msgspec.Struct, frozen=True):
    """A round every ``interval_s``; its reports are due ``due_s`` after it opened."""

    interval_s: float
    due_s: float
    holders: tuple[str, ...]


def schedule_of(rules: DecisionRules, response: Response, rank: int) -> Schedule | None:
    """Return the rounds of a response at a rank; None: its plan asks for none there.

    The city's own level asks nothing of the district's streets.
    """
    plan = rules.response.plans.get(response.hazard)
    if plan is None or rank <= 0 or response.jurisdiction == CITY:
        return None
    asks = (task for task in plan.tasks if task.kind == "zero_report" and task.rank == rank)
    tasks = [task for task in asks if task.repeat_s]
    if not tasks:
        return None
    interval_s = min(task.repeat_s or 0.0 for task in tasks)
    named = [agency for task in tasks for agency in task.agencies]
    holders = reporters_of(rules, plan, named, rank, response.jurisdiction)
    numbers = rules.response.numbers
    asked = min((task.due_s for task in tasks if task.due_s), default=numbers.report_due_s)
    # A report that is late must be red before the next round asks again.
    due_s = min(asked, max(interval_s - numbers.report_red_s, interval_s / 2))
    return Schedule(interval_s, due_s, holders) if holders else None


def reporters_of(
    rules: DecisionRules, plan: ResponsePlan, named: Iterable[str], rank: int, jurisdiction: str
) -> tuple[str, ...]:
    """Return the codes that a task's agencies stand for: ``street``, ``all``, or themselves."""
    found: list[str] = []
    for one in named:
        if one == "street":
            alone = jurisdiction in rules.streets
            found += [jurisdiction] if alone else rules.streets
        elif one == "all":
            found += [code for code, agency in rules.agencies.items() if agency.stationed]
            found += plan.seats if rank >= plan.seats_from else ()
        elif one in rules.agencies or one in rules.streets:
            found.append(one)
    return tuple(dict.fromkeys(found))
