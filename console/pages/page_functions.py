"""The page functions: build the page of each session. A page is small and has no periodic callbacks.

The viewer is checked three times: by the handler of the page, by the handler of its websocket, and at the
start of the page function. Panel's own users (its cookies ``user``, ``is_guest`` …) are not used.
"""

from collections.abc import Callable
from typing import Any

import panel as pn
import structlog

from console.accounts.authorization import Authorization, Viewer

__all__ = ["Pages"]

log = structlog.get_logger()


class Pages:
    """Page functions for Panel's server. Each checks the viewer first. They may run on any thread.

    ``knows(page, scope)`` says whether there is such a scope.
    """

    def __init__(
        self, authorization: Authorization, knows: Callable[[str, str], bool] = lambda page, scope: True
    ) -> None:
        self.authorization = authorization
        self.knows = knows
        self._open: dict[str, Viewer] = {}

    def page(self, name: str, build: Callable[..., Any]) -> Callable[[], Any]:
        """Return the page function of a page.

        ``build(lang=, wide=, viewer=, panel=)`` builds the page for one session: ``wide`` says that its
        canvas is wide, ``viewer.session`` is the session id of its commands ('' = nobody signed in),
        ``viewer.scope`` the scope of a page that has several, ``panel`` the id of the Panel session.
        """

        def function() -> Any:
            context: Any = pn.state.curdoc.session_context if pn.state.curdoc else None
            viewer = getattr(context and context.request, "viewer", None)
            if not isinstance(viewer, Viewer) or viewer.page != name:
                log.warning("view_refused", page=name)
                return pn.Template("{% extends base %}{% block contents %}<p>403</p>{% endblock %}")
            self._enter(context.id, viewer)
            asked = pn.state.session_args
            lang = asked.get("lang", [b"zh"])[0].decode("ascii", "replace")
            return build(
                lang=lang if lang in ("zh", "en") else "zh", wide="wide" in asked, viewer=viewer,
                panel=context.id,
            )  # fmt: skip

        return function

    def viewer_of(self, panel: str) -> Viewer | None:
        """Return the viewer of an open Panel session, None when there is no such session."""
        return self._open.get(panel)

    def open_count(self) -> int:
        """Return the number of open pages."""
        return len(self._open)

    def _enter(self, panel: str, viewer: Viewer) -> None:
        self._open[panel] = viewer
        pn.state.on_session_destroyed(lambda _: self._leave(panel))

    def _leave(self, panel: str) -> None:
        self._open.pop(panel, None)
