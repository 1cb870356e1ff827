"""The life of a linkage task: every verb in every state, who may give it, and what it needs."""

from collections.abc import Callable
from typing import Any

import pytest

from city.access import Person
from city.commands.command import Decision, Refusal
from city.state.linkage_records import TASK_STATES
from tests.city.commands.linkage.linkage_world import (
    FIRE,
    GREEN,
    GREEN_INSPECTOR,
    GREEN_LEADER,
    OTHER_STREET,
    STREET,
    Linked,
)
from tests.city.commands.world import CHEN, GU, INSPECTOR, LI, OTHER_INSPECTOR, SYSTEM, WANG

PHOTO = {"photos": ["p1"]}


def issued(w: Linked) -> str:
    return w.green()


def delivered(w: Linked) -> str:
    task = w.green()
    w.did("pass_task_limit", task, SYSTEM, step="delivered", serial=0, due_at="2026-11-23T03:20:00+08:00")
    return task


def acknowledged(w: Linked) -> str:
    task = w.green()
    w.did("acknowledge_task", task, GREEN)
    return task


def set_out(w: Linked) -> str:
    task = acknowledged(w)
    w.did("set_out_task", task, GREEN)
    return task


def arrived(w: Linked) -> str:
    task = set_out(w)
    w.did("arrive_task", task, GREEN)
    return task


def done(w: Linked) -> str:
    task = arrived(w)
    w.did("finish_task", task, GREEN, **PHOTO)
    return task


def verified(w: Linked) -> str:
    task = done(w)
    w.did("verify_task", task, INSPECTOR, passed=True)
    return task


def declined(w: Linked) -> str:
    task = w.green()
    w.did("decline_task", task, GREEN_LEADER, reason="吊车都在外环")
    return task


def cancelled(w: Linked) -> str:
    task = w.green()
    w.did("cancel_task", task, LI, text="误下达")
    return task


PATHS: dict[str, Callable[[Linked], str]] = {
    "issued": issued, "delivered": delivered, "acknowledged": acknowledged, "set_out": set_out,
    "arrived": arrived, "done": done, "verified": verified, "declined": declined, "cancelled": cancelled,
}  # fmt: skip
MOVES: dict[str, tuple[Person, dict[str, Any], dict[str, str]]] = {
    "acknowledge_task": (GREEN, {}, dict.fromkeys(("issued", "delivered"), "acknowledged")),
    "decline_task": (GREEN_LEADER, {"reason": "无人"}, dict.fromkeys(("issued", "delivered"), "declined")),
    "set_out_task": (GREEN, {}, {"acknowledged": "set_out"}),
    "arrive_task": (GREEN, {}, dict.fromkeys(("acknowledged", "set_out"), "arrived")),
    "finish_task": (GREEN, PHOTO, {"arrived": "done"}),
    "verify_task": (INSPECTOR, {"passed": True}, {"done": "verified"}),
    "remind_task": (LI, {}, {
        state: state for state in ("issued", "delivered", "acknowledged", "set_out", "arrived")
    }),
    "cancel_task": (LI, {"text": "不需要了"}, dict.fromkeys(
        ("issued", "delivered", "acknowledged", "set_out", "arrived", "done"), "cancelled"
    )),
    "reassign_task": (LI, {"to": "xf"}, {
        **dict.fromkeys(("issued", "delivered", "acknowledged", "set_out", "arrived"), "cancelled"),
        "declined": "declined",
    }),
}  # fmt: skip


def test_every_state_can_be_reached() -> None:
    assert set(PATHS) == set(TASK_STATES)
    for state, path in PATHS.items():
        w = Linked()
        assert w.task(path(w)).state == state


@pytest.mark.parametrize("state", PATHS)
@pytest.mark.parametrize("verb", MOVES)
def test_a_verb_moves_a_task_from_its_states_only(verb: str, state: str) -> None:
    w = Linked()
    task = PATHS[state](w)
    by, args, moves = MOVES[verb]
    version = w.task(task).version
    answer = w.on(verb, task, by, **args)
    if state in moves:
        assert isinstance(answer, Decision), answer
        assert (w.task(task).state, w.task(task).version) == (moves[state], version + 1)
    elif verb == "finish_task" and state in ("acknowledged", "set_out"):
        assert answer == Refusal("not_now", "arrive_first")
    else:
        assert answer == Refusal("not_now", "task_state", {"task_state": state})
        assert w.task(task).version == version


