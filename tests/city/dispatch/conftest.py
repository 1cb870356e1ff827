"""The built-in district's rule book, as the console reads it."""

from pathlib import Path

import pytest

from city.dispatch.routing.rule_book import RuleBook
from city.dispatch.routing.table_loading import rule_tables
from city.places.streets import Streets
from console.deployment.district import read_district, read_rows, read_streets

ON = "2026-06-01"


@pytest.fixture(scope="session")
def nowhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data dir without own tables."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def streets(nowhere: Path) -> Streets:
    return read_streets(read_district(nowhere))


@pytest.fixture(scope="session")
def book(nowhere: Path, streets: Streets) -> RuleBook:
    tables = rule_tables(lambda name: read_rows(nowhere, name)[0], on=ON)
    return RuleBook(tables, streets.code_of, streets.boundary_m, streets.near)
