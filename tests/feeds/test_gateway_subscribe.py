import asyncio
import contextlib
import json
import ssl
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from city.facts.chain import GENESIS, canonical, digest, link
from city.facts.fact import body_of
from feeds.gateway import ring as ring_module
from feeds.gateway import subscribe_socket
from feeds.gateway.deliveries import Delivery
from feeds.gateway.gateway import Gateway
from feeds.gateway.ring import Ring
from feeds.gateway.unavailable_logs import retry_while_unavailable
from feeds.ledger.ledger import Act, LedgerUnavailable
from feeds.people.tokens import TokenStore
from feeds.storage.embedded_servers import EmbeddedServers
from tests.gateways import ALL_RIGHTS, LUJIAZUI, NOW, TANGQIAO, case, composed, unit
from tests.slowness import Slowness

DEVICE = {"at": NOW, "kind": "device", "device": "pump-1", "class": "water_level"}
READING = {"at": NOW, "kind": "reading", "device": "pump-1", "metric": "level", "value": 1}


async def until(hear: Any, socket: Any, count: int) -> list[dict[str, Any]]:
    """The records of the next stream messages, ``count`` of them."""
    records: list[dict[str, Any]] = []
    while len(records) < count:
        records += (await hear(socket))["records"]
    return records


async def test_a_fresh_subscriber_gets_the_current_state_and_then_the_stream(
    publish: Any, subscribe: Any, ask: Any, hear: Any
) -> None:
    old, new, late = unit(unit="a"), unit(unit="a"), unit(unit="a", at="2020-01-01T00:00:00Z")
    async with publish("unit") as socket:
        await ask(socket, old, new, late, unit(unit="b"))
        async with subscribe("unit,warning") as listener:
            hello = (await hear(listener))["hello"]
            state = (await hear(listener))["snapshot"]
            empty = (await hear(listener))["snapshot"]
            await ask(socket, unit(unit="c"))
            stream = await hear(listener)
    assert (hello["version"], hello["topics"], hello["snapshot"]) == (1, ["unit", "warning"], True)
    assert sorted(r["id"] for r in state["records"][:1]) == [new["id"]]
    assert [r["unit"] for r in state["records"]] == ["a", "b"]
    assert empty == {"topic": "warning", "part": 1, "of": 1, "records": []}
    assert (stream["topic"], [r["unit"] for r in stream["records"]]) == ("unit", ["c"])
    assert stream["cursor"]


async def test_what_was_acknowledged_before_is_in_the_snapshot(
    publish: Any, subscribe: Any, ask: Any, hear: Any
) -> None:
    async with publish("case") as socket:
        for number in range(5):
            await ask(socket, case())
            async with subscribe("case") as listener:
                await hear(listener)
                assert len((await hear(listener))["snapshot"]["records"]) == number + 1


async def test_beats_come_at_once_and_every_two_seconds_and_tell_of_the_sources(
    publish: Any, subscribe: Any, ask: Any, hear: Any
) -> None:
    begin = time.monotonic()
    with Slowness() as slow:
        async with publish("unit") as socket, subscribe("unit", "&since=now") as listener:
            await hear(listener)
            first = (await hear(listener, beats=True))["beat"]
            await ask(socket, unit())
            second = (await hear(listener, beats=True))["beat"]
            took = time.monotonic() - begin
    assert 1.5 <= took <= 2.8 * slow.factor
    assert first["lag_ms"] == {"unit": 0}
    assert first["city_time"]["rate"] == 1
    assert first["city_time"]["city0"] == first["city_time"]["machine0"]
    assert second["lag_ms"]["unit"] < 2000 * slow.factor
    assert second["sources"]["hotline"]["state"] == "live"
    assert second["sources"]["hotline"]["age_s"] < 3 * slow.factor
    assert second["sources"]["hotline"]["skew_s"] > 3600  # the record's `at` is old
    assert second["cursor"]