@pytest.mark.parametrize("verb", ["acknowledge_task", "set_out_task", "arrive_task", "finish_task"])
def test_an_agency_steps_on_with_its_own_tasks_only(verb: str) -> None:
    w = Linked()
    assert w.no(verb, w.green(), FIRE) == ("task_of_other", {"at_holder": "lh"})


def test_only_the_agencys_duty_leader_declines_and_says_why() -> None:
    w = Linked()
    task = w.green()
    assert w.no("decline_task", task, GREEN, reason="忙") == ("no_right", {})
    answer = w.on("decline_task", task, GREEN_LEADER, reason=" ")
    assert (answer.code, answer.names["field"]) == ("bad_args", "reason")
    w.did("decline_task", task, GREEN_LEADER, reason="吊车都在外环")
    told = w.task(task)
    assert (told.over and told.over.by, told.over_reason) == ("lh9", "吊车都在外环")
    assert w.lines[-1] == "log.task_declined"
    assert "吊车" not in str(w.state.log[-1])


def test_each_step_is_signed_with_its_time() -> None:
    w = Linked()
    task = w.green()
    start = w.now.city
    for verb, by, args in (
        ("acknowledge_task", GREEN, {}), ("set_out_task", GREEN, {}), ("arrive_task", GREEN, {}),
        ("finish_task", GREEN, PHOTO), ("verify_task", STREET, {"passed": True}),
    ):  # fmt: skip
        w.wait(minutes=1)
        w.did(verb, task, by, **args)
    told = w.task(task)
    signed = (told.acknowledged, told.set_out, told.arrived, told.done, told.verified)
    assert [round(one.at - start) for one in signed if one] == [60, 120, 180, 240, 300]
    assert [one.by for one in signed if one] == ["lh1", "lh1", "lh1", "lh1", "lj1"]
    assert (told.arrived_by_hand, told.result.photos) == (True, ("p1",))
    assert told.verify_by == pytest.approx(start + 240 + 1800)


@pytest.mark.parametrize(("evidence", "field", "given"), [
    ("tree_down#1", "photos", {"photos": ["p1"]}), ("tree_down#2", "text", {"text": "已绕行"}),
    ("tree_down#3", "number", {"number": 42}),
])  # fmt: skip
def test_a_task_is_done_with_its_evidence(evidence: str, field: str, given: dict[str, Any]) -> None:
    w = Linked()
    incident = w.tree({"agency": "lh", "priority": "P2", "template": evidence})
    task = f"task:{incident.id}.1"
    w.did("acknowledge_task", task, GREEN)
    if w.task(task).arrive_by is not None:
        w.did("arrive_task", task, GREEN)
    answer = w.on("finish_task", task, GREEN)
    assert (answer.reason, answer.names["field"]) == ("missing_arg", field)
    w.did("finish_task", task, GREEN, **given)
    assert w.task(task).state == "done"


def test_the_engine_arrives_by_distance_and_a_person_by_hand() -> None:
    w = Linked()
    task = acknowledged(w)
    assert w.no("arrive_task", task, GREEN, distance_m=5.0) == ("unknown_arg", {"field": "distance_m"})
    assert w.no("arrive_task", task, SYSTEM) == ("unknown_arg", {"field": "distance_m"})
    w.did("arrive_task", task, SYSTEM, distance_m=80.0)
    assert (w.task(task).state, w.task(task).arrived_by_hand) == ("arrived", False)
    assert w.facts[-1].data["distance_m"] == 80.0


def test_a_failed_verification_says_what_is_missing_and_the_agency_goes_on() -> None:
    w = Linked()
    task = done(w)
    assert w.no("verify_task", task, INSPECTOR, passed=False)[0] == "missing_arg"
    w.did("verify_task", task, INSPECTOR, passed=False, text="树枝还在路上")
    assert (w.task(task).state, w.task(task).done, w.task(task).verify_by) == ("arrived", None, None)
    w.did("finish_task", task, GREEN, photos=["p2"])
    w.did("verify_task", task, STREET, passed=True)
    assert w.task(task).state == "verified"


