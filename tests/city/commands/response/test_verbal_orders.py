"""Spoken orders of the commander (M10), and the commander's deputy."""

import pytest

from city.access import Person
from city.clocks.timestamps import iso
from tests.city.commands.response.response_world import (
    COMMANDER,
    DISTRICT,
    LEAD,
    LEADER,
    OFFICER,
    OTHER_LEADER,
    ROTATING,
    Responding,
)
from tests.city.commands.world import person


def test_the_second_approver_of_a_spoken_order_is_another_person() -> None:
    world = Responding()
    both = person("chen", "duty_officer", "duty_leader")
    world.speak(by=both, voice_ref="R-0150")
    verbal = world.proposal().verbal
    assert verbal is not None
    assert (verbal.person, verbal.voice_ref, verbal.write_by - verbal.given_at) == ("区长", "R-0150", 1800.0)
    assert [one.signed.role for one in world.proposal().approvals] == ["commander"]
    assert world.rank() == 0
    assert world.not_approved(both) == "other_person_needed"
    assert world.not_approved(person("qu", "commander", "duty_leader")) == "other_person_needed"
    assert world.not_approved(ROTATING) == "may_not_approve_level"
    world.wait(minutes=2)
    assert world.approve(LEADER)[:2] == ["LevelApproved", "ResponseActivated"]
    active = world.response().active
    assert active is not None
    assert (active.rank, active.decided, active.activated_at - verbal.given_at) == (4, "verbal", 120.0)
    assert [one.signed.by for one in active.approvals] == ["", "wang"]


def test_an_order_that_is_not_written_in_time_is_told_and_the_level_stays() -> None:
    world = Responding()
    world.speak()
    world.approve(LEADER)
    world.wait(minutes=29)
    assert world.ticks("response") == []
    world.wait(minutes=1)
    assert world.ticks("response") == ["write"]
    active = world.response().active
    assert active is not None
    assert active.verbal is not None
    assert (world.rank(), active.verbal.overdue, world.lines[-1]) == (4, True, "log.verbal_overdue")
    world.did("confirm_verbal_order", DISTRICT, LEAD, text="浦汛指〔2026〕3号")
    active = world.response().active
    assert active is not None
    assert active.verbal is not None
    assert active.verbal.confirmed is not None
    assert active.verbal.confirmed.by == "gu"
    assert world.ticks("response") == []
    assert world.no("confirm_verbal_order", DISTRICT, LEAD, text="x")[0] == "no_verbal_order"


def test_an_order_confirmed_in_time_is_never_overdue() -> None:
    world = Responding()
    world.speak()
    world.did("confirm_verbal_order", DISTRICT, COMMANDER, text="书面指令")
    world.approve(LEADER)
    world.wait(minutes=40)
    assert world.ticks("response") == []


def test_silence_on_a_spoken_order_calls_the_rotating_leader_who_may_approve() -> None:
    world = Responding()
    world.speak()
    world.wait(minutes=5)
    assert world.ticks("response") == ["decide"]
    assert (world.rank(), world.proposal().called) == (0, ("rotating_leader",))
    world.approve(ROTATING)
    assert world.rank() == 4


@pytest.mark.parametrize(("by", "may"), [(LEADER, False), (LEAD, False), (OFFICER, True), (COMMANDER, True)])
def test_a_spoken_order_is_taken_back_by_the_commander_or_who_recorded_it(by: Person, may: bool) -> None:
    world = Responding()
    world.speak()
    proposal = world.proposal().id
    if may:
        assert world.did("refuse_level", DISTRICT, by, proposal=proposal) == ["LevelRefused"]
    else:
        reason, _ = world.no("refuse_level", DISTRICT, by, proposal=proposal)
        assert reason == "may_not_approve_level"


@pytest.mark.parametrize("minutes", [-31, 1])
def test_a_spoken_order_is_of_the_last_half_hour(minutes: int) -> None:
    world = Responding()
    reason, names = world.no(
        "record_verbal_order", DISTRICT, OFFICER, rank=4, person="区长", words="启动",
        given_at=iso(world.now.city + 60 * minutes),
    )  # fmt: skip
    assert (reason, names["field"]) == ("bad_arg", "given_at")


def test_a_spoken_order_replaces_a_proposal_and_may_lower_or_end() -> None:
    world = Responding()
    world.activate(3)
    world.propose(4, LEADER)
    world.speak(0, words="解除响应")
    assert world.proposal().rank == 0
    world.approve(OTHER_LEADER)
    assert world.rank() == 0
    assert world.response().activations[-1].end_reason == "解除响应"


def test_a_deputy_decides_in_the_commanders_place() -> None:
    world = Responding()
    world.propose(4, LEADER)
    assert world.not_approved(ROTATING) == "may_not_approve_level"
    world.with_deputy(ROTATING)
    world.approve(ROTATING)
    world.approve(LEADER)
    assert [one.signed.role for one in world.response().activations[-1].approvals] == [
        "deputy", "duty_leader",
    ]  # fmt: skip
    world.did("authorise_deputy", DISTRICT, COMMANDER)
    assert world.response().deputy == ""


def test_a_deputy_who_is_the_duty_leader_is_one_person() -> None:
    world = Responding()
    world.with_deputy(LEADER)
    world.propose(4, LEADER)
    world.approve(LEADER)
    assert world.not_approved(LEADER) == "other_person_needed"
    assert world.rank() == 0


def test_only_who_signed_in_can_be_the_deputy() -> None:
    world = Responding()
    assert world.no("authorise_deputy", DISTRICT, COMMANDER, to="ghost")[0] == "leader_not_on_roster"
    assert world.no("authorise_deputy", DISTRICT, COMMANDER, to="qu")[0] == "bad_arg"
