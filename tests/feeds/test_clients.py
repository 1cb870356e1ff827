import asyncio
import math
from pathlib import Path
from typing import Any

import pytest

from feeds.clients.publisher import Publisher, PublishRefused
from feeds.clients.subscriber import Subscriber
from feeds.gateway.gateway import Gateway
from feeds.people.tokens import TokenStore
from feeds.storage.embedded_servers import EmbeddedServers
from tests.gateways import ALL_RIGHTS, composed, unit
from tests.running import PATIENCE_S, free_port


async def test_a_large_send_is_cut_into_frames_and_answered_as_one(
    gateway: Gateway, tokens: TokenStore
) -> None:
    token = tokens.create("bulk", ALL_RIGHTS, now=0.0)
    records = [unit(note="字" * 700) for _ in range(2500)]
    records[1700]["lon"] = math.nan
    records[2400]["note"] = "\ud800"
    records[5]["id"] = records[4]["id"]
    async with Publisher(f"ws://127.0.0.1:{gateway.port}", "unit", token) as publisher:
        answer = await publisher.send(records)
        with pytest.raises(ValueError, match="more than a frame"):
            await publisher.send([unit(note="x" * 2**20)])
        assert (await publisher.send([])).accepted == 0
    assert (answer.accepted, answer.duplicates) == (2497, 1)
    assert [(r.index, r.code) for r in answer.rejected] == [(1700, "not_a_number"), (2400, "bad_text")]
    assert answer.last_id is not None


async def test_a_wrong_token_is_told_to_the_sender(gateway: Gateway) -> None:
    async with Publisher(f"ws://127.0.0.1:{gateway.port}", "unit", "wrong") as publisher:
        with pytest.raises(PublishRefused, match="401"):
            await asyncio.wait_for(publisher.send([unit()]), PATIENCE_S)


async def test_both_clients_outlive_the_gateway_and_go_on_where_they_were(
    logs: EmbeddedServers, tmp_path: Path
) -> None:
    tokens = TokenStore(tmp_path)
    token = tokens.create("c", ALL_RIGHTS, now=0.0)
    tokens.close()
    port = free_port()
    url = f"ws://127.0.0.1:{port}"
    seen: list[dict[str, Any]] = []
    subscriber = Subscriber(url, ["unit"], token, since="now")

    async def listen() -> None:
        async for message in subscriber.messages():
            seen.append(message)  # noqa: PERF401  # others read it while it fills

    def ids() -> list[str]:
        return [record["id"] for message in seen for record in message.get("records", ())]

    async def until(count: int) -> None:
        while len(ids()) < count:  # noqa: ASYNC110  # filled by the listener
            await asyncio.sleep(0.02)

    listening = asyncio.create_task(listen())
    records = [unit() for _ in range(3)]
    async with Publisher(url, "unit", token) as publisher:
        early = asyncio.create_task(publisher.send(records[:1]))
        await asyncio.sleep(0.2)
        async with composed(tmp_path, logs.log_url, logs.pictures_url, port=port):
            await asyncio.wait_for(early, PATIENCE_S)
            while not subscriber.cursor or subscriber.cursor == "now":  # noqa: ASYNC110  # as above
                await asyncio.sleep(0.02)
            await publisher.send(records[1:2])
            await asyncio.wait_for(until(1), PATIENCE_S)
        between = asyncio.create_task(publisher.send(records[2:]))
        await asyncio.sleep(0.2)
        async with composed(tmp_path, logs.log_url, logs.pictures_url, port=port):
            await asyncio.wait_for(between, PATIENCE_S)
            await asyncio.wait_for(until(2), PATIENCE_S)
    listening.cancel()
    assert ids()[-2:] == [records[1]["id"], records[2]["id"]]
    assert [m["link"] for m in seen if "link" in m][:4] == ["down", "up", "down", "up"]


async def test_an_absent_gateway_is_told_to_a_sender_that_waits_so_long() -> None:
    url = f"ws://127.0.0.1:{free_port()}"
    async with Publisher(url, "unit", "any", wait_s=0.5) as publisher:
        begun = asyncio.get_running_loop().time()
        with pytest.raises(PublishRefused, match=rf"{url}/v1/publish/unit was not reached for 0\.5 s: .+"):
            await asyncio.wait_for(publisher.send([unit()]), PATIENCE_S)
        assert 0.5 <= asyncio.get_running_loop().time() - begun < PATIENCE_S


async def test_a_server_that_hangs_up_at_once_counts_as_absent() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, Publisher(f"ws://127.0.0.1:{port}", "unit", "any", wait_s=0.3) as publisher:
        with pytest.raises(PublishRefused, match=r"was not reached for 0\.3 s"):
            await asyncio.wait_for(publisher.send([unit()]), PATIENCE_S)


async def test_a_gateway_that_comes_back_in_time_is_waited_for(logs: EmbeddedServers, tmp_path: Path) -> None:
    tokens = TokenStore(tmp_path)
    token = tokens.create("c", ALL_RIGHTS, now=0.0)
    tokens.close()
    port = free_port()
    async with Publisher(f"ws://127.0.0.1:{port}", "unit", token, wait_s=PATIENCE_S) as publisher:
        early = asyncio.create_task(publisher.send([unit()]))
        await asyncio.sleep(0.3)
        async with composed(tmp_path, logs.log_url, logs.pictures_url, port=port):
            assert (await asyncio.wait_for(early, PATIENCE_S)).accepted == 1
