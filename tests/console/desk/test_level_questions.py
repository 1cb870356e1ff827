"""The dry run that a page asks for is what the decision then makes."""

import msgspec

from city.access import Person
from city.commands.command import Now
from city.dispatch.response_rules import ResponseRules
from console.desk.level_questions import level_run
from tests.city.commands.response.response_world import (
    DISTRICT,
    FLOOD,
    LEAD,
    LEADER,
    Responding,
)
from tests.city.commands.world import INSPECTOR, STREETS, WEIFANG
from tests.city.response.plan_world import AGENCIES, shipped_plan


def planned() -> Responding:
    """A world with the shipped plan."""
    world = Responding()
    world.rules = msgspec.structs.replace(
        world.rules, agencies=AGENCIES, streets=STREETS,
        response=ResponseRules({"flood_typhoon": shipped_plan()}),
    )  # fmt: skip
    return world


def asked(
    world: Responding, rank: object, by: Person = LEAD, response: str = DISTRICT[9:]
) -> dict[str, object]:
    now = Now(world.machine, world.now.city)
    found: dict[str, object] = level_run(
        world.state, {"response": response, "rank": rank}, by, world.rules, now
    )
    return found


def test_the_decision_starts_the_tasks_that_the_dry_run_names_and_the_end_its_own() -> None:
    world = planned()
    for rank, text in ((1, ""), (3, ""), (2, "风雨减弱"), (0, "预警解除")):
        run = asked(world, rank)["run"]
        assert isinstance(run, dict)
        world.propose(rank, LEADER, **({"text": text} if text else {}))
        assert (world.proposal().tasks, world.proposal().seats) == (len(run["tasks"]), len(run["seats"]))
        before = len(world.facts)
        world.activate_proposed()
        issued = [fact.data for fact in world.facts[before:] if fact.type == "TaskIssued"]
        assert [(one["agency"], one["template"].partition("#")[2]) for one in issued] == [
            (task["agency"], task["code"]) for task in run["tasks"]
        ]
        rounds = [fact.data["holders"] for fact in world.facts[before:] if fact.type == "ReportRoundOpened"]
        assert [len(one) for one in rounds] == ([run["round"]["holders"]] if run["round"] else [])
    assert world.rank() == 0


def test_who_decides_on_no_level_is_told_nothing() -> None:
    world = planned()
    assert asked(world, 2, INSPECTOR) == {"run": None}
    for by in (LEADER, FLOOD, WEIFANG):
        assert asked(world, 2, by)["run"] is not None


def test_an_unknown_response_or_rank_has_no_dry_run() -> None:
    world = planned()
    for rank, response in (
        (2, "999/flood_typhoon"),
        (2, "city/flood_typhoon"),
        (9, DISTRICT[9:]),
        ("2", "x"),
    ):
        assert asked(world, rank, response=response) == {"run": None}
