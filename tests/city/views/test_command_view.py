"""Who commands, as a wall may see it: surnames and titles, and whether the rotating leader is in the hall."""

from typing import Any

import pytest

from city.state.duty_records import Post, Shift
from city.state.ledger_state import LedgerState
from city.state.linkage_records import Incident, Signed, Site
from city.views.response.command_view import CommandSeen, RotatingSeen, command_seen
from tests.city.commands.response.response_world import COMMANDER, LEADER, ROTATING, Responding

NOW = 1000.0
UNITS = frozenset({"消防"})


def incident(key: str, kind: str = "tree_down", state: str = "handling", **given: Any) -> Incident:
    return Incident(
        key, "L1", "natural", kind, "", "general", Site(), Signed("chen", "陈××", "duty_officer", NOW),
        state=state, **given,
    )  # fmt: skip


def see(*incidents: Incident, shift: Shift | None = None, rank: int = 3) -> CommandSeen:
    ledger = LedgerState()
    ledger.incidents = {one.id: one for one in incidents}
    return command_seen(ledger, shift, rank, NOW, units=UNITS)


def rotating(rank: int = 3, **given: Any) -> RotatingSeen | None:
    post = Post("rotating_leader", "方××（副区长）", deputy="袁××（副主任）", **given)
    shift = Shift("s", "310115", "day", NOW - 600, NOW + 600, posts={"rotating_leader": post})
    return see(shift=shift, rank=rank).rotating


def test_the_commander_is_that_of_the_response_and_not_of_another_incident() -> None:
    told = see(incident("a", commander_name="王××"), incident("b", "response", commander_name="李××（区长）"))
    assert told.commander == "李××（区长）"


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("张三（消防）", ("张××", "消防")), ("张三 13812345678", ("张××", "")),
        ("张三（住川沙路5号）", ("张××", "")),
        ("张××(消防)", ("张××", "消防")), ("  ", ("", "")), ("（消防）", ("", "")),
    ],
)  # fmt: skip
def test_of_a_typed_person_a_wall_shows_the_surname_and_a_known_unit(
    typed: str, seen: tuple[str, str]
) -> None:
    told = see(incident("a", scene_commander=typed))
    assert (told.scene, told.scene_unit) == seen


def test_who_approved_a_level_as_the_commander_commands_until_the_response_ends() -> None:
    world = Responding()

    def commands() -> tuple[str, str]:
        told = command_seen(world.state, None, world.rank(), world.now.city)
        return told.commander, told.commander_as

    world.activate(3)
    assert commands() == ("", "")  # Ⅱ by the rotating leader
    world.propose(4, LEADER)
    world.approve(COMMANDER)
    assert commands() == ("", "")
    world.approve(LEADER)
    assert commands() == ("q××", "commander")
    world.activate(2)
    assert commands() == ("q××", "commander")
    world.activate(0)
    assert commands() == ("", "")
    world.with_deputy(ROTATING)
    world.propose(4, LEADER)
    world.approve(ROTATING)
    world.approve(LEADER)
    assert commands() == ("f××", "deputy")


def test_of_a_spoken_order_the_commander_is_told_by_title_alone() -> None:
    world = Responding()
    world.speak(4, person="李四（区长）")
    world.approve(LEADER)
    told = command_seen(world.state, None, 4, world.now.city)
    assert (told.commander, told.commander_as) == ("", "spoken")


def test_a_closed_incident_has_no_commander() -> None:
    told = see(incident("a", "response", "closed", commander_name="李××", scene_commander="张三（消防）"))
    assert told == CommandSeen()


@pytest.mark.parametrize("rank", [0, 1, 2, 3, 4])
def test_the_leader_is_needed_from_the_third_level_on_and_the_commander_at_the_first(rank: int) -> None:
    told = rotating(rank)
    assert told is not None
    assert (told.is_needed, see(rank=rank).is_asked) == (rank >= 2, rank == 4)


def test_a_rotating_leader_who_has_not_signed_in_is_missing_since_the_shift_began() -> None:
    assert rotating() == RotatingSeen("方××（副区长）", False, NOW - 600, "袁××（副主任）", True)


@pytest.mark.parametrize(
    ("rank", "method", "there"), [(2, "phone", True), (3, "phone", False), (3, "hall", True)]
)
def test_from_the_second_level_on_only_the_hall_counts(rank: int, method: str, there: bool) -> None:
    told = rotating(
        rank, state="signed_in", account="fang", holder="方××（副区长）", method=method, since=NOW - 60
    )
    assert told is not None
    assert told.is_there is there


def test_the_deputy_who_has_the_authority_stands_in() -> None:
    assert rotating(state="replaced") == RotatingSeen("袁××（副主任）", True, is_needed=True)


def test_without_a_post_nobody_is_missing() -> None:
    assert see(shift=Shift("s", "310115", "day", NOW - 600, NOW + 600)).rotating is None
