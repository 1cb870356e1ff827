"""Echo of a page: a message to and fro through its Panel session, so that the page detects a dead session.

The live socket can work while the session is dead (seen after a server restart), so both are monitored.
"""

from typing import Any, ClassVar

import panel as pn

import static

__all__ = ["SessionEcho"]


class SessionEcho(pn.custom.JSComponent):
    """Answers ``{"echo": n}`` with the same; the browser sends one every 5 s and gives up after 10 s."""

    _esm: ClassVar[str] = static.path("esm/session_echo.js").read_text(encoding="utf-8")

    def _handle_msg(self, data: Any) -> None:
        if isinstance(data, dict) and isinstance(data.get("echo"), int):
            self._send_msg({"echo": data["echo"]})
