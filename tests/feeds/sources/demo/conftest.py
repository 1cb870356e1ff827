"""The shipped district, laid out once for all tests of the demo."""

import csv
import json
from collections.abc import Iterator

import pytest

import static
from city.dispatch.tables.categories import Category, read
from city.places.streets import Streets
from feeds.sources.demo.ground import Ground, read_residents, read_roads


def _rows(name: str) -> Iterator[dict[str, str]]:
    with static.path(name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@pytest.fixture(scope="session")
def streets() -> Streets:
    text = static.path("district/atlas/streets.geojson").read_text(encoding="utf-8")
    return Streets.from_geojson(json.loads(text))


@pytest.fixture(scope="session")
def categories() -> tuple[Category, ...]:
    return read(_rows("tables/categories.csv"))


@pytest.fixture(scope="session")
def ground(streets: Streets) -> Ground:
    roads = read_roads(_rows("district/roads.csv"))
    return Ground(streets, roads, read_residents(_rows("district/residents.csv")), seed=1)
