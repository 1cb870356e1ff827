"""A client that sends commands over ``/v1/command`` and gets one answer to each, also after a broken link."""

import secrets
from typing import Any, Final, Self

import msgspec

from feeds.clients.answered_client import AnsweredClient, Refused

__all__ = ["Answer", "CommandRefused", "Commander", "Done", "Winner"]

_FRAME_BYTES: Final = 1_000_000
_ENCODER: Final = msgspec.json.Encoder()


class CommandRefused(Exception):
    """The console refuses this token, or the frame is invalid: sending again is no use."""


class Done(msgspec.Struct, frozen=True):
    """Result of a command: the ledger position, the subject's version after it, its facts."""

    position: str = ""
    version: int = 0
    facts: list[dict[str, Any]] = []  # msgspec copies it


class Winner(msgspec.Struct, frozen=True):
    """The person whose earlier change caused the conflict, its time (ISO 8601) and its fact type."""

    by: str = ""
    at: str = ""
    did: str = ""


class Why(msgspec.Struct, frozen=True):
    """Why a command was refused; ``code`` is one of city.commands.command.REFUSALS."""

    code: str
    reason: str = ""
    winner: Winner | None = None


class Answer(msgspec.Struct, frozen=True):
    """Either ``done`` or ``refused`` is set."""

    command_id: str = ""
    done: Done | None = None
    refused: Why | None = None


class _AnswerFrame(Answer, frozen=True):
    error: str | None = None


_DECODER: Final = msgspec.json.Decoder(_AnswerFrame)


class Commander:
    """Sends the commands of one account; an async context manager. ``url`` is ``ws://host:port``.

    After a broken link it sends the same command ids again, so that nothing is done twice. Answers arrive in
    the order of ``send``.
    """

    def __init__(self, url: str, token: str) -> None:
        self._client = AnsweredClient(f"{url.rstrip('/')}/v1/command", token, name="commander")

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.__aexit__()

    async def send(
        self, verb: str, subject: str, version: int, args: dict[str, Any], *, command_id: str = ""
    ) -> Answer:
        """Send a command and wait for its answer.

        Raises CommandRefused; ValueError when the command is larger than a frame may be.
        """
        command = {
            "command_id": command_id or secrets.token_hex(8),
            "verb": verb, "subject": subject, "version": version, "args": args,
        }  # fmt: skip
        frame = _ENCODER.encode(command)
        if len(frame) > _FRAME_BYTES:
            message = f"{verb}: {len(frame)} bytes, more than a frame may hold"
            raise ValueError(message)
        try:
            answer = _DECODER.decode(await self._client.ask(frame))
        except Refused as error:
            raise CommandRefused(str(error)) from error
        except msgspec.MsgspecError as error:
            message = f"answer to {verb}: {error}"
            raise CommandRefused(message) from error
        if answer.error is not None:
            raise CommandRefused(answer.error)
        return answer
