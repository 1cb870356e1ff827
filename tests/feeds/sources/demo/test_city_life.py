"""A day of the invented city: how much, when, what, and that it is the same day again."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from city.categories import Category
from city.moments import iso, parse
from city.places import Streets
from feeds.protocol.records import Normalised, Terms, validate_all
from feeds.sources.demo.city_life import HISTORY_S, SLOT_S, CityLife
from feeds.sources.demo.clients import CLIENTS
from feeds.sources.demo.ground import Ground
from feeds.sources.demo.story import ENDED, NEXT, Status, Story
from feeds.sources.demo.words import PHONE_PREFIX

DAY = parse("2026-11-20T00:00:00+08:00")  # a Friday
HOURS = [2, 5, 8, 9, 10, 12, 14, 16, 18, 20.5, 22]


@pytest.fixture(scope="module")
def life(ground: Ground, categories: Sequence[Category]) -> CityLife:
    return CityLife(ground, categories, seed=1)


@pytest.fixture(scope="module")
def stories(life: CityLife) -> list[Story]:
    slots = range(int((DAY - 86_400) // SLOT_S), int((DAY + 86_400) // SLOT_S))
    return [story for slot in slots for story in life.stories(slot)]


@pytest.fixture(scope="module")
def day(stories: list[Story]) -> list[Story]:
    return [story for story in stories if story.reported_at >= DAY]


def under_way(stories: list[Story], now: float) -> list[tuple[Story, Status]]:
    return [
        (story, story.statuses[story.reached(now)])
        for story in stories
        if story.reported_at <= now < story.ends_at
    ]


def due_within(pairs: list[tuple[Story, Status]], now: float, seconds: float) -> int:
    left = [(status.due_at or story.due_at) - now for story, status in pairs]
    return sum(0 <= seconds_left <= seconds for seconds_left in left)


def overdue_unsigned(pairs: list[tuple[Story, Status]], now: float) -> int:
    return sum(status.state == "dispatched" and status.next_at < now for _, status in pairs)


def test_about_six_thousand_cases_are_reported_in_a_day(day: list[Story]) -> None:
    assert 5400 <= len(day) <= 6600


def test_the_morning_is_busier_than_the_night(day: list[Story]) -> None:
    hours = Counter(int((story.reported_at - DAY) // 3600) for story in day)
    assert sum(hours[h] for h in (9, 10, 11)) > 8 * sum(hours[h] for h in (2, 3, 4))


def test_most_cases_come_by_hotline_and_inspectors(day: list[Story]) -> None:
    channels = Counter(story.channel for story in day)
    assert 0.4 < channels["hotline_12345"] / len(day) < 0.6
    assert 0.2 < channels["inspector"] / len(day) < 0.4
    assert len(channels) == 11


def test_numbers_are_unique_and_times_in_order(day: list[Story]) -> None:
    assert len({story.no for story in day}) == len(day)
    times = [[status.at for status in story.statuses] for story in day]
    assert times == [sorted(own) for own in times]


def test_every_story_ends_within_the_history_that_a_start_tells(day: list[Story]) -> None:
    assert all(story.statuses[-1].state in ENDED for story in day)
    assert max(story.ends_at - story.reported_at for story in day) < HISTORY_S


def test_a_slot_tells_the_same_again(ground: Ground, categories: Sequence[Category], life: CityLife) -> None:
    slot = int(DAY // SLOT_S) + 60
    again = CityLife(ground, categories, seed=1)
    assert [s.record(0) for s in again.stories(slot)] == [s.record(0) for s in life.stories(slot)]
    other = CityLife(ground, categories, seed=2)
    assert {s.no for s in other.stories(slot)}.isdisjoint(s.no for s in life.stories(slot))


@pytest.mark.parametrize("hour", HOURS)
def test_at_any_hour_the_wall_has_a_little_of_everything(stories: list[Story], hour: float) -> None:
    now = DAY + hour * 3600
    pairs = under_way(stories, now)
    urgencies = Counter(story.urgency for story, _ in pairs)
    states = Counter(status.state for _, status in pairs)
    assert 1 <= urgencies["critical"] <= 3
    assert 5 <= urgencies["urgent"] <= 8
    assert 1 <= states["ruling"] <= 3
    assert 0 <= overdue_unsigned(pairs, now) <= 2
    assert 2 <= due_within(pairs, now, 3600) <= 14
    assert 200 <= len(pairs) <= 1100


def test_about_seven_are_due_within_the_hour_and_one_is_overdue_unsigned(
    stories: list[Story],
) -> None:
    moments = [DAY + hour * 3600 for hour in range(1, 24)]
    due = [due_within(under_way(stories, now), now, 3600) for now in moments]
    unsigned = [overdue_unsigned(under_way(stories, now), now) for now in moments]
    assert 4.5 <= sum(due) / len(due) <= 9
    assert 0.7 <= sum(unsigned) / len(unsigned) <= 1.4


def test_some_are_returned_some_overdue_some_rejected(day: list[Story]) -> None:
    states = Counter(status.state for story in day for status in story.statuses)
    overdue = sum(story.ends_at > story.due_at for story in day)
    assert states["returned"] > 50
    assert states["rejected"] > 50
    assert states["suspended"] > 3
    assert 3 <= overdue <= 60


def test_a_returned_case_goes_to_somebody_else(day: list[Story]) -> None:
    returned = [status for s in day for status in s.statuses if status.returned_by and s.urgency == "normal"]
    simple = [status for status in returned if len(status.returned_by) == 1]
    assert simple
    assert all(status.agency not in status.returned_by for status in simple)


def test_what_comes_next_is_a_known_code_and_only_a_signature_may_be_late(day: list[Story]) -> None:
    told = [status for story in day for status in story.statuses if status.next]
    assert {status.next for status in told} == set(NEXT)
    assert all(status.next_at >= status.at for status in told if status.next != "sign")


def test_the_gateway_takes_every_record(day: list[Story], streets: Streets) -> None:
    records = [s.record(step) for s in day[::5] for step in range(len(s.statuses))]
    terms = Terms("hotline", iso(DAY + 172_800), DAY + 172_800)
    answers = validate_all("case", records, terms)
    assert [answer for answer in answers if not isinstance(answer, Normalised)] == []
    assert min(streets.of([r["lon"] for r in records], [r["lat"] for r in records])) >= 0


def test_each_status_is_a_record_of_its_own_with_the_same_external_number(day: list[Story]) -> None:
    story = next(story for story in day if len(story.statuses) >= 5)
    records = [story.record(step) for step in range(len(story.statuses))]
    assert len({record["id"] for record in records}) == len(records)
    assert all(r["external"] == [{"system": story.system, "no": story.no}] for r in records)
    assert [record["mirror"]["state"] for record in records] == [s.state for s in story.statuses]


def test_only_callers_are_named_and_their_numbers_are_nobodys(day: list[Story]) -> None:
    records = [story.record(step) for story in day for step in range(len(story.statuses))]
    reporters = [record["reporter"] for record in records if "reporter" in record]
    assert reporters
    assert all(re.fullmatch(r"199-0000-\d{4}", reporter["phone"]) for reporter in reporters)
    assert all(re.fullmatch(r".(先生|女士)", reporter["name"]) for reporter in reporters)
    assert PHONE_PREFIX == "199-0000-"
    texts = "".join(f"{r['title']}{r['address']}{r.get('description', '')}" for r in records)
    assert re.search(r"\d{6,}|先生|女士|\d+(?:号|弄|室)", texts) is None


def test_every_case_has_a_client_that_may_publish_cases(day: list[Story]) -> None:
    assert {story.client for story in day} <= {n for n, c in CLIENTS.items() if "case" in c.topics}


def ids(batches: list[tuple[str, list[dict[str, Any]]]]) -> list[str]:
    return [record["id"] for _, records in batches for record in records]


def test_the_history_tells_each_case_of_the_last_day_once_and_nothing_of_the_future(
    ground: Ground, categories: Sequence[Category]
) -> None:
    now = DAY + 20.5 * 3600
    life = CityLife(ground, categories, seed=1)
    batches = list(life.history(now))
    told = ids(batches)
    reports = [number for number in told if number.endswith(".0")]
    assert len(told) == len(set(told))
    assert 5400 <= len(reports) <= 6800
    assert max(parse(r["at"]) for _, records in batches for r in records) <= now
    # The newest hour comes first, so that the wall lives at once.
    first = [parse(r["at"]) for _, records in batches[:4] for r in records]
    assert min(first) > now - 6 * 3600


def test_what_is_due_after_a_history_is_all_that_the_history_left_out(
    ground: Ground, categories: Sequence[Category]
) -> None:
    now = DAY + 20.5 * 3600
    started, whole = (CityLife(ground, categories, seed=1) for _ in range(2))
    list(started.history(now))
    whole.due(now - HISTORY_S)
    before = set(ids(whole.due(now)))
    live = ids(started.due(now + 1800))
    assert sorted(live) == sorted(ids(whole.due(now + 1800)))
    assert before.isdisjoint(live)


def test_a_second_start_repeats_ids_and_content(ground: Ground, categories: Sequence[Category]) -> None:
    runs = []
    for begin in (0.0, 600.0):
        life = CityLife(ground, categories, seed=1)
        batches = [*life.history(DAY + begin), *life.due(DAY + begin + 900)]
        runs.append({r["id"]: r for _, records in batches for r in records})
    shared = runs[0].keys() & runs[1].keys()
    assert len(shared) > 0.9 * len(runs[0])
    assert all(runs[0][number] == runs[1][number] for number in shared)
