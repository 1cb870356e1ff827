"""What a street's page is sent: its own cases and area, and nothing of another street in any form."""

from city.clocks.timestamps import parse
from city.state.ledger_state import CityState
from city.views.holders.agency_view import AgencyView
from city.views.holders.own_cases import OwnCases
from city.views.holders.street_seen import StreetSeen
from city.views.holders.street_view import StreetView
from city.views.page_view import PageView
from console.live.encoding import encode_frame, encode_text
from layers.atlas.around import around_street
from layers.atlas.atlas import Atlas
from layers.street_map import street_layers, street_setting
from layouts.pages import STREET_CARDS
from static import path
from tests.console.test_wall_bytes import district, is_told, told
from tests.invented import case, device, mirror, moment, reading

OWN, OTHER = "310115004", "310115005"
WORDS = ("王小明家后门", "ZX-4711", "世纪大道", "gauge-4712")
"""Of a critical case of the own street, and of a gauge in it."""


def city() -> CityState:
    state = CityState()
    told(state, "case", [case(
        "c-1", urgency="critical", road="世纪大道张杨路口", title="王小明家后门", component="ZX-4711",
        address="王小明家后门", mirror=mirror("dispatched", 60) | {"agency": "潍坊"},
    )])  # fmt: skip
    told(state, "sensor", [device("gauge-4712"), reading("gauge-4712", 1, 31)])
    return state


def seen(state: CityState, code: str, now: float) -> StreetSeen:
    rules = district()[0]
    cases = OwnCases(rules)
    return StreetView(AgencyView(PageView(rules=rules), cases), cases, rules).see(state, now, code)


def sent(code: str) -> bytes:
    """Every byte that the channel of a street sends: views and frames."""
    now = parse(moment())
    view = seen(city(), code, now)
    atlas = Atlas.read(path("district/atlas"))
    layers = street_layers(street_setting(around_street(atlas, code), {}, size=(454.0, 704.0), text_px=15.0))
    views = encode_text({"views": {card.key: card.view(view, now) for card in STREET_CARDS}})
    return views + b"".join(encode_frame(layer.frame(view, now)) for layer in layers)


def test_the_own_street_is_told_its_case() -> None:
    assert is_told("世纪大道", sent(OWN))  # else the test below finds nothing because there is nothing


def test_no_word_of_another_streets_case_or_gauge_reaches_a_street() -> None:
    whole = sent(OTHER)
    assert is_told(OTHER, whole)
    assert [word for word in WORDS if is_told(word, whole)] == []
