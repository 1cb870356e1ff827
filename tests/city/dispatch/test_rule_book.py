"""Who gets a case in the built-in district: D1 – D7 of the domain, the routing of stories M1 and M7."""

import math
from typing import Any

import pytest

from city.dispatch.routing.route import Reason, Route, Situation
from city.dispatch.routing.rule_book import RuleBook
from city.dispatch.routing.table_loading import rule_tables
from city.places.streets import Streets
from city.state.ledger_state import Registered

YANGJING, TANGZHEN, HEQING, ZHANGJIANG = "310115013", "310115114", "310115110", "310115125"
YUSHAN = (121.550991, 31.239348)
MIDDLE = {YANGJING: (121.5440, 31.2400), TANGZHEN: (121.6550, 31.2150), ZHANGJIANG: (121.6150, 31.2000)}


def situation(category: str, street: str = YANGJING, **told: Any) -> Situation:
    kind, _, code = category.partition(":")
    lon, lat = told.pop("at", None) or MIDDLE[street]
    told = {"hazard": False, "road": "", **told}
    return Situation(kind=kind, code=code, lon=lon, lat=lat, street=street, **told)


def whys(route: Route) -> list[tuple[str, str]]:
    return [(reason.step, reason.why) for reason in route.reasons]


def across(streets: Streets, code: str, other: str, metres: float) -> tuple[float, float]:
    """Return a point of ``code`` some metres from its boundary with ``other``."""
    middle, beyond = MIDDLE[code], None
    for share in (step / 20_000 for step in range(20_000)):
        point = (middle[0] + share * 0.2, middle[1] + share * (31.25 - middle[1]))
        if streets.code_of(*point) != code:
            break
        beyond = point if streets.boundary_m(*point, code) >= metres else beyond
    assert beyond is not None
    assert dict(streets.near(*beyond, metres + 5)).keys() == {code, other}
    return beyond


# D1 – D7


def test_d1_a_registered_owner_gets_its_cover_though_the_boundary_is_near(
    book: RuleBook, streets: Streets
) -> None:
    point = across(streets, TANGZHEN, HEQING, 8.0)
    assert streets.boundary_m(*point, TANGZHEN) < 10
    told = situation("component:0103", TANGZHEN, at=point, component="3101150103000004", hazard=True)
    route = book.route(told, {})
    assert (route.to, route.confidence, route.owner_state, route.rule) == (
        "ps", 1.0, "confirmed", "register:3101150103000004",
    )  # fmt: skip
    assert route.make_safe_by == TANGZHEN
    assert route.why == Reason("2a", "register", {"owner_holder": "ps", "component": "3101150103000004"})


def test_d2_a_cover_that_nobody_can_read_goes_to_the_street_and_a_ruling_is_asked_for(book: RuleBook) -> None:
    route = book.route(situation("component:0123", hazard=True, road="栖山路苗圃路"), {})
    assert (route.to, route.ask_ruling, route.owner_state) == (YANGJING, True, "unknown")
    assert route.co == ("ps", "tx", "dl")
    assert route.make_safe_by == YANGJING
    assert route.confidence == 1.0
    assert route.why.why == "owner_unknown"


def test_d3_a_shop_that_overflows_its_front_is_the_streets(book: RuleBook) -> None:
    route = book.route(situation("event:0405"), {})
    assert (route.to, route.co, route.confidence, route.make_safe_by) == (YANGJING, (), 1.0, "")
    assert whys(route) == [("2a", "territory")]
    assert route.principle == "territory_first"


def test_d4_in_transition_the_street_leads_and_the_district_squad_helps(book: RuleBook) -> None:
    route = book.route(situation("event:0694", ZHANGJIANG), {})
    assert (route.to, route.co) == (ZHANGJIANG, ("cg",))
    assert whys(route) == [("2a", "transitional")]


def test_d4_where_the_power_has_not_gone_down_the_line_agency_has_it(book: RuleBook) -> None:
    lake = "310115145"
    route = book.route(
        Situation("event", "0694", hazard=False, lon=121.92, lat=30.90, street=lake, road=""), {}
    )
    assert route.to == "cg"
    assert whys(route) == [("2a", "not_devolved")]
    assert book.route(situation("event:0694"), {}).to == YANGJING


def test_d5_mud_from_a_known_site_goes_to_who_approved_the_site(book: RuleBook) -> None:
    route = book.route(situation("event:0114", ZHANGJIANG, source_site="GD-031"), {})
    assert (route.to, route.co, route.principle) == ("jg", ("lh", "cg", "jj"), "source_owner_first")
    assert Reason("1", "clean", {"co_holder": "lh", "minutes": "60"}) in route.reasons
    assert route.why == Reason("1", "source_owner", {"site": "GD-031", "approver_holder": "jg"})


