"""Personal data and typed words never reach the pages that others can read: every byte of them is looked at.

A page joins by a row of ``ROWS``. A secret joins by a line of ``SECRETS`` and an act in ``tell``.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.request import Request, urlopen

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from city.clocks.timestamps import iso
from city.duty.shift_times import ShiftTimes
from layouts.pages import LAYOUTS
from tests.captured import Captured
from tests.console.browser import Sight
from tests.invented import case, moment, publish, unit
from tests.people import PASSWORD, SHANGHAI, STREET, Cast, story
from tests.running import PATIENCE_S, wait_for
from tests.signed_in import Visitor

pytestmark = pytest.mark.browser

SECRETS = {
    "reporter": "QREPORTERQ", "phone": "13912345678", "title": "QTITLEQ", "description": "QDESCRIPTIONQ",
    "address": "QADDRESSQ", "comment": "QCOMMENTQ", "supervision": "QSUPERVISIONQ", "return": "QRETURNQ",
    "incident": "QINCIDENTQ", "task": "QTASKQ", "session_line": "QLINEQ", "entry": "QENTRYQ",
    "visit": "QVISITQ", "relaxation": "QRELAXATIONQ", "leaders_visit": "QONSITEQ",
    "proposal": "QPROPOSALQ", "spoken_words": "QSPOKENQ", "figures_reason": "QFIGURESQ",
    "report_text": "QZEROQ", "call_sign": "QCALLSIGNQ", "unit": "qunitq",
    "officer": "陈××", "intake": "何××", "shift_lead": "顾××", "duty_leader": "王××", "presenter": "梅××",
    "agency_operator": "pipes××", "street_operator": "tangzhen××",
}  # fmt: skip
"""Name of a secret → the words to look for."""
LEADERS = frozenset({"duty_leader", "shift_lead"})
UNITS = frozenset({"call_sign", "unit"})
RECORDER = frozenset({"officer"})
"""Who recorded a spoken order: every band of its level names them by surname (story M10)."""
LEVEL = "response:310115/flood_typhoon"
SIGNING_S = 900.0
"""For so long the shift that people sign in to must go on."""


@dataclass(frozen=True)
class Row:
    """A page: who opens it ('' = nobody signs in on it), what its own rules let it tell, when it is drawn.

    ``look`` goes through what the page can show.
    """

    page: str
    who: str
    may_tell: frozenset[str]
    is_drawn: str
    look: Callable[[Sight], None] = lambda sight: None


def step_through(sight: Sight) -> None:
    sight.wait("() => citywall.card('briefing').scalars.figures && citywall.beat()?.feed === 'live'")
    for number in range(1, 6):

        def is_open(number: int = number) -> bool:
            """A press is heard while beats come, and what closed meanwhile opens with the same step."""
            step, is_there = sight.page.evaluate("[citywall.briefing.step(), citywall.briefing.isOpen()]")
            if step < number or not is_there:
                sight.page.keyboard.press(" ")
            return bool(step == number and is_there)

        wait_for(is_open)


ROWS = [
    Row("briefing", "presenter", frozenset(), "() => citywall.card('briefing')?.scalars.open", step_through),
    # A wall names units, and the leaders by surname and title (look.md, domain 4.9).
    Row("wall", "", LEADERS | UNITS | RECORDER, "() => citywall.card('queue')?.order.length > 0"),
    Row("leader", "wang", LEADERS | UNITS | RECORDER, "() => citywall.beat() !== null"),
]
PAGES = [row for row in ROWS if row.page in {layout.key for layout in LAYOUTS}]


@pytest.fixture(scope="module")
def cast() -> Iterator[Cast]:
    with story({"pipes": "ps", "tangzhen": STREET}) as people:
        yield people


def tell(cast: Cast) -> None:
    """Say every secret of peacetime where a person or a system would."""
    s = SECRETS
    now, shifts = time.time(), ShiftTimes("310115")
    if shifts.at(now + SIGNING_S) != shifts.at(now):  # it would be over by then: they take the next one
        now += SIGNING_S
        cast.set_city(datetime.fromtimestamp(now, SHANGHAI).strftime("%Y-%m-%dT%H:%M:%S"))
    shift = f"shift:{shifts.at(now).id}"
    for who in ("gu", "chen", "wang"):
        cast.does(who, "sign_in", shift)
    record = case(
        "hole", channel="hotline_12345", title=s["title"], description=s["description"],
        address=f"世纪大道 {s['address']}", road=None, urgency="critical",
        reporter={"name": s["reporter"], "phone": s["phone"]},
        category={"kind": "component", "code": "0102", "system": "GBT30428.2"},
    )  # fmt: skip
    cast.report([record])
    assert publish(cast.running, "unit", [unit(s["unit"], 1, call_sign=s["call_sign"])]).accepted == 1
    key, about = "hotline/hole", "case:hotline/hole"
    cast.done("intake", "file", key, 0)
    cast.does("chen", "comment", about, text=s["comment"])
    cast.does("wang", "supervise", about, text=s["supervision"])
    holder = str(cast.wait_for(about, "CaseDispatched")["data"]["to"])
    assert holder == "ps"
    cast.does("pipes", "return", about, reason="not_my_duty", text=s["return"])
    row = {"agency": "ga", "priority": "P2", "text": s["task"]}
    cast.give("chen", "open_incident", about, 0, kind="road_flood", title=s["incident"], tasks=[row])
    incident = str(cast.wait_for_type("IncidentOpened")["subject"])
    cast.does("wang", "open_session", incident)
    cast.does("wang", "add_session_line", incident, text=s["session_line"])
    cast.give("chen", "write_entry", shift, 0, kind="note", text=s["entry"])
    cast.give(
        "wang", "record_visit", "street:310115005", 0, lon=121.5065, lat=31.2453, text=s["leaders_visit"]
    )
    cast.give(
        "wang", "start_relaxation", "relaxation:defer_ordinary", 0, until=moment(60), text=s["relaxation"]
    )
    cast.give("wang", "start_briefing", "briefing:hall", 0, visit=s["visit"], until=moment(60))


def tell_of_the_emergency(cast: Cast) -> None:
    """Say the secrets of an emergency: its level begins by a spoken order."""
    s = SECRETS
    cast.does("gu", "propose_level", LEVEL, rank=1, text=s["proposal"])
    cast.does(
        "chen", "record_verbal_order", LEVEL, rank=3, person="区长", words=s["spoken_words"],
        given_at=iso(time.time() - 5),
    )  # fmt: skip
    proposal = cast.wait_for(LEVEL, "LevelProposed")["data"]["proposal"]
    cast.does("wang", "approve_level", LEVEL, proposal=proposal)
    cast.wait_for(LEVEL, "ResponseActivated")
    cast.wait_for("briefing:hall", "BriefingEnded")
    cast.give(
        "tangzhen", "report_figures", f"situation:{STREET}", 0, figures={"waterlogging.open": 7},
        reason=s["figures_reason"],
    )  # fmt: skip
    opened = str(cast.wait_for_type("ReportRoundOpened")["subject"])
    cast.does(
        "tangzhen",
        "send_zero_report",
        opened,
        nil=False,
        figures={"waterlogging.open": 8},
        text=s["report_text"],
    )


@pytest.fixture(scope="module")
def captured(cast: Cast, browser: Any) -> dict[str, Captured]:
    """What each page received while everything was told: before and in the emergency."""
    tell(cast)
    pages: dict[str, tuple[Sight, Captured]] = {}
    for row in PAGES:
        sight = Sight(browser)
        pages[row.page] = sight, Captured(sight)
        open_page(cast, sight, row)
        row.look(sight)
    tell_of_the_emergency(cast)
    for sight, _ in pages.values():
        now = sight.page.evaluate("citywall.beat()?.now ?? 0")
        sight.wait("(before) => citywall.beat().now > before + 2", argument=now)
    for sight, bytes_ in pages.values():
        bytes_.all_bytes()
        sight.close()  # three pages that draw maps would take the time of what comes after
    return {name: bytes_ for name, (_, bytes_) in pages.items()}


def open_page(cast: Cast, sight: Sight, row: Row) -> None:
    if row.who:
        sight.sign_in(cast.running.console, row.who, PASSWORD, row.page)
    else:
        sight.visit(f"{cast.running.console}/{row.page}")
    sight.wait(row.is_drawn)


@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.page)
def test_no_byte_of_a_page_holds_what_is_not_for_it(captured: dict[str, Captured], row: Row) -> None:
    found = captured[row.page].found(SECRETS)
    assert {name: places for name, places in found.items() if name not in row.may_tell} == {}


@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.page)
def test_there_was_something_to_look_at(captured: dict[str, Captured], row: Row) -> None:
    urls = {url.split("?")[0] for url, data in captured[row.page].all_bytes() if data}
    assert [url for url in urls if url.endswith(f"/{row.page}")] != []  # the page itself
    assert captured[row.page].live != []
    assert len(captured[row.page].sockets) == 2


def test_every_secret_was_told(cast: Cast, captured: dict[str, Captured]) -> None:
    """What nobody said would not be found either."""
    told = json.dumps(cast.all_facts(), ensure_ascii=False)
    elsewhere = {"reporter", "phone", *UNITS, "presenter", "address"}
    assert [name for name, words in SECRETS.items() if name not in elsewhere and words not in told] == []
    assert SECRETS["address"] in told


def test_the_visitors_channel_tells_nothing_once_it_is_closed(captured: dict[str, Captured]) -> None:
    last = captured["briefing"].views("briefing")[-1]
    assert (last["whole"], last["scalars"], last["set"]) == (True, {"open": False}, {})


def signed_in(cast: Cast, who: str) -> Visitor:
    """Sign in by the real form, without a browser."""
    visitor = Visitor(cast.running.console)
    answer = visitor.sign_in(who, PASSWORD, "/briefing")
    assert (answer.status, answer.location) == (303, "/briefing")
    return visitor


class TestRoutes:
    """What else the account of the visitors' screen can reach: nothing."""

    @pytest.fixture(scope="class")
    @staticmethod
    def cookie(cast: Cast) -> str:
        return signed_in(cast, "presenter").cookie

    @staticmethod
    def get(cast: Cast, path: str, cookie: str) -> tuple[int, bytes, str]:
        request = Request(cast.running.console + path, headers={"Cookie": cookie})
        try:
            with urlopen(request, timeout=PATIENCE_S) as answer:
                return answer.status, answer.read(), answer.url
        except OSError as error:
            return getattr(error, "code", 0), b"", ""

    def test_its_own_page_is_open(self, cast: Cast, cookie: str) -> None:
        status, page, _ = self.get(cast, "/briefing", cookie)
        assert status == 200
        assert b"title-picture" in page
        assert b"SessionMessages" not in page  # no way to order or to ask
        assert "street.310115" not in page.decode()  # nor any name of a street, an agency, a source

    @pytest.mark.parametrize("path", [
        "/wall", "/desk", "/duty", "/agency/ps", f"/street/{STREET}", f"/check/{STREET}",
        f"/station/{STREET}", "/tiles/wall/density/10/857/418.png", "/tiles/desk/density/10/857/418.png",
        "/camera/cam1.jpg", "/camera/cam1.jpg?view", "/detection/0a1b-1.jpg", "/metrics",
        f"/evidence/t1/{'a' * 64}.jpg", f"/evidence/case/c1/{'a' * 64}.jpg", "/duty/roster.csv",
        "/duty/roster.ics",
    ])  # fmt: skip
    def test_no_other_page_tile_picture_or_file(self, cast: Cast, cookie: str, path: str) -> None:
        status, _, _ = self.get(cast, path, cookie)
        assert status == 403

    @pytest.mark.parametrize("channel", [
        "wall", "desk", "duty", "agency/ps", f"street/{STREET}", f"check/{STREET}", f"station/{STREET}",
    ])  # fmt: skip
    def test_no_other_channel(self, cast: Cast, cookie: str, channel: str) -> None:
        url = f"{cast.running.console.replace('http', 'ws')}/live/{channel}"
        headers = {"Cookie": cookie, "Origin": cast.running.console}
        with pytest.raises(InvalidStatus) as refused:
            connect(url, additional_headers=headers, open_timeout=PATIENCE_S).close()
        assert refused.value.response.status_code == 403

    @pytest.mark.parametrize("who", ["wang", "chen", "gu"])
    def test_nobody_elses_account_opens_the_visitors_page(self, cast: Cast, who: str) -> None:
        visitor = signed_in(cast, who)
        assert (visitor.get("/duty/roster.csv").status, visitor.get("/briefing").status) == (200, 403)
