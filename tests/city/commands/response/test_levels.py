"""Raising, lowering and ending levels by two people; silence; the city's level (domain §4.6)."""

import pytest

from city.access import Person
from city.clocks.timestamps import iso
from tests.city.commands.response.response_world import (
    CITY,
    COMMANDER,
    DISTRICT,
    DRILL,
    FLOOD,
    GREEN_LEADER,
    LEAD,
    LEADER,
    OFFICER,
    OTHER_LEADER,
    ROTATING,
    Responding,
)
from tests.city.commands.world import SYSTEM, WEI, WEIFANG, person


@pytest.mark.parametrize(
    ("rank", "proposer", "first", "second"),
    [
        (1, OFFICER, LEAD, LEADER),
        (2, LEAD, LEADER, FLOOD),
        (3, FLOOD, ROTATING, LEADER),
        (3, LEAD, LEADER, COMMANDER),
        (4, FLOOD, COMMANDER, LEADER),
    ],
)
def test_two_people_of_the_table_start_a_level(
    rank: int, proposer: Person, first: Person, second: Person
) -> None:
    world = Responding()
    world.propose(rank, proposer)
    assert world.approve(first) == ["LevelApproved"]
    assert world.rank() == 0
    assert world.approve(second)[:2] == ["LevelApproved", "ResponseActivated"]
    active = world.response().active
    assert active is not None
    assert (active.rank, active.decided, active.state) == (rank, "approved", "active")
    assert {one.signed.by for one in active.approvals} == {first.account, second.account}
    assert world.response().proposal is None
    assert world.lines[-3:] == ["log.level_approved", "log.level_approved", "log.level_active.approved"]


@pytest.mark.parametrize(
    ("rank", "by"),
    [(2, OFFICER), (3, OFFICER), (4, LEAD), (4, OFFICER), (1, GREEN_LEADER), (2, GREEN_LEADER), (1, WEIFANG)],
)
def test_who_the_table_does_not_name_may_not_propose(rank: int, by: Person) -> None:
    assert Responding().no("propose_level", DISTRICT, by, rank=rank)[0] == "may_not_propose_level"


@pytest.mark.parametrize(
    ("rank", "by"), [(1, FLOOD), (1, ROTATING), (2, LEAD), (2, ROTATING), (3, FLOOD), (4, ROTATING)]
)
def test_who_the_table_does_not_name_may_not_approve(rank: int, by: Person) -> None:
    world = Responding()
    world.propose(rank, LEADER)
    assert world.not_approved(by) == "may_not_approve_level"


def test_a_person_counts_once_whatever_roles_they_have() -> None:
    world = Responding()
    both = person("duo", "shift_lead", "duty_leader")
    world.propose(1, both)
    world.approve(both)
    assert world.not_approved(both) == "other_person_needed"
    assert world.not_approved(person("duo", "duty_leader")) == "other_person_needed"
    assert world.rank() == 0
    world.approve(LEADER)
    assert world.rank() == 1


def test_two_people_of_one_role_are_not_both_approvals() -> None:
    world = Responding()
    world.propose(2)
    world.approve(LEADER)
    assert world.not_approved(OTHER_LEADER) == "other_approver_needed"


def test_a_shift_role_off_shift_approves_nothing() -> None:
    world = Responding()
    world.propose(1)
    assert world.not_approved(person("wang", "duty_leader", shift=False)) == "off_shift"


def test_an_approval_is_of_the_proposal_that_was_seen() -> None:
    world = Responding()
    old = world.propose(1, OFFICER)
    world.propose(2)
    assert world.no("approve_level", DISTRICT, LEADER, proposal=old)[0] == "other_level_proposed"
    assert [one.rank for one in world.response().refused] == [1]


def test_a_lower_proposal_does_not_replace_one_that_waits() -> None:
    world = Responding()
    world.propose(2)
    reason, names = world.no("propose_level", DISTRICT, OFFICER, rank=1)
    assert (reason, names) == ("level_proposed", {"level_state": "III"})


