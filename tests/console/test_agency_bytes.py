"""What an agency's page is sent holds no case: neither another agency's nor a word of the duty log."""

import msgspec
import pytest

from city.clocks.timestamps import parse
from city.state.ledger_state import CityState, LogLine
from city.views.agency_view import AgencyView
from city.views.duty_page_view import DutyPageView
from city.views.page_view import PageView
from console.live.encoding import encode_text
from layouts.pages import CARDS_OF
from tests.console.test_wall_bytes import district, is_told, told
from tests.invented import case, moment

SECRETS = ("世纪大道", "张杨路口", "王小明家后门", "ZX-4711", "c-secret", "供水管道破裂")


@pytest.fixture(scope="module")
def state() -> CityState:
    """A city with a critical case of the waterworks, in the duty log too."""
    city = CityState()
    record = case(
        "c-secret", urgency="critical", road="世纪大道张杨路口", title="王小明家后门",
        description="王小明家后门", component="ZX-4711", label="供水管道破裂", agency="sw",
    )  # fmt: skip
    told(city, "case", [record])
    names = {"kind": "component", "code": "0101", "label": "", "road": "世纪大道张杨路口", "street": ""}
    city.ledger.log.append(LogLine(parse(moment()), "log.critical", names, 1))
    return city


def sent(page: str, seen: object, now: float) -> bytes:
    """All that a page is sent of a view, and the view itself."""
    views = {card.key: card.view(seen, now) for card in CARDS_OF[page]}
    return encode_text({"views": views}) + msgspec.json.encode(seen)


def test_the_case_is_in_the_city_and_in_what_the_duty_page_is_told(state: CityState) -> None:
    now = parse(moment())
    whole = sent("duty", DutyPageView(PageView(rules=district()[0])).see(state, now), now)
    assert is_told("世纪大道", whole)  # else the test below finds nothing because there is nothing
    assert [secret for secret in ("王小明家后门", "ZX-4711") if is_told(secret, whole)] == []


@pytest.mark.parametrize("code", ["sw", "dl", "sz"])
def test_no_word_of_a_case_reaches_an_agencys_page(state: CityState, code: str) -> None:
    now = parse(moment())
    whole = sent("agency", AgencyView(PageView(rules=district()[0])).see(state, now, code), now)
    assert is_told(code, whole)
    assert [secret for secret in SECRETS if is_told(secret, whole)] == []
