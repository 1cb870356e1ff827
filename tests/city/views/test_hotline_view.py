"""What desks see of the hotline: callers who wait, and the balance of the day's reports."""

from city.clocks.timestamps import parse
from city.state.ledger_state import CityState
from city.state.row_keys import row_key_of
from city.views.desk_view import DeskView
from city.views.hotline_view import HotlineView
from tests.city.commands.test_hotline import CALLER, RELAXATION, ROAD, SHOP, give
from tests.city.commands.world import CHEN, INTAKE, WANG, World, person


def reported(w: World, *numbers: int, **given: object) -> list[str]:
    return [w.report(f"hotline/{n}", category=ROAD, **{**CALLER, **given}) for n in numbers]


def test_every_caller_waits_for_a_contact_and_those_who_want_one_for_a_call_back() -> None:
    w = World()
    view = HotlineView(w.rules)
    first, second, third = reported(w, 1, 2, 3)
    reported(w, 4, reporter_ref="")  # nobody to call
    reported(w, 5, channel="inspector")
    w.case(third).wants_reply = False
    w.done("merge", second, INTAKE, into=first)
    w.done("merge", third, INTAKE, into=first)
    seen = view.see(w.state, w.now.city)
    assert {one.key for one in seen.contact} == {row_key_of(key) for key in (first, second, third)}
    assert seen.contact[0].at == parse("2026-11-24T09:00:00+08:00")
    assert seen.call_back == ()
    w.done("contact", second, INTAKE)
    w.done("self_handle", first, person("wf1", "street_operator", street=w.case(first).place.street),
           text="已处置", photos=["a", "b"])  # fmt: skip
    seen = view.see(w.state, w.now.city)
    assert len(seen.contact) == 2
    assert {one.key for one in seen.call_back} == {row_key_of(first), row_key_of(second)}
    assert seen.call_back[0].at == parse("2026-11-26T09:00:00+08:00")
    w.done("call_back", second, INTAKE, satisfaction="satisfied", resolved="solved")
    assert [one.key for one in view.see(w.state, w.now.city).call_back] == [row_key_of(first)]


def test_reported_is_filed_merged_not_filed_and_waiting_after_every_fact() -> None:
    w = World()
    view = HotlineView(w.rules)

    def is_balanced() -> dict[str, int]:
        seen = view.see(w.state, w.now.city)
        assert seen.reported == sum(seen.balance.values()) == len(w.state.cases)
        return seen.balance

    keys = reported(w, *range(6))
    assert is_balanced() == {"filed": 0, "merged": 0, "rejected": 0, "waiting": 6, "other": 0}
    for verb, key, args in (
        ("merge", keys[1], {"into": keys[0]}), ("file", keys[0], {}),
        ("reject", keys[2], {"reason": "no_problem"}), ("file", keys[3], {}),
        ("request_verification", keys[4], {}),
    ):  # fmt: skip
        w.done(verb, key, INTAKE, **args)
        is_balanced()
    assert is_balanced() == {"filed": 2, "merged": 1, "rejected": 1, "waiting": 2, "other": 0}
    w.wait(minutes=24 * 60)
    assert view.see(w.state, w.now.city).reported == 0, "another day has its own balance"


def test_nothing_is_made_anew_when_nothing_changed() -> None:
    w = World()
    view = HotlineView(w.rules)
    reported(w, 1)
    assert view.see(w.state, w.now.city) is view.see(w.state, w.now.city + 1)


def test_ordinary_cases_are_deferred_while_the_switch_is_on() -> None:
    w = World()
    [road] = reported(w, 1)
    shop = w.report("hotline/2", category=SHOP, **CALLER)
    for key in (road, shop):
        w.done("file", key, CHEN)
    view, state = DeskView(rules=w.rules), CityState(w.state)

    def deferred() -> dict[str, bool]:
        seen = view.see(state, w.machine, {})
        return {case.key: case.deferred for case in seen.cases}

    marks = row_key_of(road), row_key_of(shop)
    assert deferred() == dict.fromkeys(marks, False)
    give(w, "start_relaxation", RELAXATION, WANG, until="2026-11-23T10:00:00+08:00", text="防汛")
    assert deferred() == {marks[0]: True, marks[1]: False}
    w.wait(minutes=60)
    assert deferred() == dict.fromkeys(marks, False), "it ends by itself, without a fact"
