"""Plan tasks that repeat while their level lasts, and the centre's own tasks."""

from city.commands.command import Now
from city.commands.due_steps import due_steps
from tests.city.commands.linkage.linkage_world import FIRE, ROTATING
from tests.city.commands.world import GU, STREETS, WEI, WEIFANG
from tests.city.response.plan_world import COMMANDER, Raised


def repeats(world: Raised) -> list[str]:
    """The tasks whose next one is due."""
    now = Now(world.machine, world.now.city)
    return [step.subject for step in due_steps(world.state, world.rules, now) if step.code == "repeat"]


def answer(world: Raised, subject: str) -> None:
    world.did("acknowledge_task", subject, WEIFANG)
    world.did("finish_task", subject, WEIFANG, number=12)


def test_the_next_task_of_a_series_opens_after_its_interval_once_the_last_one_is_done() -> None:
    world = Raised()
    world.activate(3)
    (mine,) = (task for task in world.of_code("202") if task.agency == WEI)
    answer(world, f"task:{mine.id}")
    world.wait(minutes=59)
    assert repeats(world) == []
    world.wait(minutes=2)
    assert repeats(world) == [f"task:{mine.id}"]
    world.ticks("task:" + mine.id)
    (_, again) = (task for task in world.of_code("202") if task.agency == WEI)
    assert (again.repeat_of, again.state, again.due_by) == (mine.id, "issued", world.now.city + 3600)
    assert repeats(world) == []
    assert len(world.of_code("202")) == len(STREETS) + 1


def opened_late_s(world: Raised, task: str) -> float:
    world.ticks(f"task:{task}")
    (issued,) = (fact for fact in world.facts if fact.data.get("repeat_of") == task)
    return float(issued.data["late_s"])


def test_a_repeat_is_late_from_its_own_due_time_and_not_for_the_agency_that_was_silent() -> None:
    world = Raised()
    world.activate(3)
    (mine,) = (task for task in world.of_code("202") if task.agency == WEI)
    world.wait(minutes=200)
    answer(world, f"task:{mine.id}")
    world.wait(minutes=1)
    assert opened_late_s(world, mine.id) == 60.0


def test_a_series_that_its_level_brings_back_is_due_from_then_on() -> None:
    world = Raised()
    world.activate(3)
    (mine,) = (task for task in world.of_code("202") if task.agency == WEI)
    answer(world, f"task:{mine.id}")
    world.activate(2)
    world.wait(minutes=300)
    world.activate(4)
    world.activate(3)
    world.wait(minutes=2)
    assert opened_late_s(world, mine.id) == 120.0


def test_a_series_ends_with_its_level() -> None:
    world = Raised()
    world.activate(3)
    (mine,) = (task for task in world.of_code("202") if task.agency == WEI)
    answer(world, f"task:{mine.id}")
    world.activate(2)
    world.wait(minutes=70)
    assert repeats(world) == []


def test_the_centres_roles_do_the_centres_tasks_and_nobody_elses() -> None:
    world = Raised()
    world.activate(3)
    (room,) = world.of_code("201")
    assert room.agency == "centre"
    subject = f"task:{room.id}"
    assert world.no("acknowledge_task", subject, FIRE)[0] == "task_of_other"
    world.did("acknowledge_task", subject, GU)
    world.did("finish_task", subject, ROTATING)
    (other,) = world.of_code("204")
    assert world.no("acknowledge_task", f"task:{other.id}", COMMANDER)[0] == "task_of_other"
