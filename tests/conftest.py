from collections.abc import AsyncIterator, Iterator
from typing import Final

import pytest
from hypothesis import settings
from playwright.sync_api import Browser

from feeds.ledger.ledger import Ledger
from feeds.storage.embedded_servers import EmbeddedServers
from tests.console.browser import chromium
from tests.gateways import fresh_servers

# The gate gives the same answer twice; a slow machine is no fault of the code.
settings.register_profile("gate", derandomize=True, deadline=None)
settings.load_profile("gate")

# Files of a few long tests: first, so that no worker is left alone with one at the end.
LONG: Final = ("tests/stories/", "tests/faults/", "tests/feeds/test_recorded_day.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium of this file's own; no longer, for a file of async tests cannot run beside it."""
    with chromium() as launched:
        yield launched


@pytest.fixture
def servers() -> Iterator[EmbeddedServers]:
    """Two real, empty Valkey servers of this test's own."""
    with fresh_servers() as embedded:
        yield embedded


@pytest.fixture
async def ledger(servers: EmbeddedServers) -> AsyncIterator[Ledger]:
    opened = await Ledger.open(servers.log_url)
    yield opened
    await opened.close()
