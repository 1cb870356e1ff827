"""Story M3 as a pure test: the hand-over at 08:30 with an open P1, by its times."""

from city.duty.authority import authority_name, holds
from tests.city.commands.duty_world import PEOPLE, TIMES, DutyWorld


def authority(world: DutyWorld) -> dict[str, bool | None]:
    """Who of the leads has the authority."""
    return {who: holds(world.state, "shift_lead", PEOPLE[who][0], who) for who in ("chen", "gu")}


def drafted() -> DutyWorld:
    """A night with an incident and its P1 task, a leader's order and two lost sources, at 08:00."""
    world = DutyWorld()
    world.open_shift("wang", "li", "zhang")
    world.until("07:00")
    world.task()
    world.does("write_entry", "wang", kind="order", text="早高峰前完成排水")
    for source in ("iot", "hotline"):
        world.state.lost_sources[source] = world.now.city
    world.state.warnings.clear()
    world.at("08:00")
    return world


def test_at_0800_the_draft_is_there_and_the_day_is_planned() -> None:
    world = drafted()
    assert world.shift.state == "handing_over"
    assert [(item.kind, item.needs) for item in world.handover.items] == [
        ("incident", "seen"), ("task", "take_over"), ("instruction", "seen"), ("source", "seen"),
        ("source", "seen"),
    ]  # fmt: skip
    assert (world.handover.hash, world.handover.position) == (world.state.hash, len(world.facts) - 2)
    assert world.next.state == "planned"
    assert world.next.id == "310115-2026-11-23-day"
    assert world.next.posts["shift_lead"].person == "顾××（值班长）"


def test_the_whole_hand_over_by_its_times() -> None:
    world = drafted()
    night, day = world.shift.id, world.next.id
    world.until("08:14")
    assert world.refuses("sign_in", "gu", day).reason == "shift_not_yet"
    world.until("08:15")
    assert world.does("sign_in", "gu", day) == ["PostSignedIn", "ShiftOpened"]
    assert authority(world) == {"chen": True, "gu": False}
    task = next(item for item in world.handover.items if item.kind == "task")
    assert world.refuses("answer_item", "gu", key=task.key).reason == "take_over_or_cancel"
    for item in world.handover.items:
        if item.kind != "task":
            world.does("answer_item", "gu", key=item.key)
    world.at("08:30")
    wrong = world.refuses("sign_out", "chen")
    assert (wrong.reason, wrong.names) == ("items_left", {"count": 1, "items": "川沙路下立交(P1)"})
    assert world.refuses("sign_handover", "chen", side="outgoing").reason == "items_left"
    assert world.state.shift == night
    assert authority_name(world.state, "shift_lead") == "陈××（值班长）"
    world.until("08:33")
    facts = world.give("answer_item", f"shift:{night}", "gu", key=task.key, answer="take_over")
    assert [(one.type, one.subject) for one in facts.facts] == [
        ("HandoverItemAnswered", f"shift:{night}"), ("TaskTakenOver", "task:inc1.1"),
    ]  # fmt: skip
    assert world.does("sign_handover", "chen", side="outgoing") == ["HandoverSigned"]
    assert authority(world) == {"chen": True, "gu": False}
    assert world.does("sign_handover", "gu", side="incoming", shift=night) == [
        "HandoverSigned",
        "ShiftHandedOver",
    ]
    assert world.state.shift == day
    assert authority(world) == {"chen": False, "gu": True}
    assert world.state.shifts[night].late_s == 180.0
    world.until("08:34")
    assert authority_name(world.state, "shift_lead") == "顾××（值班长）"
    assert world.does("sign_out", "chen", night) == ["PostSignedOut"]


def test_the_incoming_lead_who_is_missing_is_called_at_0830_and_unstaffed_at_0840() -> None:
    world = drafted()
    assert "PostCalled" not in world.at("08:29")
    called = world.at("08:30")
    assert set(called) == {"PostCalled"}
    lead = world.next.posts["shift_lead"]
    assert (lead.state, lead.since, lead.deputy) == ("called", world.next.starts_at, "陆××（副值班长）")
    assert world.tick() == []
    assert world.at("08:39") == []
    assert set(world.at("08:40")) == {"PostUnstaffed"}
    lead = world.next.posts["shift_lead"]
    assert (lead.state, lead.since) == ("unstaffed", world.next.starts_at)
    line = next(
        line
        for line in world.state.log
        if line.names.get("post") == "shift_lead" and "unstaffed" in line.text
    )
    assert line.names["minutes"] == "10"
    assert world.refuses("sign_out", "chen").reason == "items_left"
    assert authority_name(world.state, "shift_lead") == "陈××（值班长）"


def test_the_release_is_asked_after_15_minutes_and_needs_somebody_to_take_over() -> None:
    world = drafted()
    night, day = world.shift.id, world.next.id
    world.at("08:44")
    assert world.refuses("release_shift", "wang", text="接班人路上").reason == "release_early"
    assert world.at("08:45") == ["ShiftLimitPassed"]
    assert world.tick() == []
    assert world.refuses("release_shift", "wang", text="接班人路上").reason == "not_relieved"
    world.does("sign_in", "lu", day)
    assert world.does("release_shift", "wang", text="交班人突发疾病") == ["ShiftReleased"]
    assert world.state.shift == day
    assert holds(world.state, "shift_lead", PEOPLE["lu"][0], "lu")
    assert world.state.shifts[night].late_s == 900.0
    world.at("20:00")  # what nobody acknowledged is in the next hand-over
    kinds = [item.kind for item in world.handover.items]
    assert kinds.count("instruction") == 1
    assert {"incident", "task"} <= set(kinds)


def test_the_leader_of_24_hours_stays_without_signing_in_again() -> None:
    world = drafted()
    night, day = world.shift.id, world.next.id
    world.at("08:45")
    world.does("sign_in", "gu", day)
    world.does("release_shift", "wang", text="x")
    # The roster's leader changes at 08:30 of the day, and the same person is planned again.
    assert world.shift.posts["duty_leader"].account == "wang"
    assert world.state.shifts[night].posts["duty_leader"].state == "signed_out"
    assert holds(world.state, "duty_leader", PEOPLE["wang"][0], "wang")


def test_the_shift_that_signs_in_first_is_the_present_one() -> None:
    world = DutyWorld("2026-11-22T20:31:00+08:00")
    assert world.refuses("sign_in", "gu", TIMES.at(world.now.city).id).reason == "not_on_roster"
    facts = world.does("sign_in", "chen", TIMES.at(world.now.city).id)
    assert facts == ["ShiftPlanned", "PostSignedIn", "ShiftOpened"]
    assert world.state.shift == "310115-2026-11-22-night"
