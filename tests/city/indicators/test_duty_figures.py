"""Figures of duty: presence, punctual hand-overs, and the daily report."""

import msgspec
import pytest

from city.clocks.timestamps import parse
from city.indicators.duty_figures import daily_figures, duty_indicators, report_span
from city.indicators.indicator import Indicator, count
from city.state.duty_records import CallOut, Post, Shift, Signature
from tests.city.commands.duty_world import DutyWorld

ZONE_S = 28_800


def of_duty(world: DutyWorld, at: float | None = None) -> dict[str, Indicator]:
    now = world.now.city if at is None else at
    return duty_indicators(world.state, now, sub_centres=36, workstations=1323, zone_offset_s=ZONE_S)


def handed_over() -> DutyWorld:
    """The night of M3: handed over at 08:33."""
    world = DutyWorld()
    world.open_shift("wang")
    world.does("write_entry", "wang", kind="order", text="巡查下立交")
    world.does("call", "chen", to="seat:cg")
    world.task()
    world.at("08:16")
    night = world.shift.id
    world.does("sign_in", "gu", world.next.id)
    world.at("08:33")
    for item in world.handover.items:
        answer = "take_over" if item.needs == "take_over" else "seen"
        world.does("answer_item", "gu", night, key=item.key, answer=answer)
    world.does("sign_handover", "chen", side="outgoing")
    world.does("sign_handover", "gu", night, side="incoming")
    return world


def test_k29_counts_the_hand_over_of_m3_as_three_minutes_late_and_still_on_time() -> None:
    world = handed_over()
    k29 = duty_indicators(
        world.state, world.now.city, sub_centres=36, workstations=1323, zone_offset_s=ZONE_S
    )["K29"]
    assert (k29.numerator, k29.denominator, k29.inputs["late_s"]) == (1, 1, 180.0)
    assert (k29.value, k29.why_not) == (None, "few")
    for number in range(30):
        late = 601.0 if number < 3 else 600.0
        one = Shift(f"s{number}", "d", "day", 0.0, 1.0, "closed", closed_at=1.0, late_s=late)
        world.state.shifts[one.id] = one
    k29 = duty_indicators(
        world.state, world.now.city, sub_centres=36, workstations=1323, zone_offset_s=ZONE_S
    )["K29"]
    assert (k29.numerator, k29.denominator, k29.value) == (28, 31, 90.3)


def test_k28_is_unknown_until_duty_is_kept_and_then_counts_who_is_there() -> None:
    world = DutyWorld()
    figures = of_duty(world, 0.0)
    assert {figures[key].why_not for key in ("K28a", "K28b")} == {"not_kept"}
    world.open_shift("wei", "village")
    shift = world.shift
    for number in range(33):
        key = f"sub_centre:{number}"
        shift.posts[key] = Post(key, "", account=f"s{number}", state="signed_in")
    shift.posts["sub_centre:x"] = Post("sub_centre:x", "", state="signed_out")
    limit = world.now.city + 300
    test = CallOut(
        "t", Signature("li", "李", limit - 300), limit, ("a", "b", "c"), {"a": limit, "b": limit + 1}
    )
    world.state.call_outs["t"] = test
    figures = duty_indicators(
        world.state, world.now.city, sub_centres=36, workstations=1323, zone_offset_s=ZONE_S
    )
    assert (figures["K28a"].numerator, figures["K28a"].value) == (34, 94.4)
    assert (figures["K28b"].numerator, figures["K28b"].denominator, figures["K28b"].value) == (1, 1323, 0.1)
    assert (figures["K28c"].numerator, figures["K28c"].denominator) == (1, 3)


def test_k28_is_by_the_roster_until_one_of_them_has_signed_in() -> None:
    world = DutyWorld()
    world.open_shift()
    world.state.roster = ({"role": "workstation_online", "from": "00:00", "to": "00:00", "count": "1316"},)

    assert (of_duty(world)["K28b"].numerator, of_duty(world)["K28b"].value) == (1316, 99.5)
    assert (of_duty(world)["K28a"].value, of_duty(world)["K28a"].why_not) == (None, "not_kept")
    world.shift.posts["workstation:1"] = Post("workstation:1", "", account="a", state="signed_in")
    assert of_duty(world)["K28b"].numerator == 1


def test_the_report_of_a_day_covers_the_24_hours_before_0800() -> None:
    assert report_span("2026-11-23", ZONE_S) == (
        parse("2026-11-22T08:00:00+08:00"), parse("2026-11-23T08:00:00+08:00"),
    )  # fmt: skip
    with pytest.raises(ValueError, match="isoformat"):
        report_span("yesterday", ZONE_S)


def test_the_figures_of_the_daily_report() -> None:
    world = handed_over()
    world.report("hotline/1")
    today = daily_figures(world.state, "2026-11-23", zone_offset_s=ZONE_S, figures=[count("K1", 12.0)])
    assert today | {"reported": "0"} == {
        "reported": "0", "closed": "0", "open": "1", "incidents": "1", "tasks": "1", "tasks_done": "0",
        "tasks_late": "0", "warnings": "0", "handovers": "0", "handovers_on_time": "0", "unstaffed": "2",
        "calls": "1", "orders": "1", "K1": "12",
    }  # fmt: skip
    tomorrow = daily_figures(world.state, "2026-11-24", zone_offset_s=ZONE_S)
    assert {key: tomorrow[key] for key in ("reported", "handovers", "handovers_on_time", "orders")} == {
        "reported": "1", "handovers": "1", "handovers_on_time": "1", "orders": "0",
    }  # fmt: skip
    test = CallOut(
        "t", Signature("li", "李", world.now.city), world.now.city + 300, ("a", "b"), {"a": world.now.city}
    )
    world.state.call_outs["t"] = msgspec.structs.replace(test)
    assert daily_figures(world.state, "2026-11-24", zone_offset_s=ZONE_S)["call_outs"] == "1/2"
