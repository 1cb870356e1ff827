"""The plan through the real verbs: approved levels start its tasks, the end lists what is left."""

import msgspec

from city.dispatch.tables.response_rules import RELAXATIONS, ResponseRules
from tests.city.commands.response.response_world import COMMANDER, DISTRICT, DRILL, LEADER, Responding
from tests.city.commands.test_relaxations import relax
from tests.city.commands.world import STREETS
from tests.city.response.plan_world import AGENCIES, shipped_plan


class Planned(Responding):
    """A world with the shipped plan."""

    def __init__(self) -> None:
        super().__init__("2026-09-14T08:00:00+08:00")
        rules = ResponseRules({"flood_typhoon": shipped_plan()}, self.rules.response.numbers)
        self.rules = msgspec.structs.replace(
            self.rules, agencies=AGENCIES, streets=STREETS, response=rules
        )  # fmt: skip


def test_a_decided_level_issues_the_tasks_in_its_own_append_and_the_end_lists_them() -> None:
    world = Planned()
    world.activate(1)
    first = len(world.state.tasks)
    assert first > 0
    world.activate(3)
    assert len(world.state.incidents) == 1
    assert len(world.state.report_rounds) == 2
    assert world.state.relaxations["defer_ordinary"].active(world.now.city) is not None
    world.activate(0)
    response = world.response()
    assert response.active is None
    assert len(response.recovery) >= first
    assert world.state.relaxations["defer_ordinary"].active(world.now.city) is None
    assert {span.rank for span in world.state.relaxations["defer_ordinary"].spans} == {3}


def test_an_exercise_beside_a_real_level_has_its_own_incident_and_touches_no_relaxation() -> None:
    world = Planned()
    world.activate(1)
    before = dict(world.state.relaxations)
    world.activate(3, DRILL)
    assert world.state.relaxations == before
    real, drill = world.response().activations[-1], world.response(DRILL).activations[-1]
    assert real.incident != drill.incident
    marks = {task.incident: task.is_exercise for task in world.state.tasks.values()}
    assert marks == {real.incident: False, drill.incident: True}
    world.activate(0, DRILL)
    assert all(not item.ref.startswith(f"task:{real.incident}") for item in world.response(DRILL).recovery)


def test_with_everything_relaxed_one_person_still_counts_once() -> None:
    world = Planned()
    relax(world, *RELAXATIONS)
    world.propose(4, LEADER)
    world.approve(COMMANDER)
    assert world.not_approved(COMMANDER) == "other_person_needed"
    assert world.rank(DISTRICT) == 0
