import csv
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

import static
from feeds.sources.demo.feeds.units import FLEETS, STREET_SIGNS
from layouts.catalogues import Names, catalogue

pytestmark = pytest.mark.browser

NOW = datetime(2026, 9, 15, 12, 31, 7, tzinfo=UTC).timestamp()  # 20:31:07 in Shanghai, a Tuesday
MINUTE, HOUR, DAY = 60, 3600, 86_400

Said = list[tuple[str, list[Any], str, str]]
SAID: Said = [
    ("left", [NOW + 18 * MINUTE + 59, NOW], "剩18分", "18 min left"),
    ("left", [NOW + HOUR + 42 * MINUTE, NOW], "剩1时42分", "1 h 42 min left"),
    ("left", [NOW + 5 * HOUR, NOW], "剩5时", "5 h left"),
    ("left", [NOW + 11 * HOUR + 36 * MINUTE, NOW], "剩11时", "11 h left"),
    ("left", [NOW + 2 * DAY + 5 * HOUR, NOW], "剩2天", "2 d left"),
    ("left", [NOW + DAY + 5 * HOUR, NOW], "剩1天5时", "1 d 5 h left"),
    ("left", [NOW + 4, NOW], "剩4秒", "4 s left"),
    ("left", [NOW, NOW], "剩不到1秒", "under 1 s left"),
    ("left", [NOW - 3 * HOUR - 12 * MINUTE, NOW], "超3时12分", "3 h 12 min over"),
    ("elapsed", [NOW - 7 * MINUTE - 12, NOW], "已7分12秒", "for 7 min 12 s"),
    ("elapsed", [NOW - 9 * MINUTE, NOW], "已9分", "for 9 min"),
    ("elapsed", [NOW + 5, NOW], "已不到1秒", "for under 1 s"),
    ("age", [NOW - 0.4, NOW], "不到1秒前", "under 1 s ago"),
    ("task", [130, 300], "2′10″/5′", "2′10″/5′"),
    ("task", [305, 900], "5′05″/15′", "5′05″/15′"),
    ("task", [850, 900], "14′/15′", "14′/15′"),
    ("task", [130, 7200], "2′/120′", "2′/120′"),
    ("task", [2 * 86400 + 7200, 7200], "超2天", "2 d over"),
    ("by", [NOW + 2 * HOUR + 4 * MINUTE, NOW], "22:35前", "by 22:35"),
    ("by", [NOW + DAY, NOW], "9月16日 20:31前", "by 16 Sep 20:31"),
    ("age", [NOW - 48, NOW], "48秒前", "48 s ago"),
    ("late", [NOW - 130, NOW], "迟 2分10秒", "late 2 min 10 s"),
    ("person", ["余××（副区长）"], "余××（副区长）", "余×× (deputy district mayor)"),
    ("person", ["区××（区长、总指挥）"], "区××（区长、总指挥）", "区×× (district mayor, commander)"),
    ("person", ["余××（某职）"], "余××（某职）", "余××（某职）"),
    ("person", ["余××"], "余××", "余××"),
    ("storm", ["贝碧嘉"], "贝碧嘉", "Bebinca"),
    ("storm", ["某台风"], "某台风", "某台风"),
    ("by", [NOW + 120 * DAY, NOW], "2027年1月13日 20:31前", "by 13 Jan 2027 20:31"),
    ("moment", [NOW - 365 * DAY, NOW], "2025年9月15日 20:31", "15 Sep 2025 20:31"),
    ("moment", [NOW - 31 * DAY, NOW], "8月15日 20:31", "15 Aug 20:31"),
    ("lost", [NOW - 48, NOW], "中断 20:30:19 起", "down since 20:30:19"),
    ("lost", [NOW - DAY, NOW], "中断 9月14日 20:31 起", "down since 14 Sep 20:31"),
    ("lost", [NOW - 48], "中断 20:30:19 起", "down since 20:30:19"),
    ("hhmm", [NOW], "20:31", "20:31"),
    ("hhmmss", [NOW], "20:31:07", "20:31:07"),
    ("hhmmss", [NOW - 20 * HOUR - 31 * MINUTE], "00:00:07", "00:00:07"),
    ("date", [NOW], "9月15日 周二", "Tue 15 Sep"),
]


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    # A machine that hangs on another zone must still say the city's time.
    opened = browser.new_page(timezone_id="America/New_York")
    opened.add_script_tag(content=static.path("js/grammar.js").read_text(encoding="utf-8"))
    for lang in ("zh", "en"):
        words = json.dumps(catalogue(lang, Names()))
        opened.evaluate(f"window.{lang} = citywallGrammar({words}, 'Asia/Shanghai')")
    yield opened
    opened.close()