@pytest.mark.parametrize(("by", "reason"), [
    (GREEN_INSPECTOR, "own_task"), (OTHER_STREET, "other_street"), (LI, "no_right"), (GREEN, "no_right"),
])  # fmt: skip
def test_who_may_not_verify(by: Person, reason: str) -> None:
    w = Linked()
    assert w.no("verify_task", done(w), by, passed=True)[0] == reason


def test_the_street_does_not_verify_its_own_task_nor_one_left_to_the_inspector() -> None:
    w = Linked()
    incident = w.tree(
        {"agency": STREET.street, "priority": "P2", "text": "排查周边"},
        {"agency": "lh", "priority": "P3", "template": "tree_down#3"},
    )
    for number, by, given in ((1, STREET, {"text": "已排查"}), (2, GREEN, {"number": 3})):
        task = f"task:{incident.id}.{number}"
        w.did("acknowledge_task", task, by)
        if w.task(task).arrive_by is not None:
            w.did("arrive_task", task, by)
        w.did("finish_task", task, by, **given)
    assert w.no("verify_task", f"task:{incident.id}.1", STREET, passed=True)[0] == "own_task"
    assert w.no("verify_task", f"task:{incident.id}.2", STREET, passed=True)[0] == "inspector_verifies"
    for number in (1, 2):
        w.did("verify_task", f"task:{incident.id}.{number}", OTHER_INSPECTOR, passed=True)


def test_one_account_with_both_roles_does_not_verify_what_it_did() -> None:
    w = Linked()
    both = Person("hu", "胡××", ("agency_operator", "inspector"), agency="lh")
    moved = Person("hu", "胡××", ("inspector",))
    task = w.green()
    w.did("acknowledge_task", task, both)
    w.did("arrive_task", task, GREEN)
    w.did("finish_task", task, GREEN, **PHOTO)
    assert w.no("verify_task", task, moved, passed=True)[0] == "own_task"


def test_a_unit_must_be_free_and_of_a_kind_that_fits() -> None:
    w = Linked()
    w.unit("u1", "ambulance")
    w.unit("u2", "crane_truck", "on_scene")
    w.unit("u3", "crane_truck", lost=True)
    w.unit("u4", "greening_team")
    row = {"agency": "lh", "priority": "P1", "template": "tree_down#1"}
    incident = w.tree(row)
    subject = f"incident:{incident.id}"
    for unit, reason in (("u1", "unit_unfit_task"), ("u2", "unit_away"), ("u3", "unit_lost")):
        assert w.no("issue_task", subject, LI, **row, unit=unit) == (reason, {"unit": unit.upper()})
    assert w.no("issue_task", subject, LI, **row, unit="u9")[0] == "bad_arg"
    w.did("issue_task", subject, LI, **row, unit="u4")
    told = w.task(f"task:{incident.id}.2")
    assert (told.unit, told.unit_call_sign) == ("u4", "U4")
    first = f"task:{incident.id}.1"
    w.did("acknowledge_task", first, GREEN)
    assert w.no("set_out_task", first, GREEN, unit="u1")[0] == "unit_unfit_task"
    w.did("set_out_task", first, GREEN, unit="u2")
    assert (w.task(first).unit, w.task(first).unit_call_sign) == ("u2", "U2")


def test_a_reassigned_task_goes_to_the_other_agency_in_one_append() -> None:
    w = Linked()
    task = w.green()
    due = w.task(task).due_by
    w.wait(minutes=2)
    assert w.did("reassign_task", task, LI, to="xf", text="离得近") == ["TaskReassigned", "TaskIssued"]
    new = w.task(task[:-1] + "2")
    assert (w.task(task).state, new.agency, new.state, new.priority) == ("cancelled", "xf", "issued", "P1")
    assert (new.why, new.why_names, new.due_by) == ("reassigned", {"agency": "lh"}, due)
    assert new.ack_by == pytest.approx(w.now.city + 300)
    assert w.no("reassign_task", f"task:{new.id}", LI, to="xf") == ("same_task_holder", {"to_holder": "xf"})
    assert w.no("reassign_task", f"task:{new.id}", LI, to="nobody")[0] == "bad_arg"


