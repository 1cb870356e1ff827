"""The sockets of the stand-ins: opened when somebody has to act, one each, in the order of their acts."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

import pytest
from websockets.asyncio.server import Request, Response, ServerConnection, serve

from console.demo import responders
from console.demo.responders import ResponderSockets
from feeds.sources.demo.people.act import Act
from feeds.sources.demo.people.responders import Order
from tests.running import PATIENCE_S

TOKENS = {"intake-1": "t1", "agency-dl": "t2", "street-1": "revoked"}


def order(account: str, verb: str = "sign") -> Order:
    return Order("hotline/RX1", 3, Act(0.0, account, verb, {"text": "到场"}))


class Console:
    """What answers at /v1/command: it lets in by token and counts who is connected."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, object]]] = []
        self.opened: Counter[str] = Counter()
        self.open: Counter[str] = Counter()

    def admit(self, connection: ServerConnection, request: Request) -> Response | None:
        good = request.headers["Authorization"] in ("Bearer t1", "Bearer t2")
        return None if good else connection.respond(HTTPStatus.FORBIDDEN, "")

    async def answer(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        token = socket.request.headers["Authorization"].removeprefix("Bearer ")
        self.opened[token] += 1
        self.open[token] += 1
        try:
            async for frame in socket:
                command = json.loads(frame)
                self.heard.append((token, command))
                told = {"position": "9", "version": command["version"] + 1, "facts": []}
                await socket.send(json.dumps({"command_id": command["command_id"], "done": told}))
        finally:
            self.open[token] -= 1

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        async with serve(self.answer, "127.0.0.1", 0, process_request=self.admit) as server:
            yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(responders, "IDLE_S", 0.2)


async def test_each_acts_by_a_socket_of_their_own_that_is_opened_once() -> None:
    console = Console()
    async with console.listening() as url, ResponderSockets(url, TOKENS) as sockets:
        answers = await asyncio.gather(
            *(sockets.send(order(account)) for account in ("intake-1", "agency-dl", "agency-dl"))
        )
    assert all(answer is not None and answer.done is not None for answer in answers)
    assert console.opened == {"t1": 1, "t2": 1}
    _, command = console.heard[0]
    assert (command["verb"], command["subject"], command["version"], command["args"]) == (
        "sign", "case:hotline/RX1", 3, {"text": "到场"},
    )  # fmt: skip


async def test_one_whose_token_is_not_let_in_has_no_answer_and_stops_nobody() -> None:
    console = Console()
    async with console.listening() as url, ResponderSockets(url, TOKENS) as sockets:
        refused, done = await asyncio.gather(sockets.send(order("street-1")), sockets.send(order("intake-1")))
    assert refused is None
    assert done is not None


async def test_who_has_nothing_to_do_hangs_up_and_comes_again(impatient: None) -> None:
    console = Console()
    async with console.listening() as url, ResponderSockets(url, TOKENS) as sockets:
        tidying = asyncio.create_task(sockets.close_idle())
        await sockets.send(order("intake-1"))
        async with asyncio.timeout(PATIENCE_S):
            while console.open["t1"]:  # noqa: ASYNC110  # the server's own count
                await asyncio.sleep(0.02)
        assert await sockets.send(order("intake-1")) is not None
        tidying.cancel()
    assert console.opened["t1"] == 2
