"""What pages see of duty: the hand-over of story M3, empty posts, and the roster's week."""

import msgspec
import pytest

from city.state.duty_records import Post, Shift
from city.state.ledger_state import CityState
from city.views.duty.duty_board import roster_week
from city.views.duty.duty_page_seen import DutyPageSeen
from city.views.duty.duty_page_view import DutyPageView
from city.views.duty.duty_seen import empty_since, is_red
from city.views.page_view import PageView
from tests.city.commands.duty_world import ROSTER, TIMES, DutyWorld
from tests.city.commands.test_m3_hand_over import drafted

BEGINS = 1_000_000.0
SHIFT = Shift("s", "310115", "day", BEGINS, BEGINS + 43_200)


def seen(world: DutyWorld) -> DutyPageSeen:
    """What the duty page sees of a world now."""
    return DutyPageView(PageView(rules=world.rules)).see(CityState(world.state), world.now.machine)


def test_before_anybody_signs_in_the_roster_is_shown_and_entries_go_to_the_shift_of_the_time() -> None:
    told = seen(DutyWorld())
    assert (told.duty.kept, told.board.kept) == (False, False)
    assert told.duty.shift_lead == "陈××（值班长）"
    assert told.duty.shift == told.board.shift.id == "310115-2026-11-22-night"  # type: ignore[union-attr]
    lead = next(post for post in told.board.posts if post.key == "shift_lead")
    assert (lead.person, lead.person_mark, lead.next) == ("陈××（值班长）", "", "顾××（值班长）")


def test_the_hand_over_of_m3_is_seen_step_by_step() -> None:
    world = drafted()
    told = seen(world)
    assert (told.duty.drafted, told.duty.must, told.duty.unanswered_items) == (True, 5, 5)
    assert told.duty.incoming_lead == ""
    draft = told.board.handover
    assert draft is not None
    assert (draft.shift, draft.to) == ("310115-2026-11-22-night", "310115-2026-11-23-day")
    assert (draft.position, draft.hash) == (world.handover.position, world.handover.hash)
    world.until("08:15")
    world.does("sign_in", "gu", world.next.id)
    told = seen(world)
    assert (told.duty.shift_lead, told.duty.incoming_lead) == ("陈××（值班长）", "顾××（值班长）")
    for item in world.handover.items:
        answer = "take_over" if item.needs == "take_over" else "seen"
        world.does("answer_item", "gu", key=item.key, answer=answer)
    assert seen(world).duty.unanswered_items == 0
    night = world.shift.id
    world.until("08:33")
    world.does("sign_handover", "chen", side="outgoing", note="川沙路泵车需换班")
    told = seen(world)
    assert told.board.handover is not None
    assert told.board.handover.has_note
    world.does("sign_handover", "gu", side="incoming")
    told = seen(world)
    assert (told.board.last, told.board.handover) == (night, None)
    assert told.duty.shift_lead == "顾××（值班长）"
    # Who has not signed out of the shift that is over can still do so.
    assert ("shift_lead", night) in {(one.post, one.shift) for one in told.board.left}
    world.does("sign_out", "chen", night)
    assert ("shift_lead", night) not in {(one.post, one.shift) for one in seen(world).board.left}


def test_nothing_that_somebody_typed_is_on_the_channel() -> None:
    world = drafted()
    world.until("08:15")
    world.does("sign_in", "gu", world.next.id)
    for item in world.handover.items:
        answer = "take_over" if item.needs == "take_over" else "seen"
        world.does("answer_item", "gu", key=item.key, answer=answer, text="秘密的话")
    world.does("sign_handover", "chen", side="outgoing", note="秘密的话")
    override = {
        "post": "shift_lead", "starts_at": "2026-11-24T08:30:00+08:00", "reason": "秘密的话",
        "ends_at": "2026-11-24T20:30:00+08:00", "person": "许××（值班长）",
    }  # fmt: skip
    world.give("override_roster", "roster:district", "chen", **override)
    told = msgspec.json.encode(seen(world).board).decode()
    assert "许××（值班长）" in told
    assert "秘密的话" not in told
    assert "早高峰前完成排水" not in told


