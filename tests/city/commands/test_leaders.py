"""What leaders decide: support that a street asks for, orders to relocate, looks, and their hand-over."""

from typing import Any

import pytest

from city.access import Person
from city.commands.command import Decision
from city.state.leader_records import RelocationOrder, SupportRequest
from city.state.linkage_records import Signed
from city.state.response_records import Activation, Basis, Response
from city.state.row_keys import row_key_of
from tests.city.commands.linkage.linkage_world import FIRE, OTHER_LEADER, ROTATING, STREET, Linked
from tests.city.commands.world import LI, LU, WEI, person

COMMANDER = person("ye", "commander")
ASKED: dict[str, Any] = {
    "kind": "relocation", "count": 14, "tried": ["own_squads"], "group": "sea_wall_outside",
    "text": "老人行动不便",
}  # fmt: skip


def asked(world: Linked, **more: Any) -> SupportRequest:
    world.did("request_support", f"support:{LU}", STREET, **ASKED | more)
    return list(world.state.supports.values())[-1]


def proposed(world: Linked, by: Person = ROTATING, **more: Any) -> RelocationOrder:
    args = {"streets": [LU, WEI], "groups": ["sea_wall_outside"], "deadline": "2026-11-23T09:00:00+08:00"}
    world.did("order_relocation", "relocation:new", by, **args | more)
    return list(world.state.relocations.values())[-1]


def respond(world: Linked) -> str:
    """Put a level Ⅱ with an open incident into force; return the incident's id."""
    incident = world.tree({"agency": "lh", "priority": "P1", "template": "tree_down#1"})
    signed = Signed("fang", "方××", "rotating_leader", world.now.city)
    active = Activation("a1", 3, world.now.city, "approved", signed, Basis(), incident=incident.id)
    id_ = "310115/flood_typhoon"
    world.state.responses[id_] = Response(id_, "310115", "flood_typhoon", (active,))
    return incident.id


# ---- support
def test_a_street_asks_and_an_approval_becomes_a_task_of_the_named_agency() -> None:
    world = Linked()
    request = asked(world)
    assert (request.holder, request.count, request.state, request.to) == (LU, 14, "waiting", "ga")
    assert request.answer_by == world.now.city + 900
    facts = world.did("answer_support", f"support:{request.id}", ROTATING, answer="approved", agency="xf")
    assert facts == ["SupportAnswered", "IncidentOpened", "TaskIssued"]
    answered = world.state.supports[request.id]
    task = world.state.tasks[answered.task]
    assert (answered.state, task.agency, task.words, task.ordered.role) == (
        "approved", "xf", "support_relocation", "rotating_leader",
    )  # fmt: skip
    assert task.place.street == LU
    assert "14" in task.text


def test_with_a_level_in_force_its_incident_carries_the_task() -> None:
    world = Linked()
    incident = respond(world)
    request = asked(world)
    facts = world.did("answer_support", f"support:{request.id}", COMMANDER, answer="approved")
    assert facts == ["SupportAnswered", "TaskIssued"]
    assert world.state.supports[request.id].task == f"{incident}.2"


def test_support_is_refused_or_sent_back_only_with_words_and_answered_once() -> None:
    world = Linked()
    request = asked(world)
    subject = f"support:{request.id}"
    assert world.no("answer_support", subject, ROTATING, answer="sent_back")[0] == "bad_arg"
    world.did("answer_support", subject, ROTATING, answer="sent_back", text="先用社区队伍")
    assert world.state.supports[request.id].state == "sent_back"
    reason, names = world.no("answer_support", subject, OTHER_LEADER, answer="approved")
    assert (reason, names) == ("support_answered", {"support_state": "sent_back"})
    assert asked(world).id != request.id  # a request that came back may be made again


def test_of_two_leaders_the_second_is_told_who_answered() -> None:
    world = Linked()
    subject = f"support:{asked(world).id}"
    version = world.state.supports[subject.removeprefix("support:")].version
    world.did("answer_support", subject, ROTATING, answer="approved")
    lost = world.look("answer_support", subject, OTHER_LEADER, version=version, answer="approved")
    assert lost.code == "conflict"
    assert lost.winner.by == "fang××"


def test_a_request_that_nobody_answers_goes_to_the_backstop_agency_once() -> None:
    world = Linked()
    request = asked(world)
    world.wait(seconds=899)
    assert world.tick("support") == []
    world.wait(seconds=1)
    assert world.ticks("support") == ["forward"]
    forwarded = world.state.supports[request.id]
    task = world.state.tasks[forwarded.task]
    assert (forwarded.state, forwarded.to, task.agency, task.mode) == ("forwarded", "yj", "yj", "rule")
    assert world.lines[-1] == "log.support.forwarded" or "log.support.forwarded" in world.lines


@pytest.mark.parametrize(
    ("by", "changes", "reason"),
    [
        (FIRE, {}, "support_of_other"), (STREET, {"street": "nowhere"}, "bad_arg"),
        (STREET, {"tried": []}, "bad_arg"), (LI, {}, "no_role"),
    ],
)  # fmt: skip
def test_who_may_ask_and_what_a_request_needs(by: Person, changes: dict[str, Any], reason: str) -> None:
    world = Linked()
    refused = world.look("request_support", f"support:{LU}", by, **ASKED | changes)
    assert not isinstance(refused, Decision)
    assert refused.reason == reason or refused.code == "not_allowed"


