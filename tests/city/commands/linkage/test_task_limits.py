"""The limits of tasks: what happens by rule, when, and once."""

from typing import Any

import pytest

from city.commands.command import Decision, Refusal
from city.commands.due_steps import due_steps
from city.commands.linkage.limits import task_steps
from city.dispatch.tables.task_templates import LinkageNumbers
from city.linkage.pairs import is_second_of_pair
from tests.city.commands.linkage.linkage_world import FIRE, GREEN, STREET, Linked
from tests.city.commands.world import INSPECTOR, LI, SYSTEM

PHOTO = {"photos": ["p1"]}


def codes(w: Linked, *types: str) -> list[tuple[str, str]]:
    """The subject and step of every fact of some types."""
    return [(fact.subject, str(fact.data.get("step", ""))) for fact in w.facts if fact.type in types]


def test_m9_a_silent_agency() -> None:
    """Story M9: 03:20:00 P1 to greening; the clock process is dead from 03:24:50 to 03:25:20."""
    w = Linked("2026-11-23T03:20:00+08:00")
    task = w.green()
    second = task[:-1] + "2"
    assert w.ticks() == []
    w.wait(seconds=60)
    assert w.ticks() == ["delivery"]
    w.wait(seconds=89)
    assert w.ticks() == []
    w.wait(seconds=1)  # 03:22:30
    assert w.ticks() == ["ack_half"]
    told = w.facts[-1]
    assert (told.type, told.data["call"], told.data["late_s"]) == ("TaskReminded", True, 0)
    assert w.task(task).reminders == 1
    w.wait(seconds=170)  # 03:25:20: the process is back 20 s after the limit
    assert w.ticks() == ["ack"]
    assert [fact.type for fact in w.facts[-3:]] == ["TaskFellBack", "TaskEscalated", "TaskIssued"]
    new = w.task(second)
    assert (new.agency, new.why, new.why_names, new.mode) == ("xf", "fallback", {"agency": "lh"}, "fallback")
    assert (new.words, new.priority, new.fallback_of) == ("clear_tree", "P1", w.task(task).id)
    late = {"acknowledged": 20.0}, {"issued": 20.0}
    assert (w.task(task).late, new.late, w.task(task).escalated) == (*late, 1)
    lines = [(line.text, line.names.get("late_s")) for line in w.state.log][-2:]
    assert lines == [("log.task_fell_back", "20"), ("log.task_escalated.1", "20")]
    assert w.facts[-2].data["to"] == "agency_duty_leader"
    assert w.ticks() == []
    w.wait(seconds=40)  # 03:26: both answer
    w.did("acknowledge_task", task, GREEN)
    w.did("acknowledge_task", second, FIRE)
    assert not is_second_of_pair(w.state, w.task(task))
    w.wait(minutes=15)  # 03:41
    assert w.ticks() == ["arrive", "arrive"]
    w.did("arrive_task", second, SYSTEM, distance_m=90.0)
    assert is_second_of_pair(w.state, w.task(task))
    assert not is_second_of_pair(w.state, w.task(second))
    w.did("cancel_task", task, LI)
    assert w.facts[-1].data["why"] == "other_arrived"
    w.wait(minutes=29)  # 04:10
    w.did("finish_task", second, FIRE, **PHOTO)
    w.wait(minutes=31)
    w.ticks()
    assert (w.task(second).state, w.task(second).overdue) == ("done", ("arrive", "verify"))
    w.did("verify_task", second, STREET, passed=True)
    acks = [fact for fact in w.facts if fact.type == "TaskAcknowledged"]
    assert len(acks) == 2
    assert sum(fact.type == "TaskFellBack" for fact in w.facts) == 1


def test_at_twice_the_limit_the_centres_duty_leader_is_told() -> None:
    w = Linked()
    task = w.green()
    w.wait(minutes=10)
    assert w.ticks() == ["delivery", "ack_half", "ack", "ack2"]
    assert w.task(task).escalated == 2
    assert [fact.data["level"] for fact in w.facts if fact.type == "TaskEscalated"] == [1, 2]
    assert w.task(task).overdue == ("ack", "ack2")
    # The fallback's own clock has just begun.
    assert w.task(task[:-1] + "2").overdue == ()


def test_after_ten_dead_minutes_each_step_is_done_once_with_how_late_it_is() -> None:
    w = Linked()
    tasks = [w.green() for _ in range(3)]
    w.wait(minutes=10, seconds=30)
    w.ticks()
    late = {
        (fact.subject, fact.data["step"]): fact.data["late_s"]
        for fact in w.facts if fact.data.get("late_s") and "step" in fact.data
    }  # fmt: skip
    assert late == {
        (task, step): pytest.approx(seconds)
        for task in tasks
        for step, seconds in (("delivery", 570), ("ack_half", 480), ("ack", 330), ("ack2", 30))
    }
    assert w.ticks() == []