@pytest.mark.parametrize(
    ("post", "at", "since"),
    [
        (Post("shift_lead", "陈"), BEGINS - 1, None),
        (Post("shift_lead", "陈"), BEGINS + 60, BEGINS),
        (Post("shift_lead", "陈", state="called", since=BEGINS + 5), BEGINS + 60, BEGINS + 5),
        (Post("shift_lead", "陈", "沈", "陈", "c", "signed_in", BEGINS), BEGINS + 60, None),
        (Post("shift_lead", "陈", "沈", "陈", "c", "away", BEGINS, BEGINS + 600), BEGINS + 600, None),
        (Post("shift_lead", "陈", "沈", "陈", "c", "away", BEGINS, BEGINS + 600), BEGINS + 601, BEGINS + 600),
        (Post("shift_lead", "陈", state="signed_out", since=BEGINS + 90), BEGINS + 100, BEGINS + 90),
        (Post("duty_leader", "王", "周", state="replaced", since=BEGINS), BEGINS + 100, None),
    ],
)  # fmt: skip
def test_a_post_is_empty_from_the_moment_when_nobody_holds_it(
    post: Post, at: float, since: float | None
) -> None:
    assert empty_since(post, SHIFT, at) == since


def test_an_empty_post_is_red_after_ten_minutes_also_without_an_engine() -> None:
    post = Post("shift_lead", "陈")
    assert [is_red(post, BEGINS, BEGINS + s) for s in (599, 600)] == [False, True]
    assert is_red(msgspec.structs.replace(post, state="unstaffed"), BEGINS, BEGINS + 1)
    assert [is_red(post, BEGINS, BEGINS + s, 300.0) for s in (299, 300)] == [False, True]


def test_the_wall_counts_seats_and_names_empty_posts_by_the_facts() -> None:
    world = DutyWorld()
    world.open_shift("wang")
    world.until("20:35")
    duty = seen(world).duty
    assert (duty.leader, duty.seats, duty.seats_present) == ("王××（副区长）", 1, 0)
    assert [name for name, _ in duty.empty_seats] == ["cg"]
    assert duty.unstaffed == 0
    world.at("20:42")
    assert seen(world).duty.unstaffed == 1
    world.does("sign_in", "zhang")
    assert (seen(world).duty.seats_present, seen(world).duty.empty_seats) == (1, ())


def test_the_week_has_a_row_for_each_post_by_day_and_night_and_marks_gaps_and_overrides() -> None:
    only_days = [line for line in ROSTER if not line.startswith("duty_officer,李")]
    world = DutyWorld(roster=tuple(only_days))
    override = {
        "post": "shift_lead", "starts_at": "2026-11-24T08:30:00+08:00", "reason": "病假",
        "ends_at": "2026-11-24T20:30:00+08:00", "person": "许××（值班长）", "deputy": "陆××（副值班长）",
    }  # fmt: skip
    world.does("sign_in", "chen", TIMES.at(world.now.city).id)
    world.give("override_roster", "roster:district", "chen", **override)
    week = roster_week(world.state, world.rules, world.now.city)
    rows = {row.post: row.cells for row in week.rows}
    assert list(rows) == ["duty_leader", "shift_lead", "duty_officer", "seat:cg"]
    assert {len(cells) for cells in rows.values()} == {14}
    changed = [cell for cell in rows["shift_lead"] if cell.is_override]
    assert [(cell.person, cell.deputy, cell.kind) for cell in changed] == [
        ("许××（值班长）", "陆××（副值班长）", "day"),
    ]  # fmt: skip
    assert [cell.kind for cell in rows["duty_officer"] if cell.is_gap] == ["night"] * 7
    assert week.gaps > 0


def test_a_roster_that_cannot_be_read_has_no_week() -> None:
    world = DutyWorld()
    world.state.roster = [{"role": "shift_lead", "from": "8"}]
    assert roster_week(world.state, world.rules, world.now.city).rows == ()


def test_workstations_that_did_not_answer_are_those_of_the_last_test_of_the_shift() -> None:
    world = DutyWorld()
    world.open_shift("li", "village")
    assert (seen(world).duty.workstations_online, seen(world).duty.unanswered) == (1, None)
    world.does("start_call_out", "li")
    assert seen(world).duty.unanswered is None
    world.at("20:40")
    assert seen(world).duty.unanswered == 1
    told = seen(world).board.call_out
    assert told is not None
    assert (told.called, told.answered, told.silent) == (1, 0, ("310115004001",))
