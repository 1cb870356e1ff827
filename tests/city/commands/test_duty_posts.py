"""Posts: signing in and out, short leave, deputies, authority, and the engine's steps for them."""

import msgspec
import pytest

from city.commands.command import Command, Decision
from city.commands.decide import decide
from city.commands.subjects import find_subject
from city.duty.authority import authority_name, holds
from city.duty.presence import agency_present
from tests.city.commands.duty_world import PEOPLE, TIMES, DutyWorld

NIGHT = "310115-2026-11-22-night"


def night(*others: str) -> DutyWorld:
    world = DutyWorld()
    world.open_shift(*others)
    return world


def has(world: DutyWorld, account: str) -> bool | None:
    name, roles, _ = PEOPLE[account]
    return holds(world.state, roles[0], name, account)


def test_before_the_first_lead_signs_in_the_facts_say_nothing() -> None:
    world = DutyWorld()
    assert has(world, "chen") is None
    assert world.does("sign_in", "li", NIGHT) == ["ShiftPlanned", "PostSignedIn"]
    assert (world.state.shift, has(world, "li")) == ("", None)
    assert world.does("sign_in", "shen", NIGHT) == ["PostSignedIn", "ShiftOpened"]
    assert (world.state.shift, has(world, "li"), has(world, "shen"), has(world, "chen")) == (
        NIGHT, True, True, False,
    )  # fmt: skip


def test_the_posts_are_those_of_the_roster_and_others_are_added_by_signing_in() -> None:
    world = night()
    assert {key: post.person for key, post in world.shift.posts.items()} == {
        "duty_leader": "王××（副区长）", "shift_lead": "陈××（值班长）", "duty_officer": "李××（值班员）",
        "seat:cg": "张××（科长）",
    }  # fmt: skip
    world.does("sign_in", "power")
    world.does("sign_in", "wei")
    world.does("sign_in", "village")
    assert set(world.shift.posts) - {"duty_leader", "shift_lead", "duty_officer", "seat:cg"} == {
        "seat:dl", "sub_centre:310115004", "workstation:310115004001",
    }  # fmt: skip
    assert world.shift.posts["seat:dl"].holder == "电力值班"


@pytest.mark.parametrize(("account", "post", "reason"), [
    ("gu", None, "not_on_roster"), ("qian", None, "not_on_roster"), ("xu", None, "not_on_roster"),
    ("chen", "duty_officer", "other_post"), ("zhang", "seat:dl", "other_post"),
    ("wei", "sub_centre:310115005", "other_post"), ("power", "seat:cg", "other_post"),
    ("village", "workstation:x", "other_post"), ("chen", "shift_lead", "signed_in_before"),
    ("chen", "shift_lead:2", "not_on_roster"),
])  # fmt: skip
def test_nobody_signs_in_at_a_post_that_is_not_theirs(account: str, post: str | None, reason: str) -> None:
    world = night()
    args = {} if post is None else {"post": post}
    assert world.refuses("sign_in", account, **args).reason == reason


@pytest.mark.parametrize("post", ["king", "seat:", "shift_lead:1", "seat:城管", ""])
def test_a_text_that_is_no_posts_key_is_a_bad_argument(post: str) -> None:
    assert night().refuses("sign_in", "zhang", post=post).code == "bad_args"


@pytest.mark.parametrize(("shift", "code"), [
    ("310115-2026-11-22-evening", "unknown_subject"), ("310116-2026-11-22-night", "unknown_subject"),
    ("310115-2026-13-22-night", "unknown_subject"), ("x", "unknown_subject"),
    ("310115-2026-11-21-night", "not_now"), ("310115-2026-11-23-day", "not_now"),
    ("310115-2026-11-23-night", "not_now"),
])  # fmt: skip
def test_only_the_present_shift_and_in_its_overlap_the_next_one_take_sign_ins(shift: str, code: str) -> None:
    assert night().refuses("sign_in", "gu", shift).code == code


def test_a_deputy_signs_in_and_the_planned_person_relieves_them() -> None:
    world = night("zhao")
    assert world.shift.posts["seat:cg"].holder == "赵××（副科长）"
    assert world.refuses("sign_out", "zhao").reason == "not_relieved"
    world.does("sign_in", "zhang")
    assert world.shift.posts["seat:cg"].account == "zhang"
    assert world.refuses("sign_out", "zhao").reason == "not_at_post"


def test_a_post_without_a_planned_person_is_taken_by_one_account_and_left_at_any_time() -> None:
    world = night("power")
    PEOPLE["power2"] = ("另一人", ("agency_operator",), {"agency": "dl"})
    try:
        assert world.refuses("sign_in", "power2").reason == "post_taken"
        world.does("sign_out", "power")
        world.does("sign_in", "power2")
    finally:
        del PEOPLE["power2"]


