"""Changes of the roster, the call-out test, calls, entries and the daily report."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.clocks.timestamps import iso, parse
from city.commands.command import Command, Decision, Refusal
from city.commands.decide import decide
from tests.city.commands.duty_world import ROSTER, TIMES, DutyWorld, table

NIGHT = "310115-2026-11-22-night"


def night(*others: str) -> DutyWorld:
    world = DutyWorld()
    world.open_shift(*others)
    return world


def load(world: DutyWorld, *lines: str) -> Decision | Refusal:
    return world.give("load_roster", "roster:310115", "chen", rows=table(*lines), reason="改班")


def override(world: DutyWorld, **changes: Any) -> Decision | Refusal:
    args = {
        "post": "seat:cg", "person": "朱××（科员）", "reason": "病假",
        "starts_at": "2026-11-23T08:30:00+08:00", "ends_at": "2026-11-23T20:30:00+08:00", **changes,
    }  # fmt: skip
    return world.give("override_roster", "roster:310115", "chen", **args)


def test_a_roster_from_the_page_is_in_force_with_who_and_why() -> None:
    world = night()
    lines = (*ROSTER[:-1], "seat,许××（科长）,城管,朱××（科员）,08:30,20:30,")
    assert isinstance(load(world, *lines), Decision)
    fact = world.facts[-1]
    assert (fact.type, fact.subject, fact.actor, fact.reason) == (
        "RosterLoaded",
        "roster:310115",
        "chen",
        "改班",
    )
    assert world.state.roster[-1]["name"] == "许××（科长）"
    assert world.state.tables["roster"] == "ab"  # the file is loaded again only when it changes
    assert load(world, *lines).reason == "same_roster"
    world.at("08:05")
    assert world.next.posts["seat:cg"].person == "许××（科长）"


@pytest.mark.parametrize(("lines", "reason", "row", "column"), [
    ((*ROSTER, "king,王××,,,08:30,20:30,"), "roster_form", 9, "role"),
    ((*ROSTER, "seat,王××,,,08:30,20:30,"), "roster_form", 9, "seat"),
    ((*ROSTER, "duty_officer,王××,,,8:30,20:30,"), "roster_form", 9, "from"),
    ((*ROSTER, "duty_officer,王××,,,08:30,20:61,"), "roster_form", 9, "to"),
    ((*ROSTER, "duty_officer,王××,,,08:30,20:30,,5/4"), "roster_form", 9, "days"),
    ((*ROSTER, "seat,王××,林业,,08:30,20:30,"), "roster_unknown_seat", 9, "seat"),
    ((*ROSTER, "shift_lead,王××,,,19:00,21:00,"), "roster_two_leads", 9, "from"),
    ((*ROSTER, "seat,王××,城管,,08:30,09:30,"), "roster_overlap", 9, "from"),
    ((*ROSTER, "duty_leader,王××,,,08:30,09:30,,1/7"), "roster_overlap", 9, "from"),
    (("shift_lead,王××,,,08:30,20:30,", *ROSTER[3:]), "roster_gap", 2, "to"),
    ((ROSTER[0], ROSTER[1], "shift_lead,顾××,,,08:45,20:30,"), "roster_gap", 3, "to"),
    ((*ROSTER[:-1], "seat,徐××,城管,,08:30,20:30,,1/2"), "roster_gap", 7, "to"),
])  # fmt: skip
def test_a_faulty_roster_is_named_by_row_and_column_and_the_old_one_stays(
    lines: tuple[str, ...], reason: str, row: int, column: str
) -> None:
    world = night()
    before = world.state.roster
    refused = load(world, *lines)
    assert isinstance(refused, Refusal)
    assert (refused.reason, refused.names["row"], refused.names["column"]) == (reason, row, column)
    assert world.state.roster == before


def test_all_faults_are_counted_and_their_places_named() -> None:
    refused = load(night(), "king,王××,,,08:30,20:30,", "seat,王××,林业,,8:30,20:30,")
    assert isinstance(refused, Refusal)
    assert (refused.names["count"], refused.names["places"]) == (2, ["2:role", "3:from"])


def test_a_seat_that_is_staffed_by_day_alone_has_no_gap_at_night() -> None:
    assert isinstance(load(night(), *ROSTER, "seat,王××（科长）,消防,,08:30,17:30,"), Decision)


def test_an_override_changes_the_shift_that_is_planned_and_one_that_is_not() -> None:
    world = night()
    override(world)
    world.at("08:05")
    post = world.next.posts["seat:cg"]
    assert (post.person, post.deputy) == ("朱××（科员）", "朱××（科员）")  # the roster's deputy stays
    override(world, person="许××（科长）", deputy="赵××（副科长）")
    assert world.next.posts["seat:cg"].person == "许××（科长）"
    assert [one.reason for one in world.state.overrides.values()] == ["病假", "病假"]
    world.until("08:20")
    assert world.refuses("sign_in", "xu", world.next.id).reason == "not_on_roster"


@pytest.mark.parametrize(("changes", "field"), [
    ({"post": "king"}, "post"), ({"post": "seat:zz"}, "post"), ({"post": "sub_centre:1"}, "post"),
    ({"starts_at": "yesterday"}, "starts_at"), ({"ends_at": "2026-11-23"}, "ends_at"),
    ({"ends_at": "2026-11-23T08:30:00+08:00"}, "ends_at"),
    ({"starts_at": "2026-11-21T08:30:00+08:00", "ends_at": "2026-11-21T20:30:00+08:00"}, "ends_at"),
])  # fmt: skip
def test_an_override_that_cannot_be_is_refused(changes: dict[str, str], field: str) -> None:
    refused = override(night(), **changes)
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.names["field"]) == ("bad_args", field)


def online(world: DutyWorld, count: int) -> list[str]:
    """Put workstations on post; return their codes."""
    shift = world.shift
    post = shift.posts["workstation:310115004001"]
    for number in range(count):
        code = f"31011500{number:04}"
        shift.posts[f"workstation:{code}"] = post.__class__(
            f"workstation:{code}", "", holder=code, account=code, state="signed_in"
        )
    return [key.partition(":")[2] for key in shift.posts if key.startswith("workstation:")]


def test_a_call_out_draws_its_workstations_by_lot_and_the_lot_follows_from_the_command() -> None:
    drawn = []
    for _ in range(2):
        world = night("village")
        there = online(world, 60)
        assert world.does("start_call_out", "chen", count=20) == ["CallOutStarted"]
        (test,) = world.state.call_outs.values()
        assert len(set(test.called)) == 20
        assert set(test.called) <= set(there)
        drawn.append(test.called)
    assert drawn[0] == drawn[1]
    world = night("village")
    online(world, 60)
    world.commands += 1
    world.does("start_call_out", "chen", count=20)
    (test,) = world.state.call_outs.values()
    assert test.called != drawn[0]


def test_a_call_out_ends_after_five_minutes_and_keeps_who_answered_and_who_was_late() -> None:
    world = night("village")
    assert world.does("start_call_out", "chen", count=20) == ["CallOutStarted"]
    (test,) = world.state.call_outs.values()
    assert test.called == ("310115004001",)
    assert world.refuses("start_call_out", "chen", count=20).reason == "call_out_running"
    world.wait(minutes=5)
    world.tick()
    (test,) = world.state.call_outs.values()
    assert test.ended_at == test.limit_at
    assert world.state.log[-1].names == {"count": "1", "answered": "0"}

    def answer(workstation: str, subject: str = f"call_out:{test.id}") -> Decision | Refusal:
        return world.give("answer_call_out", subject, "village", workstation=workstation)

    world.wait(minutes=1)
    assert isinstance(answer("310115004001"), Decision)
    assert world.facts[-1].data["late_s"] == 60.0
    assert answer("310115004001").reason == "call_answered"
    assert answer("310115004002").reason == "not_called"
    assert answer("1", "call_out:x").reason == "unknown_call_out"


def test_a_call_out_needs_somebody_online() -> None:
    assert night().refuses("start_call_out", "chen", count=1).reason == "nobody_online"
    assert DutyWorld().refuses("start_call_out", "chen", NIGHT, count=1).reason == "nobody_online"


def test_a_call_is_an_entry_of_the_duty_log() -> None:
    world = night()
    world.does("call", "chen", to="seat:cg", text="请到岗", answered=False)
    (entry,) = world.state.entries
    assert (entry.kind, entry.refs, entry.text, entry.shift) == ("call_out", ("seat:cg",), "请到岗", NIGHT)


def test_an_entry_is_corrected_by_a_new_row() -> None:
    world = night()
    world.does("write_entry", "chen", kind="report", text="三人受困")
    first = world.state.entries[0].position
    world.does("write_entry", "chen", kind="report", text="两人受困", corrects=first)
    assert [(one.text, one.corrects) for one in world.state.entries] == [("三人受困", 0), ("两人受困", first)]
    assert world.refuses("write_entry", "chen", kind="note", text="x", corrects=999).code == "bad_args"


def test_the_last_saved_report_of_a_day_is_shown() -> None:
    world = night()
    for text in ("初稿", "定稿"):
        answer = world.give(
            "save_daily_report", "daily_report:2026-11-22", "chen", day="2026-11-22", text=text,
            figures={"reported": "12"},
        )  # fmt: skip
        assert isinstance(answer, Decision)
    assert world.state.reports["2026-11-22"].text == "定稿"
    assert world.state.reports["2026-11-22"].version == 2
    wrong = world.give("save_daily_report", "daily_report:2026-11-22", "chen", day="2026-11-23", text="")
    assert isinstance(wrong, Refusal)


def test_a_report_is_not_saved_over_a_version_that_its_author_did_not_see() -> None:
    world = night("li")
    day = "daily_report:2026-11-22"
    world.give("save_daily_report", day, "li", day="2026-11-22", text="李的稿")
    late = Command("late", "save_daily_report", day, 0, {"day": "2026-11-22", "text": "陈的稿"})
    answer = decide(world.state, late, world.who("chen"), world.rules, world.now)
    assert isinstance(answer, Refusal)
    assert answer.code == "conflict"
    assert answer.winner is not None
    assert (answer.winner.by, answer.winner.did) == ("李××（值班员）", "DailyReportSaved")
    assert answer.winner.at == world.now.machine
    assert world.state.reports["2026-11-22"].text == "李的稿"


@given(st.integers(-40, 40))
def test_the_shift_of_a_time_has_the_id_that_leads_back_to_it(hours: int) -> None:
    at = parse("2026-11-22T20:31:00+08:00") + hours * 1800
    span = TIMES.at(at)
    assert span.starts_at <= at < span.ends_at
    assert TIMES.of(span.id) == span
    assert TIMES.after(span, at).starts_at == span.ends_at
    assert iso(span.starts_at + 28_800)[11:16] in ("08:30", "20:30")