def say(page: Page, lang: str, name: str, *values: Any) -> Any:
    return page.evaluate(
        "([lang, name, values]) => window[lang][name](...values)", [lang, name, list(values)]
    )


@pytest.mark.parametrize(("name", "values", "zh", "en"), SAID, ids=lambda value: str(value)[:24])
def test_time_is_said_in_one_grammar(page: Page, name: str, values: list[float], zh: str, en: str) -> None:
    assert (say(page, "zh", name, *values), say(page, "en", name, *values)) == (zh, en)


def test_the_zone_is_the_settings_and_not_the_machines(page: Page) -> None:
    page.evaluate("window.utc = citywallGrammar({}, 'UTC')")
    assert say(page, "utc", "hhmmss", NOW) == "12:31:07"


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns"]
)
def test_a_moment_is_that_of_the_calendar_on_both_sides_of_a_changed_clock(page: Page, zone: str) -> None:
    differing = page.evaluate(
        """(zone) => {
          const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
          const words = Object.fromEntries(days.map((day) => ["weekday." + day, day]));
          const ours = citywallGrammar({ ...words, "date.full": "{weekday}" }, zone);
          const format = new Intl.DateTimeFormat("en-GB", {
            timeZone: zone, weekday: "short", hourCycle: "h23", hour: "2-digit", minute: "2-digit",
            second: "2-digit" });
          const found = [];
          for (let at = Date.UTC(2026, 0, 1, 0, 0, 7) / 1000; at < Date.UTC(2027, 0, 1) / 1000; at += 1787) {
            const parts = format.formatToParts(new Date(at * 1000)).map((part) => [part.type, part.value]);
            const { hour, minute, second, weekday } = Object.fromEntries(parts);
            const isSame = ours.hhmmss(at) === `${hour}:${minute}:${second}` && ours.date(at) === weekday;
            if (!isSame) found.push(at);
          }
          return found;
        }""",
        zone,
    )
    assert differing == []


def test_a_key_without_words_stands_for_itself(page: Page) -> None:
    assert say(page, "zh", "say", "no.such.key", {}) == "no.such.key"


@pytest.mark.parametrize(
    ("told", "english"),
    [
        ("张杨路", "Zhangyang Road"),
        ("世纪大道", "Century Avenue"),
        ("张杨路崂山路", "Zhangyang & Laoshan Roads"),
        ("张杨路崂山路口", "Zhangyang & Laoshan Roads"),
        ("世纪大道张杨路", "Century Avenue & Zhangyang Road"),
        ("沪南公路周祝公路", "Hunan & Zhouzhu Highways"),
        ("唐安路", "Tang'an Road"),
        ("长清北路", "Changqing North Road"),  # not 长清路 and a rest
        ("无名路", "无名路"),
        ("张杨路无名路", "张杨路无名路"),
        ("东方路下立交", "Dongfang Road underpass"),
        ("御桥路莲园路（西南向）", "Yuqiao & Lianyuan Roads (south-west)"),
        ("潍坊社区文化中心（演示）", "Weifang community centre (demo)"),
        ("公安巡08", "Police car 08"),
        ("惠南保洁队", "Huinan cleaning"),
        ("东方路下立交（甲）", "东方路下立交（甲）"),  # a part that is not known: as it was told
        ("无名下立交", "无名下立交"),
        ("", ""),
    ],
)
def test_a_road_is_named_in_the_language_of_the_page(page: Page, told: str, english: str) -> None:
    assert page.evaluate("(told) => window.en.road(told)", told) == english
    assert page.evaluate("(told) => window.zh.road(told)", told) == told


def test_places_of_streets_and_call_signs_of_the_demo_have_english_names(page: Page) -> None:
    with static.path("tables/street_places.csv").open(encoding="utf-8", newline="") as file:
        places = {row["name"] for row in csv.DictReader(file)}
    signs = {f"{fleet.sign}07" for fleet in FLEETS} | {f"川沙{sign}" for sign in STREET_SIGNS}
    told = sorted(places | signs)
    assert len(told) > 100
    english = page.evaluate("(told) => told.map((one) => window.en.road(one))", told)
    assert [name for name in english if not name.isascii()] == []


def test_every_built_in_road_has_an_english_name_in_latin_letters() -> None:
    with static.path("district/roads.csv").open(encoding="utf-8", newline="") as file:
        names = {row["road"]: row["english"] for row in csv.DictReader(file)}
    kinds = "Road|Avenue|Highway|Street"
    assert [n for n in names.values() if not re.fullmatch(rf"[A-Z][a-z']+( [A-Z][a-z]+)* ({kinds})", n)] == []