def test_a_short_leave_gives_the_deputy_the_authority_until_they_are_back() -> None:
    world = night("li")
    assert world.does("go_away", "li", minutes=30) == ["PostAway"]
    assert (has(world, "li"), has(world, "wu")) == (False, True)
    assert authority_name(world.state, "duty_officer") == "吴××（值班员）"
    assert world.refuses("go_away", "li", minutes=5).reason == "away_before"
    world.wait(minutes=20)
    assert world.does("come_back", "li") == ["PostBack"]
    assert (has(world, "li"), has(world, "wu")) == (True, False)
    assert world.refuses("come_back", "li").reason == "not_away"


def test_a_leave_that_is_over_is_called_and_after_ten_minutes_told_once_and_again_the_next_time() -> None:
    world = night("li", "wang", "zhang")
    world.tick()
    for _ in range(2):
        world.does("go_away", "li", minutes=10)
        world.wait(minutes=9)
        assert world.tick() == []
        world.wait(minutes=1)
        assert world.tick() == ["PostCalled"]
        world.wait(minutes=10)
        assert world.tick() == ["PostUnstaffed"]
        assert world.tick() == []
        assert (has(world, "li"), has(world, "wu")) == (False, True)  # the deputy still has the authority
        world.does("come_back", "li")
        assert has(world, "li") is True


@pytest.mark.parametrize(("verb", "args"), [
    ("go_away", {"minutes": 10}), ("come_back", {}), ("sign_out", {}),
])  # fmt: skip
def test_who_is_not_at_a_post_cannot_leave_it(verb: str, args: dict[str, int]) -> None:
    assert night().refuses(verb, "li", **args).reason == "not_at_post"
    assert night("li").refuses(verb, "li", NIGHT, **args, post="seat:cg").reason == "not_at_post"
    assert night().refuses(verb, "li", "310115-2026-11-30-day", **args).code == "unknown_subject"


def test_without_a_deputy_there_is_no_short_leave() -> None:
    assert night("power").refuses("go_away", "power", minutes=5).reason == "no_deputy"


def test_nobody_is_on_duty_twice() -> None:
    world = night("zhang")
    PEOPLE["zhang"] = ("张××（科长）", ("agency_operator", "duty_officer"), {"agency": "cg"})
    world.state.shifts[NIGHT].posts["duty_officer"] = world.shift.posts["duty_officer"].__class__(
        "duty_officer", "张××（科长）"
    )
    try:
        assert world.refuses("sign_in", "zhang", post="duty_officer").reason == "on_duty_already"
    finally:
        PEOPLE["zhang"] = ("张××（科长）", ("agency_operator",), {"agency": "cg"})


def test_a_seat_is_left_when_the_next_shift_has_relieved_it() -> None:
    world = night("zhang", "li")
    world.at("08:16")
    day = world.next.id
    assert world.refuses("sign_out", "zhang").names["person"] == "徐××（科长）"
    world.does("sign_in", "xu", day)
    assert world.does("sign_out", "zhang") == ["PostSignedOut"]
    assert world.shift.posts["seat:cg"].state == "signed_out"
    world.at("09:00")
    assert world.refuses("sign_out", "li").reason == "not_relieved"
    world.does("sign_in", "qian", day)
    assert world.does("sign_out", "li") == ["PostSignedOut"]


def test_who_forgot_to_sign_out_is_signed_out_by_signing_in_again() -> None:
    world = night("zhang")
    world.at("08:16")
    day = world.next.id
    for who in ("gu", "xu"):
        world.does("sign_in", who, day)
    world.does("sign_handover", "chen", side="outgoing")
    world.does("sign_handover", "gu", NIGHT, side="incoming")
    world.at("20:16")
    facts = world.give("sign_in", f"shift:{world.next.id}", "zhang")
    assert isinstance(facts, Decision)
    assert [(fact.type, fact.subject.partition("-")[2]) for fact in facts.facts] == [
        ("PostSignedIn", "2026-11-23-night"), ("PostSignedOut", "2026-11-22-night"),
    ]  # fmt: skip
    assert dict(facts.expects)[f"shift:{NIGHT}"] == world.state.shifts[NIGHT].version - 1


def test_the_first_shift_is_called_and_unstaffed_from_its_opening_not_from_its_start() -> None:
    world = DutyWorld("2026-11-23T02:00:00+08:00")
    world.open_shift("zhang")
    assert world.tick() == ["PostCalled", "PostCalled"]
    assert {key for key, post in world.shift.posts.items() if post.state == "called"} == {
        "duty_leader", "duty_officer",
    }  # fmt: skip
    world.wait(minutes=9)
    assert world.tick() == []
    world.wait(minutes=1)
    assert world.tick() == ["PostUnstaffed", "PostUnstaffed"]
    world.does("sign_in", "wu")
    assert (world.shift.posts["duty_officer"].state, has(world, "wu")) == ("signed_in", True)


