from typing import Any

import msgspec
import pytest

from city.clocks.city_clock import CityClock
from city.state.case_file import CaseFile
from city.state.hotline_records import Span
from city.views.desk_seen import DeskCase, DeskSeen, NearestUnit
from city.views.wall_seen import MakeSafeSeen
from layouts.cards.desk.desk_queue import (
    FILTERS,
    MOST,
    ORDERS,
    WAITING,
    DeskQueue,
    desk_row,
    matches,
    order_key,
    waiting_row,
)
from layouts.cards.desk.desk_strip import DeskStrip
from layouts.cards.header import Header
from layouts.pages import DESK_CARDS
from tests import seen_factory

NOW = 5_000.0  # machine seconds; the city runs an hour ahead
CITY = NOW + 3600.0


def case(key: str, **given: Any) -> DeskCase:
    plain = msgspec.structs.asdict(seen_factory.case(key, at=CITY - 60, due_at=CITY + 9000, state="handling"))
    return DeskCase(**{**plain, **given})


def seen(*cases: DeskCase, **given: Any) -> DeskSeen:
    wall = msgspec.structs.asdict(seen_factory.seen(clock=CityClock(CITY, NOW), position=10))
    return DeskSeen(**{**wall, "cases": cases, **given})


@pytest.mark.parametrize("card", DESK_CARDS, ids=lambda card: card.key)
def test_every_card_has_a_view_of_a_city_that_told_nothing(card: Any) -> None:
    view = card.view(seen(position=0), NOW)
    assert not view.rows
    assert msgspec.json.encode(view.scalars)


class TestQueue:
    def test_critical_cases_come_first_then_what_is_due_first(self) -> None:
        cases = (
            case("later", due_at=CITY + 900), case("never", due_at=None), case("late", due_at=CITY - 900),
            case("p1", urgency="critical", due_at=CITY + 9999),
            case("incident", urgency="critical", due_at=None),
            case("ruling", state="ruling", due_at=CITY + 9000, ruling_due_at=CITY + 60),
        )  # fmt: skip
        order = [key for key, _ in DeskQueue().view(seen(*cases), NOW).rows]
        assert order == ["incident", "p1", "late", "ruling", "later", "never"]

    def test_tells_two_hundred_rows_and_counts_all(self) -> None:
        cases = [case(str(n), due_at=CITY + n) for n in range(1_000)]
        view = DeskQueue().view(seen(*cases), NOW)
        assert [key for key, _ in view.rows] == [str(n) for n in range(MOST)]
        assert view.scalars["all"] == 1_000

    def test_counts_what_the_filters_find(self) -> None:
        cases = (
            case("1", urgency="critical"), case("2", due_at=CITY - 1, acted_by=("me",)),
            case("3", state="reported"), case("4", state="ruling", acted_by=("me", "you")),
            case("5", state="verifying"),
        )  # fmt: skip
        scalars = DeskQueue().view(seen(*cases), NOW).scalars
        assert scalars == {
            "all": 5, "rows": 5, "risk": 1, "deferred": 0,
            "critical": 1, "overdue": 1, "reported": 2, "ruling": 1,
            "mine": {"me": 2, "you": 1}, "gaps": [], "contact": 0, "call_back": 0, "balance": {"reported": 0},
        }  # fmt: skip
        found = {
            chosen: [c.key for c in cases if matches(c, chosen, city=CITY, person_mark="me")]
            for chosen in FILTERS
            if chosen not in WAITING
        }
        assert found == {
            "all": ["1", "2", "3", "4", "5"], "risk": ["1"], "critical": ["1"],
            "mine": ["2", "4"], "overdue": ["2"], "reported": ["3", "5"], "ruling": ["4"],
        }  # fmt: skip

    @pytest.mark.parametrize("state", ["closed", "rejected", "merged", "voided"])
    def test_a_case_that_is_over_is_overdue_no_more(self, state: str) -> None:
        assert not matches(case("1", due_at=CITY - 1, state=state), "overdue", city=CITY)

    def test_what_nobody_told_is_none_and_not_zero(self) -> None:
        scalars = DeskQueue().view(seen(position=0), NOW).scalars
        assert [scalars[name] for name in ("all", "critical", "overdue", "reported", "ruling")] == [None] * 5

    def test_becomes_overdue_with_the_clock_alone(self) -> None:
        queue, state = DeskQueue(), seen(case("1", due_at=CITY + 5))
        assert queue.view(state, NOW).scalars["overdue"] == 0
        assert queue.view(state, NOW + 6).scalars["overdue"] == 1

    def test_a_row_carries_codes_and_moments_only(self) -> None:
        one = case(
            "1", no="3101152026112200001", agency="tx", version=4, returned_by=("dl",), callers=3,
            hazard=True,
            make_safe=MakeSafeSeen("310115004", CITY, CITY + 3600, None), targets=("cg",), why="owner",
            verbs=("send_unit", "escalate"), escalate_to="duty_leader", supervised=1, acted_by=("me",),
        )  # fmt: skip
        state = seen(
            one,
            presence={"1": ("李××",)},
            nearest_units={"1": NearestUnit("u1", "洋泾3号", "squad", "cg", "standby", 600, 2.0)},
        )
        key, row = desk_row(one, state)
        assert key == "1"
        assert row.items() >= {
            "no": "3101152026112200001", "class": "event.0506", "holder": "tx", "version": 4,
            "bounced": ["dl"],
            "callers": 3, "targets": ["cg"], "why": "owner", "verbs": ["send_unit", "escalate"],
            "escalate_to": "duty_leader", "supervised": 1, "presence": ["李××"], "acted_by": ["me"],
            "nearest_unit": {"unit": "u1", "call_sign": "洋泾3号", "metres": 600, "minutes": 2.0},
            "due_at": CITY + 9000,
            "make_safe": {"holder": "310115004", "at": CITY, "due_at": CITY + 3600, "done_at": None},
        }.items()  # fmt: skip

    def test_a_row_that_did_not_change_is_the_same_object_and_one_that_somebody_opened_is_not(self) -> None:
        queue, cases = DeskQueue(), (case("1"), case("2"))
        first = dict(queue.view(seen(*cases), NOW).rows)
        again = dict(queue.view(seen(*cases, presence={"2": ("李××",)}), NOW + 0.1).rows)
        assert again["1"] is first["1"]
        assert again["2"]["presence"] == ["李××"]

    @pytest.mark.parametrize("order", ORDERS)
    def test_equal_cases_keep_one_order_whichever_way_they_came(self, order: str) -> None:
        cases = [
            case(f"{u}{n}", due_at=None if n % 3 else CITY, urgency=u)
            for n in range(9)
            for u in ("critical", "normal")
        ]
        one, other = ([c.key for c in sorted(given, key=order_key(order))] for given in (cases, cases[::-1]))
        assert one == other

    def test_newest_and_urgency_say_what_they_are(self) -> None:
        cases = (
            case("old", at=1.0, urgency="urgent"),
            case("new", at=2.0),
            case("p1", at=0.0, urgency="critical"),
        )
        found = {
            order: [c.key for c in sorted(cases, key=order_key(order))] for order in ("newest", "urgency")
        }
        assert found == {"newest": ["new", "old", "p1"], "urgency": ["p1", "old", "new"]}

    def test_a_caller_who_waits_has_one_act_and_its_own_limit(self) -> None:
        merged = case("1", state="merged", version=4)
        mark, row = waiting_row(merged, seen(merged), "call_back", CITY + 60)
        told = {name: row[name] for name in ("waits", "until", "merged", "verbs", "version")}
        assert (mark, told) == (
            "1",
            {"waits": "call_back", "until": CITY + 60, "merged": True, "verbs": ["call_back"], "version": 4},
        )

    def test_an_address_without_a_place_has_none(self) -> None:
        nowhere = case("1", lon=float("nan"), lat=float("nan"))
        assert (desk_row(nowhere, seen(nowhere))[1]["lon"], CaseFile().state) == (None, "reported")