def test_d5_a_borrow_pit_is_the_land_offices_and_an_unknown_site_goes_by_the_class(book: RuleBook) -> None:
    assert book.route(situation("event:0114", source_site="QT-003"), {}).to == "gh"
    route = book.route(situation("event:0114", source_site="GD-999"), {})
    assert route.to == YANGJING
    assert whys(route) == [("1", "source_unknown"), ("2a", "territory")]


def test_d6_a_navigable_river_is_the_citys_and_the_street_keeps_its_bank_clean(book: RuleBook) -> None:
    route = book.route(situation("event:0110", TANGZHEN, road="川杨河"), {})
    assert (route.transferred_up, route.up_to, route.to) == (True, "上海市水务局", TANGZHEN)
    assert whys(route) == [("3", "city_object")]
    assert not book.route(situation("event:0405", TANGZHEN, road="川杨河"), {}).transferred_up


@pytest.mark.parametrize("road", ["赵家沟路", "浦东运河路", "大治河西路", "川杨河路"])
def test_a_road_that_is_named_after_a_river_is_not_the_river(book: RuleBook, road: str) -> None:
    assert not book.route(situation("event:0110", TANGZHEN, road=road), {}).transferred_up


@pytest.mark.parametrize("road", ["赵家沟", "川杨河（近唐陆路）", "浦江岸线"])
def test_a_river_is_told_by_its_whole_name(book: RuleBook, road: str) -> None:
    assert book.route(situation("event:0110", TANGZHEN, road=road), {}).transferred_up


def test_d6_a_bank_with_a_manager_needs_no_city(book: RuleBook) -> None:
    route = book.route(situation("event:0125", road="黄浦江岸线"), {})
    assert (route.to, route.transferred_up, route.rule) == ("sw", False, "O-013")


def test_d7_danger_is_handed_over_at_once_and_the_hole_is_routed_all_the_same(book: RuleBook) -> None:
    route = book.route(situation("event:0505", hazard=True, danger=("trapped",)), {})
    assert route.emergency == ("110", "119", "120")
    assert route.to == YANGJING
    assert (route.reasons[0].step, route.why.step) == ("0", "2a")
    assert route.make_safe_by == YANGJING


@pytest.mark.parametrize(
    ("danger", "called"),
    [
        (("fire",), ("119",)), (("crime",), ("110",)), (("medical",), ("120",)), (("flood",), ("110",)),
        (("fire", "medical"), ("119", "120")), ((), ()),
    ],
)  # fmt: skip
def test_each_danger_has_its_number(book: RuleBook, danger: tuple[str, ...], called: tuple[str, ...]) -> None:
    assert book.route(situation("event:0505", danger=danger), {}).emergency == called


# The component's owner


def test_an_owner_who_delegated_is_spared_the_work(book: RuleBook) -> None:
    told = situation("component:0137", component="3101150137000005")
    route = book.route(told, {})
    assert (route.to, route.co, route.why.why) == ("dl", ("sz",), "delegated")


def test_a_disputed_entry_is_the_streets_while_a_ruling_is_asked_for(book: RuleBook) -> None:
    told = situation("component:0130", component="3101150130000003")
    route = book.route(told, {})
    assert (route.to, route.ask_ruling, route.owner_state) == (YANGJING, True, "disputed")
    assert route.co[:2] == ("dl", "tx")


def test_an_entry_of_another_sort_of_component_is_not_asked(book: RuleBook) -> None:
    route = book.route(situation("component:0402", component="3101150103000004"), {})
    assert (route.to, route.rule) == ("lh", "R-C0402")


def test_a_road_with_one_owner_decides_and_the_class_decides_elsewhere(book: RuleBook) -> None:
    on_road = book.route(situation("component:0139", road="世纪大道源深路"), {})
    assert (on_road.to, on_road.rule, on_road.confidence) == ("sz", "O-004", 1.0)
    assert book.route(situation("component:0139", road="新世纪大道"), {}).to == "lh"


def test_a_component_of_the_streets_needs_no_ruling(book: RuleBook) -> None:
    route = book.route(situation("component:0305"), {})
    assert (route.to, route.ask_ruling, route.why.why) == (YANGJING, False, "class_owner")


def test_an_intake_officer_who_cannot_tell_the_owner_is_believed(book: RuleBook) -> None:
    told = situation("component:0103", owner_state="unknown", road="羽山路")
    route = book.route(told, {})
    assert (route.to, route.ask_ruling, route.co) == (YANGJING, True, ("ps",))
    confirmed = situation("component:0103", owner_state="unknown", component="3101150103000004")
    assert book.route(confirmed, {}).to == "ps"


