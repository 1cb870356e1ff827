import contextlib
import gc
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser

from feeds.ledger.ledger import Ledger
from feeds.storage.embedded_servers import EmbeddedServers
from tests.console.browser import chromium
from tests.gateways import fresh_servers
from tests.quick import quick_hasher

# The gate gives the same answer twice; a slow machine is no fault of the code.
settings.register_profile(
    "gate", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("gate")

# Files of a few long tests: first, so that no worker is left alone with one at the end.
LONG: Final = (
    "tests/stories/test_an_hour.py", "tests/faults/", "tests/console/test_wall_page.py",
    "tests/feeds/test_recorded_day.py", "tests/stories/", "tests/console/test_",
)  # fmt: skip
BROWSER_FILES: Final = pytest.StashKey[set[Path]]()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect without the garbage collector, which would look again and again at all that was imported."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(session: pytest.Session, items: list[pytest.Item]) -> None:
    session.stash[BROWSER_FILES] = browser_files = {
        item.path for item in items if isinstance(item, pytest.Function) and "browser" in item.fixturenames
    }

    def place(item: pytest.Item) -> int:
        for number, start in enumerate(LONG):
            if item.nodeid.startswith(start):
                return number
        # Browsers last: what only computes may run beside whole systems, and browsers when these are done.
        return len(LONG) + (item.path in browser_files)

    items.sort(key=place)


_launched = contextlib.ExitStack()
_browsers: list[Browser] = []


@pytest.fixture(scope="module")
def browser() -> Browser:
    """A real Chromium, kept for the next file if that needs one: async tests cannot run beside it."""
    if not _browsers:
        _browsers.append(_launched.enter_context(chromium()))
    return _browsers[0]


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.path not in item.session.stash[BROWSER_FILES]:
        _close_browser()


def pytest_sessionfinish() -> None:
    _close_browser()


def _close_browser() -> None:
    _browsers.clear()
    _launched.close()


@pytest.fixture(scope="module")
def quick_passwords() -> Iterator[None]:
    """Passwords made in this process cost nothing; what they cost is tested in ``tests/feeds/people``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("feeds.people.passwords.PasswordHasher", quick_hasher)
        yield


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
