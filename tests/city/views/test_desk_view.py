from typing import Any

import msgspec

from city.commands.command import NewFact
from city.state.case_file import Bounce, CaseFile, LastAct
from city.state.ledger_state import Case, CityState, Mirror, Place
from city.state.row_keys import row_key_of
from city.views.case_view import account_mark
from city.views.desk_seen import DeskCase
from city.views.desk_view import DeskView
from city.views.wall_view import WallView
from tests.city.commands.world import INTAKE, SYSTEM, World, rules
from tests.seen_factory import PEOPLE_SQUARE

NOW = 1_789_475_467.0


def state_with(*cases: Case) -> CityState:
    state = CityState()
    state.ledger.cases = {case.key: case for case in cases}
    state.touch("cases")
    return state


def case(number: int = 1, file: CaseFile | None = None, **given: Any) -> Case:
    plain: dict[str, Any] = {
        "key": f"hotline/{number}", "client": "hotline", "channel": "media", "kind": "event", "code": "0506",
        "label": "", "title": "张三丰", "urgency": "normal", "hazard": False, "place": Place(*PEOPLE_SQUARE),
        "at": NOW, "received": NOW, "recorded_at": NOW, "mirror": Mirror("handling"), "changed": 1,
        "description": "张三丰 13812345678",
    }  # fmt: skip
    return Case(**{**plain, **given}, file=file or CaseFile())


def add_unit(city: CityState, name: str, lon: float, **given: Any) -> None:
    columns = city.measured.units
    row = {"lon": lon, "lat": PEOPLE_SQUARE[1], "at": NOW, "received": NOW, "call_sign": name,
           "kind": "squad", "agency": "cg", "state": "standby", **given}  # fmt: skip
    columns.set(columns.row(name), row)


def test_a_desk_sees_the_walls_state_and_what_it_needs_to_act() -> None:
    file = CaseFile(
        own=True, state="dispatched", no="3101152026112200001", holder="tx", co=("cg",), version=4,
        acted_by=("chen", "li"), last=LastAct(9, "CaseReassigned", "li", "李××", NOW),
        bounces=(Bounce("dl", "not_my_duty", "不归我，找张三丰", NOW, counts=True),),
    )  # fmt: skip
    state = state_with(case(1, file))
    seen = DeskView().see(state, NOW, {row_key_of("hotline/1"): ["陈××"]})
    wall = WallView().see(state, NOW)
    (found,) = seen.cases
    assert (found.no, found.co, found.bounces[0].holder) == ("3101152026112200001", ("cg",), "dl")
    assert set(found.acted_by) == {account_mark("chen"), account_mark("li")}
    assert seen.presence == {found.key: ("陈××",)}
    assert msgspec.structs.asdict(wall.cases[0]).items() <= msgspec.structs.asdict(found).items()
    assert "张三丰" not in msgspec.json.encode(found).decode()


def test_what_a_stand_in_or_a_source_did_is_no_persons_act() -> None:
    file = CaseFile(own=True, last=LastAct(9, "StageLimitPassed", "system:engine", "", NOW))
    assert DeskView().see(state_with(case(1, file)), NOW, {}).cases[0].acted_by == ()


def test_a_case_that_did_not_change_is_the_same_thing_at_the_next_look() -> None:
    view, state = DeskView(), state_with(case(1), case(2))
    first = view.see(state, NOW, {})
    assert view.see(state, NOW + 1, {}).cases is first.cases
    state.ledger.cases["hotline/2"] = case(2, changed=2, urgency="urgent")
    state.touch("cases")
    again = view.see(state, NOW + 2, {})
    assert again.cases[0] is first.cases[0]
    assert (again.cases[1].urgency, type(again.cases[1])) == ("urgent", DeskCase)


def test_a_hazard_knows_its_nearest_free_unit_and_the_name_stays_for_a_while() -> None:
    state = state_with(case(1, hazard=True), case(2))
    add_unit(state, "far", PEOPLE_SQUARE[0] + 0.1)
    add_unit(state, "unfit", PEOPLE_SQUARE[0], kind="ambulance")
    add_unit(state, "busy", PEOPLE_SQUARE[0] + 0.001, state="on_scene")
    view = DeskView(rules=rules())
    key = row_key_of("hotline/1")
    assert {k: one.unit for k, one in view.see(state, NOW, {}).nearest_units.items()} == {key: "far"}
    add_unit(state, "near", PEOPLE_SQUARE[0] + 0.01)
    assert view.see(state, NOW + 5, {}).nearest_units[key].unit == "far"
    assert view.see(state, NOW + 10, {}).nearest_units[key].unit == "near"


def test_what_waits_to_leave_and_what_failed_is_counted() -> None:
    w = World()
    key = w.report(category={"kind": "event", "code": "0405"}, external=[{"system": "12345", "no": "GD1"}])
    w.done("file", key, INTAKE)
    first, _ = w.state.outbox.values()
    delayed = {"item": first.id, "to": first.to, "kind": first.kind, "reason": "HTTP 503", "tries": 1}
    w.append(NewFact("OutboxDelayed", f"case:{key}", delayed), SYSTEM, "system")
    seen = DeskView().see(CityState(w.state), w.machine, {})
    assert (seen.outbox, seen.outbox_failing) == (2, 1)
