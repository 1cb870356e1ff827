import asyncio
import base64
import contextlib
import hashlib
import json
import os
import signal
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from websockets.exceptions import ConnectionClosed, InvalidStatus

from feeds.gateway.gateway import Gateway
from feeds.storage.embedded_servers import EmbeddedServers
from tests.gateways import LUJIAZUI, NOW, TANGQIAO, case, restarted, unit
from tests.running import PATIENCE_S


async def test_a_batch_is_acknowledged_with_counts_and_the_last_log_id(publish: Any, ask: Any) -> None:
    async with publish("unit") as socket:
        answer = await ask(socket, unit(), unit(lon="abc"), unit(), batch="first")
    last_id = answer.pop("last_id")
    assert answer == {
        "ack": "first", "accepted": 2, "duplicates": 0,
        "rejected": [{
            "index": 1, "path": "lon", "code": "not_a_number",
            "reason": "expected a number from -180 to 180, got 'abc'",
        }],
    }  # fmt: skip
    assert last_id.endswith(".1")


async def test_what_is_published_is_delivered_with_client_and_received(
    publish: Any, subscribe: Any, ask: Any, hear: Any
) -> None:
    sent = unit(client="somebody", note="unknown fields are kept")
    async with subscribe("unit", "&since=now") as listener, publish("unit") as socket:
        hello = await hear(listener)
        answer = await ask(socket, sent)
        message = await hear(listener)
    assert hello["hello"]["snapshot"] is False
    assert message["id"] == answer["last_id"]
    [record] = message["records"]
    received = record.pop("received")
    assert received.endswith("+00:00")
    assert record == {**sent, "client": "hotline", "crs": "WGS84"}


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [
        ({"lon": "121.5"}, "lon", "not_a_number"),
        ({"lon": True}, "lon", "not_a_number"),
        ({"lon": 181.0}, "lon", "out_of_range"),
        ({"lon": 31.2, "lat": 121.5}, "lat", "out_of_range"),
        ({"lat": None}, "lat", "position_incomplete"),
        ({"crs": "EPSG:2385"}, "crs", "unknown_crs"),
        ({"crs": "GCJ02", "lon": 2.35, "lat": 48.85}, "crs", "outside_china"),
        ({"at": "yesterday"}, "at", "bad_time"),
        ({"at": "2026-11-22T10:00:00"}, "at", "bad_time"),
        ({"at": "2999-01-01T00:00:00Z"}, "at", "future"),
        ({"unit": None}, "unit", "missing"),
        ({"unit": 7}, "unit", "wrong_type"),
        ({"id": "i" * 129}, "id", "too_long"),
        ({"id": ""}, "id", "missing"),
        ({"heading": 361}, "heading", "out_of_range"),
        ({"note": "\ud800"}, "note", "bad_text"),
        ({"\udfff": 1}, "\\udfff", "bad_text"),
    ],
)
async def test_a_bad_record_is_rejected_by_path_and_code_and_the_others_are_taken(
    publish: Any, ask: Any, gateway: Gateway, changes: dict[str, Any], path: str, code: str
) -> None:
    bad = unit(**changes)
    async with publish("unit") as socket:
        answer = await ask(socket, unit(), bad, unit())
    assert answer["accepted"] == 2
    assert [(r["index"], r["path"], r["code"]) for r in answer["rejected"]] == [(1, path, code)]
    [letter] = gateway._stores.deadletters.list()
    assert json.loads(letter.text) == bad
    assert (letter.path, letter.code) == (path, code)


@pytest.mark.parametrize(
    ("text", "path", "code"),
    [
        ('"lon": 1e999, "lat": 31.2', "lon", "out_of_range"),
        ('"lon": 121.5, "lat": 31.2, "lon": 121.6', "lon", "duplicate_name"),
        ('"speed": 1' + "0" * 5000, "speed", "out_of_range"),
        ('"extra": [{"a": 1, "a": 2}]', "extra.0.a", "duplicate_name"),
    ],
)
async def test_what_only_the_text_shows_rejects_its_record_alone(
    publish: Any, ask: Any, text: str, path: str, code: str
) -> None:
    bad = f'{{"id": "x", "at": "{NOW}", "unit": "u", {text}}}'
    frame = f'{{"batch": "b", "records": [{json.dumps(unit())}, {bad}]}}'
    async with publish("unit") as socket:
        answer = await ask(socket, text=frame)
    assert answer["accepted"] == 1
    assert [(r["path"], r["code"]) for r in answer["rejected"]] == [(path, code)]


