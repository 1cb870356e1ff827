"""The sign-in page in a real Chromium on a phone: who opens it stands outside, with one thumb."""

import msgspec
import pytest
from playwright.sync_api import Browser

import static
from layouts.sign_in import SignInPage, draw
from tests.legible import phone_faults
from tests.page_server import give_back, page_of, page_server

pytestmark = pytest.mark.browser

FORM = SignInPage(lang="zh", centre="浦东新区城市运行综合管理中心", build="b1", form="1.abc", next="/station")
SIGNED_IN = msgspec.structs.replace(
    FORM, name="田××（潍坊村居干部）", roles=("village_operator",), pages=("station",), refused="station/1",
    scopes=(("station/2", "潍坊2"),),
)  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("page", [FORM, msgspec.structs.replace(FORM, said="failed"), SIGNED_IN])
def test_everything_is_read_and_pressed_on_a_phone(browser: Browser, page: SignInPage, lang: str) -> None:
    opened, server = page_of(browser, (390, 844), []), page_server()
    style = static.path("css/sign_in.css").read_text(encoding="utf-8")
    server.html = draw(msgspec.structs.replace(page, lang=lang)).replace(
        "</head>", f"<style>{style}</style></head>"
    )
    opened.goto(server.url)
    assert phone_faults(opened) == []
    give_back(opened)
