import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from feeds.ledger import Ledger
from feeds.servers import EmbeddedServers

# The gate gives the same answer twice; a slow machine is no fault of the code.
settings.register_profile("gate", derandomize=True, deadline=None)
settings.load_profile("gate")


@pytest.fixture
def servers() -> Iterator[EmbeddedServers]:
    """Two real, empty Valkey servers of this test's own."""
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        embedded = EmbeddedServers(Path(folder))
        embedded.start()
        yield embedded
        embedded.stop()


@pytest.fixture
async def ledger(servers: EmbeddedServers) -> AsyncIterator[Ledger]:
    opened = await Ledger.open(servers.log_url)
    yield opened
    await opened.close()