@pytest.mark.parametrize(
    ("text", "code", "batch"),
    [
        ("not JSON", "not_json", None),
        ('{"batch": "b", "records": [{"lon": NaN}]}', "not_json", "b"),
        ('{"batch": "b", "records": [{"lon": -Infinity}]}', "not_json", "b"),
        ('{"records": [{"batch": "no"}, ], "batch" : "b"}', "not_json", "b"),
        ('{"batch": "b", "batch": "c", "records": [NaN]}', "not_json", None),
        (b'{"batch": "b"}', "binary", "b"),
        (b"\xff", "binary", None),
        ("[" * 10_000 + "]" * 10_000, "too_deep", None),
        ('{"batch":"b","records":[' + '{"a":' * 31 + "1" + "}" * 31 + "]}", "too_deep", "b"),
        ('{"records":' + "[" * 40_000 + "]" * 40_000 + ',"batch":"b"}', "too_deep", "b"),
        ('{"batch": "b", "batch": "c", "records": [{}]}', "duplicate_name", None),
        ('{"records": [{}], "records": [{}], "batch": "b", "batch": "c"}', "duplicate_name", None),
        ('{"batch": "b", "x": {"a": 1, "a": 2}, "records": [{}]}', "duplicate_name", "b"),
        ('{"records": [{}]}', "no_batch", None),
        ('{"batch": "b"}', "no_records", "b"),
        ('{"batch": "b", "records": []}', "bad_size", "b"),
        (json.dumps({"batch": "b", "records": [{}] * 1001}), "bad_size", "b"),
    ],
)
async def test_a_bad_frame_is_answered_in_its_place_and_the_socket_stays(
    publish: Any, ask: Any, text: Any, code: str, batch: str | None
) -> None:
    async with publish("unit") as socket:
        answer = await ask(socket, text=text)
        after = await ask(socket, unit(), batch="after")
    assert (answer["code"], answer["batch"]) == (code, batch)
    assert answer["error"]
    assert after["accepted"] == 1


async def test_the_third_bad_frame_in_a_row_is_answered_and_closes_with_1008(publish: Any, ask: Any) -> None:
    async with publish("unit") as socket:
        for text in ("x", "x"):
            await ask(socket, text=text)
        await ask(socket, unit())
        codes = [(await ask(socket, text="x"))["code"] for _ in range(3)]
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 1008
    assert codes == ["not_json"] * 3


async def test_a_frame_of_two_mebibytes_closes_with_1009(publish: Any) -> None:
    async with publish("unit") as socket:
        await socket.send("x" * 2**21)
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 1009


async def test_invalid_utf8_closes_with_1007(publish: Any) -> None:
    async with publish("unit") as socket:
        await socket.send(b'{"batch": "\xff"}', text=True)
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 1007


async def test_a_duplicate_is_ignored_whole_whatever_it_holds(publish: Any, ask: Any) -> None:
    async with publish("unit") as units, publish("case") as cases:
        for socket, make in ((units, unit), (cases, case)):
            first = make()
            await ask(socket, first)
            again = await ask(socket, first, {**first, "lon": "abc"}, {**first, "lon": 121.6}, make())
            assert (again["accepted"], again["duplicates"], again["rejected"]) == (1, 3, [])


async def test_a_rejected_record_does_not_use_up_its_id(publish: Any, ask: Any) -> None:
    async with publish("unit") as units, publish("case") as cases:
        for socket, make in ((units, unit), (cases, case)):
            good = make()
            answer = await ask(socket, {**good, "lat": 91}, good)
            assert (answer["accepted"], answer["duplicates"], len(answer["rejected"])) == (1, 0, 1)


