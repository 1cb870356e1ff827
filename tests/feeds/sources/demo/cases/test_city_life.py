"""A day of the invented city: how much, when, what, and that it is the same day again."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from city.clocks.timestamps import iso, parse
from city.dispatch.tables.categories import Category
from city.places.streets import Streets
from feeds.protocol.records import Normalised, ValidationContext, validate_all
from feeds.sources.demo.cases.city_life import HISTORY_S, SLOT_S, CityLife
from feeds.sources.demo.cases.story import Story
from feeds.sources.demo.cases.tracks import fate_of
from feeds.sources.demo.cases.words import PHONE_PREFIX
from feeds.sources.demo.clients import CLIENTS
from feeds.sources.demo.ground import Ground

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


def under_way(stories: list[Story], now: float) -> list[Story]:
    return [story for story in stories if story.reported_at <= now < story.ends_at]


def due_within(open_ones: list[Story], now: float, seconds: float) -> int:
    return sum(0 <= story.fate.limit_at - now <= seconds for story in open_ones)


def overdue_unsigned(open_ones: list[Story], now: float) -> int:
    fates = [story.fate for story in open_ones if story.urgency == "urgent"]
    return sum(fate.file_at + 1800 < now < fate.sign_at for fate in fates)


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


def test_numbers_are_unique(day: list[Story]) -> None:
    assert len({story.no for story in day}) == len(day)


def test_the_moments_of_a_fate_are_in_order(day: list[Story]) -> None:
    fates = [story.fate for story in day]
    kept = [(f.file_at, *f.returns, f.rule_at or f.file_at, f.sign_at, f.done_at, f.check_at) for f in fates]
    assert all(list(moments) == sorted(moments) for moments in kept)
    assert all(story.reported_at < story.fate.file_at for story in day)


def test_the_people_who_handle_a_case_find_its_fate_without_being_told(day: list[Story]) -> None:
    found = [fate_of(1, s.no, parse(iso(s.reported_at)), s.category) for s in day]
    assert found == [story.fate for story in day]


def test_every_story_ends_within_the_history_that_a_start_tells(day: list[Story]) -> None:
    assert max(story.ends_at - story.reported_at for story in day) < HISTORY_S


def test_a_slot_tells_the_same_again(ground: Ground, categories: Sequence[Category], life: CityLife) -> None:
    slot = int(DAY // SLOT_S) + 60
    again = CityLife(ground, categories, seed=1)
    assert [s.report() for s in again.stories(slot)] == [s.report() for s in life.stories(slot)]
    other = CityLife(ground, categories, seed=2)
    assert {s.no for s in other.stories(slot)}.isdisjoint(s.no for s in life.stories(slot))


@pytest.mark.parametrize("hour", HOURS)
def test_at_any_hour_the_wall_has_a_little_of_everything(stories: list[Story], hour: float) -> None:
    now = DAY + hour * 3600
    open_ones = under_way(stories, now)
    urgencies = Counter(story.urgency for story in open_ones)
    assert 1 <= urgencies["critical"] <= 3
    assert 5 <= urgencies["urgent"] <= 8
    assert 0 <= overdue_unsigned(open_ones, now) <= 2
    assert 2 <= due_within(open_ones, now, 3600) <= 14
    assert 200 <= len(open_ones) <= 1100


def test_about_seven_are_due_within_the_hour_and_one_is_overdue_unsigned(
    stories: list[Story],
) -> None:
    moments = [DAY + hour * 3600 for hour in range(1, 24)]
    due = [due_within(under_way(stories, now), now, 3600) for now in moments]
    unsigned = [overdue_unsigned(under_way(stories, now), now) for now in moments]
    assert 4.5 <= sum(due) / len(due) <= 9
    assert 0.7 <= sum(unsigned) / len(unsigned) <= 1.4


def test_some_are_returned_some_overdue_some_rejected_some_rest(day: list[Story]) -> None:
    fates = [story.fate for story in day]
    assert sum(bool(fate.returns) for fate in fates) > 50
    assert sum(bool(fate.reject) for fate in fates) > 50
    assert sum(fate.reworks for fate in fates) > 50
    assert sum(fate.verify for fate in fates) > 100
    assert sum(fate.suspend_until is not None for fate in fates) > 3
    assert 3 <= sum(fate.late for fate in fates) <= 60


def test_the_gateway_takes_every_record(day: list[Story], streets: Streets) -> None:
    records = [record for s in day[::5] for record in (s.report(), {**s.history(), "id": f"{s.no}.h"})]
    rules = ValidationContext("hotline", iso(DAY + 172_800), DAY + 172_800)
    answers = validate_all("case", records, rules)
    assert [answer for answer in answers if not isinstance(answer, Normalised)] == []
    assert min(streets.of([r["lon"] for r in records], [r["lat"] for r in records])) >= 0


def test_a_report_says_nothing_of_the_fate_and_history_says_how_it_ended(day: list[Story]) -> None:
    assert all("mirror" not in story.report() for story in day)
    story = next(story for story in day if story.fate.reject)
    told = story.history()
    assert told["id"] == story.report()["id"] == story.no
    assert told["external"] == [{"system": story.system, "no": story.no}]
    assert told["mirror"]["state"] == "rejected"
    assert Counter(story.history()["mirror"]["state"] for story in day).keys() == {"closed", "rejected"}


def test_only_callers_are_named_and_their_numbers_are_nobodys(day: list[Story]) -> None:
    records = [story.report() for story in day]
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
    assert len(told) == len(set(told))
    assert 5400 <= len(told) <= 6800
    records = [r for _, batch in batches for r in batch]
    assert max(parse(r["at"]) for r in records) <= now
    assert max(parse(r["mirror"]["at"]) for r in records if "mirror" in r) <= now
    # What is still open comes first, so that the desk has its work at once.
    over = ["mirror" in r for r in records]
    assert over == sorted(over)
    assert 200 <= over.count(False) <= 1100


def test_what_is_due_after_a_history_is_what_is_reported_then(
    ground: Ground, categories: Sequence[Category]
) -> None:
    now = DAY + 20.5 * 3600
    started, whole = (CityLife(ground, categories, seed=1) for _ in range(2))
    before = set(ids(list(started.history(now))))
    whole.due(now - HISTORY_S)
    whole.due(now)
    live = ids(started.due(now + 1800))
    assert sorted(live) == sorted(ids(whole.due(now + 1800)))
    assert len(live) > 50
    assert before.isdisjoint(live)


def test_a_second_start_repeats_ids_and_what_was_reported(
    ground: Ground, categories: Sequence[Category]
) -> None:
    runs = []
    for begin in (0.0, 600.0):
        life = CityLife(ground, categories, seed=1)
        batches = [*life.history(DAY + begin), *life.due(DAY + begin + 900)]
        runs.append({r["id"]: {**r, "mirror": None} for _, records in batches for r in records})
    shared = runs[0].keys() & runs[1].keys()
    assert len(shared) > 0.9 * len(runs[0])
    assert all(runs[0][number] == runs[1][number] for number in shared)
