import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from city.access import SHIFT_ROLES
from city.clocks.timestamps import iso
from city.folding.store import Store
from city.state.ledger_state import SourceState
from console.deployment.roster import person_of_account
from console.deployment.settings import read_settings
from console.engine.engine import Engine
from console.engine.lease import Lease
from console.engine.outgoing_queue import Outbox
from console.live.feed_follower import Follower
from console.live.snapshots import Snapshots
from console.orders.refusal_texts import Reasons
from feeds.ledger.ledger import Ledger
from feeds.people.account_rights import check_rights
from feeds.people.accounts import Account
from feeds.storage.connections import connect
from feeds.storage.embedded_servers import EmbeddedServers
from tests.lives import shipped_rules

NOW = 1_795_000_000.0
REASONS = Reasons({}, "Asia/Shanghai")


class SteppedEngine:
    """One engine without its own tasks: the test tells it what is heard, when it looks and what it folds."""

    def __init__(self, servers: EmbeddedServers, ledger: Ledger, folder: Path, **settings: Any) -> None:
        self.now = NOW
        self._ledger = ledger
        given = read_settings({}, data_dir=folder, log_url=servers.log_url, **settings)
        self.follower = Follower(Store(), "ws://127.0.0.1:1", "", clock=lambda: self.now, intervals={})
        self.follower.complete.set()
        self.engine = Engine(
            given, self.follower, ledger, archive=cast("Any", None), rules=shipped_rules(),
            outbox=Outbox(ledger, self.follower.store, {}, reasons=REASONS, clock=lambda: self.now),
            clock=lambda: self.now,
        )  # fmt: skip

    def hear(self, heard: float) -> None:
        """A beat says when the water gateway was last heard."""
        self.follower.beat_at = self.now
        self.follower.store.set_sources([SourceState("iot-water", heard, 10.0)])

    async def fold(self) -> None:
        state = self.follower.store.state.ledger
        self.follower.store.commit(await self._ledger.read(state.position))

    async def close(self) -> None:
        self.engine.close()
        await self.engine._lease._client.aclose()

    async def told(self, *kinds: str) -> list[tuple[str, Any]]:
        bodies = [json.loads(entry.body) for entry in await self._ledger.read(0)]
        return [(body["type"], body["data"]) for body in bodies if body["type"] in kinds]


@pytest.fixture
async def stepped(servers: EmbeddedServers, ledger: Ledger, tmp_path: Path) -> AsyncIterator[SteppedEngine]:
    made = SteppedEngine(servers, ledger, tmp_path)
    yield made
    await made.close()


SOURCE = ("SourceLost", "SourceBack")


async def test_a_source_is_noted_once_when_it_is_lost_and_once_when_it_is_back(
    stepped: SteppedEngine,
) -> None:
    for age in (0.0, 30.0, 51.0, 60.0):
        stepped.now = NOW + age
        stepped.hear(NOW)
        await stepped.engine._note()
        await stepped.fold()
    stepped.now = NOW + 70
    stepped.hear(NOW + 69)
    await stepped.engine._note()
    await stepped.fold()
    await stepped.engine._note()
    assert [kind for kind, _ in await stepped.told(*SOURCE)] == ["SourceLost", "SourceBack"]
    assert {data["since"] for _, data in await stepped.told(*SOURCE)} == {iso(NOW)}


async def test_a_source_is_noted_once_though_its_fact_is_slow_to_come_back(stepped: SteppedEngine) -> None:
    for number in range(3):
        stepped.now = NOW + 51 + 2 * number
        stepped.hear(NOW + 0.003 * number)  # ages are measured anew at every beat
        await stepped.engine._note()
    assert [kind for kind, _ in await stepped.told(*SOURCE)] == ["SourceLost"]


async def test_two_engines_at_a_hand_over_note_a_source_once(
    servers: EmbeddedServers, ledger: Ledger, tmp_path: Path
) -> None:
    """The second has not folded what the first wrote, then has, and the source is lost again later."""
    engines = [SteppedEngine(servers, ledger, tmp_path) for _ in range(2)]
    for age in (51.0, 53.0, 55.0):
        for number, one in enumerate(engines):
            one.now = NOW + age
            one.hear(NOW + 0.001 * number)
            await one.engine._note()
    assert [kind for kind, _ in await engines[0].told(*SOURCE)] == ["SourceLost"]
    for heard, now in ((NOW + 60, NOW + 61), (NOW + 60, NOW + 200)):
        for one in engines:
            await one.fold()
            one.now = now
            one.hear(heard)
            await one.engine._note()
    assert [kind for kind, _ in await engines[0].told(*SOURCE)] == ["SourceLost", "SourceBack", "SourceLost"]
    for one in engines:
        await one.close()


