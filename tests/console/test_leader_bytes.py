"""No typed text reaches a leader's page: any text in any field of a record or of a leader's command."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from city.clocks.timestamps import parse
from city.state.leader_records import LeaderHandover, RelocationOrder, SupportRequest
from city.state.ledger_state import CityState
from city.state.linkage_records import Signed
from city.state.response_records import Basis, LevelProposal, Response
from city.views.response.leader_view import LeaderView
from city.views.wall_view import WallView
from console.live.encoding import encode_frame, encode_text
from layers.contract import Layer
from layers.street_map import OfMap
from layouts.pages import CARDS_OF
from tests.console.test_wall_bytes import PLACED, SECRET, TEXTS, district, is_told, told
from tests.invented import case, moment
from tests.linkage_factory import CITY, city_with, incident, task

PERSON = Signed("xia", "夏××（副区长）", "rotating_leader", CITY)


def leader(state: CityState) -> bytes:
    """All that a leader's page is sent of a state."""
    rules, layers = district()
    now = parse(moment())
    seen = LeaderView(WallView(rules=rules)).see(state, now)
    views = {card.key: card.view(seen, now) for card in CARDS_OF["leader"]}
    drawn: list[Layer] = [OfMap(layer, {}) for layer in layers if layer.key not in ("ordinary", "cameras")]
    frames = [encode_frame(layer.frame(seen, now)) for layer in drawn]
    return b"\n".join([encode_text({"views": views}), *frames])


@given(text=TEXTS, road=PLACED, urgency=st.sampled_from(["critical", "urgent"]))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_word_of_a_report_reaches_a_leaders_page(text: str, road: str, urgency: str) -> None:
    state = CityState()
    fields: dict[str, Any] = dict.fromkeys(("title", "description", "address", "label"), text)
    told(state, "case", [case("c1", urgency=urgency, road=road, **fields)])
    assert not is_told(SECRET, leader(state))


@given(text=TEXTS)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_word_that_staff_typed_reaches_a_leaders_page(text: str) -> None:
    ordered = task(ordered=PERSON, text=text, words="", mode="manual")
    state = city_with([incident(tasks=(ordered.id,), title=text, scene_commander=text)], [ordered])
    ledger = state.ledger
    ledger.supports["s1"] = SupportRequest(
        "s1", "310115005", "people", 3, "310115005", ("own_squads",), "yj", "yj", CITY + 900, PERSON,
        road=text, text=text, note=text, voice_ref=text,
    )  # fmt: skip
    ledger.relocations["r1"] = RelocationOrder(
        "r1", ("310115005",), ("other",), CITY + 7200, CITY + 600, PERSON, note=text, voice_ref=text
    )
    ledger.leader_handovers["h1"] = LeaderHandover("h1", PERSON, watch=text)
    proposal = LevelProposal(
        "p1",
        3,
        0,
        PERSON,
        Basis(text=text),
        (("rotating_leader",), ("duty_leader",)),
        CITY + 300,
        reason=text,
    )
    id_ = "310115/flood_typhoon"
    ledger.responses[id_] = Response(id_, "310115", "flood_typhoon", proposal=proposal)
    whole = leader(state)
    assert is_told("r1", whole)  # the decisions are there
    assert not is_told(SECRET, whole)
