"""The pages: what a browser gets when it opens one. Built per session, small, with nothing that ticks."""

from collections.abc import Callable
from typing import Any

import panel as pn
import structlog

from console.doors import Doors

__all__ = ["Pages"]

log = structlog.get_logger()


class Pages:
    """Page functions for Panel's server; every one checks the viewer first."""

    def __init__(self, doors: Doors, build: Callable[..., Any], count: Callable[[int], None]) -> None:
        self._doors = doors
        self._build = build
        self._count = count

    def wall(self) -> Any:
        """Return the wall, or the refusal that stands in its place."""
        request = _request()
        if request is None or not self._doors.may_view(request, "wall"):
            log.warning("view_refused", channel="wall", remote=getattr(request, "remote_ip", ""))
            return _refusal()
        self._count(1)
        pn.state.on_session_destroyed(lambda _: self._count(-1))
        lang = pn.state.session_args.get("lang", [b"zh"])[0].decode("ascii", "replace")
        return self._build(lang=lang if lang in ("zh", "en") else "zh")


def _request() -> Any:
    context: Any = pn.state.curdoc.session_context if pn.state.curdoc else None
    return context.request if context else None


def _refusal() -> Any:
    return pn.Template("{% extends base %}{% block contents %}<p>403</p>{% endblock %}")
