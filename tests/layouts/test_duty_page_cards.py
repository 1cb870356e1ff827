"""The cards of the duty page, as pure functions."""

from typing import Any

import msgspec
import pytest

from city.clocks.city_clock import REAL_TIME
from city.views.duty.duty_board_seen import (
    CallOutSeen,
    CellSeen,
    DutyBoardSeen,
    HandoverSeen,
    ItemSeen,
    PostSeen,
    ShiftSeen,
    SignatureSeen,
    WeekRowSeen,
    WeekSeen,
)
from city.views.duty.duty_page_seen import DutyPageSeen
from city.views.response.response_seen import ResponseSeen
from city.views.wall_seen import DutySeen
from layouts.cards.duty.duty_board import DutyBoard, shown_state
from layouts.cards.duty.duty_handover import DutyHandover
from layouts.cards.duty.duty_week import DutyWeek
from layouts.cards.header import Header
from layouts.pages import DUTY_CARDS

NOW = 1_789_475_467.0
NIGHT = ShiftSeen("night", "night", NOW, NOW + 43_200, "handing_over", 7)


def seen(board: DutyBoardSeen | None = None, duty: DutySeen | None = None) -> DutyPageSeen:
    return DutyPageSeen(
        position=1, clock=REAL_TIME, warnings=(), duty=duty or DutySeen(), sources=(), transplanted=False,
        response=ResponseSeen(),
        revisions={}, log=(), board=board or DutyBoardSeen(),
    )  # fmt: skip


def item(key: str, kind: str, **given: Any) -> ItemSeen:
    return ItemSeen(**{
        "key": key, "kind": kind, "ref": "", "words": f"handover.{kind}", "names": {}, "must": True, **given,
    })  # fmt: skip


@pytest.mark.parametrize("card", DUTY_CARDS, ids=lambda card: card.key)
def test_every_card_has_a_view_of_a_centre_that_told_nothing(card: Any) -> None:
    view = card.view(seen(), NOW)
    assert not view.rows
    assert msgspec.json.encode(view.scalars)


@pytest.mark.parametrize(
    ("state", "since", "until", "at", "shown"),
    [
        ("planned", NOW - 900, None, NOW - 1, ("planned", NOW)),
        ("planned", NOW - 900, None, NOW, ("empty", NOW)),
        ("called", NOW + 5, None, NOW + 30, ("empty", NOW + 5)),
        ("unstaffed", NOW, None, NOW + 700, ("empty", NOW)),
        ("signed_in", NOW + 1, None, NOW + 30, ("present", NOW + 1)),
        ("replaced", NOW + 1, None, NOW + 30, ("present", NOW + 1)),
        ("away", NOW + 1, NOW + 60, NOW + 60, ("away", NOW + 1)),
        ("away", NOW + 1, NOW + 60, NOW + 61, ("empty", NOW + 60)),
        ("signed_out", NOW + 9, None, NOW + 30, ("empty", NOW + 9)),
    ],
)  # fmt: skip
def test_what_a_post_shows_follows_from_its_state_and_the_time(
    state: str, since: float, until: float | None, at: float, shown: tuple[str, float]
) -> None:
    post = PostSeen("seat:ga", "孙××", state=state, since=since, away_until=until)
    assert shown_state(post, NIGHT, kept=True, city=at) == shown


def test_without_facts_a_post_shows_what_the_roster_says() -> None:
    assert shown_state(PostSeen("seat:ga", "孙××"), NIGHT, kept=False, city=NOW)[0] == "roster"
    assert shown_state(PostSeen("seat:ga", ""), NIGHT, kept=False, city=NOW)[0] == "empty"


def test_an_empty_post_is_orange_and_red_after_ten_minutes() -> None:
    board = DutyBoardSeen(kept=True, shift=NIGHT, posts=(PostSeen("shift_lead", "陈××"),))
    colours = [DutyBoard().view(seen(board), NOW + s).rows[0][1]["colour"] for s in (-1, 0, 599, 600)]
    assert colours == [None, "orange", "orange", "red"]


def test_a_centre_that_waits_five_minutes_shows_the_post_red_after_five() -> None:
    posts = (PostSeen("shift_lead", "陈××"),)
    board = DutyBoardSeen(kept=True, shift=NIGHT, posts=posts, unstaffed_s=300.0)
    colours = [DutyBoard().view(seen(board), NOW + s).rows[0][1]["colour"] for s in (299, 300)]
    assert colours == ["orange", "red"]


def test_a_call_out_names_the_silent_ones_when_it_is_over() -> None:
    test = CallOutSeen("t", "李××", NOW, NOW + 300, 3, 1, 0, ("w1", "w2"))
    board = DutyBoardSeen(kept=True, call_out=test)

    def told(at: float) -> tuple[bool, tuple[str, ...]]:
        shown = DutyBoard().view(seen(board), at).scalars["call_out"]
        return shown["running"], shown["silent"]

    assert told(NOW + 299) == (True, ())
    assert told(NOW + 300) == (False, ("w1", "w2"))


def test_the_items_stand_by_kind_with_tasks_first_and_the_open_ones_are_counted() -> None:
    signed = SignatureSeen("顾××", NOW)
    items = (
        item("s", "source"), item("o", "device", must=False), item("t", "task", needs="take_over"),
        item("i", "incident", answer="seen", answered=signed), item("d", "device"), item("x", "unheard"),
    )  # fmt: skip
    draft = HandoverSeen("night", "day", NOW, items, 88, "ab" * 32)
    view = DutyHandover().view(seen(DutyBoardSeen(kept=True, shift=NIGHT, handover=draft)), NOW)
    assert [key for key, _ in view.rows] == ["t", "i", "d", "o", "s", "x"]
    assert (view.scalars["must"], view.scalars["unanswered"]) == (5, 4)
    assert (view.scalars["shift"], view.scalars["version"], view.scalars["position"]) == ("night", 7, 88)
    rows = dict(view.rows)
    assert rows["i"]["answered"] == {"name": "顾××", "at": NOW}
    assert rows["x"]["kind"] == "other"


def test_the_week_holds_a_cell_for_each_span() -> None:
    cells = (
        CellSeen(NOW, NOW + 9, "陈××", "沈××", "day"),
        CellSeen(NOW + 9, NOW + 18, "", "", "night", is_gap=True),
    )
    week = WeekSeen((NOW,), (WeekRowSeen("shift_lead", cells),), 1)
    view = DutyWeek().view(seen(DutyBoardSeen(week=week)), NOW)
    assert (view.scalars["gaps"], [key for key, _ in view.rows]) == (1, ["shift_lead"])
    assert [(cell["person"], cell["gap"]) for cell in view.rows[0][1]["cells"]] == [
        ("陈××", False),
        ("", True),
    ]


def test_the_header_tells_the_hand_over_on_duty_page_and_desk_and_not_on_a_wall() -> None:
    duty = DutySeen(hand_over_at=NOW, drafted=True, must=6, unanswered_items=1, empty_seats=(("ga", NOW),))
    told = Header("duty_header", duty=True).view(seen(duty=duty), NOW).scalars["duty"]
    assert (told["drafted"], told["must"], told["unanswered_items"], told["first"]) == (
        True,
        6,
        1,
        ("ga", NOW),
    )
    assert "duty" not in Header().view(seen(duty=duty), NOW).scalars
