"""A street's page in a browser, with a whole Citywall behind it: its own people's, on its own streets."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.console.browser import Sight
from tests.invented import case, jpeg, publish, unit
from tests.people import PASSWORD, Cast, story
from tests.running import soonest
from tests.signed_in import Visitor

pytestmark = pytest.mark.browser

YANGJING = "310115013"
HERE = (121.545, 31.240)
COVER, SHOP = "hotline/cover", "hotline/shop"
PHONE = {"width": 390, "height": 844}
UNPLUGGED_S = 5.0
MARKS = """(layer) => Bokeh.documents.map((d) => d.get_model_by_name("layer:" + layer))
  .find((source) => source)?.data.x.length"""
# Notes when the page turns grey, in epoch seconds.
GREY = """() => {
  window.greyAt = 0;
  const cover = document.getElementById("break");
  new MutationObserver(() => { if (!cover.hidden) window.greyAt ||= Date.now() / 1000; })
    .observe(cover, { attributes: true });
}"""
# Every element that is to be seen, shadow roots too; what a map draws is no element of the page's.
EVERY = """() => {
  const found = [];
  const walk = (root) => {
    for (const node of root.children) {
      if (node.dataset?.cell === "map") continue;
      if (node.checkVisibility()) found.push(node);
      if (node.shadowRoot) walk(node.shadowRoot);
      walk(node);
    }
  };
  walk(document.getElementById("page"));
  return found"""
SMALL = (
    EVERY
    + """.filter((one) => one.matches("button, a, input:not([type=file]), textarea, label.take")
    && one.getBoundingClientRect().height < 44).map((one) => one.outerHTML);
}"""
)
BUTTONS = (
    EVERY
    + """.filter((one) => one.matches("button, a")).length;
}"""
)
TINY = (
    EVERY
    + """.filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
    && !["STYLE", "SCRIPT"].includes(one.tagName) && parseFloat(getComputedStyle(one).fontSize) < 15)
    .map((one) => one.outerHTML);
}"""
)
WIDE = (
    EVERY
    + """.filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5)
    .map((one) => one.outerHTML).concat(document.documentElement.scrollWidth > innerWidth ? ["page"] : []);
}"""
)


@pytest.fixture(scope="module")
def cast() -> Iterator[Cast]:
    with story({"yangjing": YANGJING, "tangzhen": "310115114", "telecom": "tx"}) as people:
        yield people


@pytest.fixture(scope="module")
def page(cast: Cast, browser: Browser) -> Iterator[Sight]:
    """The page of 洋泾 with a hazard and an ordinary case of its own, one of another street, a squad."""
    cast.set_city("2026-11-20T10:00")
    event = {"kind": "event", "code": "0405", "system": "GBT30428.2"}
    cover = {"kind": "component", "code": "0123", "system": "GBT30428.2"}
    at = "2026-11-20T09:58:00+08:00"
    lon, lat = HERE
    records = [
        case("cover", at=at, lon=lon, lat=lat, road="羽山路巨野路口", category=cover, hazard=True),
        case("shop", at=at, lon=lon, lat=lat + 0.002, road="栖山路", title="店外经营", category=event),
        case("theirs", at=at, lon=121.687, lat=31.2273, road="唐陆路", title="店外经营", category=event),
    ]  # fmt: skip
    cast.report(records)
    for name in ("cover", "shop", "theirs"):
        cast.done("intake", "file", f"hotline/{name}", 0)
    squad = {"kind": "squad", "agency": "洋泾", "call_sign": "洋泾城管组"}
    place = {"lon": lon, "lat": lat + 0.003, "at": "2026-11-20T10:00:00+08:00", "state": "standby"}
    assert publish(cast.running, "unit", [unit("yj-1", 1, **squad, **place)]).accepted == 1
    sight = cast.desk(browser, "yangjing", (1366, 768), page=f"street/{YANGJING}")
    sight.wait("() => window.citywall?.orders?.isLive() && citywall.card('own_cases')?.order.length === 2")
    yield sight
    sight.close()


def case_of(sight: Sight, words: str) -> Locator:
    """The row of a case, wherever it stands in the list."""
    return sight.page.locator('[data-cell="own_cases"] article.case', has_text=words)


def cases(sight: Sight, selector: str, words: str = "") -> Locator:
    return sight.page.locator(f'[data-cell="own_cases"] {selector}', has_text=words).first


def views_refused(cast: Cast) -> float:
    told = cast.running.get("/metrics")[1].decode()
    return float(re.findall(r"^citywall_views_refused_total ([\d.e+]+)$", told, re.MULTILINE)[0])


@pytest.mark.parametrize(("who", "own"), [("tangzhen", "/street/310115114"), ("telecom", "/agency/tx")])
def test_neither_page_nor_live_socket_is_opened_to_others(cast: Cast, who: str, own: str) -> None:
    visitor = Visitor(cast.running.console)
    visitor.sign_in(who, PASSWORD)
    before = views_refused(cast)
    answer = visitor.get(f"/street/{YANGJING}")
    assert (answer.status, own in answer.text, "羽山路" in answer.text) == (403, True, False)
    url = f"{cast.running.console.replace('http', 'ws')}/live/street/{YANGJING}"
    headers = {"Cookie": visitor.cookie, "Origin": cast.running.console}
    with pytest.raises(InvalidStatus) as refused, connect(url, additional_headers=headers):
        pass
    assert refused.value.response.status_code == 403
    assert views_refused(cast) == before + 2


def test_the_officer_sees_own_cases_squads_places_and_marks(page: Sight) -> None:
    page.wait_for_words("own_cases", "井盖缺失 · 羽山路巨野路口")
    page.wait_for_words("own_cases", "店外经营 · 栖山路")
    page.wait_for_words("street_squads", "洋泾城管组")
    page.wait_for_words("street_places", "洋泾社区文化中心")
    page.wait("() => citywall.state().drawn.includes('cases') && citywall.state().drawn.includes('ordinary')")
    page.tells(f"() => ['cases', 'ordinary'].map({MARKS})", [1, 1])
    assert "唐陆路" not in " ".join(words for words, _, _ in page.texts())


def test_a_squad_is_sent_in_two_presses(cast: Cast, page: Sight) -> None:
    case_of(page, "井盖缺失").locator(".step", has_text="派队伍").click()
    cases(page, "button.unit", "洋泾城管组").click()
    sent = cast.wait_for_fact(COVER, "UnitSent")
    assert (sent["actor"], sent["data"]["unit"]) == ("yangjing", "yj-1")


def test_the_district_is_asked_with_words_and_a_photo(cast: Cast, page: Sight) -> None:
    row = case_of(page, "店外经营")
    row.locator(".what").click()
    row.locator(".rest button", has_text="提请区中心").click()
    row.locator("form .primary").click()  # nothing was said: nothing is sent
    row.locator("form .wrong").get_by_text(re.compile(r"\S")).wait_for()
    row.locator("form textarea").fill("已劝离两次，跨路段经营")
    photo = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
    row.locator("input[type=file]").set_input_files([photo])
    row.locator("form .choice button", has_text="跨街镇").click()
    row.locator("form .primary[data-ready]").click()
    asked = cast.wait_for_fact(SHOP, "LevelTransferred")["data"]
    told = (asked["from"], asked["to"], len(asked["photos"]), asked["reason"])
    assert told == ("street", "district", 1, "cross_street")
    row.locator(".what i", has_text="区中心").wait_for()


@pytest.mark.parametrize(
    ("who", "photo", "reason"),
    [
        ("tangzhen", "a", "not_holder"),  # another street's officer
        ("telecom", "a", "not_holder"),  # an agency's operator
        ("yangjing", "f" * 64, "photo_unknown"),  # the holder, with the hash of a photo that nobody stored
    ],
)
def test_who_may_not_act_on_a_case_is_refused_on_the_server_and_it_is_on_record(
    cast: Cast, page: Sight, who: str, photo: str, reason: str
) -> None:
    before = len(cast.facts(COVER))
    version = max(fact["data"].get("version", 0) for fact in cast.facts(COVER))
    refused = cast.order(who, "make_safe", COVER, version, photos=[photo]).refused
    assert refused is not None
    assert refused.code == "not_allowed"
    told = [
        (fact["actor"], fact["data"]["verb"], fact["data"]["code"], fact["data"]["reason"])
        for fact in cast.facts(COVER)[before:]
        if fact["type"] == "CommandRefused"
    ]
    assert told == [(who, "make_safe", "not_allowed", reason)]
    assert "MadeSafe" not in [fact["type"] for fact in cast.facts(COVER)]
    lines = [line for line in cast.running.log_text().splitlines() if "order_refused" in line]
    assert [line for line in lines if who in line and reason in line]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_phone_has_large_buttons_large_words_and_no_sideways_scroll(
    cast: Cast, page: Sight, lang: str
) -> None:
    if lang == "en":
        page.visit(f"{cast.running.console}/street/{YANGJING}?lang=en")
        page.wait("() => window.citywall?.orders?.isLive() && citywall.card('own_cases')?.order.length === 2")
    page.page.set_viewport_size(PHONE)
    page.settle()
    if page.page.locator('[data-cell="own_cases"] article.case[data-open]').count() == 0:
        cases(page, ".case .what").click()
    cases(page, ".file").wait_for()
    page.settle()
    # Many buttons: else the looks below find nothing because they see nothing.
    page.wait(f"() => ({BUTTONS})() >= 8")
    page.tells(f"() => [({SMALL})(), ({TINY})(), ({WIDE})()]", [[], [], []])


def test_a_street_that_lost_its_server_is_grey_within_5_seconds(cast: Cast, page: Sight) -> None:
    def grey() -> float:
        """Return after how many seconds without its server the page is grey, as the page itself notes it."""
        if "console" not in cast.running.pids():
            cast.running.start("console")
        page.wait("() => window.citywall?.state().live && document.getElementById('break').hidden")
        page.page.evaluate(GREY)
        killed = time.time()
        cast.running.kill("console")
        page.wait("() => window.greyAt > 0")
        return float(page.page.evaluate("greyAt")) - killed

    assert soonest(grey, UNPLUGGED_S, tries=3) < UNPLUGGED_S
    assert page.external == []
