"""The rotating leader must be in the room at Ⅱ and Ⅰ; after ten minutes the deputy gets the authority."""

import pytest

from city.commands.command import Refusal
from city.duty.authority import authority_name, holds
from city.response.leader_presence import leader_absence, presence_needed_since
from city.state.linkage_records import Signed
from city.state.response_records import CITY, Activation, Basis, Response
from city.views.duty.duty_board import duty_board
from city.views.duty.duty_board_seen import WeekSeen
from city.views.duty.duty_seen import duty_by_facts
from city.views.wall_seen import DutySeen
from tests.city.commands.duty_world import ROSTER, DutyWorld

LEADER = "rotating_leader,夏××（副区长）,,岑××（办公室副主任）,08:30,08:30,"


@pytest.fixture
def world() -> DutyWorld:
    """A night shift that has begun; nobody of the rotating leaders has signed in."""
    world = DutyWorld(roster=(*ROSTER, LEADER))
    world.open_shift()
    return world


def level(world: DutyWorld, rank: int, *, jurisdiction: str = "310115", is_exercise: bool = False) -> None:
    """A level comes into force now, after those before it."""
    id_ = f"{jurisdiction}/flood_typhoon"
    signed = Signed("wang", "王××", "duty_leader", world.now.city)
    before = world.state.responses.get(id_)
    earlier = before.activations if before is not None else ()
    for one in earlier:
        one.state = "superseded"
    number = f"a{len(earlier)}"
    active = Activation(number, rank, world.now.city, "approved", signed, Basis(), is_exercise=is_exercise)
    world.state.responses[id_] = Response(id_, jurisdiction, "flood_typhoon", (*earlier, active))


def absent_s(world: DutyWorld) -> float | None:
    found = leader_absence(world.state)
    return None if found is None else world.now.city - found.since


def test_below_two_the_leader_need_not_be_in_the_room(world: DutyWorld) -> None:
    world.wait(minutes=30)
    assert absent_s(world) is None
    level(world, 2)
    world.wait(minutes=30)
    assert (absent_s(world), presence_needed_since(world.state)) == (None, None)


def test_from_two_on_the_absence_counts_from_the_level(world: DutyWorld) -> None:
    world.wait(minutes=30)
    level(world, 3)
    world.wait(minutes=8)
    assert absent_s(world) == 480
    level(world, 4)  # it rises on: the leader is missing since Ⅱ
    world.wait(minutes=1)
    assert absent_s(world) == 540


@pytest.mark.parametrize("given", [{"jurisdiction": CITY}, {"is_exercise": True}])
def test_neither_the_citys_level_nor_an_exercise_calls_the_leader_into_the_room(
    world: DutyWorld, given: dict[str, object]
) -> None:
    level(world, 4, **given)  # type: ignore[arg-type]  # fields by name
    world.wait(minutes=30)
    assert absent_s(world) is None


def test_a_sign_in_by_phone_is_not_in_the_room_and_one_in_the_hall_is(world: DutyWorld) -> None:
    level(world, 3)
    world.does("sign_in", "xia", method="phone")
    world.wait(minutes=2)
    assert absent_s(world) == 120
    world.does("sign_in", "xia", method="hall")  # came in before the ten minutes
    assert absent_s(world) is None
    world.does("sign_in", "cen", method="phone")  # the deputy takes over, at home
    world.wait(minutes=2)
    assert absent_s(world) == 120
    world.wait(minutes=8)
    assert world.does("pass_authority", "chen", post="rotating_leader") == ["AuthorityPassed"]
    world.does("sign_in", "xia")  # who comes into the room has it again
    assert absent_s(world) is None
    assert authority_name(world.state, "rotating_leader") == "夏××（副区长）"


def test_after_ten_minutes_one_tap_of_the_shift_lead_passes_it_to_the_deputy(world: DutyWorld) -> None:
    world.wait(minutes=30)
    level(world, 3)
    world.wait(minutes=9)
    early = world.refuses("pass_authority", "chen", post="rotating_leader")
    assert isinstance(early, Refusal)
    assert early.reason == "absent_not_long"
    world.wait(minutes=1)
    seen = duty_by_facts(world.state, DutySeen(), world.now.city)
    assert (seen.absent_leader_since, seen.absent_leader_deputy) == (
        world.now.city - 600, "岑××（办公室副主任）",
    )  # fmt: skip
    assert world.does("pass_authority", "chen", post="rotating_leader") == ["AuthorityPassed"]
    assert holds(world.state, "rotating_leader", "岑××（办公室副主任）", "cen") is True
    assert absent_s(world) is None
    assert world.state.log[-1].text == "log.authority_passed"
    seen = duty_by_facts(world.state, DutySeen(), world.now.city)
    assert (seen.absent_leader_since, seen.rotating_leader) == (None, "岑××（办公室副主任）")


@pytest.mark.parametrize("rank", [0, 3])
@pytest.mark.parametrize("who", [None, "phone", "hall"])
def test_the_duty_page_offers_to_pass_the_authority_exactly_when_it_would_not_be_refused(
    world: DutyWorld, rank: int, who: str | None
) -> None:
    world.wait(minutes=4)
    if who is not None:
        world.does("sign_in", "xia", method=who)
    if rank:
        level(world, rank)
    for _ in range(5):
        world.wait(minutes=3)
        board = duty_board(world.state, world.rules, world.now.city, WeekSeen())
        (post,) = (one for one in board.posts if one.key == "rotating_leader")
        is_offered = post.passes_from is not None and world.now.city >= post.passes_from
        found = world.give("pass_authority", f"shift:{world.state.shift}", "chen", post="rotating_leader")
        assert is_offered is not isinstance(found, Refusal)
