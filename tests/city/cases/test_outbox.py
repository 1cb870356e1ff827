"""The outbox: messages leave at once or after the time to undo; an undo recalls or corrects them."""

from typing import Any

import pytest

from city.clocks.timestamps import iso
from city.commands.command import NewFact
from city.state.ledger_state import Item
from tests.city.commands.world import CHEN, INTAKE, SQUAD, SYSTEM, World

SHOP = {"category": {"kind": "event", "code": "0405"}, "external": [{"system": "12345", "no": "GD1"}]}


def items(w: World, kind: str) -> list[Item]:
    return [item for item in w.state.outbox.values() if item.kind == kind]


def end(w: World, kind: str, item: Item, **told: Any) -> None:
    """Record the result of an item, as the engine does."""
    data = {"item": item.id, "to": item.to, "kind": item.kind, **told}
    w.append(NewFact(kind, f"case:{item.case}", data), SYSTEM, "system")


def deliver(w: World, item: Item) -> None:
    end(w, "OutboxDelivered", item, what=item.text, adapter="webhook", status="accepted")


def reassigned(w: World) -> tuple[str, Item]:
    """Reassign a case of our own; return its key and the notice."""
    key = w.report(**SHOP)
    w.done("file", key, INTAKE)
    w.done("reassign", key, CHEN, to="cg")
    return key, next(item for item in items(w, "notice") if item.to == "cg")


def mirrored(w: World, **given: Any) -> str:
    mirror = {"state": "handling", "agency": "电力", "at": iso(w.now.city)}
    return w.report(mirror=mirror, external=[{"system": "12345", "no": "7"}], **given)


def test_danger_is_told_at_once_whatever_the_class_of_the_case() -> None:
    w = World()
    key = w.report(**SHOP)
    w.done("file", key, INTAKE)
    signal = {"version": 2, "command": "c", "name": "", "to": ["110", "119"], "danger": ["crime"]}
    w.append(NewFact("IncidentSignalled", f"case:{key}", signal), INTAKE, "intake_officer")
    told = {item.to: item.not_before - w.machine for item in items(w, "notice")}
    assert told == {"310115004": 20.0, "110": 0.0, "119": 0.0}


def test_an_item_holds_the_moment_and_the_state_that_it_tells() -> None:
    w = World()
    begun = w.machine
    key, notice = reassigned(w)
    w.wait(minutes=5)
    w.done("sign", key, SQUAD)
    assert (notice.at, notice.names["state"]) == (begun, "dispatched")
    (word,) = items(w, "status")
    assert (word.at, word.names["state"]) == (w.machine, "handling")


def test_an_item_that_was_tried_in_vain_says_so() -> None:
    w = World()
    _, notice = reassigned(w)
    end(w, "OutboxDelayed", notice, tries=1, reason="HTTP 503")
    assert w.state.outbox[notice.id].tries == 1
    end(w, "OutboxDelayed", Item("none", notice.case, "notice", "", "", {}, 0.0, 0), tries=1, reason="")
    assert "none" not in w.state.outbox


def test_what_arrives_though_it_was_undone_meanwhile_is_recalled_once() -> None:
    w = World()
    key, notice = reassigned(w)
    w.done("undo", key, CHEN)
    assert notice.id not in w.state.outbox
    deliver(w, notice)
    (recall,) = [item for item in items(w, "notice") if item.recall_of]
    assert (recall.to, recall.recall_of, recall.text) == ("cg", notice.id, "outbox.recall.CaseReassigned")
    assert recall.not_before == w.machine
    deliver(w, recall)
    assert [item for item in items(w, "notice") if item.recall_of] == []


def test_what_was_tried_in_vain_and_is_undone_is_recalled_because_it_may_have_arrived() -> None:
    w = World()
    key, notice = reassigned(w)
    end(w, "OutboxDelayed", notice, tries=1, reason="no answer within 10 s")
    w.done("undo", key, CHEN)
    deliver(w, notice)
    assert [item.recall_of for item in items(w, "notice") if item.recall_of] == [notice.id]


def test_a_delivery_of_the_first_release_that_does_not_tell_what_it_was_recalls_nothing() -> None:
    w = World()
    key, notice = reassigned(w)
    w.done("undo", key, CHEN)
    end(w, "OutboxDelivered", notice, adapter="webhook", status="accepted")
    assert [item for item in items(w, "notice") if item.recall_of] == []


def test_a_mirrored_hazard_that_is_given_back_is_told_as_its_source_told_it() -> None:
    w = World()
    key = mirrored(w, urgency="critical")
    w.done("reassign", key, CHEN, to="tx")
    (false,) = items(w, "status")
    assert (false.names["state"], false.names["holder"], false.not_before) == ("dispatched", "tx", w.machine)
    deliver(w, false)
    w.done("undo", key, CHEN)
    (word,) = items(w, "status")
    assert (word.text, word.names["state"], word.names["holder"]) == (
        "outbox.state.handling", "handling", "电力",
    )  # fmt: skip
    contacted = {"version": 3, "command": "c", "name": ""}
    w.append(NewFact("CallerContacted", f"case:{key}", contacted), INTAKE, "intake_officer")
    assert items(w, "status") == [word]


def test_a_source_that_heard_nothing_of_an_undone_act_hears_nothing_of_its_undoing() -> None:
    w = World()
    key = mirrored(w, category={"kind": "event", "code": "0405"})
    w.done("reassign", key, CHEN, to="tx")
    w.done("undo", key, CHEN)
    assert items(w, "status") == []
    w.done("escalate", key, CHEN)
    w.done("undo", key, CHEN)
    assert items(w, "status") == []


def test_a_status_that_arrives_though_the_case_was_given_back_meanwhile_is_put_right() -> None:
    w = World()
    key = mirrored(w, category={"kind": "event", "code": "0405"})
    w.done("reassign", key, CHEN, to="tx")
    (false,) = items(w, "status")
    w.done("undo", key, CHEN)
    deliver(w, false)
    (word,) = items(w, "status")
    assert (word.to, word.names["state"], word.not_before) == ("12345", "handling", w.machine)


@pytest.mark.parametrize("kind", ["OutboxDelivered", "OutboxFailed"])
def test_an_item_ends(kind: str) -> None:
    w = World()
    _, notice = reassigned(w)
    end(w, kind, notice, what=notice.text)
    assert notice.id not in w.state.outbox
