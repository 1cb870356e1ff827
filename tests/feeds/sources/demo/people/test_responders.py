"""The invented city's people at work, through the real deciders, fold and timers."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from city.access import Person
from city.clocks.timestamps import parse
from city.commands.command import Decision
from city.dispatch.tables.categories import Category
from city.state.ledger_state import Case
from feeds.clients.commander import Answer, Done, Why
from feeds.sources.demo.cases.city_life import CityLife
from feeds.sources.demo.cases.staging import Stage
from feeds.sources.demo.cases.story import Story
from feeds.sources.demo.ground import Ground
from feeds.sources.demo.people.act import Look
from feeds.sources.demo.people.responders import PERSON_S, UNDER_WAY
from tests.feeds.sources.demo.town import Town

START = parse("2026-11-20T09:30:00+08:00")  # a Friday
HOURS = 1.0
OFFICER = Person("officer1", "李××（值班员）", ("duty_officer",), on_shift=("duty_officer",))


@pytest.fixture(scope="module")
def stories(ground: Ground, categories: Sequence[Category]) -> list[Story]:
    life = CityLife(ground, categories, seed=1)
    slots = range(int((START - 25 * 3600) // 600), int((START + HOURS * 3600) // 600))
    return [story for slot in slots for story in life.stories(slot)]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("town")


def opened(data: Path, stories: list[Story]) -> Town:
    town = Town(data, START)
    town.report(story for story in stories if story.reported_at <= START < story.ends_at)
    return town


@pytest.fixture(scope="module")
def town(data: Path, stories: list[Story]) -> Town:
    """A town after some hours of a working day."""
    town = opened(data, stories)
    later = [story for story in stories if story.reported_at > START]
    while town.now < START + HOURS * 3600:
        town.report(story for story in later if town.now - 120 < story.reported_at <= town.now)
        town.run(town.now + 120, every=120)
    return town


def test_every_act_that_is_given_is_allowed(town: Town) -> None:
    assert town.refusals == Counter()
    assert (town.state.refused, town.state.unknown) == ({}, {})


def test_cases_live_and_close_by_all_the_ways_there_are(town: Town) -> None:
    seen = Counter(fact.type for fact in town.facts)
    for kind in (
        "VerificationRequested", "CaseVerified", "CaseFiled", "CaseRejected", "CaseMerged", "CaseDispatched",
        "CaseSigned", "CaseReturned", "MadeSafe", "RulingOpened", "OwnershipRuled", "CaseHandled",
        "CaseChecked", "CaseClosed", "CallerContacted", "CallerCalledBack", "SuspensionApplied",
        "SuspensionDecided", "CaseReminded",
    ):  # fmt: skip
        assert seen[kind] > 0, kind
    assert seen["CaseClosed"] > 200
    assert {fact.data["passed"] for fact in town.facts if fact.type == "CaseChecked"} == {True, False}
    outcomes = {fact.data["outcome"] for fact in town.facts if fact.type == "CaseHandled"}
    assert {"fixed", "guided", "warned_first_offence"} <= outcomes


def test_nobody_knows_what_is_solved_of_a_caller_who_was_not_reached(town: Town) -> None:
    told = [fact for fact in town.facts if fact.type == "CallerCalledBack"]
    unreached = [fact for fact in told if fact.data["satisfaction"] == "unreachable"]
    assert unreached
    assert {fact.data["resolved"] for fact in unreached} == {"unsolved"}
    reopened = {fact.subject for fact in town.facts if fact.type == "CaseReopened"}
    assert not reopened & {fact.subject for fact in unreached}


def test_the_wall_has_as_much_to_show_as_was_staged(town: Town) -> None:
    open_ones = [case for case in town.state.cases.values() if case.is_open]
    urgencies = Counter(case.urgency for case in open_ones)
    states = Counter(case.state for case in open_ones)
    assert 1 <= urgencies["critical"] <= 4
    assert 5 <= urgencies["urgent"] <= 11
    assert 400 <= len(open_ones) <= 1100
    assert all(states[state] for state in ("reported", "dispatched", "handling", "handled", "ruling"))
    left = [case.due_at - town.now for case in open_ones if case.due_at is not None]
    assert 2 <= sum(0 <= one <= 3600 for one in left) <= 25
    assert sum(one < 0 for one in left) <= 6


def test_a_later_start_goes_on_with_what_was_open_and_nothing_takes_no_time(
    data: Path, stories: list[Story]
) -> None:
    town = opened(data, stories)
    town.run(START + 2400, every=30)
    cases = town.state.cases.values()
    states = Counter(case.state for case in cases)
    assert states["handling"] > 100
    assert states["reported"] < 0.1 * len(town.state.cases)
    tasks = [case.file.make_safe for case in cases if case.file.make_safe is not None]
    took = [task.done_at - task.ordered_at for task in tasks if task.done_at is not None]
    assert len(took) > 4
    assert min(took) > 60
    signed = [(c.file.signed_at - c.file.dispatched_at) // 30 for c in cases if c.file.signed_at]
    assert len(set(signed)) > 15


def test_a_report_by_words_alone_is_filed_under_its_class(town: Town, stories: list[Story]) -> None:
    by_no = {story.no: story for story in stories}
    told = [(by_no[case.external[0][1]], case) for case in town.state.cases.values() if case.external]
    labelled = [(story, case) for story, case in told if story.by_label and case.file.filed_at is not None]
    assert len(labelled) > 5
    assert all((case.kind, case.code) == (s.category.kind, s.category.code) for s, case in labelled)


@pytest.mark.parametrize(("track", "least_s"), [("L", 3600), ("C", 600)])
def test_a_leader_has_time_to_rule_before_the_stand_in_does(
    data: Path, ground: Ground, categories: Sequence[Category], track: str, least_s: float
) -> None:
    staged = Stage(ground, categories, seed=1).stories(START, START + 86_400)
    story = next(story for story in staged if story.no.endswith(track))
    town = Town(data, story.reported_at + 1)
    town.report([story])
    town.run(story.ends_at + 1800, every=20)
    opened_at = next(fact.recorded_at for fact in town.facts if fact.type == "RulingOpened")
    (ruled,) = [fact for fact in town.facts if fact.type == "OwnershipRuled"]
    assert ruled.recorded_at - opened_at > least_s
    assert ruled.data["in_time"]
    assert town.case(story.no).state == "closed"
    assert town.refusals == Counter()


def unsigned(stories: list[Story]) -> Story:
    """The staged case that nobody signs for until near its end."""
    return next(s for s in stories if s.no[-1] in "JK" and START < s.ends_at - 3000 < START + 3600)


def quiet_town(data: Path, story: Story) -> tuple[Town, Case]:
    town = Town(data, story.reported_at + 1)
    town.report([story])
    town.run(story.reported_at + 600, every=10)
    return town, town.case(story.no)


def test_nobody_signs_until_the_officer_escalates_it(data: Path, stories: list[Story]) -> None:
    town, case = quiet_town(data, unsigned(stories))
    town.run(town.now + 900, every=30)
    assert case.state == "dispatched"
    assert isinstance(town.give(OFFICER, "escalate", case), Decision)
    town.run(town.now + 420, every=10)
    assert case.state == "handling"


def test_what_a_person_did_is_left_alone_while_it_may_be_undone(data: Path, stories: list[Story]) -> None:
    town, case = quiet_town(data, unsigned(stories))
    assert isinstance(town.give(OFFICER, "reassign", case, to="cg"), Decision)
    version, acted = case.file.version, town.now
    # What falls due meanwhile waits.
    town.run(acted + PERSON_S, every=1)
    assert case.file.version == version
    town.run(acted + 1200, every=10)
    assert (case.state, case.file.holder) == ("handling", "cg")


def test_who_is_refused_waits_longer_and_longer(data: Path, stories: list[Story]) -> None:
    town = Town(data, START)
    town.report([unsigned(stories)])
    given = []
    for second in range(3000):
        now = START + second
        town.responders.update(town.state, now)
        for order in town.responders.due(town.state, now):
            given.append(second)
            refused = Answer(refused=Why("not_now", "person_at_it"))
            town.responders.answered(order, refused, town.state, now)
    pauses = [later - earlier for earlier, later in pairwise(given)]
    assert pauses[:6] == [20, 40, 80, 160, 300, 300]
    assert max(pauses) == 300


def test_what_another_did_first_is_planned_anew(data: Path, stories: list[Story]) -> None:
    story = next(s for s in stories if s.urgency == "normal" and not s.fate.reject and not s.fate.verify)
    town = Town(data, story.reported_at + 1)
    town.report([story])
    case = town.case(story.no)
    town.now = story.fate.file_at + 60
    town.responders.update(town.state, town.now)
    (order,) = town.responders.due(town.state, town.now)
    assert order.act.verb == "file"
    assert isinstance(town.give(OFFICER, "file", case), Decision)
    town.responders.answered(order, Answer(refused=Why("conflict", "conflict")), town.state, town.now)
    town.run(town.now + 7200, every=30)
    assert "CaseSigned" in town.types(story.no)
    assert town.types(story.no).count("CaseFiled") == 1


def test_only_so_many_wait_for_an_answer_at_a_time(data: Path, stories: list[Story]) -> None:
    town, now = opened(data, stories), START + 600
    town.responders.update(town.state, START)
    orders = town.responders.due(town.state, now)
    assert len(orders) == UNDER_WAY
    assert town.responders.due(town.state, now) == []
    town.responders.answered(orders[0], Answer(done=Done()), town.state, now)
    assert len(town.responders.due(town.state, now)) == 1


def test_another_life_of_the_ledger_is_looked_at_from_its_beginning(data: Path, stories: list[Story]) -> None:
    town = opened(data, stories)
    town.responders.update(town.state, START)
    fresh = Town(data, START)
    fresh.responders = town.responders
    fresh.report([unsigned(stories)])
    fresh.run(START + 300, every=10)
    assert "CaseDispatched" in fresh.types(unsigned(stories).no)


def test_photographs_are_taken_on_the_spot(town: Town) -> None:
    checks = [fact.data for fact in town.facts if fact.type in ("CaseChecked", "CaseVerified")]
    assert max(check["distance_m"] for check in checks) <= 20
    assert all(check["photos"] for check in checks)


def test_the_stage_and_the_people_agree_on_every_fate(
    ground: Ground, categories: Sequence[Category], town: Town
) -> None:
    known = {category.key: category for category in categories}
    for story in Stage(ground, categories, seed=1).stories(START, START + HOURS * 3600):
        case = town.case(story.no)
        look = Look(case, known[story.category.key], story.fate, town.people, town.now)
        assert look.no == story.no
        assert msgspec.structs.asdict(story.fate)["check_at"] == story.ends_at
