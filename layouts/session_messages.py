"""A page's commands and queries through its own Panel session, and their answers.

The server identifies the person by the session only, never by what the browser sends.
"""

from collections.abc import Callable
from typing import Any, ClassVar

import panel as pn

import static

__all__ = ["OnMessage", "SessionMessages"]

OnMessage = Callable[[dict[str, Any], Callable[[dict[str, Any]], None]], None]
"""``on_message(message, answer)``: ``answer`` may be called at once, later, once or more than once."""


class SessionMessages(pn.custom.JSComponent):
    """Passes every message of the browser to ``on_message``; a message that is no JSON object is dropped."""

    _esm: ClassVar[str] = static.path("esm/session_messages.js").read_text(encoding="utf-8")

    def __init__(self, on_message: OnMessage, **given: Any) -> None:
        super().__init__(**given)  # type: ignore[no-untyped-call]  # Panel has no types
        self._on_message = on_message

    def _handle_msg(self, data: Any) -> None:
        if isinstance(data, dict):
            self._on_message(data, self.say)

    def say(self, message: dict[str, Any]) -> None:
        """Send a message to the browser."""
        self._send_msg(message)
