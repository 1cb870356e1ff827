"""Pictures of many marks over HTTP: of a view, once for all who ask, for who may see the page."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPResponse
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application

from console.accounts.authorization import Authorization
from console.heat.mark_handlers import mark_patterns
from console.pages.page_content import MapPageContent
from layers.contract import MapSetting
from layers.marks.many_marks import MANY, ManyMarks
from layers.marks.units import Units
from layers.projection import to_mercator
from tests.seen_factory import NOW, PEOPLE_SQUARE, seen, units

X, Y = (float(value) for value in to_mercator(*PEOPLE_SQUARE))
SETTING = MapSetting((X - 30_000.0, Y - 40_000.0, X + 30_000.0, Y + 40_000.0), (600.0, 800.0))
VIEW = f"x={X - 1000}&y={Y + 1000}&m=10&w=200&h=200&d=1"


class Content:
    """A page's content with one layer of many marks."""

    def __init__(self) -> None:
        self.layer = Units(SETTING)
        self.version = self.layer.frame(seen(units=units(*([{}] * (MANY + 1)))), NOW).meta["v"]

    def many_marks(self, key: str) -> ManyMarks | None:
        return self.layer.many if key == "units" else None


class Rights:
    """Everybody may see the pages that are named."""

    def __init__(self, *pages: str) -> None:
        self._pages = pages

    def may_view(self, request: Any, page: str) -> bool:
        return page in self._pages


@asynccontextmanager
async def served(content: Content, *pages: str) -> AsyncIterator[Any]:
    """Serve walls and desks; yield a function that asks for a path."""
    both = dict.fromkeys(("wall", "desk"), cast("MapPageContent", content))
    socket, port = bind_unused_port()
    server = HTTPServer(Application(mark_patterns(both, cast("Authorization", Rights(*pages)))))
    server.add_socket(socket)

    async def ask(path: str) -> HTTPResponse:
        return await AsyncHTTPClient().fetch(f"http://127.0.0.1:{port}/marks/{path}", raise_error=False)

    try:
        yield ask
    finally:
        server.stop()
        await server.close_all_connections()


async def test_a_view_of_a_version_is_a_picture_that_never_changes() -> None:
    content = Content()
    async with served(content, "wall") as ask:
        told, again = [await ask(f"wall/units/{content.version}.png?{VIEW}") for _ in range(2)]
    assert (told.code, told.headers["Content-Type"]) == (200, "image/png")
    assert "immutable" in told.headers["Cache-Control"]
    assert told.body.startswith(b"\x89PNG")
    assert told.body == again.body


async def test_who_may_not_see_the_page_gets_neither_picture_nor_mark() -> None:
    content = Content()
    async with served(content, "wall") as ask:
        for page, code in (("wall", 200), ("desk", 403), ("briefing", 404)):
            picture = await ask(f"{page}/units/{content.version}.png?{VIEW}")
            mark = await ask(f"{page}/units/{content.version}?x={X}&y={Y}&m=100")
            assert (picture.code, mark.code) == (code, code)


@pytest.mark.parametrize(("path", "code"), [
    ("units/{v}.png?x=1&y=1&m=10&w=200&h=200", 400), ("units/{v}.png?x=nan&y=1&m=10&w=200&h=200&d=1", 400),
    ("units/{v}.png?x=1&y=1&m=0&w=200&h=200&d=1", 400), ("units/{v}.png?x=1&y=1&m=1&w=0&h=200&d=1", 400),
    ("units/{v}.png?x=1&y=1&m=1&w=9e9&h=9e9&d=1", 400), ("units/{v}.png?x=1&y=1&m=1&w=9&h=9&d=99", 400),
    ("units/0123abc.png?" + VIEW, 404), ("cases/{v}.png?" + VIEW, 404),
    ("units/{v}?x=1&y=1&m=0", 400), ("units/{v}?x=1&y=a&m=9", 400), ("cases/{v}?x=1&y=1&m=9", 404),
])  # fmt: skip
async def test_what_there_is_not_is_refused(path: str, code: int) -> None:
    content = Content()
    async with served(content, "wall") as ask:
        assert (await ask("wall/" + path.format(v=content.version))).code == code


async def test_a_press_is_answered_with_the_nearest_mark() -> None:
    content = Content()
    async with served(content, "wall") as ask:
        here = json.loads((await ask(f"wall/units/{content.version}?x={X + 50}&y={Y}&m=100")).body)
        nothing = json.loads((await ask(f"wall/units/{content.version}?x={X + 500}&y={Y}&m=100")).body)
    assert (here["mark"]["call_sign"], here["mark"]["state"]) == ("消防2号", "en_route")
    assert nothing == {"mark": None}
