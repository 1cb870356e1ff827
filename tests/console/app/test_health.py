import asyncio
from pathlib import Path
from typing import Any, cast

import pytest

from city.folding.store import Store
from console.app.health import Health
from console.live.feed_follower import Follower
from feeds.ledger.ledger import Ledger, LedgerUnavailable
from tests.running import PATIENCE_S

NOW = 1_795_000_000.0


class ManualClock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


def health_of(ledger: Any, folder: Path, clock: ManualClock, *, min_free_mb: int = 1) -> Health:
    follower = Follower(Store(), "ws://127.0.0.1:1", "", clock=clock, intervals={})
    follower.beat_at = NOW
    health = Health(follower, ledger, data_dir=folder, min_free_mb=min_free_mb, clock=clock)
    health.warm = True
    return health


def codes(health: Health) -> set[str]:
    return {problem["code"] for problem in health.problems()}


async def test_a_wrong_policy_of_the_log_server_is_named_until_it_is_right_again(
    ledger: Ledger, tmp_path: Path
) -> None:
    health = health_of(ledger, tmp_path, ManualClock())
    await health._check(policies_too=True)
    assert health.problems() == []
    await ledger.client.config_set("appendfsync", "everysec")
    await health._check(policies_too=True)
    assert codes(health) == {"log_appendfsync"}
    assert "everysec" in health.problems()[0]["text"]
    await ledger.client.config_set("appendfsync", "always")
    await health._check(policies_too=True)
    assert health.problems() == []


async def test_too_little_free_disk_and_a_data_dir_that_cannot_be_written_are_named(
    ledger: Ledger, tmp_path: Path
) -> None:
    full = health_of(ledger, tmp_path, ManualClock(), min_free_mb=10**12)
    await full._check(policies_too=True)
    assert codes(full) == {"disk_almost_full"}
    (tmp_path / "file").touch()
    wrong = health_of(ledger, tmp_path / "file", ManualClock())
    await wrong._check(policies_too=True)
    assert codes(wrong) == {"data_dir_not_writable"}


async def test_a_log_that_is_gone_is_known_since_the_first_silence_and_forgiven_when_it_answers(
    ledger: Ledger, tmp_path: Path
) -> None:
    clock = ManualClock()
    broken = Breaking(ledger)
    health = health_of(broken, tmp_path, clock)
    broken.down = True
    for second in range(3):
        clock.now = NOW + second
        await health._check(policies_too=False)
    assert health.log_down_since == NOW
    assert health.feed == ("lost", NOW)
    assert codes(health) == {"log_down", "feed_lost"}
    broken.down = False
    await health._check(policies_too=False)
    assert health.log_down_since is None
    assert health.problems() == []


async def test_a_ledger_whose_chain_is_broken_is_not_ready_and_says_where(
    ledger: Ledger, tmp_path: Path
) -> None:
    health = health_of(ledger, tmp_path, ManualClock())
    await health._check(policies_too=True)
    health._chain = lambda: "position 5: missing: the next row is 6"
    [problem] = health.problems()
    assert problem["code"] == "chain_broken"
    assert "broken at position 5: missing" in problem["text"]
    assert health.feed[0] == "live"  # what comes in now can be trusted


class Breaking:
    """A real ledger whose server can be taken away."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.client = ledger.client
        self.down = False

    async def head(self) -> tuple[int, str]:
        if self.down:
            raise LedgerUnavailable("Connection refused")
        return await self._ledger.head()


@pytest.mark.parametrize(
    ("age", "state"), [(0.0, "live"), (-3600.0, "live"), (4.0, "live"), (6.0, "late"), (11.0, "lost")]
)
def test_the_feed_is_as_fresh_as_its_last_beat_and_a_clock_set_back_makes_it_no_older(
    tmp_path: Path, age: float, state: str
) -> None:
    clock = ManualClock()
    health = health_of(cast("Any", None), tmp_path, clock)
    clock.now = NOW + age
    assert health.feed[0] == state


class Answering:
    """A ledger that answers when the test says so."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[tuple[int, str]] = asyncio.get_running_loop().create_future()

    async def head(self) -> tuple[int, str]:
        return await self.answer


@pytest.mark.parametrize("steps", range(4))
async def test_a_stop_that_comes_just_as_the_log_answers_is_heard(tmp_path: Path, steps: int) -> None:
    ledger = Answering()
    looking = asyncio.create_task(look_for_ever(health_of(ledger, tmp_path, ManualClock())))
    await settle(5)
    ledger.answer.set_result((0, ""))
    await settle(steps)
    looking.cancel()
    await asyncio.wait([looking], timeout=PATIENCE_S)
    assert looking.cancelled()


async def look_for_ever(health: Health) -> None:
    while True:
        await health._check(policies_too=False)
        await asyncio.sleep(0.1)


async def settle(steps: int) -> None:
    for _ in range(steps):
        await asyncio.sleep(0)