async def test_an_id_is_one_clients_own(publish: Any, ask: Any, tokens: Any) -> None:
    other = tokens.create("other", ["publish:case"], now=0.0)
    record = case()
    async with publish("case") as one, publish("case", other) as two:
        assert (await ask(one, record))["accepted"] == 1
        assert (await ask(two, record))["accepted"] == 1


async def test_markup_and_control_characters_are_kept_code_point_for_code_point(
    publish: Any, subscribe: Any, ask: Any, hear: Any
) -> None:
    title = '<img src=x onerror=alert(1)>\x00\x1b[31m\u202e\u2028é\U0001f6a8 \\" /'
    async with publish("case") as socket, publish("unit") as units:
        assert (await ask(socket, case(title=title)))["accepted"] == 1
        assert (await ask(units, unit(note=title)))["accepted"] == 1
    async with subscribe("case,unit") as listener:
        await hear(listener)
        parts = [await hear(listener), await hear(listener)]
    assert parts[0]["snapshot"]["records"][0]["title"] == title
    assert parts[1]["snapshot"]["records"][0]["note"] == title


async def test_an_unknown_category_is_delivered_as_unmapped(
    publish: Any, subscribe: Any, ask: Any, hear: Any
) -> None:
    async with subscribe("case", "&since=now") as listener, publish("case") as socket:
        await hear(listener)
        await ask(socket, case(category={"label": "never heard of"}))
        message = await hear(listener)
    assert message["records"][0]["category"] == {"label": "never heard of", "mapped": "unmapped"}


async def test_positions_are_converted_at_the_edge_and_the_original_is_kept(
    publish: Any, subscribe: Any, ask: Any, hear: Any
) -> None:
    sent = [unit(lon=121.5, lat=31.2, crs=crs) for crs in ("GCJ02", "BD09", "CGCS2000")]
    async with subscribe("unit", "&since=now") as listener, publish("unit") as socket:
        await hear(listener)
        await ask(socket, *sent)
        gcj, bd, cgcs = (await hear(listener))["records"]
    assert gcj["original"] == {"crs": "GCJ02", "lon": 121.5, "lat": 31.2}
    assert 0.003 < 121.5 - gcj["lon"] < 0.006
    assert 0.009 < 121.5 - bd["lon"] < 0.013
    assert (cgcs["lon"], cgcs["lat"], cgcs["original"]["crs"]) == (121.5, 31.2, "CGCS2000")
    assert {r["crs"] for r in (gcj, bd, cgcs)} == {"WGS84"}


async def test_a_scoped_token_publishes_inside_its_streets_only(publish: Any, ask: Any, tokens: Any) -> None:
    scoped = tokens.create("street", ["publish:case"], streets=["310115005"], now=0.0)
    free = tokens.create("street2", ["publish:case:anywhere"], streets=["310115005"], now=0.0)
    records = [
        case(lon=LUJIAZUI[0], lat=LUJIAZUI[1]), case(lon=TANGQIAO[0], lat=TANGQIAO[1]),
        {k: v for k, v in case(address="世纪大道 1 号").items() if k not in ("lon", "lat")},
    ]  # fmt: skip
    async with publish("case", scoped) as one, publish("case", free) as two:
        told = [(await ask(socket, *records))["rejected"] for socket in (one, two)]
    assert [[(r["index"], r["path"], r["code"]) for r in some] for some in told] == [
        [(1, "lon", "outside_scope"), (2, "lon", "outside_scope")],
        [(1, "lon", "outside_scope")],
    ]


