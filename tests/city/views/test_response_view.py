"""Levels as pages see them: the mode, who decided, and what waits."""

import msgspec

from city.clocks.timestamps import iso
from city.state.response_records import RecoveryItem
from city.views.response.decisions import decision_on_level
from city.views.response.response_view import proposals_seen, public_name, response_of, response_seen
from tests.city.commands.response.response_world import DISTRICT, DRILL, LEAD, LEADER, OFFICER, Responding
from tests.city.commands.world import LU, STREETS, WEI


def modes(world: Responding) -> str:
    return response_seen(world.state, world.now.city).mode


def test_the_mode_follows_from_the_levels_in_force() -> None:
    world = Responding()
    assert modes(world) == "peace"
    world.activate(1)
    assert modes(world) == "alert"
    world.activate(2)
    assert modes(world) == "emergency"
    world.city(1)
    assert response_seen(world.state, world.now.city).levels[0].city_rank == 1


def test_a_streets_own_pages_see_no_level_of_another_street() -> None:
    world = Responding()
    world.activate(2)
    seen = response_seen(world.state, world.now.city)
    (district,) = seen.levels
    here, there = (msgspec.structs.replace(district, jurisdiction=code, rank=1) for code in (WEI, LU))
    every = msgspec.structs.replace(seen, levels=(district, here, there))
    assert response_of(every, WEI, STREETS).levels == (district, here)
    assert response_of(seen, WEI, STREETS) is seen
    of_streets = msgspec.structs.replace(seen, levels=(here, there))
    assert response_of(of_streets, LU, STREETS).mode == "alert"
    assert response_of(msgspec.structs.replace(seen, levels=(there,)), WEI, STREETS).mode == "peace"


def test_recovery_lasts_until_its_list_is_empty_or_72_hours() -> None:
    world = Responding()
    world.activate(1)
    world.activate(0)
    assert modes(world) == "peace"
    item = RecoveryItem("r1", "task", "task:x", "sw")
    response = world.response()
    world.state.responses[response.id] = msgspec.structs.replace(response, recovery=(item,))
    seen = response_seen(world.state, world.now.city)
    assert (seen.mode, seen.recovery_open, seen.recovery_since) == ("recovery", 1, world.now.city)
    world.wait(minutes=72 * 60 - 1)
    assert modes(world) == "recovery"
    world.wait(minutes=1)
    assert modes(world) == "peace"


def test_a_level_tells_the_highest_who_approved_by_surname_and_title() -> None:
    world = Responding()
    world.activate(3)
    (level,) = response_seen(world.state, world.now.city).levels
    assert (level.rank, level.by, level.by_title, level.decided) == (
        3, "f××", "rotating_leader", "approved",
    )  # fmt: skip


def test_a_spoken_order_tells_no_typed_word() -> None:
    world = Responding()
    world.speak(person="赵钱孙", words="启动一级响应")
    (proposal,) = proposals_seen(world.state, world.rules, world.now.city)
    assert (proposal.is_verbal, proposal.needs[0].role, proposal.needs[0].by) == (True, "commander", "")
    world.approve(LEADER)
    seen = response_seen(world.state, world.now.city)
    (level,) = seen.levels
    assert (level.by, level.by_title, level.recorded_by, level.written) == ("", "commander", "c××", False)
    told = msgspec.json.encode((seen, proposal)).decode()
    assert not any(one in told for one in ("赵", "钱孙", "启动"))


def test_an_exercise_is_marked_and_stands_behind_the_real_levels() -> None:
    world = Responding()
    world.activate(4, DRILL)
    world.activate(1)
    seen = response_seen(world.state, world.now.city)
    assert [(one.rank, one.is_exercise) for one in seen.levels] == [(1, False), (4, True)]


def test_a_proposal_tells_what_it_rests_on_and_what_is_missing() -> None:
    world = Responding()
    key = world.warn("y", "暴雨", "黄色")
    measure = {
        "kind": "rain_1h", "place": "YL-00012", "value": 36.5, "limit": 35.0, "unit": "mm",
        "at": iso(world.now.city),
    }  # fmt: skip
    world.engine_proposes(2, warnings=[key], measures=[measure])
    world.approve(LEADER)
    (seen,) = proposals_seen(world.state, world.rules, world.now.city)
    assert (seen.response, seen.rank, seen.rank_before, seen.by) == (DISTRICT[9:], 2, 0, "")
    assert (seen.warnings, seen.measures) == ((key,), (("rain_1h", "YL-00012", 36.5, 35.0, "mm"),))
    assert [(need.approvers, need.by, need.role) for need in seen.needs] == [
        (("duty_leader",), "w××", "duty_leader"), (("flood_office",), "", ""),
    ]  # fmt: skip
    assert seen.decide_by - seen.proposed_at == 600.0
    world.propose(3, LEAD)
    assert [one.rank for one in proposals_seen(world.state, world.rules, world.now.city)] == [3]
    world.did("refuse_level", DISTRICT, LEADER, proposal=world.proposal().id)
    assert proposals_seen(world.state, world.rules, world.now.city) == ()
    world.propose(1, OFFICER)
    assert proposals_seen(world.state, world.rules, world.now.city)[0].activates_itself


def test_names_are_masked_unless_they_are_already() -> None:
    assert [public_name(one) for one in ("王××（副区长）", "陈敏（值班员）", "陈敏", "")] == [
        "王××（副区长）", "陈××（值班员）", "陈××", "",
    ]  # fmt: skip


def test_the_leaders_page_counts_the_commanders_spoken_word_as_one_of_two() -> None:
    world = Responding()
    world.speak()
    (proposal,) = proposals_seen(world.state, world.rules, world.now.city)
    names = decision_on_level(proposal).names
    assert (names["given"], names["needs"]) == (1, 2)