async def test_a_since_is_malformed_when_cut_changed_or_of_other_topics(subscribe: Any, hear: Any) -> None:
    async with subscribe("unit,case") as listener:
        cursor = (await hear(listener))["hello"]["cursor"]
    for topics, since in (("unit", cursor), ("unit,case", cursor[:-1]), ("unit,case", cursor + "A")):
        with pytest.raises(InvalidStatus) as refused:
            async with subscribe(topics, f"&since={since}"):
                pass
        assert refused.value.response.status_code == 400
    async with subscribe("case,unit", f"&since={cursor}") as listener:  # topics are a set
        assert (await hear(listener))["hello"]["snapshot"] is False


async def test_since_0_gives_the_whole_history_of_the_ledger_in_one_order(
    publish: Any, subscribe: Any, ask: Any, hear: Any, gateway: Gateway
) -> None:
    async with publish("case") as cases, publish("warning") as warnings:
        first = case()
        await ask(cases, first)
        cap = {"id": "w1", "at": NOW, "identifier": "w-1", "sender": "cma", "sent": NOW}
        await ask(warnings, cap, {**cap, "id": "w2"})
        body = body_of("CaseEscalated", f"case:hotline/{first['id']}", "user:li", {"level": 2}, role="desk")
        await gateway.hub.ledger.append([Act("e1", (body,))])
        await ask(cases, case())
    messages = []
    async with subscribe("case,warning,ops", "&since=0") as listener:
        assert (await hear(listener))["hello"]["snapshot"] is False
        while sum(len(m["records"]) for m in messages) < 5:
            messages.append(await hear(listener))
    assert [m["topic"] for m in messages] == ["case", "warning", "ops", "case"]
    assert [m["id"] for m in messages] == ["1", "3", "4", "5"]
    [fact] = messages[2]["records"]
    assert (fact["type"], fact["actor"], fact["role"]) == ("CaseEscalated", "user:li", "desk")
    async with subscribe("warning") as listener:
        await hear(listener)
        state = (await hear(listener))["snapshot"]["records"]
    assert [r["id"] for r in state] == ["w2"]


async def test_a_subscriber_of_the_three_ledger_topics_can_verify_the_whole_chain(
    publish: Any, subscribe: Any, ask: Any, hear: Any
) -> None:
    async with publish("case") as cases, publish("sensor") as sensors:
        await ask(cases, case(reporter={"name": "x"}, description="é\x00"), case())
        await ask(sensors, {**DEVICE, "id": "d1", "lon": 121.5, "lat": 31.2})
        await ask(cases, case(lon=121.123456789, lat=1.0e-7))
    chain = []
    async with subscribe("case,warning,ops", "&since=0") as listener:
        await hear(listener)
        while len(chain) < 4:
            message = await hear(listener)
            for record, fact in zip(
                message["records"], message.get("facts", message["records"]), strict=True
            ):
                body = fact["body"]
                if "facts" in message:
                    kept = {k: v for k, v in record.items() if k not in ("recorded_at", "reporter")}
                    body["data"]["record"] = kept
                chain.append((fact["position"], fact["previous"], record["recorded_at"], body, fact["hash"]))
    previous = GENESIS
    for number, (position, before, recorded_at, body, hashed) in enumerate(chain, 1):
        text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert json.loads(text) == json.loads(canonical(body))
        assert (position, before) == (number, previous)
        assert link(previous, recorded_at, digest(canonical(body))) == hashed
        previous = hashed


async def test_a_registration_is_told_on_its_own_topic_and_on_ops_and_no_cursor_repeats_it(
    publish: Any, subscribe: Any, ask: Any, hear: Any
) -> None:
    async with subscribe("sensor,ops", "&since=now") as listener:
        await hear(listener)
        async with publish("sensor") as socket:
            answer = await ask(socket, {**DEVICE, "id": "d1"}, {**READING, "id": "r1"})
        messages = [await hear(listener) for _ in range(3)]
    told = {m["topic"]: m for m in messages if m["id"] == "1"}
    assert told["ops"]["records"][0]["type"] == "DeviceRegistered"
    assert told["sensor"]["records"][0]["device"] == "pump-1"
    assert told["sensor"]["records"][0]["recorded_at"] == told["ops"]["records"][0]["recorded_at"]
    assert answer["last_id"] in {m["id"] for m in messages}  # two logs: their order is not promised
    for number, message in enumerate(messages):
        async with subscribe("sensor,ops", f"&since={message['cursor']}") as listener:
            await hear(listener)
            left = [await hear(listener) for _ in messages[number + 1 :]]
            assert sorted((m["topic"], m["id"]) for m in left) == sorted(
                (m["topic"], m["id"]) for m in messages[number + 1 :]
            )
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(hear(listener), 0.2)


