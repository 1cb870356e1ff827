"""Notices of tasks to agencies' systems: when they leave, and what takes one back."""

import msgspec

from city.commands.command import NewFact
from city.facts.fact import Fact
from city.folding.fold import apply
from city.state.ledger_state import Item
from tests.city.commands.linkage.linkage_world import GREEN, Linked
from tests.city.commands.world import LI

P2 = {"agency": "lh", "priority": "P2", "text": "清树"}


def waiting(w: Linked) -> list[tuple[str, str, float]]:
    """Recipient, text and delay of each notice."""
    return [
        (item.to, item.text.removeprefix("outbox."), item.not_before - item.at)
        for item in w.state.outbox.values()
    ]


def send_all(w: Linked) -> None:
    for item in list(w.state.outbox.values()):
        send(w, item)


def send(w: Linked, item: Item, *, status: str = "200") -> None:
    data = {"item": item.id, "to": item.to, "kind": item.kind, "what": item.text, "status": status}
    apply(w.state, Fact(9000, w.machine, "OutboxDelivered", 1, item.subject, "engine:outbox", data, "system"))
    assert w.state.refused == {}


def ordered(w: Linked) -> str:
    return f"task:{w.tree(P2).id}.1"


def test_an_order_leaves_at_once_with_the_task_in_words() -> None:
    w = Linked()
    task = w.green()
    [item] = w.state.outbox.values()
    assert (item.to, item.text, item.not_before, item.subject) == (
        "lh", "outbox.TaskIssued", w.machine, task,
    )  # fmt: skip
    assert (item.names["task_words"], item.names["priority"]) == ("clear_tree", "P1")


def test_only_systems_with_an_adapter_get_notices() -> None:
    w = Linked()
    w.state.outlets = frozenset({"xf"})
    task = w.green()
    assert waiting(w) == []
    w.did("reassign_task", task, LI, to="xf")
    assert waiting(w) == [("xf", "TaskIssued", 0)]


def test_a_sent_p1_is_recalled_at_once() -> None:
    w = Linked()
    task = w.green()
    send_all(w)
    assert w.task(task).sent_at is not None
    w.did("cancel_task", task, LI, text="误报")
    assert waiting(w) == [("lh", "TaskCancelled", 0)]


def test_a_sent_p2_is_recalled_when_the_time_to_undo_is_over() -> None:
    w = Linked()
    task = ordered(w)
    send_all(w)
    w.did("reassign_task", task, LI, to="xf")
    assert waiting(w) == [("lh", "TaskReassigned", 20), ("xf", "TaskIssued", 20)]
    w.did("undo_task", task, LI)
    assert waiting(w) == []


def test_an_order_that_has_not_left_is_withdrawn_and_comes_back_with_an_undo() -> None:
    w = Linked()
    task = ordered(w)
    w.did("cancel_task", task, LI, text="不用")
    assert waiting(w) == []
    w.did("undo_task", task, LI)
    assert waiting(w) == [("lh", "TaskIssued", 0)]
    send_all(w)
    w.did("acknowledge_task", task, GREEN)
    assert waiting(w) == []


def test_an_order_that_was_being_sent_when_it_was_withdrawn_is_recalled() -> None:
    w = Linked()
    task = ordered(w)
    [item] = w.state.outbox.values()
    w.did("cancel_task", task, LI, text="不用")
    send(w, item)
    assert waiting(w) == [("lh", "recall.TaskIssued", 0)]
    [recall] = w.state.outbox.values()
    assert recall.recall_of == item.id
    send(w, recall)
    assert waiting(w) == []


def test_a_notice_that_is_only_kept_delivers_nothing() -> None:
    w = Linked()
    task = w.green()
    [item] = w.state.outbox.values()
    send(w, item, status="kept")
    assert w.task(task).sent_at is None
    assert waiting(w) == []


def test_a_notice_of_an_exercise_goes_to_participants_alone_and_says_what_it_is() -> None:
    for participants, to in (((), []), (("yj", "lh"), ["lh"])):
        w = Linked()
        w.append(NewFact("OutletsSet", "city:outlets", {"systems": ["lh"], "exercise": [*participants]}), LI)
        incident = w.tree(P2)
        w.state.outbox.clear()
        w.state.incidents[incident.id] = msgspec.structs.replace(incident, is_exercise=True)
        w.did("issue_task", f"incident:{incident.id}", LI, agency="lh", priority="P1", text="清树")
        assert [(item.to, item.is_exercise) for item in w.state.outbox.values()] == [
            (one, True) for one in to
        ]
        task = list(w.state.tasks.values())[-1]
        w.did("cancel_task", f"task:{task.id}", LI, text="演练结束")
        assert {item.to for item in w.state.outbox.values()} <= {*to}
        assert task.is_exercise
        assert w.state.log[-1].names["exercise"] == "1"
