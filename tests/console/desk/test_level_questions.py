"""The dry run that a page asks for is what the decision then makes."""

import msgspec

from city.access import Person
from city.commands.command import Command, Decision, Now
from city.commands.decide import decide
from city.dispatch.tables.response_rules import ResponseRules
from console.desk.level_questions import deputies, level_press, level_run
from tests.city.commands.response.response_world import (
    COMMANDER,
    DISTRICT,
    FLOOD,
    GREEN_LEADER,
    LEAD,
    LEADER,
    OFFICER,
    OTHER_LEADER,
    ROTATING,
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


EVERYBODY = (OFFICER, LEAD, LEADER, OTHER_LEADER, ROTATING, COMMANDER, FLOOD, GREEN_LEADER, INSPECTOR)


def pressing(world: Responding) -> dict[str, str]:
    """Account → what it may press on the district's proposal: exactly what would then not be refused."""
    found, waiting = {}, world.proposal()
    for by in EVERYBODY:
        told = level_press(world.state, by, world.rules)["press"][DISTRICT[9:]]
        assert told["proposal"] == waiting.id
        for name in ("approve", "refuse"):
            command = Command(
                name, f"{name}_level", DISTRICT, world.response().version, {"proposal": waiting.id}
            )
            answer = decide(world.state, command, by, world.rules, world.now)
            assert told[name] == isinstance(answer, Decision), (by.account, name, answer)
        found[by.account] = "".join(name[0] for name in ("approve", "refuse") if told[name])
    return {account: may for account, may in found.items() if may}


def test_a_proposal_may_be_pressed_by_those_alone_who_are_not_refused() -> None:
    world = planned()
    world.propose(2, LEAD)
    # The shift lead proposed Ⅲ and takes it back; both duty leaders and the flood office may decide.
    assert pressing(world) == {"gu": "r", "wang": "ar", "xia": "ar", "sw9": "ar"}
    world.approve(LEADER)
    assert pressing(world) == {"gu": "r", "wang": "r", "xia": "r", "sw9": "ar"}
    world.approve(FLOOD)
    world.propose(4, FLOOD)
    assert pressing(world) == {"wang": "ar", "xia": "ar", "qu": "ar", "sw9": "r"}
    world.with_deputy(ROTATING)
    assert pressing(world)["fang"] == "ar"
    world.approve(COMMANDER)
    assert pressing(world) == {"wang": "ar", "xia": "ar", "qu": "r", "sw9": "r", "fang": "r"}


def test_a_spoken_order_is_approved_by_a_duty_leader_and_taken_back_by_who_recorded_it() -> None:
    world = planned()
    world.speak(4, OFFICER)
    assert pressing(world) == {"chen": "r", "wang": "a", "xia": "a", "qu": "r"}


def test_below_the_citys_level_nobody_approves() -> None:
    world = planned()
    world.activate(3)
    world.propose(1, LEADER, text="风雨减弱")
    world.city(2)
    assert set(pressing(world).values()) == {"r"}


def test_the_commander_is_told_whom_to_authorise_and_nobody_else_is_told_anything() -> None:
    world = planned()
    world.at_post(ROTATING)
    assert deputies(world.state, COMMANDER)["responses"] == []
    world.activate(3)
    told = deputies(world.state, COMMANDER)
    assert told["people"] == [{"to": "fang", "name": ROTATING.name, "post": "rotating_leader"}]
    assert [(one["id"], one["deputy"]) for one in told["responses"]] == [(DISTRICT[9:], "")]
    assert world.did("authorise_deputy", DISTRICT, COMMANDER, to=told["people"][0]["to"]) == [
        "DeputyAuthorised"
    ]
    assert deputies(world.state, COMMANDER)["responses"][0]["deputy"] == ROTATING.name
    for by in (LEADER, LEAD, FLOOD, ROTATING):
        assert deputies(world.state, by) == {"responses": [], "people": []}
