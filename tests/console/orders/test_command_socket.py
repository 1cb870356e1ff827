"""``/v1/command``: the same envelope, rights and answers for people of other systems."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from city.access import Person
from city.clocks.timestamps import parse
from city.commands.decide import VERB_HELP
from console.orders.command_socket import CommandHandler, CommandSockets
from feeds.people.tokens import TokenStore
from feeds.storage.embedded_servers import EmbeddedServers
from tests.order_taking import CHEN, LEAD, WATER, Taking, order, taking
from tests.running import PATIENCE_S

PEOPLE = {person.account: person for person in (CHEN, LEAD, WATER)}


class Served:
    """A command socket over HTTP; ``people`` are who the accounts stand for now."""

    def __init__(self, city: Taking, data: Path) -> None:
        self.city = city
        self.people: dict[str, Person] = dict(PEOPLE)
        self.tokens = TokenStore(data)
        self.sockets = CommandSockets(
            city.orders, self.tokens, self.people.get, origins=frozenset({"desk.example"})
        )
        self._server = HTTPServer(Application([(r"/v1/command", CommandHandler, {"sockets": self.sockets})]))
        listening, self.port = bind_unused_port()
        self._server.add_socket(listening)
        self._watch = asyncio.create_task(self.sockets.run())
        self.chen = self.token("chen")

    def token(self, account: str, *rights: str) -> str:
        return self.tokens.create("handheld", rights or ["command"], now=1.0, account=account)

    def connect(self, token: str = "", **named: Any) -> Any:
        headers = {"Authorization": f"Bearer {token or self.chen}"} if token != "none" else {}
        headers |= named.pop("headers", {})
        url = f"ws://127.0.0.1:{self.port}/v1/command"
        return connect(url, additional_headers=headers, max_size=None, **named)

    async def close(self) -> None:
        self._watch.cancel()
        self._server.stop()
        await self._server.close_all_connections()
        self.tokens.close()


@pytest.fixture
async def served(servers: EmbeddedServers, tmp_path: Path) -> AsyncIterator[Served]:
    async with taking(servers, tmp_path) as city:
        await city.report("a", "b")
        made = Served(city, tmp_path)
        yield made
        await made.close()


HANDSHAKE = (
    "GET /v1/command HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Authorization: Bearer {token}\r\n\r\n"
)


def masked(message: Any) -> bytes:
    """Return a text frame as a client that answers no close would write it."""
    payload = json.dumps(message).encode()
    return b"\x81" + bytes([0x80 | 126]) + len(payload).to_bytes(2) + b"\0\0\0\0" + payload


async def ask(socket: ClientConnection, message: Any) -> Any:
    await socket.send(message if isinstance(message, str | bytes) else json.dumps(message))
    return json.loads(await asyncio.wait_for(socket.recv(), PATIENCE_S))


async def test_a_command_is_done_and_answered_with_moments_in_iso(served: Served) -> None:
    async with served.connect() as socket:
        answer = await ask(socket, order("escalate", "a", 0, id_="one"))
        assert (answer["command_id"], answer["done"]["version"]) == ("one", 1)
        assert parse(answer["done"]["undo_until"]) > 0
    async with served.connect(served.token("li")) as socket:
        late = await ask(socket, order("escalate", "a", 0))
        assert late["refused"]["code"] == "conflict"
        assert late["refused"]["winner"]["by"] == CHEN.name
        assert parse(late["refused"]["winner"]["at"]) > 0


async def test_answers_come_in_the_order_of_the_commands(served: Served) -> None:
    async with served.connect() as socket:
        for number in range(40):
            key = "ab"[number % 2]
            sent = order("comment", key, 0, id_=f"n{number}", text="x")
            await socket.send(json.dumps(sent))
        answers = [json.loads(await asyncio.wait_for(socket.recv(), PATIENCE_S)) for _ in range(40)]
    assert [answer["command_id"] for answer in answers] == [f"n{number}" for number in range(40)]


async def test_commands_on_one_case_are_done_in_their_order(served: Served) -> None:
    async with served.connect() as socket:
        for version in range(6):
            await socket.send(json.dumps(order("comment", "a", version, text=str(version))))
        answers = [json.loads(await asyncio.wait_for(socket.recv(), PATIENCE_S)) for _ in range(6)]
    assert [answer["done"]["version"] for answer in answers] == [1, 2, 3, 4, 5, 6]
    assert [fact.data["text"] for fact in await served.city.facts("CommentAdded")] == list("012345")


async def test_help_lists_the_verbs_from_the_code(served: Served) -> None:
    async with served.connect() as socket:
        told = await ask(socket, {"verb": "help"})
        assert told == {"command_id": None, "help": json.loads(json.dumps(VERB_HELP))}
        assert (await ask(socket, {"command_id": "h", "verb": "help"}))["command_id"] == "h"


@pytest.mark.parametrize(
    ("account", "rights", "status"),
    [
        ("none", (), 401), ("wrong", (), 401), ("chen", ("subscribe:*",), 403), ("", ("command",), 403),
    ],
)  # fmt: skip
async def test_without_the_right_token_there_is_no_socket(
    served: Served, account: str, rights: tuple[str, ...], status: int
) -> None:
    token = account if account in ("none", "wrong") else served.token(account, *rights)
    with pytest.raises(InvalidStatus) as refused:
        async with served.connect(token):
            pass
    assert refused.value.response.status_code == status


async def test_a_browser_may_bring_its_token_in_the_subprotocol_which_is_not_echoed(served: Served) -> None:
    offered = ["citywall.v1", f"bearer.{served.chen}"]
    async with served.connect("none", subprotocols=offered) as socket:
        assert socket.subprotocol == "citywall.v1"
        assert "done" in await ask(socket, order("escalate", "a", 0))


@pytest.mark.parametrize(
    ("origin", "status"), [("http://elsewhere.example", 403), ("null", 403), ("https://desk.example", 101)]
)
async def test_a_page_from_elsewhere_gets_no_socket(served: Served, origin: str, status: int) -> None:
    try:
        async with served.connect(headers={"Origin": origin}) as socket:
            assert socket.response is not None
            found = socket.response.status_code
    except InvalidStatus as refused:
        found = refused.response.status_code
    assert found == status


async def test_a_revoked_token_cuts_the_socket(served: Served) -> None:
    async with served.connect() as socket:
        assert "done" in await ask(socket, order("escalate", "a", 0))
        served.tokens.revoke(1, now=2.0)
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(socket.recv(), PATIENCE_S)
        assert socket.close_code == 1008


async def test_a_revoked_token_orders_nothing_more_however_long_its_socket_takes_to_close(
    served: Served,
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(HANDSHAKE.format(port=served.port, token=served.chen).encode())
    assert b"101" in await reader.readuntil(b"\r\n\r\n")
    writer.write(masked(order("comment", "a", 0, id_="before", text="x")))
    await reader.readexactly(2)
    served.tokens.revoke(1, now=2.0)
    async with asyncio.timeout(PATIENCE_S):
        while served.sockets.open:  # noqa: ASYNC110  # seen by the watch once a second
            await asyncio.sleep(0.02)
    writer.write(masked(order("comment", "a", 1, id_="behind", text="x")))
    await asyncio.sleep(0.3)
    assert [fact.data["command"] for fact in await served.city.facts("CommentAdded")] == ["before"]
    writer.close()


async def test_what_was_done_is_told_as_done_to_an_account_that_is_closed_since(served: Served) -> None:
    async with served.connect() as socket:
        first = await ask(socket, order("escalate", "a", 0, id_="one"))
        del served.people["chen"]
        assert await ask(socket, order("escalate", "a", 0, id_="one")) == first


async def test_who_somebody_is_is_read_anew_for_every_command(served: Served) -> None:
    async with served.connect() as socket:
        assert "done" in await ask(socket, order("escalate", "a", 0))
        served.people["chen"] = WATER
        assert (await ask(socket, order("escalate", "b", 0)))["refused"]["code"] == "not_allowed"
        del served.people["chen"]
        answer = await ask(socket, order("escalate", "b", 0, id_="gone"))
        assert (answer["refused"]["code"], answer["refused"]["key"]) == ("not_allowed", "order_signed_out")


BAD = {
    "not json": "not_json", '{"command_id": NaN}': "not_json", "[1]": "not_object", "{}": "no_command_id",
    '{"command_id": "x", "command_id": "y", "verb": "sign"}': "duplicate_name",
    '{"command_id": "x", "args": {"a": 1, "a": 2}}': "duplicate_name",
    "[" * 33 + "]" * 33: "too_deep",
}  # fmt: skip


@pytest.mark.parametrize(("frame", "code"), BAD.items(), ids=list(BAD.values()))
async def test_a_bad_frame_is_answered_in_its_place(served: Served, frame: str, code: str) -> None:
    async with served.connect() as socket:
        answer = await ask(socket, frame)
        assert answer["code"] == code
        assert set(answer) == {"error", "code", "command_id"}
        assert "done" in await ask(socket, order("escalate", "a", 0))


async def test_a_bad_frame_whose_command_id_can_be_read_names_it(served: Served) -> None:
    async with served.connect() as socket:
        for frame, told in (
            ('{"command_id": "x", "args": NaN}', "x"),
            ('{"args": ' + "[" * 40 + "]" * 40 + ', "command_id": "y"}', "y"),
        ):
            assert (await ask(socket, frame))["command_id"] == told
        too_long = json.dumps({"args": [float("nan")], "command_id": "x" * 65})
        assert (await ask(socket, too_long))["command_id"] is None


async def test_a_binary_frame_is_bad(served: Served) -> None:
    async with served.connect() as socket:
        assert (await ask(socket, b"{}"))["code"] == "binary"


async def test_the_third_bad_frame_in_a_row_gets_its_error_then_1008(served: Served) -> None:
    async with served.connect() as socket:
        for frame in ("x", "x"):
            assert (await ask(socket, frame))["code"] == "not_json"
        assert "done" in await ask(socket, order("escalate", "a", 0))
        for frame in ("x", "x", "x"):
            assert (await ask(socket, frame))["code"] == "not_json"
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(socket.recv(), PATIENCE_S)
        assert socket.close_code == 1008


async def test_a_frame_over_one_mebibyte_closes_with_1009(served: Served) -> None:
    async with served.connect() as socket:
        with pytest.raises(ConnectionClosed):
            await ask(socket, json.dumps({"command_id": "x", "args": {"t": "x" * 1_048_577}}))
        assert socket.close_code == 1009


async def test_invalid_utf_8_closes_with_1007(served: Served) -> None:
    async with served.connect() as socket:
        await socket.send(b"\xff\xfe", text=True)
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(socket.recv(), PATIENCE_S)
        assert socket.close_code == 1007


async def test_a_refused_argument_is_no_bad_frame(served: Served) -> None:
    async with served.connect() as socket:
        for _ in range(4):
            answer = await ask(socket, order("escalate", "a", 0) | {"version": "1"})
            assert answer["refused"]["code"] == "bad_args"


async def test_more_than_eight_unanswered_wait_and_none_is_lost(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_way, most = 0, 0
    take, eight = served.city.orders.take, asyncio.Event()

    async def slow(person: Person, envelope: Any) -> dict[str, Any]:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        if under_way == 8:
            eight.set()
        await eight.wait()
        await asyncio.sleep(0.02)  # who comes in meanwhile would be the ninth
        under_way -= 1
        return await take(person, envelope)

    monkeypatch.setattr(served.city.orders, "take", slow)
    async with served.connect() as socket:
        for number in range(30):
            sent = order("escalate", "a", 0, id_=f"n{number}") | {"subject": f"case:none/{number}"}
            await socket.send(json.dumps(sent))
        answers = [json.loads(await asyncio.wait_for(socket.recv(), PATIENCE_S)) for _ in range(30)]
    assert [answer["command_id"] for answer in answers] == [f"n{number}" for number in range(30)]
    assert most == 8