def test_lowering_needs_a_reason_and_the_table_of_the_higher_level_and_may_skip() -> None:
    world = Responding()
    world.activate(4)
    assert world.no("propose_level", DISTRICT, LEADER, rank=2)[0] == "missing_arg"
    assert world.no("propose_level", DISTRICT, LEAD, rank=2, text="雨停")[0] == "may_not_propose_level"
    world.propose(2, LEADER, text="风雨减弱")
    assert world.not_approved(FLOOD) == "may_not_approve_level"
    world.approve(COMMANDER)
    world.approve(LEADER)
    first, second = world.response().activations
    assert (first.state, first.rank, second.state, second.rank) == ("superseded", 4, "active", 2)
    assert first.incident == second.incident
    assert world.lines[-1] == "log.level_lowered"


def test_ending_is_approved_by_two_and_closes_the_activation() -> None:
    world = Responding()
    world.activate(1)
    world.propose(0, LEADER, text="预警解除")
    world.approve(LEAD)
    assert world.approve(LEADER)[:2] == ["LevelApproved", "ResponseEnded"]
    (ended,) = world.response().activations
    assert (ended.state, ended.end_reason, world.rank()) == ("ended", "预警解除", 0)
    assert [one.signed.by for one in ended.end_approvals] == ["gu", "wang"]
    assert world.response().recovery_since == world.now.city
    kept = world.response().activations
    world.activate(2)
    assert world.response().activations[:1] == kept


def test_a_refusal_ends_the_proposal_and_who_proposed_may_take_it_back() -> None:
    world = Responding()
    world.propose(1, OFFICER)
    assert world.no("refuse_level", DISTRICT, FLOOD, proposal=world.proposal().id)[0] == (
        "may_not_approve_level"
    )
    world.did("refuse_level", DISTRICT, LEADER, proposal=world.proposal().id, text="再观察")
    assert world.response().proposal is None
    world.propose(1, OFFICER)
    world.did("refuse_level", DISTRICT, OFFICER, proposal=world.proposal().id)
    assert len(world.response().refused) == 2


def test_a_first_iv_begins_by_itself_after_ten_minutes_and_says_that_nobody_decided() -> None:
    world = Responding()
    world.propose(1, OFFICER)
    world.approve(LEAD)
    world.wait(minutes=9)
    assert world.ticks("response") == []
    world.wait(minutes=1)
    assert world.ticks("response") == ["decide"]
    active = world.response().active
    assert active is not None
    assert (active.rank, active.decided, len(active.approvals)) == (1, "silence", 1)
    assert world.lines[-1] == "log.level_active.silence"


@pytest.mark.parametrize(("rank", "minutes", "called"), [(2, 10, ROTATING), (3, 5, COMMANDER)])
def test_silence_on_a_higher_level_calls_the_next_who_may_approve(
    rank: int, minutes: int, called: Person
) -> None:
    world = Responding()
    world.propose(rank)
    world.approve(LEADER)
    world.wait(minutes=minutes)
    assert world.ticks("response") == ["decide"]
    assert (world.rank(), world.proposal().called) == (0, called.roles)
    assert world.lines[-1] == "log.level_overdue"
    assert world.not_approved(LEADER) == "other_person_needed"
    world.approve(called)
    assert world.rank() == rank


def test_an_exercise_never_begins_by_itself() -> None:
    world = Responding()
    world.propose(1, OFFICER, DRILL)
    world.wait(minutes=10)
    assert world.ticks("response") == ["decide"]
    assert (world.rank(DRILL), world.proposal(DRILL).called) == (0, ("rotating_leader",))


def test_lowering_from_iv_never_happens_by_itself() -> None:
    world = Responding()
    world.activate(1)
    world.propose(0, LEADER, text="预警解除")
    world.wait(minutes=11)
    world.ticks("response")
    assert (world.rank(), world.proposal().called) == (1, ("rotating_leader",))


def test_silence_on_iii_by_warnings_leaves_no_district_without_a_level() -> None:
    world = Responding()
    key = world.warn("y", "暴雨", "黄色")
    world.engine_proposes(2, warnings=[key])
    world.wait(minutes=10)
    assert world.ticks("response") == ["decide"]
    assert (world.rank(), world.proposal().rank, world.proposal().rank_before) == (1, 2, 1)
    world.approve(LEADER)
    world.approve(FLOOD)
    assert [(one.rank, one.decided) for one in world.response().activations] == [
        (1, "silence"), (2, "approved"),
    ]  # fmt: skip