async def test_tables_are_told_once_and_again_when_others_are_read(
    servers: EmbeddedServers, ledger: Ledger, tmp_path: Path
) -> None:
    engines = [SteppedEngine(servers, ledger, tmp_path) for _ in range(2)]
    for _ in range(2):
        for one in engines:
            await one.engine._note()
            await one.fold()
    loaded = {d["table"]: d["sha256"] for _, d in await engines[0].told("TableLoaded")}
    rules = shipped_rules()
    assert loaded == {
        **rules.tables, **rules.linkage.tables, **rules.sensing.tables, **rules.response.tables,
    }  # fmt: skip
    assert len(await engines[0].told("TableLoaded")) == len(loaded)
    engines[0].engine._notes._tables = {**loaded, "rules": "f" * 64}
    for _ in range(2):
        await engines[0].engine._note()
        await engines[0].fold()
    assert [d["sha256"] for _, d in await engines[0].told("TableLoaded") if d["table"] == "rules"] == [
        loaded["rules"], "f" * 64,
    ]  # fmt: skip
    for one in engines:
        await one.close()


async def test_accounts_and_their_rights_are_told_once_and_no_secret(
    servers: EmbeddedServers, ledger: Ledger, tmp_path: Path
) -> None:
    engines = [SteppedEngine(servers, ledger, tmp_path) for _ in range(2)]
    accounts = engines[0].engine._notes._accounts
    accounts.create("chen", "陈××", roles=["duty_officer"], now=NOW, password="Yangjing-2156-road")
    for one in engines:
        await one.engine._note()
        await one.fold()
    accounts.disable("chen", now=NOW + 60)
    for one in engines:
        await one.engine._note()
    told = await engines[0].told("UserAdded", "UserDisabled")
    assert [(kind, data["account"]) for kind, data in told] == [
        ("UserAdded", "chen"),
        ("UserDisabled", "chen"),
    ]
    assert "Yangjing" not in json.dumps(told)
    for one in engines:
        await one.close()


async def test_an_engine_that_hears_nothing_itself_says_nothing_of_the_sources(
    stepped: SteppedEngine,
) -> None:
    stepped.hear(NOW)
    stepped.now = NOW + 600
    await stepped.engine._note()
    assert await stepped.told(*SOURCE) == []


async def test_a_clock_set_back_loses_no_source(stepped: SteppedEngine) -> None:
    stepped.hear(NOW)
    stepped.now = NOW - 3600
    stepped.hear(NOW)
    await stepped.engine._note()
    assert await stepped.told(*SOURCE) == []


async def test_tables_and_tokens_are_told_once_by_however_many_engines(
    servers: EmbeddedServers, ledger: Ledger, tmp_path: Path
) -> None:
    engines = [SteppedEngine(servers, ledger, tmp_path) for _ in range(2)]
    engines[0].engine._notes._tokens.create("hotline", ["publish:case"], now=NOW)
    for _ in range(2):
        for one in engines:
            await one.engine._note()
    assert len(await engines[0].told("RosterLoaded")) == 1
    [(_, granted)] = await engines[0].told("TokenGranted")
    assert granted["client"] == "hotline"
    assert "cw_" not in json.dumps(granted)
    for one in engines:
        await one.close()


ROSTER = "role,name,seat,deputy,from,to,count\nduty_officer,李××,,,{},20:30,\n"
BAD = [ROSTER.format("8:30").encode(), ROSTER.format("08:30").encode("gbk"), b"role\nking\n"]


@pytest.mark.parametrize("bad", BAD)
async def test_a_roster_that_cannot_be_read_is_refused_and_the_one_before_stays(
    stepped: SteppedEngine, tmp_path: Path, bad: bytes
) -> None:
    file = tmp_path / "roster.csv"
    file.write_text(ROSTER.format("08:30"), encoding="utf-8")
    await stepped.engine._note()
    await stepped.fold()
    file.write_bytes(bad)
    stepped.engine._notes._tokens.create("hotline", ["publish:case"], now=NOW)
    with capture_logs() as logs:
        await stepped.engine._note()
        await stepped.engine._note()
    assert [line["event"] for line in logs if "roster" in line["event"]] == ["roster_refused"]
    assert len(await stepped.told("RosterLoaded")) == 1
    assert len(await stepped.told("TokenGranted")) == 1
    file.write_text(ROSTER.format("09:30"), encoding="utf-8")
    await stepped.engine._note()
    await stepped.fold()
    assert [row["from"] for row in stepped.follower.store.state.ledger.roster] == ["09:30"]