def test_a_fallback_falls_back_to_nobody_who_had_it() -> None:
    w = Linked()
    task = w.green()
    for _ in range(4):
        w.wait(minutes=6)
        w.ticks()
    incident = w.incident(next(iter(w.state.incidents.values())))
    assert [w.state.tasks[id_].agency for id_ in incident.tasks] == ["lh", "xf", "yj"]
    assert w.task(task[:-1] + "3").escalated > 0


def test_a_fallback_without_anybody_on_duty_is_passed_over() -> None:
    w = Linked()
    w.green()
    w.leave("xf")
    w.wait(minutes=6)
    w.ticks()
    assert [task.agency for task in w.state.tasks.values()] == ["lh", "yj"]


def test_an_agency_without_a_fallback_is_escalated_only() -> None:
    w = Linked()
    incident = w.tree({"agency": "jt", "priority": "P1", "text": "绕行"})
    w.wait(minutes=5)
    w.ticks()
    assert w.incident(incident).tasks == (f"{incident.id}.1",)
    assert w.task(f"task:{incident.id}.1").escalated == 1


def test_the_work_is_amber_at_80_percent_and_red_at_its_limit() -> None:
    w = Linked()
    task = w.green()
    w.did("acknowledge_task", task, GREEN)
    w.wait(minutes=15)
    assert w.ticks() == ["arrive"]
    w.wait(minutes=81)
    assert w.ticks() == ["due_near"]
    w.wait(minutes=24)
    assert w.ticks() == ["due"]
    assert (w.task(task).overdue, w.task(task).noted) == (("arrive", "due"), ("due_near",))
    assert w.facts[-1].data["call"] is True
    assert w.lines[-2:] == ["log.task_limit.arrive", "log.task_limit.due"]


def test_a_second_wait_for_a_verification_has_its_own_limit() -> None:
    w = Linked()
    task = w.green()
    w.did("acknowledge_task", task, GREEN)
    w.did("arrive_task", task, GREEN)
    w.did("finish_task", task, GREEN, **PHOTO)
    w.wait(minutes=30)
    assert w.ticks() == ["verify"]
    w.did("verify_task", task, INSPECTOR, passed=False, text="未清完")
    w.did("finish_task", task, GREEN, photos=["p2"])
    assert w.task(task).overdue == ()
    w.wait(minutes=31)
    assert w.ticks() == ["verify"]


@pytest.mark.parametrize("step", ["ack_half", "ack", "ack2", "arrive", "due_near", "due", "delivery"])
def test_a_step_that_is_not_due_or_was_overtaken_is_refused(step: str) -> None:
    w = Linked()
    task = w.green()
    args: dict[str, Any] = {"step": step, "serial": 0, "due_at": "2026-11-23T03:20:00+08:00"}
    assert w.no("pass_task_limit", task, SYSTEM, **args) == ("step_not_due", {"step": step})
    w.did("cancel_task", task, LI, text="x")
    w.wait(minutes=600)
    assert w.no("pass_task_limit", task, SYSTEM, **args) == ("step_overtaken", {})
    assert w.ticks() == []


def test_a_delivered_task_is_not_noted_as_undelivered() -> None:
    w = Linked()
    task = w.green()
    args: dict[str, Any] = {"step": "delivered", "serial": 0, "due_at": "2026-11-23T03:20:00+08:00"}
    w.wait(seconds=3)
    w.did("pass_task_limit", task, SYSTEM, **args)
    assert (w.task(task).state, w.task(task).delivered_at) == ("delivered", w.now.city)
    assert w.no("pass_task_limit", task, SYSTEM, **args) == ("step_overtaken", {})
    w.wait(seconds=100)
    assert w.ticks() == []


def test_two_engines_with_one_step_and_a_person_in_between() -> None:
    """Both engines decide on the same version: the ledger takes one; a person's act does not stop it."""
    w = Linked()
    task = w.green()
    w.wait(seconds=150)
    w.tick()
    [step] = list(due_steps(w.state, w.rules, w.now))
    args = {"step": step.code, "serial": step.serial, "due_at": "2026-11-23T03:22:30+08:00"}
    one = w.look("pass_task_limit", task, SYSTEM, **args)
    two = w.look("pass_task_limit", task, SYSTEM, **args)
    assert isinstance(one, Decision)
    assert isinstance(two, Decision)
    assert one.expects == two.expects
    w.did("remind_task", task, LI)
    # The first decision is stale now: it expects a version that has passed; a new one is due at once.
    assert dict(one.expects)[task] != w.task(task).version
    assert w.ticks() == ["ack_half"]
    assert w.on("pass_task_limit", task, SYSTEM, **args) == Refusal("not_now", "step_overtaken")


def test_the_steps_of_a_task_are_in_the_order_of_the_rules() -> None:
    w = Linked()
    task = w.task(w.green())
    steps = sorted((at - task.issued_at, code) for at, code in task_steps(task, LinkageNumbers()))
    assert steps == [
        (60, "delivery"), (150, "ack_half"), (300, "ack"), (600, "ack2"), (900, "arrive"),
        (5760, "due_near"), (7200, "due"),
    ]  # fmt: skip