def test_the_citys_level_lifts_a_lower_district_at_once_and_leaves_a_higher_one() -> None:
    world = Responding()
    assert world.city(1) == ["CityLevelRecorded", "ResponseActivated"]
    active = world.response().active
    assert active is not None
    assert (active.rank, active.decided) == (1, "city_order")
    world.activate(3)
    assert world.city(2) == ["CityLevelRecorded"]
    assert (world.rank(), world.rank(CITY)) == (3, 2)
    reason, names = world.no("propose_level", DISTRICT, LEADER, rank=1, text="雨停")
    assert (reason, names) == ("below_city_level", {"level_state": "IV", "city_level_state": "III"})
    assert world.no("propose_level", DISTRICT, LEADER, rank=0, text="雨停")[0] == "below_city_level"
    world.city(0)
    assert (world.rank(), world.rank(CITY)) == (3, 0)
    assert world.lines[-1] == "log.city_level.end"


def test_a_city_order_leaves_a_raise_that_waits_and_ends_other_proposals() -> None:
    world = Responding()
    world.propose(3)
    world.city(2)
    assert (world.proposal().rank, world.proposal().rank_before) == (3, 2)
    world.city(3)
    assert world.response().proposal is None
    assert world.no("record_city_level", CITY, OFFICER, rank=3, text="x")[0] == "level_is_so"
    assert world.no("record_city_level", DISTRICT, OFFICER, rank=4, text="x")[0] == "unknown_response"


def test_a_city_level_does_not_begin_in_the_future() -> None:
    world = Responding()
    reason, names = world.no(
        "record_city_level", CITY, OFFICER, rank=1, text="x", since=iso(world.now.city + 60)
    )
    assert (reason, names["field"]) == ("bad_arg", "since")


def test_a_street_proposes_its_own_level_only() -> None:
    world = Responding()
    own = f"response:{WEI}/flood_typhoon"
    world.propose(1, WEIFANG, own)
    world.approve(LEAD, own)
    world.approve(LEADER, own)
    assert (world.rank(own), world.rank()) == (1, 0)
    assert world.no("propose_level", "response:310115005/flood_typhoon", WEIFANG, rank=1)[0] == (
        "may_not_propose_level"
    )


@pytest.mark.parametrize(
    "subject", ["response:310115/rain", "response:999/heat", "response:310115", CITY, "response:x/heat/y"]
)
def test_an_unknown_response_is_refused(subject: str) -> None:
    assert Responding().no("propose_level", subject, LEADER, rank=1)[0] == "unknown_response"


def test_an_exercise_has_its_own_response_and_the_real_one_is_free() -> None:
    world = Responding()
    drill = world.activate(3, DRILL)
    assert (drill.is_exercise, world.rank()) == (True, 0)
    assert world.lines[-1] == "log.level_active.approved"
    assert world.state.log[-1].names["exercise"] == "1"
    real = world.activate(1)
    assert not real.is_exercise
    assert real.id != drill.id
    world.did("record_city_level", f"{CITY}/exercise", OFFICER, rank=4, text="演练")
    assert (world.rank(DRILL), world.rank(), world.rank(CITY)) == (4, 1, 0)


def test_the_engine_proposes_only_raises_and_not_twice_on_one_basis() -> None:
    world = Responding()
    blue = world.warn("b", "暴雨", "蓝色")
    world.engine_proposes(1, warnings=[blue])
    world.did("refuse_level", DISTRICT, LEADER, proposal=world.proposal().id)
    assert world.engine_proposes(1, warnings=[blue]).reason == "suggested_already"
    other = world.warn("b2", "暴雨", "蓝色")
    world.engine_proposes(1, warnings=[blue, other])
    assert world.proposal().basis.warnings == (blue, other)
    world.approve(LEAD)
    world.approve(LEADER)
    assert world.engine_proposes(0, text="解除").reason == "only_people_lower"
    assert world.no("propose_level", DISTRICT, SYSTEM, rank=2, warnings=["unknown"])[0] == "bad_arg"
    assert world.no("propose_level", DISTRICT, SYSTEM, rank=3)[0] == "may_not_propose_level"
