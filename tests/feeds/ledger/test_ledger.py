import asyncio
import os
import signal
from pathlib import Path

import pytest

from city.clocks.timestamps import parse
from city.facts.chain import GENESIS, canonical, verify
from feeds.ledger.closing import close_segments
from feeds.ledger.ledger import Act, Again, Appended, Conflict, Ledger, LedgerUnavailable
from feeds.ledger.segments import Segments
from feeds.storage.embedded_servers import EmbeddedServers
from tests.gateways import restarted
from tests.running import PATIENCE_S


def act(command: str, *subjects: tuple[str, int], text: str = "x") -> Act:
    return Act(command, (canonical({"type": "Noted", "v": 1, "data": {"text": text}}),), subjects)


async def test_facts_get_consecutive_positions_and_a_chain_that_verifies(ledger: Ledger) -> None:
    answers = await ledger.append([act(f"c{i}", text="字" * i) for i in range(150)])
    entries = await ledger.read(0)
    assert [a.position for a in answers if isinstance(a, Appended)] == list(range(1, 151))
    assert [e.position for e in entries] == list(range(1, 151))
    assert entries[0].previous == GENESIS
    assert verify(entries) == await ledger.head() == (150, entries[-1].hash)


async def test_the_same_command_id_again_changes_nothing(ledger: Ledger) -> None:
    first, second = await ledger.append([act("once"), act("once")])
    third = (await ledger.append([act("once")]))[0]
    assert isinstance(first, Appended)
    assert second == third == Again(1)
    assert (await ledger.head())[0] == 1


async def test_of_a_hundred_clicks_on_one_case_exactly_one_wins(ledger: Ledger) -> None:
    clicks = [ledger.append([act(f"click-{i}", ("case:1", 0))]) for i in range(100)]
    answers = [rows[0] for rows in await asyncio.gather(*clicks)]
    winners = [a for a in answers if isinstance(a, Appended)]
    losers = [a for a in answers if isinstance(a, Conflict)]
    assert len(winners) == 1
    assert winners[0].versions == (1,)
    assert losers == [Conflict("case:1", 1, winners[0].position)] * 99


async def test_a_command_on_two_subjects_is_done_on_both_or_on_none(ledger: Ledger) -> None:
    await ledger.append([act("a", ("case:1", 0))])
    answer = (await ledger.append([act("b", ("incident:1", 0), ("case:1", 0))]))[0]
    assert answer == Conflict("case:1", 1, 1)
    assert await ledger.version("incident:1") == 0
    assert (await ledger.head())[0] == 1


async def test_stamps_are_the_servers_time_and_never_go_back(ledger: Ledger) -> None:
    await ledger.append([act("a")])
    future = "2999-01-01T00:00:00.000000+00:00"
    await ledger._client.hset("{ledger}:head", "r", future)
    answer = (await ledger.append([act("b")]))[0]
    assert isinstance(answer, Appended)
    assert answer.recorded_at == future
    first = (await ledger.read(0))[0]
    seconds, micros = await ledger._client.time()
    assert 0 <= seconds + micros / 1e6 - parse(first.recorded_at) < 60


async def test_reading_goes_on_from_any_position_with_the_right_previous_hash(ledger: Ledger) -> None:
    await ledger.append([act(f"c{i}") for i in range(10)])
    whole = await ledger.read(0)
    assert await ledger.read(7) == whole[7:]
    assert await ledger.read(3, count=2) == whole[3:5]


async def test_a_tail_hears_of_a_fact_that_comes_later(ledger: Ledger) -> None:
    tail = ledger.tail(0)
    waiting = asyncio.ensure_future(anext(tail))
    await asyncio.sleep(0.05)
    await ledger.append([act("late")])
    assert [e.position for e in await asyncio.wait_for(waiting, PATIENCE_S)] == [1]
    await tail.aclose()


async def test_killing_the_log_server_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    servers = EmbeddedServers(tmp_path, socket_dir=None)
    servers.start()
    ledger = await Ledger.open(servers.log_url)
    acts = [act(f"c{i}", text=str(i)) for i in range(400)]
    answered: set[int] = set()

    async def write(start: int) -> None:
        for i in range(start, 400, 4):
            try:
                await ledger.append([acts[i]])
            except LedgerUnavailable:
                return
            answered.add(i)

    writers = [asyncio.ensure_future(write(start)) for start in range(4)]
    await asyncio.sleep(0.08)
    os.kill(servers.log_pid, signal.SIGKILL)
    await asyncio.gather(*writers)
    with pytest.raises(LedgerUnavailable):
        await ledger.head()
    assert await restarted(servers) == ["log"]

    # Whoever was not answered asks again with the same id: each is there exactly once.
    again = await ledger.append(acts)
    assert all(isinstance(again[i], Again) for i in answered)
    entries = await ledger.read(0)
    texts = [e.body for e in entries]
    assert len(texts) == len(set(texts)) == 400
    assert verify(entries) == await ledger.head()
    await ledger.close()
    servers.stop()


async def test_a_command_id_tells_where_it_was_done(ledger: Ledger) -> None:
    assert await ledger.done("once") == 0
    await ledger.append([act("before"), act("once")])
    assert await ledger.done("once") == 2


async def test_entries_are_read_by_their_positions_from_stream_and_segments(
    ledger: Ledger, tmp_path: Path
) -> None:
    await ledger.append([act(f"c{i}", text=str(i)) for i in range(20)])
    whole = {entry.position: entry.body for entry in await ledger.read(0)}
    await close_segments(ledger, Segments(tmp_path), keep_facts=5, keep_s=1e9, now=2e9)
    url = ledger.client.connection_pool.connection_kwargs["path"]
    both = await Ledger.open(f"unix://{url}", segments=tmp_path)
    found = await both.at([19, 3, 3, 99])
    assert [(entry.position, entry.body) for entry in found] == [(3, whole[3]), (19, whole[19])]
    assert await both.at([]) == []
    assert [entry.position for entry in await ledger.at([3, 19])] == [19]
    await both.close()
