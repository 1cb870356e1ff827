"""The field pages as apps: manifest, worker and offline page are public, of one build, and hold no data."""

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application

import static
from console.pages.phone_app import PhoneApp, phone_patterns
from layouts.catalogues import Names

BUILD = "0123456789ab"
NAMED = re.compile(r'"((?:js|esm|vendor|css)/[a-z_/]+\.(?:js|css))"')


@pytest.fixture
async def url() -> AsyncIterator[str]:
    title = {"zh": "演示区运行中心", "en": "Centre"}
    app = PhoneApp(build=BUILD, title=title, names=Names(), zone="Asia/Shanghai")
    socket, port = bind_unused_port()
    server = HTTPServer(Application(phone_patterns(app)))
    server.add_socket(socket)
    yield f"http://127.0.0.1:{port}"
    server.stop()


async def get(url: str) -> Any:
    return await AsyncHTTPClient().fetch(url, raise_error=False)


@pytest.mark.parametrize("page", ["check", "station"])
async def test_the_manifest_opens_the_page_of_its_own_scope(url: str, page: str) -> None:
    told = json.loads((await get(f"{url}/{page}.webmanifest")).body)
    assert (told["start_url"], told["scope"], told["display"]) == (f"/{page}/", f"/{page}/", "standalone")
    sizes = {icon["sizes"]: icon["src"] for icon in told["icons"]}
    assert set(sizes) == {"192x192", "512x512"}
    for source in sizes.values():
        assert static.path(source.removeprefix("/citywall/static/").partition("?")[0]).is_file()
    assert (await get(f"{url}/wall.webmanifest")).code == 404


async def test_the_worker_is_of_the_build_and_every_file_of_its_shell_exists(url: str) -> None:
    answer = await get(f"{url}/phone-worker.js")
    text = answer.body.decode()
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Content-Security-Policy"] == "default-src 'self'"
    assert f'BUILD = "{BUILD}"' in text
    names = NAMED.findall(text)
    assert len(names) > 10
    assert [name for name in names if not static.path(name).is_file()] == []


async def test_the_offline_page_knows_its_words_in_both_languages_and_nothing_of_anybody(url: str) -> None:
    page = (await get(f"{url}/offline")).body.decode()
    data = re.search(r'id="citywall-offline">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    told = json.loads(data[1])
    assert (told["build"], told["words"]["zh"]["field.report"], told["words"]["en"]["field.report"]) == (
        BUILD, "上报", "Report",
    )  # fmt: skip
    assert "class.event.0110" in told["words"]["zh"]
    assert "person" not in told
