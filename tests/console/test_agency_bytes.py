"""What an agency's page is sent: its own tasks and the matrix of their incidents.

It holds no case, neither another agency's nor a word of the duty log, and nobody else's typed words.
"""

from typing import Any

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from city.clocks.timestamps import parse
from city.state.ledger_state import CityState, LogLine
from city.state.linkage_records import (
    Casualties,
    Decided,
    IncidentReport,
    JointSession,
    Signed,
    Site,
    TaskResult,
)
from city.views.duty.duty_page_view import DutyPageView
from city.views.holders.agency_view import AgencyView
from city.views.page_view import PageView
from console.live.encoding import encode_text
from layouts.pages import CARDS_OF
from tests.console.test_wall_bytes import district, is_told, told
from tests.invented import case, moment
from tests.linkage_factory import CITY, city_with, incident, task

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


WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=8).map(lambda text: f"{text}張三豐{text}")
"""Typed text: whatever somebody may write, and a name in it."""


def linkage(own: str, others: str) -> CityState:
    """An incident of greening and fire brigade, and one of the fire brigade alone; all text is typed."""
    who = Signed("wang", others, "duty_leader", CITY - 50)
    lines = (Decided(own, "lh", "", who), Decided(others, "xf", "", who))
    told: dict[str, Any] = {
        "title": others, "grade_basis": others, "scene_commander": others, "commander_name": others,
        "source": others, "place": Site(121.7, 31.19, "310115110", "世纪大道", 150.0),
        "casualties": Casualties(41_027, 41_028, 41_029, 41_030, who),
        "reports": (IncidentReport("first", "oral", 1, None, who, others, others),),
        "sessions": (JointSession("1", who, ("lh", "xf"), lines, who, others),),
    }  # fmt: skip
    result = TaskResult(others, 41_031.0, (others,))
    foreign: dict[str, Any] = {
        "agency": "xf", "words": "", "text": others, "over_reason": others, "unit": others,
        "unit_call_sign": others, "ordered": who, "acknowledged": who, "arrived": who, "done": who,
        "result": result, "state": "done", "why_names": {"agency": others},
    }  # fmt: skip
    tasks = [
        task(1, agency="lh", words="", text=own), task(2, **foreign), task(1, "2f0c2d3e4a5b", **foreign),
    ]  # fmt: skip
    return city_with([incident(**told), incident("2f0c2d3e4a5b", **told)], tasks)


@settings(deadline=None, max_examples=30)
@given(WORDS, WORDS)
def test_an_agency_reads_its_own_words_and_nobody_elses(own: str, others: str) -> None:
    assume(own not in others and others not in own)
    view = AgencyView(PageView(rules=district()[0])).see(linkage(own, others), CITY, "lh")
    whole = sent("agency", view, CITY)
    assert is_told(own, whole)
    assert is_told("1f0c2d3e4a5b.2", whole)  # the row of the other agency is there
    secrets = (others, "wang", "2f0c2d3e4a5b", "4102", "41031")
    assert [secret for secret in secrets if is_told(secret, whole)] == []
