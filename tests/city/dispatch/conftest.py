"""The built-in district's book of rules, as the console reads it."""

from pathlib import Path

import pytest

from city.dispatch.book import Book
from city.dispatch.shelf import rule_tables
from city.places import Streets
from console.district import read_district, read_rows, read_streets

ON = "2026-06-01"


@pytest.fixture(scope="session")
def nowhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data dir without own tables."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def streets(nowhere: Path) -> Streets:
    return read_streets(read_district(nowhere))


@pytest.fixture(scope="session")
def book(nowhere: Path, streets: Streets) -> Book:
    tables = rule_tables(lambda name: read_rows(nowhere, name)[0], on=ON)
    return Book(tables, streets.code_of, streets.boundary_m, streets.near)
