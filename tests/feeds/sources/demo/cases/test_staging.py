"""The staged cases: always some, never too many, and each goes its course to the end."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import pytest

from city.clocks.timestamps import parse
from city.dispatch.tables.categories import Category
from feeds.sources.demo.cases.staging import Stage
from feeds.sources.demo.cases.story import Story
from feeds.sources.demo.cases.tracks import FLOOD, TRACKS
from feeds.sources.demo.ground import Ground

WEEK = parse("2026-11-16T00:00:00+08:00")


@pytest.fixture(scope="module")
def stage(ground: Ground, categories: Sequence[Category]) -> Stage:
    return Stage(ground, categories, seed=1)


@pytest.fixture(scope="module")
def week(stage: Stage) -> list[Story]:
    return list(stage.stories(WEEK, WEEK + 7 * 86_400))


def test_over_a_week_there_are_one_to_three_critical_cases_nearly_always(stage: Stage) -> None:
    moments = [WEEK + 420 * n for n in range(1440)]
    critical = [sum(s.urgency == "critical" for s in stage.open(now)) for now in moments]
    assert max(critical) <= 3
    assert sum(n >= 1 for n in critical) / len(critical) > 0.99
    assert 1.7 <= sum(critical) / len(critical) <= 2.5


def test_over_a_week_there_are_five_to_eight_urgent_cases_nearly_always(stage: Stage) -> None:
    moments = [WEEK + 420 * n for n in range(1440)]
    urgent = [sum(s.urgency == "urgent" for s in stage.open(now)) for now in moments]
    assert max(urgent) <= 8
    assert sum(n >= 5 for n in urgent) / len(urgent) > 0.98


def test_one_track_never_has_two_cases_at_a_time(week: list[Story]) -> None:
    for track in TRACKS:
        own = sorted((s for s in week if s.no.endswith(f"-{track.name}")), key=lambda s: s.reported_at)
        assert all(a.ends_at < b.reported_at for a, b in pairwise(own))


def test_the_open_cases_are_those_of_the_stories(stage: Stage, week: list[Story]) -> None:
    now = WEEK + 3 * 86_400
    expected = {story.no for story in week if story.reported_at <= now < story.ends_at}
    assert {story.no for story in stage.open(now)} == expected


def test_floods_happen_at_underpasses(week: list[Story], ground: Ground) -> None:
    floods = [story for story in week if story.category.key == FLOOD]
    assert len(floods) > 20
    assert {story.place for story in floods} <= {place for _, place in ground.underpasses}


def test_a_ruling_comes_after_two_refusals_and_before_the_work(week: list[Story]) -> None:
    fates = [story.fate for story in week if story.fate.returns]
    for fate in fates:
        first, second = fate.returns
        order = (fate.file_at, first, second, fate.rule_at, fate.sign_at, fate.done_at, fate.check_at)
        assert list(order) == sorted(order)
    assert len(fates) > 90


def test_one_to_three_wait_for_a_ruling_nearly_always(week: list[Story]) -> None:
    moments = [WEEK + 21_600 + 420 * n for n in range(1300)]
    fates = [story.fate for story in week if story.fate.returns]
    waiting = [sum(f.returns[-1] <= now < f.rule_at for f in fates) for now in moments]
    assert max(waiting) <= 3
    assert sum(n >= 1 for n in waiting) / len(waiting) > 0.9


def test_staged_cases_are_over_within_their_limit(week: list[Story]) -> None:
    assert all(story.ends_at < story.fate.limit_at for story in week if story.urgency != "normal")


def test_a_table_without_the_classes_stages_nothing(ground: Ground, categories: Sequence[Category]) -> None:
    calm = [category for category in categories if not category.hazard]
    found = {s.urgency for s in Stage(ground, calm, seed=1).stories(WEEK, WEEK + 86_400)}
    assert "critical" not in found


def test_the_mix_of_classes_is_wide(week: list[Story]) -> None:
    assert len(Counter(story.category.key for story in week)) >= 15
