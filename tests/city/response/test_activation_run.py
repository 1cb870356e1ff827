"""What a level starts: the plan's tasks by level, once each; seats, rounds, relaxations, screens."""

from collections import Counter

import msgspec

from city.clocks.timestamps import iso
from city.response.activation_run import activation_run
from city.state.hotline_records import Span
from city.views.case_view import see_case
from tests.city.commands.world import STREETS, WANG
from tests.city.response.plan_world import RESPONSE, STATIONED, Raised


def codes(world: Raised, rank: int) -> Counter[str]:
    run = activation_run(world.state, world.rules, RESPONSE, rank, world.now.city)
    return Counter(task.code for task in run.tasks)


def test_the_first_level_starts_its_own_tasks_for_each_agency_and_street() -> None:
    found = codes(Raised(), 1)
    assert set(found) == {"401", "402", "403", "404", "405", "406", "407", "408"}
    assert found["407"] == len(STREETS)
    assert found["402"] == len(STREETS) + 1
    assert found["404"] == 3


def test_raising_by_two_levels_starts_the_tasks_between_them_too_and_none_again() -> None:
    world = Raised()
    world.activate(1)
    found = codes(world, 3)
    assert {code[0] for code in found} == {"3", "2"}
    world.activate(3)
    assert {code[0] for code in codes(world, 4)} == {"1"}
    assert codes(world, 3) == Counter()


def test_a_level_that_goes_down_starts_no_task_and_ends_the_relaxations_above_it() -> None:
    world = Raised()
    world.activate(3)
    run = activation_run(world.state, world.rules, RESPONSE, 1, world.now.city)
    assert (run.tasks, run.relaxed, run.screens) == ((), (), ())
    assert run.round is not None
    assert run.round.interval_s == 43_200.0
    assert set(run.relaxations_ended) == set(world.plan.relaxations)
    run = activation_run(world.state, world.rules, RESPONSE, 2, world.now.city)
    assert set(run.relaxations_ended) == {"defer_ordinary", "remote_checks", "skip_rules"}


def test_zero_reports_take_the_shorter_interval_and_ask_more_holders() -> None:
    world = Raised()
    first = activation_run(world.state, world.rules, RESPONSE, 1, world.now.city).round
    assert first is not None
    assert (first.interval_s, set(first.holders)) == (43_200.0, set(STREETS))
    second = activation_run(world.state, world.rules, RESPONSE, 3, world.now.city).round
    assert second is not None
    assert (second.interval_s, set(second.holders)) == (7200.0, {*STREETS, *STATIONED, *world.plan.seats})


def test_seats_roster_and_screens_change_where_the_plan_and_the_rules_say_so() -> None:
    world = Raised()
    low = activation_run(world.state, world.rules, RESPONSE, 1, world.now.city)
    assert (low.seats, low.roster, low.screens) == ((), (), ("level_band",))
    world.activate(1)
    high = activation_run(world.state, world.rules, RESPONSE, 3, world.now.city)
    assert high.seats == world.plan.seats
    assert high.roster == ("leader_signs_in", "leader_in_room")
    assert "briefing_cut" in high.screens
    assert "level_band" not in high.screens


def test_an_agency_with_nobody_on_duty_is_replaced_by_its_fallback_and_the_run_says_so() -> None:
    world = Raised()
    world.leave("sw")
    run = activation_run(world.state, world.rules, RESPONSE, 1, world.now.city)
    (task,) = (task for task in run.tasks if task.code == "401")
    assert (task.agency, task.planned_for, task.why) == ("ps", "sw", "nobody_on_duty")


def test_a_task_of_an_agency_that_the_district_lacks_is_the_centres() -> None:
    world = Raised()
    agencies = {code: one for code, one in world.rules.agencies.items() if code != "xc"}
    rules = msgspec.structs.replace(world.rules, agencies=agencies)
    run = activation_run(world.state, rules, RESPONSE, 1, world.now.city)
    assert [(t.agency, t.why) for t in run.tasks if t.planned_for == "xc"] == [("centre", "no_such_agency")]


def test_the_citys_level_has_no_tasks_here_and_a_streets_only_its_own() -> None:
    world = Raised()
    assert activation_run(world.state, world.rules, "city/flood_typhoon", 4, world.now.city).tasks == ()
    street = next(iter(STREETS))
    run = activation_run(world.state, world.rules, f"{street}/flood_typhoon", 1, world.now.city)
    assert {task.agency for task in run.tasks} == {street}
    assert run.relaxed == ()


def test_an_exercise_has_the_tasks_and_relaxes_nothing() -> None:
    world = Raised(exercise=True)
    world.activate(3)
    assert world.state.relaxations == {}
    assert len(world.of_code("202")) == len(STREETS)
    assert all(task.is_exercise for task in world.state.tasks.values())
    assert all(incident.is_exercise for incident in world.state.incidents.values())


def test_a_running_briefing_is_cut_off_in_the_same_append() -> None:
    world = Raised()
    until = iso(world.now.city + 3600)
    world.did("start_briefing", "briefing:hall", WANG, visit="××考察团", until=until)
    low = activation_run(world.state, world.rules, RESPONSE, 1, world.now.city)
    high = activation_run(world.state, world.rules, RESPONSE, 2, world.now.city)
    assert (low.briefings, high.briefings) == ((), ("hall",))
    assert "BriefingEnded" in [fact.type for fact in world.activate(2)]
    assert world.state.briefings["hall"].why == "level"


def test_a_deferral_counts_the_open_cases_that_screens_then_mark() -> None:
    world = Raised()
    assert activation_run(world.state, world.rules, RESPONSE, 3, world.now.city).deferred == 0
    road = {"category": {"kind": "event", "code": "0113", "label": "道路破损"}}
    for number in range(3):  # not filed yet: nobody has a limit
        world.report(f"hotline/{number}", **road)
    world.report("hotline/hazard", hazard=True, **road)
    world.report("hotline/urgent", urgency="critical", **road)
    run = activation_run(world.state, world.rules, RESPONSE, 3, world.now.city)
    deferral = Span(world.now.city, world.now.city + 3600, "wang", "王××", "")
    seen = [see_case(case, world.rules, deferral)["deferred"] for case in world.state.cases.values()]
    assert run.deferred == sum(seen) == 3
    low = activation_run(world.state, world.rules, RESPONSE, 2, world.now.city)
    assert low.deferred == 0