async def test_reporters_go_to_the_people_store_and_are_read_with_the_right_alone(
    publish: Any, subscribe: Any, ask: Any, hear: Any, tokens: Any, gateway: Gateway
) -> None:
    reporter = {"name": "王芳", "phone": "13800000000", "wants_reply": True}
    reader = tokens.create("reader", ["subscribe:case", "read:person"], now=0.0)
    async with publish("case") as socket:
        await ask(socket, case(reporter=reporter, reporter_ref="p_of_somebody_else"))
    async with subscribe("case") as blind, subscribe("case", "", reader) as seeing:
        await hear(blind), await hear(seeing)
        [hidden] = (await hear(blind))["snapshot"]["records"]
        [shown] = (await hear(seeing))["snapshot"]["records"]
    assert "reporter" not in hidden
    assert hidden["wants_reply"] is True
    assert shown["reporter"] == reporter
    assert shown["reporter_ref"] == hidden["reporter_ref"] != "p_of_somebody_else"
    [entry] = await gateway.hub.ledger.read(0)
    assert b"13800000000" not in entry.body


async def test_records_of_one_phone_have_a_caller_in_common_and_no_publisher_says_who(
    publish: Any, subscribe: Any, ask: Any, hear: Any
) -> None:
    told = [
        case(reporter={"name": "王芳", "phone": "13800000000"}),
        case(reporter={"name": "王××", "phone": "+86 138 0000 0000"}),
        case(reporter={"name": "李××", "phone": "13900000000"}),
        case(reporter={"name": "赵××"}, caller_ref="c_of_somebody_else"),
    ]
    async with publish("case") as socket:
        await ask(socket, *told)
    async with subscribe("case") as listener:
        await hear(listener)
        records = (await hear(listener))["snapshot"]["records"]
    callers = {record["id"]: record.get("caller_ref") for record in records}
    first, again, other, nobody = (callers[record["id"]] for record in told)
    assert first == again != other
    assert nobody is None


async def test_a_reading_of_an_unknown_device_is_kept_and_marked(
    publish: Any, subscribe: Any, ask: Any, hear: Any
) -> None:
    device = {"id": "d1", "at": NOW, "kind": "device", "device": "pump-1", "class": "water_level"}
    reading = {"at": NOW, "kind": "reading", "metric": "level", "value": 0.3}
    async with publish("sensor") as socket:
        answer = await ask(
            socket, device, {**reading, "id": "r1", "device": "pump-1"},
            {**reading, "id": "r2", "device": "pump-2"}, {**reading, "id": "d1", "device": "pump-1"},
        )  # fmt: skip
        again = await ask(socket, {**reading, "id": "d1", "device": "x"}, {**device, "id": "r1"}, device)
    assert (answer["accepted"], answer["duplicates"]) == (3, 1)
    assert (again["accepted"], again["duplicates"]) == (0, 3)
    async with subscribe("sensor") as listener:
        await hear(listener)
        records = (await hear(listener))["snapshot"]["records"]
    marks = {r["id"]: r.get("unregistered") for r in records}
    assert marks == {"d1": None, "r1": None, "r2": True}


async def test_a_snapshot_is_stored_as_the_newest_picture_and_told_without_it(
    publish: Any, subscribe: Any, ask: Any, hear: Any, gateway: Gateway
) -> None:
    file = BytesIO()
    Image.new("RGB", (64, 48), "navy").save(file, "JPEG")
    jpeg = file.getvalue()
    record = {"id": "s1", "at": NOW, "kind": "snapshot", "camera": "cam-1"}
    good = {**record, "jpeg": base64.b64encode(jpeg).decode()}
    texts = (
        "?",
        base64.b64encode(jpeg[:200]).decode(),
        base64.b64encode(b"\xff\xd8" + b"x" * 600_000).decode(),
    )
    async with subscribe("camera", "&since=now") as listener, publish("camera") as socket:
        await hear(listener)
        answer = await ask(
            socket, good, *({**record, "id": str(i), "jpeg": t} for i, t in enumerate(texts[:2]))
        )
        too_large = await ask(socket, {**record, "id": "big", "jpeg": texts[2]})
        [told] = (await hear(listener))["records"]
    assert [r["code"] for r in answer["rejected"] + too_large["rejected"]] == ["bad_image"] * 3
    received = told.pop("received")
    assert received
    digest = hashlib.sha256(jpeg).hexdigest()
    assert told == {**record, "client": "hotline", "sha256": digest, "bytes": len(jpeg)}
    picture = await gateway._stores.pictures.get("cam-1")
    assert picture is not None
    assert (picture.jpeg, picture.at, picture.sha256) == (jpeg, NOW, digest)


