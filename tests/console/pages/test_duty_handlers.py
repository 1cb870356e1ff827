"""The files and sheets of the duty page over HTTP: only for those who may see the page."""

import asyncio
import csv
import io
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tornado.httpserver import HTTPServer
from tornado.web import Application

from city.state.ledger_state import CityState
from console.app.access_services import AccessServices
from console.pages.duty_handlers import DutyFiles, duty_patterns, table
from console.pages.duty_sheets import DutySheets
from console.pages.sign_in import sign_in_patterns
from feeds.people.tokens import TokenStore
from layouts.catalogues import LANGUAGES, own_words
from tests.city.commands.test_m3_hand_over import drafted
from tests.quick import enrol
from tests.running import free_port
from tests.signed_in import Visitor

SECRET = "correct horse"
NIGHT = "310115-2026-11-22-night"
ELSEWHERE = {"X-Forwarded-For": "203.0.113.7"}
PATHS = ("/duty/roster.csv", "/duty/roster.ics", f"/duty/handover/{NIGHT}", "/duty/daily/2026-11-23")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data: Path = tmp_path_factory.mktemp("duty")
    world, port, loop = drafted(), free_port(), asyncio.new_event_loop()
    world.does("write_entry", "wang", kind="note", text="x")
    started = threading.Event()
    state = CityState(world.state)

    async def serve() -> None:
        access = AccessServices(data, TokenStore(data), b"secret" * 6)
        sheets = DutySheets(
            lambda: state, world.rules, words={lang: own_words(lang) for lang in LANGUAGES},
            title={"zh": "中心", "en": "Centre"}, timezone="Asia/Shanghai", clock=lambda: world.now.machine,
        )  # fmt: skip
        files = DutyFiles(
            access.authorization, access.sessions, sheets=sheets, roster=lambda: state.ledger.roster
        )
        services = access.sign_in_services(
            title={"zh": "中心", "en": "Centre"}, build="b", origins=frozenset()
        )
        HTTPServer(Application([*duty_patterns(files), *sign_in_patterns(services)])).listen(
            port, "127.0.0.1"
        )
        started.set()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(serve())
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert started.wait(20)
    for account, role in (("chen", "shift_lead"), ("ye", "rotating_leader"), ("ding", "inspector")):
        enrol(data, account, f"{account}××", role, password=SECRET)
    yield f"http://127.0.0.1:{port}"
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


def visitor(url: str, account: str = "") -> Visitor:
    found = Visitor(url, **ELSEWHERE)
    if account:
        assert found.sign_in(account, SECRET).status == 303
    return found


@pytest.mark.parametrize("path", PATHS)
def test_who_may_not_see_the_duty_page_gets_nothing(url: str, path: str) -> None:
    for account in ("", "ding"):
        answer = visitor(url, account).get(path)
        assert (answer.status, answer.text) == (403, "403\n")


def test_the_table_comes_back_as_it_was_loaded(url: str) -> None:
    answer = visitor(url, "chen").get("/duty/roster.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="roster.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert rows == drafted().state.roster


def test_an_empty_roster_is_a_header() -> None:
    assert table([]) == b"\xef\xbb\xbfrole,name,seat,deputy,from,to,count,days\r\n"


def test_the_calendar_is_icalendar(url: str) -> None:
    answer = visitor(url, "chen").get("/duty/roster.ics?lang=zh")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.text.startswith("BEGIN:VCALENDAR")
    assert "值班长 顾××" in answer.text


@pytest.mark.parametrize("path", [f"/duty/handover/{NIGHT}", "/duty/daily/2026-11-23"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_sheet_is_a_page_that_runs_nothing(url: str, path: str, lang: str) -> None:
    answer = visitor(url, "ye").get(f"{path}?lang={lang}")
    assert answer.status == 200
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src")
    assert f'<html lang="{lang}">' in answer.text
    assert "{" not in answer.text.split("</style>")[1]


@pytest.mark.parametrize(
    "path", ["/duty/handover/none", "/duty/handover/%3Cb%3E", "/duty/daily/2026-13-45", "/duty/daily/today"]
)
def test_there_is_no_other_sheet(url: str, path: str) -> None:
    assert visitor(url, "chen").get(path).status == 404