async def test_no_beat_stands_behind_what_its_socket_was_sent_before(
    publish: Any, subscribe: Any, ask: Any, hear: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large records, a subscriber that takes them slowly, a beat due behind almost every message."""
    monkeypatch.setattr(subscribe_socket, "BEAT_S", 0.01)
    topics = "case,ops,sensor,unit"
    async with (
        publish("unit") as units, publish("sensor") as sensors, publish("case") as cases,
        subscribe(topics, "&since=now") as listener,
    ):  # fmt: skip
        await hear(listener)
        for number in range(6):
            await ask(units, *[unit(note="x" * 90_000) for _ in range(6)])
            await ask(sensors, {**DEVICE, "id": f"d{number}"}, {**READING, "id": f"r{number}"})
            await ask(cases, case(description="y" * 4000))
        heard: list[str] = []
        beats: list[tuple[str, int]] = []
        while len(heard) < 6 * 10:  # a registration comes on two topics
            message = json.loads(await listener.recv())
            if "beat" in message:
                beats.append((message["beat"]["cursor"], len(heard)))
            heard += names(message)
            await asyncio.sleep(0.005)
    behind_a_message = [beat for before, beat in pairwise(beats) if beat[1] > before[1]]
    assert len(behind_a_message) > 5
    for cursor, so_far in behind_a_message:
        async with subscribe(topics, f"&since={cursor}") as again:
            rest: list[str] = []
            while len(rest) < len(heard) - so_far:
                rest += names(await hear(again))
        assert sorted(rest) == sorted(heard[so_far:])


async def test_what_was_read_from_the_log_is_not_read_again_for_the_next_topic(
    publish: Any, subscribe: Any, ask: Any, hear: Any, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Topics take turns in the ledger, and a message holds one of them: 80 messages from one read."""
    async with publish("case") as cases, publish("sensor") as sensors:
        for number in range(40):
            await ask(cases, case())
            await ask(sensors, {**DEVICE, "id": f"d{number}"})
    await gateway.hub.wait_for(gateway.hub.facts, 80)
    gateway.hub.facts.begin(80)  # as in a gateway that started just now
    reads = []
    really = gateway.hub.ledger.read

    async def read(after: int, **more: Any) -> Any:
        reads.append(after)
        return await really(after, **more)

    monkeypatch.setattr(gateway.hub.ledger, "read", read)
    async with subscribe("case,ops", "&since=0") as listener:
        await hear(listener)
        messages = [await hear(listener) for _ in range(80)]
    assert [int(message["id"]) for message in messages] == list(range(1, 81))
    assert [after for after in reads if after < 80] == [0]


def names(message: dict[str, Any]) -> list[str]:
    """What the records of a message are, each once."""
    topic = message.get("topic")
    return [f"{topic}/{record.get('id', record.get('position'))}" for record in message.get("records", ())]


async def test_a_scoped_subscriber_gets_what_lies_in_its_streets_and_more_only_by_right(
    publish: Any, subscribe: Any, ask: Any, hear: Any, tokens: TokenStore
) -> None:
    scoped = tokens.create("street", ["subscribe:case", "subscribe:unit"], streets=["310115005"], now=0.0)
    free = tokens.create("street2", ["subscribe:*:anywhere"], streets=["310115005"], now=0.0)
    inside, outside = case(), case(lon=TANGQIAO[0], lat=TANGQIAO[1])
    nowhere = {k: v for k, v in case(address="x").items() if k not in ("lon", "lat")}
    here, there = unit(lon=LUJIAZUI[0], lat=LUJIAZUI[1]), unit(lon=TANGQIAO[0], lat=TANGQIAO[1])
    for since in ("", "&since=now"):
        async with (
            subscribe("case,unit", since, scoped) as one, subscribe("case,unit", since, free) as two,
            publish("case") as cases, publish("unit") as units,
        ):  # fmt: skip
            await hear(one), await hear(two)
            if since:
                for record in (inside, outside, nowhere, here, there):
                    record["id"] += "-again"
            await ask(cases, outside, inside, nowhere)
            last = await ask(units, here, there)
            seen = []
            for socket, count in ((one, 2), (two, 3)):
                records: list[Any] = []
                while len(records) < count:
                    message = await hear(socket)
                    records += message.get("snapshot", message)["records"]
                    if message.get("topic") == "unit":
                        assert message["id"] == last["last_id"].replace(".1", ".0")
                seen.append(sorted(r["id"] for r in records))
        assert seen == [
            sorted([inside["id"], here["id"]]), sorted([inside["id"], nowhere["id"], here["id"]]),
        ]  # fmt: skip


async def test_a_large_snapshot_comes_in_parts_and_beats_meanwhile_have_no_cursor(
    publish: Any, subscribe: Any, ask: Any
) -> None:
    filling = "字" * 900
    async with publish("unit") as socket:
        for _ in range(8):
            await ask(socket, *(unit(note=filling) for _ in range(100)))
    async with subscribe("unit") as listener:
        messages = []
        while not messages or not messages[-1].get("beat", {}).get("cursor"):
            messages.append(json.loads(await listener.recv()))
    parts = [m["snapshot"] for m in messages if "snapshot" in m]
    assert [(p["part"], p["of"]) for p in parts] == [(n, len(parts)) for n in range(1, len(parts) + 1)]
    assert len(parts) > 3
    assert sum(len(p["records"]) for p in parts) == 800
    assert messages[1]["beat"]["cursor"] is None


async def test_a_trimmed_topic_says_gap_and_sends_its_state_and_the_others_go_on(
    publish: Any, subscribe: Any, ask: Any, hear: Any, gateway: Gateway
) -> None:
    async with publish("unit") as units, publish("case") as cases:
        await ask(units, unit(unit="a"))
        async with subscribe("unit,case") as listener:
            cursor = (await hear(listener))["hello"]["cursor"]
        missed = case()
        async with subscribe("unit", "&since=now") as listener:
            await hear(listener)
            await ask(units, unit(unit="b"))
            await hear(listener)
        await ask(cases, missed)
        assert await gateway.hub.telemetry.trim("unit", keep_s=-10) == 2
        last = await ask(units, unit(unit="a"), unit(unit="c"))
    async with subscribe("unit,case", f"&since={cursor}") as listener:
        messages = [await hear(listener) for _ in range(4)]
    hello, gap, state, stream = messages
    assert hello["hello"]["snapshot"] is True
    assert gap["gap"]["topic"] == "unit"
    assert gap["gap"]["from"].endswith(".0")  # its entry is gone
    assert gap["gap"]["to"] == last["last_id"]
    assert [r["unit"] for r in state["snapshot"]["records"]] == ["a", "b", "c"]
    assert [r["id"] for r in stream["records"]] == [missed["id"]]


async def test_a_cursor_at_the_very_end_of_a_trimmed_stream_is_not_stale(
    publish: Any, subscribe: Any, ask: Any, hear: Any, gateway: Gateway
) -> None:
    async with publish("unit") as units, subscribe("unit", "&since=now") as listener:
        await hear(listener)
        await ask(units, unit())
        cursor = (await hear(listener))["cursor"]
        await gateway.hub.telemetry.trim("unit", keep_s=-10)
        following = unit()
        await ask(units, following)
    async with subscribe("unit", f"&since={cursor}") as listener:
        assert (await hear(listener))["hello"]["snapshot"] is False
        assert [r["id"] for r in await until(hear, listener, 1)] == [following["id"]]


async def test_another_epoch_gives_gap_and_state_and_cuts_who_is_there(
    publish: Any, subscribe: Any, ask: Any, hear: Any, gateway: Gateway
) -> None:
    async with publish("case") as cases:
        await ask(cases, case())
    async with subscribe("case") as listener:
        cursor = (await hear(listener))["hello"]["cursor"]
        await gateway.hub.ledger._client.set("{ledger}:epoch", "restored")
        gateway.hub._tasks[0].cancel()
        await gateway.hub.start()
        async with subscribe("case", f"&since={cursor}") as again:
            messages = [await hear(again) for _ in range(3)]
    assert [next(iter(m)) for m in messages] == ["hello", "gap", "snapshot"]


async def test_a_subscriber_that_takes_nothing_is_closed_with_4008_and_resumes_without_loss(
    publish: Any, subscribe: Any, ask: Any, hear: Any, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscribe_socket, "BEHIND_BYTES", 2**20)
    monkeypatch.setattr(ring_module, "BEHIND_BYTES", 2**20)
    sent = []
    async with subscribe("unit", "&since=now") as listener, publish("unit") as units:
        cursor = (await hear(listener))["hello"]["cursor"]
        while gateway.metrics.cut == 0:
            records = [unit(note="x" * 9000) for _ in range(100)]
            sent += [r["id"] for r in records]
            await ask(units, *records)
        got: list[str] = []
        with contextlib.suppress(ConnectionClosed):
            while True:
                message = json.loads(await listener.recv())
                got += [r["id"] for r in message.get("records", ())]
                cursor = message.get("cursor", cursor)
        assert listener.close_code == 4008
    assert got == sent[: len(got)]
    monkeypatch.undo()
    async with subscribe("unit", f"&since={cursor}") as listener:
        await hear(listener)
        got += [r["id"] for r in await until(hear, listener, len(sent) - len(got))]
    assert got == sent


async def test_what_a_subscriber_sends_is_ignored_but_a_frame_over_1_mib_closes(
    subscribe: Any, hear: Any
) -> None:
    async with subscribe("unit") as listener:
        await listener.send("hello?")
        await listener.send(b"\x00")
        await hear(listener)
        await listener.send("x" * (2**20 + 1))
        with contextlib.suppress(ConnectionClosed):
            while True:
                await listener.recv()
        assert listener.close_code == 1009


async def test_city_time_is_told_and_decides_what_is_the_future(
    publish: Any, subscribe: Any, ask: Any, hear: Any, gateway: Gateway
) -> None:
    data = {"city0": "2030-01-01T00:00:00+00:00", "machine0": "2026-01-01T00:00:00+00:00", "rate": 2}
    body = body_of("CityClockSet", "city:clock", "user:drill", data)
    async with publish("unit") as units:
        before = await ask(units, unit(at="2030-01-01T00:00:00Z"))
        await gateway.hub.ledger.append([Act("clock", (body,))])
        async with subscribe("unit") as listener:
            await hear(listener)
            while (beat := (await hear(listener, beats=True))["beat"])["city_time"]["rate"] == 1:
                pass
        after = await ask(units, unit(at="2030-01-01T00:00:00Z"), unit(at="2039-01-01T00:00:00Z"))
    assert [r["code"] for r in before["rejected"]] == ["future"]
    assert beat["city_time"]["city0"] == "2030-01-01T00:00:00.000000+00:00"
    assert (after["accepted"], [r["code"] for r in after["rejected"]]) == (1, ["future"])


async def test_two_gateways_on_one_ledger_tell_the_same(
    logs: EmbeddedServers, tmp_path: Path, gateway: Gateway, publish: Any, ask: Any, hear: Any, tokens: Any
) -> None:
    token = tokens.create("c2", ["subscribe:*"], now=0.0)
    async with composed(tmp_path, logs.log_url, logs.pictures_url, open_loopback=True) as other:
        url = f"ws://127.0.0.1:{other.port}/v1/subscribe?topics=case,unit"
        async with connect(url) as listener, publish("case") as cases, publish("unit") as units:
            for _ in range(3):
                await hear(listener)
            await ask(cases, case())
            await ask(units, unit())
            topics = {(await hear(listener))["topic"] for _ in range(2)}
            cursor = (await hear(listener, beats=True))["beat"]["cursor"]
        assert topics == {"case", "unit"}
        here = f"ws://127.0.0.1:{gateway.port}/v1/subscribe?topics=case,unit&since={cursor}"
        async with connect(here, additional_headers={"Authorization": f"Bearer {token}"}) as listener:
            assert (await hear(listener))["hello"]["snapshot"] is False


async def test_loopback_is_open_for_a_missing_token_only_and_not_for_pages_of_elsewhere(
    logs: EmbeddedServers, tmp_path: Path
) -> None:
    async with composed(tmp_path, logs.log_url, logs.pictures_url, open_loopback=True) as open_:
        base = f"ws://127.0.0.1:{open_.port}/v1"
        async with connect(f"{base}/subscribe?topics=case"):
            pass
        refused = [
            (f"{base}/subscribe?topics=case", {"Authorization": "Bearer wrong"}),
            (f"{base}/subscribe?topics=case", {"X-Forwarded-For": "10.0.0.1"}),
            (f"{base}/subscribe?topics=case", {"Origin": "https://example.org"}),
            (f"{base}/publish/case", {}),
        ]
        for url, headers in refused:
            with pytest.raises(InvalidStatus) as error:
                async with connect(url, additional_headers=headers):
                    pass
            assert error.value.response.status_code == 401


async def test_when_the_machine_clock_goes_back_ages_do_not_and_nothing_is_lost(
    logs: EmbeddedServers, tmp_path: Path, ask: Any, hear: Any
) -> None:
    offset = [0.0]
    tokens = TokenStore(tmp_path)
    token = tokens.create("hotline", ALL_RIGHTS, now=0.0)
    async with composed(
        tmp_path, logs.log_url, logs.pictures_url, clock=lambda: time.time() + offset[0]
    ) as gateway:
        headers = {"Authorization": f"Bearer {token}"}
        base = f"ws://127.0.0.1:{gateway.port}/v1"
        async with (
            connect(f"{base}/publish/unit", additional_headers=headers) as units,
            connect(f"{base}/subscribe?topics=unit&since=now", additional_headers=headers) as listener,
        ):
            await hear(listener)
            one, two = unit(), unit()
            await ask(units, one)
            offset[0] = -7200.0
            answer = await ask(units, two, one)
            got = await until(hear, listener, 2)
            beat = (await hear(listener, beats=True))["beat"]
            beat = (await hear(listener, beats=True))["beat"]
    tokens.close()
    assert (answer["accepted"], answer["duplicates"]) == (1, 1)
    assert [r["id"] for r in got] == [one["id"], two["id"]]
    assert 0 <= beat["sources"]["hotline"]["age_s"] < 600
    assert beat["lag_ms"]["unit"] >= 0


async def test_an_entry_that_some_other_writer_broke_stops_nobody(
    publish: Any, subscribe: Any, ask: Any, hear: Any, gateway: Gateway
) -> None:
    broken = {"c": "x", "r": "now", "b": '[{"unit": 5}]'}
    async with subscribe("unit,ops", "&since=now") as listener, publish("unit") as units:
        await hear(listener)
        await gateway.hub.telemetry._client.xadd("telemetry:unit", broken)
        await gateway.hub.ledger.append([Act("odd", (b'{"no":"fact"}',))])
        following = unit()
        await ask(units, following)
        assert [r["id"] for r in await until(hear, listener, 1)] == [following["id"]]


async def test_wss_is_spoken_with_a_certificate(logs: EmbeddedServers, tmp_path: Path, hear: Any) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    day = timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(datetime.now(UTC) - day).not_valid_after(datetime.now(UTC) + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    files = tmp_path / "cert.pem", tmp_path / "key.pem"
    files[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    trusting = ssl.create_default_context(cafile=str(files[0]))
    async with composed(
        tmp_path,
        logs.log_url,
        logs.pictures_url,
        open_loopback=True,
        tls_certificate=files[0],
        tls_key=files[1],
    ) as gateway:
        url = f"wss://localhost:{gateway.port}/v1/subscribe?topics=case"
        async with connect(url, ssl=trusting) as listener:
            assert "hello" in await hear(listener)


def test_a_place_is_behind_after_a_minute_or_64_mib_of_what_was_not_sent() -> None:
    ring = Ring()
    ring.begin(0)
    for place in range(1, 100):
        ring.push(Delivery(place, 0.0, 2**20, {}), loop_time=float(place))
    assert not subscribe_socket._is_behind(ring, 99, 99.0)
    assert not subscribe_socket._is_behind(ring, 40, 100.0)
    assert subscribe_socket._is_behind(ring, 34, 99.0)  # 65 MiB
    assert subscribe_socket._is_behind(ring, 60, 122.0)  # 61 s
    assert ring.start <= 35
    for place in range(100, 400):
        ring.push(Delivery(place, 0.0, 2**20, {}), loop_time=float(place))
    assert len(ring.items) < 200
    assert subscribe_socket._is_behind(ring, ring.start - 1, 400.0)
    assert ring.items[ring.after(390)].place == 391


async def test_a_step_is_done_again_while_a_log_is_unavailable() -> None:
    tries = []

    async def step() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise LedgerUnavailable("gone")

    await retry_while_unavailable(step)
    assert len(tries) == 2


async def test_what_our_own_officers_report_again_makes_no_source(
    gateway: Gateway, publish: Any, subscribe: Any, ask: Any, hear: Any
) -> None:
    async with publish("case") as socket, subscribe("case", "&since=now") as listener:
        assert "hello" in await hear(listener)
        await ask(socket, case())
        record = {**case(), "client": "citywall", "received": datetime.now(UTC).isoformat()}
        body = body_of("CaseReported", "case:citywall/again-1", "intake-1", {"record": record, "street": ""})
        await gateway.hub.ledger.append([Act("reopen", (body,))])
        told = 0
        while told < 2:
            told += len((await hear(listener))["records"])
        sources = (await hear(listener, beats=True))["beat"]["sources"]
    assert sorted(sources) == ["hotline"]


async def test_who_asks_for_the_past_gets_the_last_hour_of_rain_after_the_snapshot(
    publish: Any, subscribe: Any, ask: Any, hear: Any
) -> None:
    now = datetime.fromisoformat(NOW)

    def rain(minutes: float, device: str = "r1", metric: str = "rain_mmh") -> dict[str, Any]:
        at = (now - timedelta(minutes=minutes)).isoformat()
        return READING | {
            "id": f"{device}-{metric}-{minutes}", "at": at, "device": device, "metric": metric,
            "value": minutes,
        }  # fmt: skip

    sent = [rain(90), rain(50), rain(20), rain(19.8), rain(0), rain(30, metric="wind_ms"), rain(10, "r2")]
    async with publish("sensor") as socket:
        await ask(socket, *sent)
        async with subscribe("sensor&past=1") as listener:
            await hear(listener)
            state = (await hear(listener))["snapshot"]
            past = (await hear(listener))["past"]
        async with subscribe("sensor") as plain:
            await hear(plain)
            same = (await hear(plain))["snapshot"]
            await ask(socket, rain(-1))
            assert "past" not in await hear(plain)
    assert state["records"] == same["records"]
    assert [one["value"] for one in state["records"]] == [0, 30, 10]
    # Of one minute the newest counts, and what is older than an hour does not.
    assert [one["value"] for one in past["records"]] == [50, 19.8]
    assert past["topic"] == "sensor"


async def test_a_malformed_past_is_refused(subscribe: Any) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with subscribe("sensor&past=yes"):
            pass
    assert refused.value.response.status_code == 400