@pytest.mark.parametrize(
    ("path", "token", "status"),
    [
        ("publish/unit", "", 401),
        ("publish/unit", "cw_wrong", 401),
        ("publish/unit", "listener", 403),
        ("publish/ops", "publisher", 403),
        ("publish/nothing", "publisher", 404),
        ("subscribe?topics=unit", "", 401),
        ("subscribe?topics=unit,case", "publisher", 403),
        ("subscribe?topics=nothing", "listener", 400),
        ("subscribe", "listener", 400),
        ("subscribe?topics=unit&since=", "listener", 400),
        ("subscribe?topics=unit&since=0", "listener", 400),
        ("subscribe?topics=unit&since=abc", "listener", 400),
        ("elsewhere", "listener", 404),
    ],
)
async def test_a_handshake_without_the_right_is_refused(
    gateway: Gateway, tokens: Any, path: str, token: str, status: int
) -> None:
    from websockets.asyncio.client import connect

    known = {
        "listener": tokens.create("l", ["subscribe:*"], now=0.0),
        "publisher": tokens.create("p", ["publish:unit"], now=0.0),
    }
    headers = {"Authorization": f"Bearer {known.get(token, token)}"} if token else {}
    with pytest.raises(InvalidStatus) as refused:
        async with connect(f"ws://127.0.0.1:{gateway.port}/v1/{path}", additional_headers=headers):
            pass
    assert refused.value.response.status_code == status


async def test_a_browser_offers_its_token_as_a_subprotocol_that_is_never_echoed(
    gateway: Gateway, tokens: Any
) -> None:
    from websockets.asyncio.client import connect

    token = tokens.create("browser", ["subscribe:unit"], now=0.0)
    url = f"ws://127.0.0.1:{gateway.port}/v1/subscribe?topics=unit"
    async with connect(url, subprotocols=["citywall.v1", f"bearer.{token}"]) as socket:
        assert socket.subprotocol == "citywall.v1"


async def test_revoking_a_token_cuts_its_open_sockets(publish: Any, subscribe: Any, tokens: Any) -> None:
    async with publish("unit") as one, subscribe("unit") as two:
        for token in tokens.list():
            tokens.revoke(token.number, now=1.0)
        await asyncio.wait_for(asyncio.gather(one.wait_closed(), _drained(two)), PATIENCE_S)
        assert one.close_code == two.close_code == 1008


async def _drained(socket: Any) -> None:
    with contextlib.suppress(ConnectionClosed):
        while True:
            await socket.recv()


async def test_while_the_log_is_gone_nothing_is_acknowledged_and_then_all_of_it_once(
    publish: Any, subscribe: Any, ask: Any, hear: Any, logs: EmbeddedServers
) -> None:
    records = [unit() for _ in range(12)]
    async with subscribe("unit,case") as listener, publish("unit") as socket, publish("case") as cases:
        for _ in range(3):
            await hear(listener)
        os.kill(logs.log_pid, signal.SIGKILL)
        for number, record in enumerate(records):
            await socket.send(json.dumps({"batch": str(number), "records": [record]}))
        waiting = asyncio.create_task(ask(cases, case(id="while-away")))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(socket.recv(), 0.5)
        assert "beat" in await hear(listener, beats=True)
        assert await restarted(logs) == ["log"]
        acks = [json.loads(await asyncio.wait_for(socket.recv(), PATIENCE_S)) for _ in records]
        assert (await waiting)["accepted"] == 1
        got: list[str] = []
        while len(got) < 13:
            got += [r["id"] for r in (await hear(listener))["records"]]
    assert [a["ack"] for a in acks] == [str(n) for n in range(12)]
    assert sorted(got) == sorted([r["id"] for r in records] + ["while-away"])