# Beyond the street


def test_what_is_beyond_the_streets_power_goes_to_its_line_agency(book: RuleBook) -> None:
    route = book.route(situation("event:0405", beyond_power=True), {})
    assert (route.to, route.co) == ("cg", (YANGJING,))
    assert whys(route) == [("2a", "territory"), ("2b", "beyond_power")]


def test_a_burst_gas_main_does_not_wait_for_the_street(book: RuleBook) -> None:
    route = book.route(situation("event:0502", hazard=True), {})
    assert (route.to, route.principle, route.make_safe_by) == ("rq", "fixed_agency", YANGJING)


def test_a_class_without_a_rule_goes_to_the_street_and_onto_the_errata(book: RuleBook) -> None:
    route = book.route(situation("event:9999"), {})
    assert (route.to, route.errata, route.principle) == (YANGJING, True, "backstop")
    assert whys(route) == [("4", "nothing")]
    assert route.owner_state == ""
    assert book.route(situation("component:9999"), {}).owner_state == "unknown"


# Rulings


def test_a_ruling_goes_before_the_tables_and_cannot_be_returned(book: RuleBook) -> None:
    key = "component:3101150103000004"
    rulings = {key: Registered(key, "dl", "interim", "2026-7", 0.0)}
    route = book.route(situation("component:0103", component="3101150103000004"), rulings)
    assert (route.to, route.ruling, route.owner_state) == ("dl", "2026-7", "ruled")
    assert route.why == Reason("2a", "ruled", {"ruling": "2026-7", "owner_holder": "dl"})


def test_a_ruling_on_a_road_binds_the_next_case_in_whatever_order_the_crossing_is_told(
    book: RuleBook,
) -> None:
    key = f"road:{YANGJING}:羽山路巨野路:component:0123"
    rulings = {key: Registered(key, "dl", "interim", "2026-7", 0.0)}
    for road, to in [("羽山路巨野路", "dl"), ("巨野路羽山路", "dl"), ("羽山路民生路", "tx")]:
        assert book.route(situation("component:0123", road=road), rulings).to == to


def test_a_ruling_on_a_class_in_an_area_binds_events_too(book: RuleBook) -> None:
    key = f"area:{YANGJING}:event:0405"
    rulings = {key: Registered(key, "cg", "final", "2026-8", 0.0)}
    assert book.route(situation("event:0405"), rulings).to == "cg"
    assert book.route(situation("event:0405", TANGZHEN), rulings).to == TANGZHEN


def test_a_ruling_binds_even_who_refused_before_it(book: RuleBook) -> None:
    key = f"area:{YANGJING}:event:0405"
    rulings = {key: Registered(key, "cg", "final", "2026-8", 0.0)}
    route = book.route(situation("event:0405", refused=("cg",)), rulings)
    assert (route.to, route.ruling, route.confidence) == ("cg", "2026-8", 1.0)
    assert "cg" not in route.targets


# Refusals and doubts


def test_m1_telecom_refuses_then_power_is_next_and_the_dispatcher_chooses(book: RuleBook) -> None:
    told: dict[str, Any] = {"at": YUSHAN, "road": "羽山路巨野路", "hazard": True}
    first = book.route(situation("component:0123", **told), {})
    assert (first.to, first.targets) == ("tx", ("tx", "dl", "ps"))
    assert first.confidence == pytest.approx(1 / 3)
    assert first.make_safe_by == YANGJING
    assert not first.ask_ruling
    second = book.route(situation("component:0123", **told, refused=("tx",)), {})
    assert (second.to, second.targets) == ("dl", ("dl", "ps", YANGJING))
    assert second.why == Reason("2", "refused", {"refused_holder": "tx", "to_holder": "dl"})
    third = book.route(situation("component:0123", **told, refused=("tx", "dl")), {})
    assert third.candidates == ("tx", "dl", "ps", YANGJING)
    assert {"tx", "dl"}.isdisjoint(third.targets)


def test_m7_a_street_refuses_near_its_boundary_and_its_neighbour_is_next(
    book: RuleBook, streets: Streets
) -> None:
    point = across(streets, TANGZHEN, HEQING, 12.0)
    before = book.route(situation("event:0405", TANGZHEN, at=point), {})
    assert (before.to, before.targets[1]) == (TANGZHEN, HEQING)
    after = book.route(situation("event:0405", TANGZHEN, at=point, refused=(TANGZHEN,)), {})
    assert after.to == HEQING
    assert after.confidence < 1


