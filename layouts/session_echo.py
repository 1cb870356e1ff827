"""The heart: an echo through the page's Panel session, so that a page knows when its session is dead.

The live socket can be well while every button is dead (seen after a server restart), so both are watched.
"""

from typing import Any, ClassVar

import panel as pn

import static

__all__ = ["SessionEcho"]


class SessionEcho(pn.custom.JSComponent):
    """Answers ``{"echo": n}`` with the same; the browser asks every 5 s and gives up after 10."""

    _esm: ClassVar[str] = static.path("esm/heart.js").read_text(encoding="utf-8")

    def _handle_msg(self, data: Any) -> None:
        if isinstance(data, dict) and isinstance(data.get("echo"), int):
            self._send_msg({"echo": data["echo"]})
