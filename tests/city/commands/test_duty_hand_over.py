"""The guards of a hand-over: who answers, who signs, when it is released, and when it is drafted again."""

import msgspec
import pytest

from city.commands.command import Decision
from tests.city.commands.duty_world import TIMES, DutyWorld

NIGHT, DAY = "310115-2026-11-22-night", "310115-2026-11-23-day"


def near_the_end(*, with_task: bool = True) -> DutyWorld:
    """08:16: the next lead has signed in."""
    world = DutyWorld()
    world.open_shift("wang")
    if with_task:
        world.task()
    world.at("08:16")
    world.does("sign_in", "gu", DAY)
    return world


def key_of(world: DutyWorld, kind: str) -> str:
    return next(item.key for item in world.handover.items if item.kind == kind)


@pytest.mark.parametrize(("verb", "args"), [
    ("answer_item", {"key": "x"}), ("sign_handover", {"side": "outgoing"}), ("release_shift", {"text": "x"}),
    ("pass_authority", {"post": "duty_leader"}),
])  # fmt: skip
def test_a_shift_that_is_not_responsible_or_not_known_has_no_hand_over(
    verb: str, args: dict[str, str]
) -> None:
    world = near_the_end()
    who = "wang" if verb == "release_shift" else "chen"
    reasons = {
        world.refuses(verb, who, "310115-2026-12-01-day", **args).reason,
        world.refuses(verb, who, DAY, **args).reason,
    }
    assert reasons <= {"unknown_shift", "not_responsible"}


def test_before_the_draft_there_is_nothing_to_answer_or_to_sign() -> None:
    world = DutyWorld()
    world.open_shift()
    assert world.refuses("sign_handover", "chen", side="outgoing").reason == "no_draft"
    assert world.refuses("answer_item", "chen", key="x").names == {"from_at": world.shift.ends_at - 1800}
    assert world.refuses("sign_out", "chen").reason == "lead_stays"


def test_the_incoming_lead_and_the_duty_leader_answer_and_nobody_else() -> None:
    world = near_the_end()
    key = key_of(world, "incident")
    for who in ("chen", "lu", "shen", "zhou"):
        assert world.refuses("answer_item", who, NIGHT, key=key).reason == "not_incoming"
    world.does("answer_item", "wang", NIGHT, key=key)
    assert world.refuses("answer_item", "gu", NIGHT, key=key).reason == "item_answered"
    assert world.refuses("answer_item", "gu", NIGHT, key="nothing").reason == "no_item"


def test_an_item_that_is_no_task_is_only_seen_and_so_is_a_task_that_is_over() -> None:
    world = near_the_end()
    assert (
        world.refuses("answer_item", "gu", NIGHT, key=key_of(world, "incident"), answer="cancel").reason
        == "only_seen"
    )
    world.state.tasks["inc1.1"].state = "verified"
    key = key_of(world, "task")
    assert world.refuses("answer_item", "gu", NIGHT, key=key, answer="take_over").reason == "only_seen"
    assert world.does("answer_item", "gu", NIGHT, key=key) == ["HandoverItemAnswered"]


@pytest.mark.parametrize(("answer", "kind"), [("take_over", "TaskTakenOver"), ("cancel", "TaskCancelled")])
def test_a_task_is_taken_over_or_cancelled_in_the_same_act(answer: str, kind: str) -> None:
    world = near_the_end()
    version = world.shift.version
    answered = world.give(
        "answer_item", f"shift:{NIGHT}", "gu", key=key_of(world, "task"), answer=answer, text="无需"
    )
    assert isinstance(answered, Decision)
    assert [fact.type for fact in answered.facts] == ["HandoverItemAnswered", kind]
    assert answered.expects == ((f"shift:{NIGHT}", version), ("task:inc1.1", 1))
    assert answered.facts[1].data["version"] == 2
    if answer == "take_over":
        assert answered.facts[1].data["shift"] == DAY


def test_each_lead_signs_their_own_side_once_and_never_both() -> None:
    world = near_the_end(with_task=False)
    assert world.refuses("sign_handover", "gu", NIGHT, side="outgoing").reason == "not_this_side"
    assert world.refuses("sign_handover", "chen", side="incoming").reason == "not_this_side"
    world.does("sign_handover", "gu", NIGHT, side="incoming")
    assert world.refuses("sign_handover", "gu", NIGHT, side="incoming").reason == "signed_before"
    world.does("sign_in", "shen")
    assert world.refuses("sign_handover", "chen", side="outgoing").reason == "not_this_side"
    assert world.refuses("sign_out", "shen").reason == "signatures_left"
    assert world.does("sign_handover", "shen", side="outgoing") == ["HandoverSigned", "ShiftHandedOver"]
    assert world.state.shifts[NIGHT].handover is not None
    assert world.state.shifts[NIGHT].late_s == 0.0  # signed before the end