def test_a_street_that_refuses_far_from_any_boundary_leaves_it_to_the_line_agency(book: RuleBook) -> None:
    route = book.route(situation("event:0405", TANGZHEN, refused=(TANGZHEN,)), {})
    assert (route.to, route.confidence) == ("cg", 0.5)


def test_ten_metres_from_the_boundary_a_dispatcher_must_look(book: RuleBook, streets: Streets) -> None:
    near = book.route(situation("event:0405", TANGZHEN, at=across(streets, TANGZHEN, HEQING, 9.0)), {})
    assert near.confidence < 1
    assert ("2", "boundary") in whys(near)
    far = book.route(situation("event:0405", TANGZHEN, at=across(streets, TANGZHEN, HEQING, 11.0)), {})
    assert far.confidence == 1.0


def test_an_address_without_a_point_has_no_boundary_and_no_neighbours(book: RuleBook) -> None:
    route = book.route(situation("event:0405", at=(math.nan, math.nan)), {})
    assert (route.to, route.confidence, route.targets) == (YANGJING, 1.0, (YANGJING, "cg"))


def test_a_point_finds_its_street_and_a_point_outside_all_leaves_the_choice(book: RuleBook) -> None:
    lon, lat = MIDDLE[TANGZHEN]
    found = Situation("event", "0405", hazard=False, lon=lon, lat=lat, street="", road="")
    assert book.route(found, {}).to == TANGZHEN
    outside = Situation("event", "0405", hazard=True, lon=120.0, lat=30.0, street="", road="")
    route = book.route(outside, {})
    assert (route.to, route.confidence, route.make_safe_by) == ("cg", 0.5, "")
    assert whys(route) == [("4", "no_street_next")]
    assert route.why.names == {"to_holder": "cg"}


def test_a_place_in_no_street_names_nobody_who_refused_and_no_street(book: RuleBook) -> None:
    nowhere: dict[str, Any] = {"hazard": False, "lon": 120.0, "lat": 30.0, "street": ""}
    owned = book.route(Situation("component", "0103", road="", **nowhere), {})
    assert (owned.to, whys(owned)) == ("ps", [("4", "no_street"), ("2b", "class_owner")])
    alone = book.route(Situation("event", "9999", road="", **nowhere), {})
    assert (alone.to, alone.errata, whys(alone)) == ("", True, [("4", "no_street")])
    river = book.route(Situation("event", "0110", road="川杨河", **nowhere), {})
    assert (river.transferred_up, whys(river)) == (True, [("3", "city_object"), ("4", "no_street_next")])
    assert river.reasons[0].names["street_holder"] == river.to != ""
    lead = book.route(Situation("event", "0405", road="", **nowhere, refused=("cg",)), {})
    assert all(reason.why != "refused" for reason in lead.reasons)


def test_when_everybody_has_refused_the_answer_is_the_first_of_them_and_nobody_is_offered(
    book: RuleBook,
) -> None:
    asked = book.route(situation("component:0123"), {})
    route = book.route(situation("component:0123", refused=asked.candidates), {})
    assert route.to in asked.candidates
    assert (route.targets, route.confidence) == ((), 0.0)


@pytest.mark.parametrize(
    "category", ["component:0123", "component:0103", "event:0405", "event:0502", "event:9999"]
)
def test_nobody_who_refused_is_ever_a_target(book: RuleBook, category: str) -> None:
    everybody = book.route(situation(category), {}).candidates
    for count in range(len(everybody) + 1):
        route = book.route(situation(category, refused=everybody[:count]), {})
        assert set(route.targets).isdisjoint(everybody[:count])
        assert len(route.targets) <= 3


# Streets of other countries


@pytest.mark.parametrize("street", ["harbour-north-ward", "W-7", "310115013", "1234567890123"])
def test_a_streets_own_rule_counts_whatever_the_form_of_its_code(street: str) -> None:
    row = {"class": "event:0405", "priority": "2", "version": "1", "valid_from": "2026-01-01", "basis": "x"}
    rules = [
        {**row, "id": "R-1", "principle": "territory_first", "lead": "territory"},
        {**row, "id": "R-2", "principle": "fixed_agency", "lead": "cg", "street": street},
    ]
    tables = rule_tables(lambda name: rules if name == "rules.csv" else [], on="2026-06-01")
    own = RuleBook(tables, lambda lon, lat: street, lambda lon, lat, code: 500.0, lambda lon, lat, m: ())
    there = own.route(situation("event:0405", street, at=(0.0, 0.0)), {})
    elsewhere = own.route(situation("event:0405", "harbour-n", at=(0.0, 0.0)), {})
    assert (there.to, elsewhere.to) == ("cg", "harbour-n")