def test_a_task_for_an_agency_without_anybody_is_refused_with_who_could() -> None:
    w = Linked()
    w.leave("lh", "jt")
    incident = w.tree({"agency": "xf", "priority": "P2", "text": "警戒"})
    subject, row = f"incident:{incident.id}", {"priority": "P1", "text": "清树"}
    assert w.no("issue_task", subject, LI, agency="lh", **row) == (
        "nobody_on_duty_but", {"at_holder": "lh", "fallback_holder": "xf"},
    )  # fmt: skip
    assert w.no("issue_task", subject, LI, agency="jt", **row) == ("nobody_on_duty", {"at_holder": "jt"})
    assert w.no("reassign_task", f"task:{incident.id}.1", LI, to="lh")[0] == "nobody_on_duty_but"
    given = {"kind": "tree_down", "lon": 121.5, "lat": 31.2}
    rows = [{"agency": "lh", "priority": "P1", "template": "tree_down#1"}]
    assert w.no("open_incident", "place:a", LI, **given, tasks=rows)[0] == "nobody_on_duty_but"
    # The whole template goes out: what an agency without anybody would get, its fallback gets.
    w.did("open_incident", "place:a", LI, **given)
    tasks = [w.state.tasks[id_] for id_ in list(w.state.incidents.values())[-1].tasks]
    assert [(task.agency, task.why) for task in tasks] == [
        ("xf", "nobody_on_duty"), ("jt", ""), (STREET.street, ""),
    ]  # fmt: skip


def test_a_leaders_task_is_cancelled_by_that_leaders_rank_or_higher() -> None:
    w = Linked()
    incident = w.tree({"agency": "lh", "priority": "P1", "template": "tree_down#1"}, by=GU)
    task = f"task:{incident.id}.1"
    assert w.no("cancel_task", task, LI, text="x") == ("ordered_above", {"ordered_role": "shift_lead"})
    assert w.no("reassign_task", task, LI, to="xf") == ("ordered_above", {"ordered_role": "shift_lead"})
    assert w.no("cancel_task", task, WANG)[0] == "missing_arg"
    w.did("cancel_task", task, WANG, text="误报")
    assert (w.task(task).state, w.task(task).over_reason) == ("cancelled", "误报")


P2 = {"agency": "lh", "priority": "P2", "text": "清树"}


def test_a_cancellation_is_undone_by_its_author_within_20_s() -> None:
    w = Linked()
    task = f"task:{w.tree(P2).id}.1"
    w.did("acknowledge_task", task, GREEN)
    w.did("cancel_task", task, LI, text="不用了")
    assert w.facts[-1].data["undo_s"] == 20.0
    assert w.no("undo_task", task, CHEN) == ("undo_not_yours", {})
    w.wait(seconds=19)
    assert w.did("undo_task", task, LI) == ["TaskUndone"]
    told = w.task(task)
    assert (told.state, told.over, told.over_reason) == ("acknowledged", None, "")
    assert w.no("undo_task", task, LI) == ("nothing_to_undo", {})
    w.did("cancel_task", task, LI, text="不用了")
    w.wait(seconds=21)
    assert w.no("undo_task", task, LI) == ("undo_task_too_late", {})


def test_an_undone_reassignment_takes_the_new_task_back_unless_its_agency_has_begun() -> None:
    w = Linked()
    incident = w.tree(P2, P2)
    first, second = (f"task:{incident.id}.{n}" for n in (1, 2))
    w.did("reassign_task", first, LI, to="xf")
    assert w.did("undo_task", first, LI) == ["TaskUndone", "TaskCancelled"]
    assert (w.task(first).state, w.state.tasks[f"{incident.id}.3"].state) == ("issued", "cancelled")
    w.did("reassign_task", second, LI, to="xf")
    w.did("acknowledge_task", f"task:{incident.id}.4", FIRE)
    assert w.no("undo_task", second, LI) == ("task_begun", {"at_holder": "xf"})