def test_one_account_does_not_sign_both_sides() -> None:
    world = near_the_end(with_task=False)
    world.does("sign_handover", "chen", side="outgoing")
    lead = world.next.posts["shift_lead"]
    world.state.shifts[DAY].posts["shift_lead"] = msgspec.structs.replace(lead, account="chen")
    refused = world.refuses("sign_handover", "chen", NIGHT, side="incoming")
    assert (refused.code, refused.reason) == ("not_allowed", "two_people")


def test_the_incoming_side_needs_a_lead_who_is_there() -> None:
    world = DutyWorld()
    world.open_shift()
    world.at("08:16")
    refused = world.refuses("sign_handover", "gu", NIGHT, side="incoming")
    assert (refused.reason, refused.names["person"]) == ("not_relieved", "顾××（值班长）")
    world.does("sign_handover", "chen", side="outgoing")
    assert world.refuses("sign_out", "chen").reason == "not_relieved"


def test_a_deputy_signs_while_the_lead_is_on_a_short_leave() -> None:
    world = near_the_end(with_task=False)
    world.does("go_away", "chen", minutes=10)
    assert world.does("sign_handover", "shen", NIGHT, side="outgoing") == ["HandoverSigned"]


def test_a_shift_that_nobody_relieved_is_handed_over_to_the_present_one() -> None:
    world = DutyWorld()
    world.open_shift("wang")
    world.task()
    world.at("08:10")
    assert world.handover.to == DAY
    world.at("21:00")  # the whole day passed, and nobody came
    assert world.handover.to == "310115-2026-11-23-night"
    assert [item.kind for item in world.handover.items] == ["incident", "task"]
    assert world.refuses("sign_in", "gu", DAY).reason == "shift_over"
    world.does("sign_in", "shen", TIMES.at(world.now.city).id)
    world.does("release_shift", "wang", text="补交")
    assert world.state.shift == "310115-2026-11-23-night"


def test_engine_steps_after_a_long_stop_are_done_once_and_say_how_late() -> None:
    world = DutyWorld()
    world.open_shift("wang")
    world.until("08:52")  # the engine was stopped over the draft, the start, ten minutes and the release
    done = world.tick()
    assert sorted(set(done)) == [
        "HandoverDrafted",
        "PostCalled",
        "PostUnstaffed",
        "ShiftLimitPassed",
        "ShiftPlanned",
    ]
    late = {fact.type: fact.data["late_s"] for fact in world.facts if "late_s" in fact.data}
    assert late == {"ShiftLimitPassed": 420.0, "PostCalled": 1320.0, "PostUnstaffed": 720.0}
    assert world.tick() == []


def test_a_step_that_was_overtaken_is_refused() -> None:
    world = near_the_end()
    for code in (
        "draft",
        "call",
        "unstaffed",
        "release",
        "leave=shift_lead",
        "leave10=shift_lead",
        "nonsense",
    ):
        assert world.refuses_step(f"shift:{NIGHT}", code) == "step_overtaken"
    assert world.refuses_step("call_out:none", "end") == "step_overtaken"


def test_silent_devices_and_open_closures_are_items() -> None:
    world = DutyWorld()
    world.open_shift()
    for number in range(5):
        world.device(f"g{number}", f"{number}号水位计")
    world.silent = ("g0", "g1", "g2", "g3", "unknown")
    world.at("08:05")
    (item,) = world.handover.items
    assert (item.kind, item.key, item.names) == ("device", "device:silent", {
        "label": "0号水位计、1号水位计、2号水位计…", "count": "4",
    })  # fmt: skip


def test_pending_rulings_and_escalations_that_nobody_acknowledged_are_items_also_after_the_draft() -> None:
    world = DutyWorld()
    world.open_shift("li")
    keys = [world.report(f"hotline/{number}") for number in range(3)]
    for key in keys[:2]:
        world.done("file", key, world.who("li"), standard="component:0123#1")
    world.done("request_ruling", keys[0], world.who("li"))
    world.at("08:05")
    assert [(item.kind, item.ref, item.names["label"]) for item in world.handover.items] == [
        ("ruling", "case:hotline/0", "羽山路")
    ]
    assert world.tick() == []
    world.done("escalate", keys[1], world.who("li"), reason="无人处置")
    assert world.tick() == ["HandoverDrafted"]
    assert [(item.kind, item.ref) for item in world.handover.items][1:] == [("case", "case:hotline/1")]
    assert world.tick() == []