async def test_a_roster_with_two_leads_is_refused_and_one_with_a_gap_is_loaded_and_its_gap_logged(
    stepped: SteppedEngine, tmp_path: Path
) -> None:
    file = tmp_path / "roster.csv"
    lead = "shift_lead,{},,,{},{},\n"
    whole = ROSTER.split("\n")[0] + "\n" + lead.format("陈××", "08:30", "08:30")
    file.write_text(whole, encoding="utf-8")
    await stepped.engine._note()
    await stepped.fold()
    file.write_text(whole + lead.format("顾××", "10:00", "11:00"), encoding="utf-8")
    with capture_logs() as logs:
        await stepped.engine._note()
    assert [line["reason"][:38] for line in logs if line["event"] == "roster_refused"] == [
        "row 3, from: two persons at shift_lead"
    ]
    file.write_text(whole.replace("08:30,08:30", "08:30,20:30"), encoding="utf-8")
    with capture_logs() as logs:
        await stepped.engine._note()
        await stepped.fold()
    [told] = [line["gaps"] for line in logs if line["event"] == "roster_gaps"]
    assert told[0].startswith("row 2, to: nobody at shift_lead")
    assert [row["to"] for row in stepped.follower.store.state.ledger.roster] == ["20:30"]


@pytest.mark.parametrize("bad", BAD)
async def test_when_the_first_roster_cannot_be_read_nobody_has_a_shifts_authority(
    stepped: SteppedEngine, tmp_path: Path, bad: bytes
) -> None:
    (tmp_path / "roster.csv").write_bytes(bad)
    for _ in range(2):
        await stepped.engine._note()
        await stepped.fold()
    assert len(await stepped.told("RosterLoaded")) == 1
    roles = sorted(SHIFT_ROLES)
    account = Account("li", check_rights("李××", roles), False, True, False, 1.0, None)
    person = person_of_account(account, stepped.follower.store.state, NOW)
    assert person is not None
    assert person.on_shift == ()


async def test_what_nobody_foresaw_in_one_task_is_told_once_and_the_task_goes_on(
    stepped: SteppedEngine,
) -> None:
    came = iter([UnicodeDecodeError("utf-8", b"x", 0, 1, "bad"), sqlite3.OperationalError("locked"),
                 sqlite3.OperationalError("locked"), OSError("full"), None])  # fmt: skip
    well = asyncio.Event()

    async def work() -> None:
        error = next(came, None)
        if error is not None:
            raise error
        well.set()

    with capture_logs() as logs:
        task = asyncio.create_task(stepped.engine._every(0.0, work))
        async with asyncio.timeout(10):
            await well.wait()
            while "engine_resumed" not in {line["event"] for line in logs}:  # noqa: ASYNC110  # it only logs
                await asyncio.sleep(0)
        assert not task.done()
        task.cancel()
    assert [line["event"] for line in logs] == [
        "engine_task_failed", "engine_task_failed", "engine_waits", "engine_resumed",
    ]  # fmt: skip


async def test_the_city_clock_is_set_when_the_rate_is_another(
    servers: EmbeddedServers, ledger: Ledger, tmp_path: Path
) -> None:
    fast = SteppedEngine(servers, ledger, tmp_path, city_rate=60.0)
    await fast.engine._note()
    await fast.fold()
    await fast.engine._note()
    [(_, data)] = await fast.told("CityClockSet")
    assert data["rate"] == 60.0
    assert fast.follower.store.state.ledger.clock.at(NOW + 1) == pytest.approx(NOW + 60)
    await fast.close()


async def test_one_engine_holds_the_lease_and_another_takes_it_when_it_has_lapsed(
    servers: EmbeddedServers,
) -> None:
    clients = [connect(servers.log_url) for _ in range(2)]
    first, second = (Lease(client) for client in clients)
    assert await first.hold()
    assert not await second.hold()
    assert await first.hold()
    await clients[0].delete("{engine}:lease")  # as when its ten seconds are over
    assert await second.hold()
    assert not await first.hold()
    for client in clients:
        await client.aclose()


async def test_a_snapshot_is_left_when_the_ledger_has_moved(stepped: SteppedEngine, tmp_path: Path) -> None:
    snapshots = Snapshots(tmp_path / "snapshots")
    stepped.engine.snapshot()
    assert snapshots.newest() is None
    await stepped.engine._note()
    await stepped.fold()
    stepped.engine.snapshot()
    newest = snapshots.newest()
    assert newest is not None
    assert newest[0] == stepped.follower.store.state.ledger


async def test_reporters_are_forgotten_when_their_days_are_over(
    servers: EmbeddedServers, ledger: Ledger, tmp_path: Path
) -> None:
    stepped = SteppedEngine(servers, ledger, tmp_path, people_days=30.0)
    people = stepped.engine._people
    people.put([("p_old", {"name": "张三"})], now=NOW - 31 * 86400)
    people.put([("p_new", {"name": "李四"})], now=NOW - 29 * 86400)
    await stepped.engine._keep()
    assert people.get(["p_old", "p_new"]) == {"p_new": {"name": "李四"}}
    await stepped.close()
