import base64
import hashlib
import re
from html.parser import HTMLParser

import msgspec
import pytest

from city.access import PAGES
from layouts.catalogues import LANGUAGES, own_words
from layouts.sign_in import POLICY, SignInPage, draw

PAYLOAD = "<img src=x onerror=alert(1)>\"'{0}{form}&"
PAGE = SignInPage(lang="zh", centre="浦东新区", build="b1", form="1.abc", next="/desk?lang=zh&x=1")


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, list[str | None]] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, []).append(value)


@pytest.mark.parametrize("name", ["", PAYLOAD])
def test_no_text_of_anybody_becomes_markup(name: str) -> None:
    told = dict.fromkeys(("centre", "next", "given", "form", "refused"), PAYLOAD)
    page = msgspec.structs.replace(PAGE, **told, name=name, roles=(PAYLOAD,))
    plain = msgspec.structs.replace(PAGE, name=name and "陈××", given="chen", refused="wall")
    tags = Tags(draw(page))
    assert tags.tags == Tags(draw(plain)).tags
    assert not [attribute for attribute in tags.attributes if attribute.startswith("on")]


def test_the_page_has_no_script_and_its_one_inline_style_is_the_one_that_the_policy_names() -> None:
    text = draw(PAGE)
    assert "script" not in Tags(text).tags
    assert "style" not in Tags(text).attributes
    [style] = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in POLICY
    assert "unsafe" not in POLICY


@pytest.mark.parametrize(("lang", "word"), [("zh", "口令"), ("en", "Password")])
def test_it_speaks_both_languages_and_leads_to_the_other(lang: str, word: str) -> None:
    text = draw(msgspec.structs.replace(PAGE, lang=lang))
    assert word in text
    assert f"/sign-in?lang={'en' if lang == 'zh' else 'zh'}&amp;next=%2Fdesk%3Flang%3Dzh%26x%3D1" in text


@pytest.mark.parametrize("said", ["failed", "waits", "stale"])
def test_a_failure_is_said_as_an_alert_and_the_account_stays_typed(said: str) -> None:
    text = draw(msgspec.structs.replace(PAGE, said=said, given="chen"))
    assert re.search(r'role="alert">[^<]{8,}<', text)
    assert 'value="chen"' in text


def test_who_has_no_page_yet_is_led_to_none() -> None:
    text = draw(msgspec.structs.replace(PAGE, name="孙××（科长）", next="/desk", roles=("inspector",)))
    assert "孙××（科长）" in text
    assert "角色：监督员" in text
    assert '<a href="/desk' not in text
    assert "本站暂无此角色的页面" in text


def test_who_has_pages_is_led_to_the_very_place_that_they_asked_for() -> None:
    text = draw(msgspec.structs.replace(PAGE, name="李××", roles=("duty_officer",), pages=("desk", "wall")))
    assert '<a href="/desk?lang=zh&amp;x=1">打开值班台</a>' in text
    assert '<a href="/wall?lang=zh">打开大屏</a>' in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_that_one_signs_in_for_has_a_name_in_words(lang: str) -> None:
    told = own_words(lang)
    assert {page for page in PAGES if not told.get(f"sign_in.page.{page}")} == {"metrics"}