def test_the_strip_counts_who_must_act_and_names_the_rulings_due_first() -> None:
    cases = (
        case("1", urgency="critical"),
        *(case(f"r{n}", state="ruling", ruling_due_at=CITY + 60 * n) for n in range(5, 0, -1)),
    )
    view = DeskStrip().view(seen(*cases, outbox=3, outbox_failing=1), NOW)
    assert [(key, row["kind"]) for key, row in view.rows] == [
        ("1", "critical"), ("r1", "ruling"), ("r2", "ruling"), ("r3", "ruling"),
    ]  # fmt: skip
    assert view.scalars.items() >= {"critical": 1, "ruling": 5, "outbox": 3, "outbox_failing": 1}.items()
    assert len(view.scalars["critical_keys"]) == 1


def test_the_strip_names_five_critical_cases_the_worst_first_and_counts_the_others() -> None:
    critical = [case(f"p{n}", urgency="critical", due_at=CITY + 60 * (9 - n)) for n in range(8)]
    ruling = case("r", state="ruling", ruling_due_at=CITY)
    view = DeskStrip().view(seen(*critical, ruling), NOW)
    assert [key for key, _ in view.rows] == ["p7", "p6", "p5", "p4", "p3", "r"]
    assert view.scalars["more_critical"] == 3


def test_the_strip_tells_what_is_deferred_and_who_switched_it_on() -> None:
    span = Span(CITY - 60, CITY + 3600, "wang", "王××", "防汛")
    cases = (case("1", deferred=True), case("2", deferred=True), case("3"))
    told = DeskStrip().view(seen(*cases, deferral=span, relaxation_version=3), NOW).scalars
    assert told["deferral"] == {"until": CITY + 3600, "by": "王××", "at": CITY - 60}
    assert (told["deferred"], told["relaxation_version"]) == (2, 3)
    assert DeskStrip().view(seen(*cases[2:]), NOW).scalars["deferral"] is None


def test_the_strip_counts_the_alarms_of_ten_minutes_and_what_may_be_the_same() -> None:
    new, old = (
        case("new", urgency="critical", recorded_at=CITY - 600),
        case("old", urgency="critical", recorded_at=CITY - 601),
    )
    same = case("same", urgency="critical", recorded_at=CITY)
    told = (
        DeskStrip()
        .view(seen(new, old, same, duplicates={"new": (same,)}, duplicate_marks=frozenset({"same"})), NOW)
        .scalars
    )
    assert (told["alarms"], told["same"], told["critical_keys"]) == (2, 1, ["new", "old"])
    nothing = DeskStrip().view(seen(position=0), NOW).scalars
    assert (nothing["alarms"], nothing["critical_keys"]) == (None, None)


def test_the_header_says_which_warnings_are_in_force_and_what_this_is_not() -> None:
    view = Header("desk_header").view(seen(warnings=(seen_factory.warning(),), transplanted=True), NOW)
    assert ([key for key, _ in view.rows], view.scalars["marks"]) == (["w1"], ["transplanted"])
