"""Who looks at which case: leases that lapse, shared by all consoles."""

import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from console.orders.presence import ACTED_S, LEASE_S, Presence
from feeds.storage.connections import connect
from feeds.storage.embedded_servers import EmbeddedServers
from tests.gateways import restarted


class ManualClock:
    """Machine time that a test moves on."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@pytest.fixture
async def store(servers: EmbeddedServers) -> AsyncIterator[Redis]:
    client = connect(servers.pictures_url)
    yield client
    await client.aclose()


async def test_who_looks_is_known_here_at_once_and_to_others_by_the_next_step(store: Redis) -> None:
    here, there = Presence(store, clock=time.time), Presence(store, clock=time.time)
    here.look("m1", "chen", "陈××")
    there.look("m1", "li", "李××")
    assert here.present("m1") == ["陈××"]
    await here.step()
    await there.step()
    assert there.present("m1") == ["李××", "陈××"]
    assert there.everywhere() == {"m1": ["李××", "陈××"]}
    assert there.present("m2") == []


async def test_who_leaves_is_gone_for_all(store: Redis) -> None:
    here, there = Presence(store, clock=time.time), Presence(store, clock=time.time)
    here.look("m1", "chen", "陈××")
    await here.step()
    here.leave("m1", "chen", "陈××")
    assert here.present("m1") == []
    await here.step()
    await there.step()
    assert there.present("m1") == []


async def test_a_lease_that_nobody_prolongs_lapses(store: Redis) -> None:
    clock = ManualClock()
    here, there = Presence(store, clock=clock), Presence(store, clock=time.time)
    here.look("m1", "chen", "陈××")
    await here.step()
    await there.step()
    assert there.present("m1") == ["陈××"]
    [(lease, until)] = await store.zrange("presence", 0, -1, withscores=True)
    assert until > time.time()
    await store.zadd("presence", {lease: time.time() - 1})  # its time is over
    clock.ahead = LEASE_S + 1
    await there.step()  # nobody renews: that console may be dead
    assert there.present("m1") == []
    await here.step()
    assert here.present("m1") == []


async def test_acting_keeps_a_case_attended_for_a_minute_but_shows_nobody(store: Redis) -> None:
    clock = ManualClock()
    here, there = Presence(store, clock=clock), Presence(store, clock=time.time)
    here.act("m1", "chen", "陈××")
    await here.step()
    await there.step()
    assert here.is_attended("m1")
    assert there.is_attended("m1")
    assert here.present("m1") == there.present("m1") == []
    clock.ahead = LEASE_S + 1
    assert here.is_attended("m1")
    clock.ahead = ACTED_S + 1
    await store.delete("presence")
    await here.step()
    assert not here.is_attended("m1")


async def test_without_the_store_ones_own_presence_goes_on_and_comes_back(
    store: Redis, servers: EmbeddedServers
) -> None:
    here = Presence(store, clock=time.time)
    here.look("m1", "chen", "陈××")
    pid = int((await store.info("server"))["process_id"])
    os.kill(pid, signal.SIGKILL)
    with pytest.raises((RedisError, OSError)):
        await here.step()
    assert here.present("m1") == ["陈××"]
    assert await restarted(servers) == ["pictures"]
    here.look("m1", "chen", "陈××")
    with contextlib.suppress(RedisError, OSError):  # connections of the old server are found dead one by one
        await here.step()
    await here.step()
    there = Presence(store, clock=time.time)
    await there.step()
    assert there.present("m1") == ["陈××"]


async def test_what_another_version_wrote_is_passed_over(store: Redis) -> None:
    await store.zadd("presence", {b"not a lease": time.time() + 60})
    here = Presence(store, clock=time.time)
    await here.step()
    assert here.everywhere() == {}