def test_a_holder_has_one_waiting_request_of_a_kind() -> None:
    world = Linked()
    first = asked(world)
    reason, names = world.no("request_support", f"support:{LU}", STREET, **ASKED)
    assert (reason, names["until_at"]) == ("support_waits", first.answer_by)
    assert asked(world, kind="pumps", group=None).kind == "pumps"


# ---- relocation
def test_relocation_needs_two_different_people_and_gives_each_street_a_task() -> None:
    world = Linked()
    order = proposed(world)
    subject = f"relocation:{order.id}"
    assert world.no("confirm_relocation", subject, ROTATING)[0] == "two_people"
    assert world.did("confirm_relocation", subject, OTHER_LEADER) == [
        "RelocationOrdered", "IncidentOpened", "TaskIssued", "TaskIssued",
    ]  # fmt: skip
    ordered = world.state.relocations[order.id]
    tasks = [world.state.tasks[id_] for id_ in ordered.tasks]
    assert [(task.agency, task.words, task.due_by) for task in tasks] == [
        (street, "relocate", order.deadline) for street in (LU, WEI)
    ]
    assert world.no("confirm_relocation", subject, COMMANDER)[0] == "relocation_decided"


def test_an_order_that_nobody_confirms_calls_the_commander_and_lapses_at_its_deadline() -> None:
    world = Linked()
    order = proposed(world)
    world.wait(seconds=600)
    assert world.ticks("relocation") == ["call"]
    assert world.state.relocations[order.id].state == "proposed"  # it is never ordered by itself
    world.wait(seconds=order.deadline - world.now.city)
    assert world.no("confirm_relocation", f"relocation:{order.id}", COMMANDER)[0] == "relocation_late"
    assert world.ticks("relocation") == ["lapse"]
    assert world.state.relocations[order.id].state == "lapsed"
    assert world.state.tasks == {}


def test_a_relocation_is_refused_with_a_reason() -> None:
    world = Linked()
    subject = f"relocation:{proposed(world).id}"
    assert world.no("refuse_relocation", subject, OTHER_LEADER)[0] == "missing_arg"
    world.did("refuse_relocation", subject, OTHER_LEADER, text="先核实人数")
    assert world.state.relocations[subject.removeprefix("relocation:")].state == "refused"


# ---- looks
def test_a_look_is_kept_for_its_account_alone() -> None:
    world = Linked()
    mark = row_key_of("account:fang")
    assert world.no("note_look", f"look:{mark}", OTHER_LEADER, figures={})[0] == "look_of_other"
    for value in (1.0, 2.0, 3.0):
        answer = world.look("note_look", f"look:{mark}", ROTATING, figures={"closures": value})
        world.take(answer, "note_look", ROTATING)
    assert [look.figures for look in world.state.looks["fang"]] == [{"closures": 2.0}, {"closures": 3.0}]


# ---- hand-over
def test_the_incoming_leader_acknowledges_every_item_before_both_have_signed() -> None:
    world = Linked()
    respond(world)
    asked(world)
    subject = "leader_handover:2026-11-23"
    world.did("draft_leader_handover", subject, ROTATING, figures={"closures": "3"}, text="盯芦潮港潮位")
    drafted = world.state.leader_handovers["2026-11-23"]
    assert [item.kind for item in drafted.items] == ["level", "task", "support"]
    assert world.no("sign_leader_handover", subject, OTHER_LEADER, side="incoming") == (
        "leader_items_left", {"count": 3},
    )  # fmt: skip
    assert world.no("answer_leader_item", subject, ROTATING, key=drafted.items[0].key)[0] == "two_people"
    for item in drafted.items:
        world.did("answer_leader_item", subject, OTHER_LEADER, key=item.key)
    world.did("sign_leader_handover", subject, OTHER_LEADER, side="incoming")
    assert world.no("sign_leader_handover", subject, OTHER_LEADER, side="outgoing")[0] == "not_this_side"
    world.did("sign_leader_handover", subject, ROTATING, side="outgoing")
    assert world.state.leader_handovers["2026-11-23"].is_done
    assert world.lines[-1] == "log.leader_handover"


def test_a_draft_is_made_again_with_the_answers_that_hold_until_somebody_signs() -> None:
    world = Linked()
    respond(world)
    subject = "leader_handover:2026-11-23"
    world.did("draft_leader_handover", subject, ROTATING)
    key = world.state.leader_handovers["2026-11-23"].items[0].key
    world.did("answer_leader_item", subject, OTHER_LEADER, key=key)
    asked(world)
    world.did("draft_leader_handover", subject, ROTATING)
    items = world.state.leader_handovers["2026-11-23"].items
    assert [bool(item.answered) for item in items] == [True, False, False]
    world.did("sign_leader_handover", subject, ROTATING, side="outgoing")
    assert world.no("draft_leader_handover", subject, ROTATING)[0] == "signed_before"