def test_a_p1_order_is_not_undone() -> None:
    w = Linked()
    task = w.green()
    w.did("reassign_task", task, LI, to="xf")
    assert "undo_s" not in w.facts[-1].data
    assert w.no("undo_task", task, LI) == ("nothing_to_undo", {})


def test_a_declined_task_is_reassigned_once_and_stays_declined() -> None:
    w = Linked()
    incident = w.tree(P2)
    task = f"task:{incident.id}.1"
    w.did("decline_task", task, GREEN_LEADER, reason="无车")
    w.did("reassign_task", task, LI, to="xf")
    assert (w.task(task).state, w.task(task).fallback) == ("declined", f"{incident.id}.2")
    assert w.no("reassign_task", task, CHEN, to="ga") == ("reassigned_before", {"to_holder": "xf"})
    w.did("undo_task", task, LI)
    assert (w.task(task).state, w.task(task).fallback) == ("declined", "")
    w.did("reassign_task", task, CHEN, to="ga")
    assert [w.state.tasks[id_].state for id_ in w.incident(incident).tasks] == [
        "declined", "cancelled", "issued",
    ]  # fmt: skip


def test_nothing_is_done_to_an_unknown_task() -> None:
    w = Linked()
    for verb, (by, args, _) in MOVES.items():
        answer = w.on(verb, "task:none.1", by, version=0, **args)
        assert answer == Refusal("unknown_subject", "unknown_task")


def test_an_older_click_is_a_conflict_and_a_reminder_is_not() -> None:
    w = Linked()
    task = w.green()
    seen = w.task(task).version
    w.did("remind_task", task, LI)
    w.did("acknowledge_task", task, GREEN, version=seen)
    answer = w.on("reassign_task", task, LI, version=seen, to="xf")
    assert (answer.code, answer.winner and answer.winner.did) == ("conflict", "TaskAcknowledged")


def second_of_pair() -> tuple[Linked, str, str]:
    """Greening was silent, the fire brigade came in its place and is there; greening has set out, too."""
    w = Linked("2026-11-23T03:20:00+08:00")
    first = w.green()
    w.wait(seconds=301)
    w.ticks()
    second = first[:-1] + "2"
    for task, by in ((first, GREEN), (second, FIRE)):
        w.did("acknowledge_task", task, by)
    w.did("set_out_task", first, GREEN)
    return w, first, second


def test_who_arrives_second_is_kept_to_assist_and_its_limits_end() -> None:
    w, task, second = second_of_pair()
    assert w.no("assist_task", task, LI) == ("not_second_of_pair", {})
    w.did("arrive_task", second, FIRE)
    assert w.no("assist_task", second, LI) == ("not_second_of_pair", {})
    assert w.did("assist_task", task, LI) == ["TaskAssisting"]
    assert w.task(task).assists == second.removeprefix("task:")
    assert w.no("assist_task", task, LI) == ("not_second_of_pair", {})
    w.wait(minutes=600)
    late = [(step, fact.subject) for step in w.ticks() for fact in w.facts[-1:]]
    assert late
    assert all(subject != task for _, subject in late)
    w.did("arrive_task", task, GREEN)
    w.did("finish_task", task, GREEN, photos=["helped"])
    assert w.task(task).verify_by is not None


def test_the_order_to_assist_is_undone_for_20_s_even_of_a_p1_task() -> None:
    w, task, second = second_of_pair()
    w.did("arrive_task", second, FIRE)
    waiting = dict(w.state.outbox)
    w.did("assist_task", task, LI)
    assert w.no("undo_task", task, CHEN) == ("undo_not_yours", {})
    w.wait(seconds=19)
    assert w.did("undo_task", task, LI) == ["TaskUndone"]
    assert (w.task(task).assists, w.task(task).state) == ("", "set_out")
    assert w.state.outbox == waiting
    w.did("assist_task", task, LI)
    w.wait(seconds=21)
    assert w.no("undo_task", task, LI) == ("undo_task_too_late", {})
    assert w.did("cancel_task", task, LI) == ["TaskCancelled"]