def test_after_ten_minutes_the_lead_passes_the_leaders_authority_to_the_deputy_with_one_tap() -> None:
    world = night()
    assert world.refuses("pass_authority", "chen", post="duty_leader").reason == "absent_not_long"
    assert world.refuses("pass_authority", "chen", post="rotating_leader").reason == "no_deputy"
    assert (has(world, "wang"), has(world, "zhou")) == (False, False)
    world.wait(minutes=10)
    world.tick()
    assert world.does("pass_authority", "chen", post="duty_leader") == ["AuthorityPassed"]
    assert (has(world, "wang"), has(world, "zhou")) == (False, True)
    assert authority_name(world.state, "duty_leader") == "周××（办公室副主任）"
    assert world.refuses("pass_authority", "chen", post="duty_leader").reason == "leader_there"
    world.does("sign_in", "wang")  # who comes late has it again
    assert (has(world, "wang"), has(world, "zhou")) == (True, False)
    assert world.refuses("pass_authority", "chen", post="duty_leader").reason == "leader_there"


def test_a_role_without_a_post_is_left_to_the_roster() -> None:
    world = night()
    assert holds(world.state, "rotating_leader", "任何人", "any") is None


def test_whether_an_agency_has_somebody_on_duty() -> None:
    world = DutyWorld()

    def present(code: str = "cg") -> bool | None:
        return agency_present(world.state, code, world.now.city, world.rules.streets)

    assert present() is None  # duty is not kept
    world.open_shift()
    world.wait(minutes=30)
    world.tick()
    assert present() is None  # nobody of the agency has ever signed in
    world.does("sign_in", "zhang")
    assert present() is True
    world.does("go_away", "zhang", minutes=10)
    assert present() is True
    world.wait(minutes=11)
    assert present() is False
    world.does("come_back", "zhang")
    world.at("08:20")
    day = world.next.id
    world.does("sign_in", "gu", day)
    world.does("sign_handover", "chen", side="outgoing")
    world.does("sign_handover", "gu", NIGHT, side="incoming")
    world.at("09:00")
    assert world.shift.posts["seat:cg"].state == "unstaffed"
    assert present() is True  # the night's person has not been relieved
    world.does("sign_in", "xu")
    world.does("sign_out", "zhang", NIGHT)
    assert present() is True
    world.does("sign_in", "wei")
    assert (present("310115004"), present("310115005"), present("ps")) == (True, None, None)
    world.does("sign_out", "wei")
    assert present("310115004") is False


def test_a_restart_in_the_middle_loses_nothing() -> None:
    world = night("li", "zhang")
    world.does("go_away", "li", minutes=10)
    before = world.state.shifts
    world.stored()
    assert world.state.shifts == before
    assert TIMES.at(world.now.city).id == world.state.shift


def test_the_outgoing_lead_does_not_leave_by_signing_in_for_the_next_shift() -> None:
    world = night()
    world.does("sign_in", "shen")  # the deputy relieves the lead
    world.at("08:16")
    posts = world.next.posts
    posts["shift_lead"] = msgspec.structs.replace(posts["shift_lead"], deputy="沈××（副值班长）")
    world.does("sign_in", "gu", world.next.id)
    assert world.refuses("sign_in", "shen", world.next.id).reason == "on_duty_already"


def test_the_next_lead_does_not_take_the_place_of_the_outgoing_one_in_their_shift() -> None:
    world = night()
    world.at("08:40")
    assert world.refuses("sign_in", "gu", NIGHT).reason == "not_on_roster"
    assert has(world, "chen") is True
    world.does("sign_in", "qian", NIGHT)  # an empty post of a shift that goes on is taken by today's person
    assert has(world, "qian") is True


def test_of_two_sign_ins_of_one_account_in_the_same_moment_only_the_first_counts() -> None:
    world = night("power")
    world.does("sign_out", "power")
    world.at("08:16")
    answers = []
    for shift in (NIGHT, world.next.id):  # decided on the same state, in two consoles
        there = find_subject(world.state, f"shift:{shift}")
        assert there is not None
        command = Command(f"race-{shift}", "sign_in", there.name, there.version, {})
        answers.append(decide(world.state, command, world.who("power"), world.rules, world.now))
    for answer in answers:
        assert isinstance(answer, Decision)
        world.take(answer, "sign_in", world.who("power"))
    assert world.shift.posts["seat:dl"].account == "power"
    assert "seat:dl" not in world.next.posts
    assert world.next.version == 2  # the ledger counted it


def test_of_two_first_sign_ins_in_two_shifts_only_one_shift_is_responsible() -> None:
    world = DutyWorld("2026-11-23T08:29:59+08:00")
    first = decide(
        world.state,
        Command("a", "sign_in", f"shift:{NIGHT}", 0, {}),
        world.who("chen"),
        world.rules,
        world.now,
    )
    world.wait(seconds=1)
    day = TIMES.at(world.now.city).id
    second = decide(
        world.state, Command("b", "sign_in", f"shift:{day}", 0, {}), world.who("gu"), world.rules, world.now
    )
    for answer, who in ((first, "chen"), (second, "gu")):
        assert isinstance(answer, Decision)
        world.take(answer, "sign_in", world.who(who))
    assert world.state.shift == NIGHT
    assert [shift.state for shift in world.state.shifts.values()] == ["open", "open"]
    assert world.tick() != []
    assert world.handover.to == day  # the other one takes over as usual
