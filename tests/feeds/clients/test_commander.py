"""The client of /v1/command, against a small real server that answers, breaks and refuses."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import pytest
from websockets.asyncio.server import Request, Response, ServerConnection, serve

from feeds.clients.commander import Commander, CommandRefused
from tests.running import PATIENCE_S, free_port

TOKEN = "t-1"
Handler = Callable[[ServerConnection], Awaitable[None]]


@asynccontextmanager
async def server(handler: Handler, port: int = 0) -> AsyncIterator[int]:
    def admit(connection: ServerConnection, request: Request) -> Response | None:
        if request.path != "/v1/command":
            return connection.respond(HTTPStatus.NOT_FOUND, "")
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return connection.respond(HTTPStatus.UNAUTHORIZED, "")
        return None

    async with serve(handler, "127.0.0.1", port, process_request=admit) as listening:
        yield listening.sockets[0].getsockname()[1]


def done(command: dict[str, Any], version: int) -> str:
    told = {"position": "7", "version": version, "facts": [{"type": "CaseSigned", "v": 1}]}
    return json.dumps({"command_id": command["command_id"], "done": told})


async def test_each_command_has_its_own_answer_in_the_order_of_sending() -> None:
    async def answer(socket: ServerConnection) -> None:
        async for frame in socket:
            command = json.loads(frame)
            await socket.send(done(command, command["version"] + 1))

    async with server(answer) as port, Commander(f"ws://127.0.0.1:{port}", TOKEN) as commander:
        answers = await asyncio.gather(
            *(
                commander.send("sign", "case:a/1", version, {}, command_id=f"c{version}")
                for version in range(30)
            )
        )
    assert [one.command_id for one in answers] == [f"c{version}" for version in range(30)]
    assert [one.done.version for one in answers if one.done] == list(range(1, 31))


async def test_a_refusal_says_why_and_who_was_first() -> None:
    async def refuse(socket: ServerConnection) -> None:
        async for frame in socket:
            command = json.loads(frame)
            winner = {"by": "李××", "at": "2026-11-20T10:00:00+08:00", "did": "CaseReassigned", "to": "dl"}
            refused = {"code": "conflict", "reason": "已由李××改派", "key": "x", "winner": winner}
            await socket.send(json.dumps({"command_id": command["command_id"], "refused": refused}))

    async with server(refuse) as port, Commander(f"ws://127.0.0.1:{port}", TOKEN) as commander:
        answer = await commander.send("sign", "case:a/1", 3, {})
    assert answer.done is None
    assert answer.refused is not None
    assert (answer.refused.code, answer.refused.reason) == ("conflict", "已由李××改派")
    assert answer.refused.winner is not None
    assert (answer.refused.winner.by, answer.refused.winner.did) == ("李××", "CaseReassigned")


async def test_what_was_not_answered_is_sent_again_with_the_same_id_after_a_break() -> None:
    heard: list[list[str]] = []

    async def break_off(socket: ServerConnection) -> None:
        heard.append([])
        async for frame in socket:
            command = json.loads(frame)
            heard[-1].append(command["command_id"])
            if len(heard) == 1 and len(heard[0]) == 2:
                return  # took the second, and is gone before it answers
            await socket.send(done(command, 1))

    port = free_port()
    async with Commander(f"ws://127.0.0.1:{port}", TOKEN) as commander:
        both = asyncio.gather(
            commander.send("sign", "case:a/1", 0, {}, command_id="one"),
            commander.send("sign", "case:a/2", 0, {}, command_id="two"),
        )
        await asyncio.sleep(0.2)  # nobody listens yet
        async with server(break_off, port):
            answers = await asyncio.wait_for(both, PATIENCE_S)
    assert [answer.command_id for answer in answers] == ["one", "two"]
    assert heard == [["one", "two"], ["two"]]


async def test_a_token_that_is_not_let_in_is_told_to_the_sender() -> None:
    async def never(socket: ServerConnection) -> None:
        raise AssertionError(socket.id)

    async with server(never) as port, Commander(f"ws://127.0.0.1:{port}", "wrong") as commander:
        with pytest.raises(CommandRefused, match="401"):
            await asyncio.wait_for(commander.send("sign", "case:a/1", 0, {}), PATIENCE_S)


async def test_a_bad_frame_and_an_answer_that_is_none_are_told_to_the_sender() -> None:
    answers = iter(('{"error": "expected a verb", "code": "missing"}', "[]"))

    async def complain(socket: ServerConnection) -> None:
        async for _ in socket:
            await socket.send(next(answers))

    async with server(complain) as port, Commander(f"ws://127.0.0.1:{port}", TOKEN) as commander:
        with pytest.raises(CommandRefused, match="expected a verb"):
            await commander.send("", "case:a/1", 0, {})
        with pytest.raises(CommandRefused, match="answer to sign"):
            await commander.send("sign", "case:a/1", 0, {})


async def test_a_command_that_no_frame_holds_is_not_sent() -> None:
    async with Commander("ws://127.0.0.1:1", TOKEN) as commander:
        with pytest.raises(ValueError, match="more than a frame"):
            await commander.send("comment", "case:a/1", 0, {"text": "字" * 400_000})
