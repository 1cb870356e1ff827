"""What the invented city's people write fits the class, and names nobody."""

import re
from collections.abc import Sequence

from city.dispatch.tables.categories import Category
from feeds.sources.demo.cases.scenes import scene
from feeds.sources.demo.chance import about, dice


def scenes(category: Category) -> set[str]:
    return {scene(dice(number), category) for number in range(60)}


def of(categories: Sequence[Category], key: str) -> Category:
    return next(category for category in categories if category.key == key)


def test_water_is_met_at_the_water_and_a_building_site_at_the_site(categories: Sequence[Category]) -> None:
    assert all(re.match("河边|桥下河面|水闸旁", text) for text in scenes(of(categories, "event:0125")))
    assert all("工地" in text for text in scenes(of(categories, "event:0304")))
    assert all(re.match("绿化带内|街角绿地", text) for text in scenes(of(categories, "event:0117")))


def test_every_class_is_told_in_more_than_one_way_without_numbers_and_names(
    categories: Sequence[Category],
) -> None:
    told = {category.key: scenes(category) for category in categories}
    assert [key for key, texts in told.items() if not texts] == []
    assert sum(len(texts) > 1 for texts in told.values()) > 0.95 * len(told)
    everything = "".join(text for texts in told.values() for text in texts)
    assert re.search(r"[{}\dA-Za-z]|先生|女士|弄|室|号", everything.replace("信号", "")) is None


def test_times_of_response_are_spread_within_their_ends_and_pile_up_at_neither() -> None:
    drawn = [about(dice(number), 10, 0.8, 1, 90) for number in range(2000)]
    assert min(drawn) >= 1
    assert max(drawn) <= 90
    assert 9 < sorted(drawn)[1000] < 11
    assert len({round(one, 6) for one in drawn}) == 2000
    assert sum(one > 30 for one in drawn) > 100
