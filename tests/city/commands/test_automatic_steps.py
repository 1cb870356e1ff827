from datetime import datetime

import msgspec
import pytest

from city.clocks.working_time import Calendar
from city.commands.cases.automatic_steps import OfficeTime, share_due, share_used, steps
from city.dispatch.decision_rules import CaseNumbers
from city.state.case_file import CaseFile, Ruling
from city.state.ledger_state import Case, Mirror, Place
from tests.lives import COVER, DISPATCHER, INSPECTOR, INTAKE, LEAD, LEADER, LITTER, OFFICER, Lives, operator

MINUTE = 60.0
HOUR = 3600.0


def at(text: str) -> float:
    return datetime.fromisoformat(f"{text}+08:00").timestamp()


TUESDAY = at("2026-06-09 09:00")
OFFICE = OfficeTime(Calendar(), Calendar(), 8 * 3600)


def lives(start: str = "2026-06-09 09:00") -> Lives:
    return Lives(at(start))


def a_case(**file: object) -> Case:
    return Case(
        "hotline/1", "hotline", "inspector", "event", "0110", "", "", "normal", False,
        Place(121.5, 31.2, "310115005"), TUESDAY, TUESDAY, TUESDAY, Mirror(),
        file=CaseFile(own=True, since=TUESDAY, **file),
    )  # fmt: skip


def minutes(life: Lives, case: Case, since: float = TUESDAY) -> dict[str, float]:
    return {step.code: (step.at - since) / MINUTE for step in life.steps(case)}


def test_a_report_waits_fifteen_minutes_for_intake_and_an_office_day_for_its_callers_first_contact() -> None:
    life = lives("2026-06-12 17:00")
    case = life.report()
    coming = {step.code: step.at for step in life.steps(case)}
    assert coming == {
        "accept": at("2026-06-12 17:15"), "contact_soon": at("2026-06-15 15:30"),
        "contact": at("2026-06-15 17:00"),
    }  # fmt: skip
    life.did(case, "contact", INTAKE)
    assert [step.code for step in life.steps(case)] == ["accept"]


def test_nobody_has_to_call_a_sensor() -> None:
    life = lives()
    assert minutes(life, life.report(channel="sensor")) == {"file": 0, "accept": 15}


def test_a_verification_has_its_own_clock_and_intake_begins_anew_behind_it() -> None:
    life = lives()
    case = life.report()
    first = life.step(case, "accept")
    life.now += 10 * MINUTE
    life.did(case, "request_verification", INTAKE)
    assert minutes(life, case)["verify"] == 40
    life.now += 20 * MINUTE
    life.did(case, "verify", INSPECTOR, result="confirmed", lon=121.5055, lat=31.2397, photos=["p"])
    again = life.step(case, "accept")
    assert again.at == life.now + 15 * MINUTE
    assert again.name != first.name


def test_an_urgent_case_is_reminded_at_half_its_time_and_climbs_by_clock_time() -> None:
    life = lives("2026-06-13 20:00")  # a Saturday evening
    case = life.report()
    life.did(case, "file", INTAKE)
    told = minutes(life, case, at("2026-06-13 20:00"))
    assert [told[code] for code in ("remind", "red1", "red2", "red3")] == [60, 120, 180, 240]
    assert [told[code] for code in ("sign_half", "sign", "make_safe")] == [15, 30, 60]


def test_an_office_case_is_reminded_at_four_fifths_of_its_office_time() -> None:
    life = lives("2026-06-12 16:00")  # Friday: 4 office hours are over on Monday at 11:30
    case = life.report(category=LITTER)
    life.did(case, "file", INTAKE)
    told = {step.code: step.at for step in life.steps(case)}
    assert case.file.fix_by_at == at("2026-06-15 11:30")
    assert told["remind"] == at("2026-06-15 10:42")
    assert told["red1"] == at("2026-06-15 11:30")
    assert told["red2"] == at("2026-06-15 14:30")
    assert told["red3"] == at("2026-06-15 16:30")
    assert share_due(case, 0.5, OFFICE) == at("2026-06-15 09:30")
    assert share_used(case, at("2026-06-15 09:30"), OFFICE) == pytest.approx(0.5)


def test_red_three_comes_five_office_days_behind_a_long_limit() -> None:
    case = a_case(
        state="handling", filed_at=TUESDAY, limit_value=15, limit_unit="office_day",
        fix_by_at=at("2026-06-30 09:00"),
    )  # fmt: skip
    coming = {step.code: step.at for step in steps(case, CaseNumbers(), OFFICE)}
    assert coming["red3"] == at("2026-07-07 09:00")
    assert coming["red3"] < coming["red2"]


@pytest.mark.parametrize("state", ["handled", "suspended", "transferred_up", "closed", "merged"])
def test_no_reminder_runs_while_nobody_has_to_fix_it(state: str) -> None:
    case = a_case(state=state, filed_at=TUESDAY, limit_unit="urgent_hour", fix_by_at=TUESDAY + HOUR)
    codes = {step.code for step in steps(case, CaseNumbers(), OFFICE)}
    assert not codes & {"remind", "red1", "red2", "red3"}


def test_what_passed_while_it_was_checked_is_due_when_it_is_back_and_not_late_before() -> None:
    case = a_case(
        state="handling", filed_at=TUESDAY, limit_unit="urgent_hour", fix_by_at=TUESDAY + HOUR,
        back_at=TUESDAY + 3 * HOUR,
    )  # fmt: skip
    coming = {step.code: step.at for step in steps(case, CaseNumbers(), OFFICE)}
    assert coming["red1"] == TUESDAY + 3 * HOUR


def test_a_suspension_moves_the_shares_on() -> None:
    case = a_case(
        state="handling", filed_at=TUESDAY, limit_unit="urgent_hour", fix_by_at=TUESDAY + 2 * HOUR,
        suspended_s=HOUR,
    )  # fmt: skip
    assert share_due(case, 0.5, OFFICE) == TUESDAY + 1.5 * HOUR


def test_what_was_announced_is_over_and_an_extension_makes_it_a_new_occasion() -> None:
    case = a_case(state="handling", filed_at=TUESDAY, limit_unit="urgent_hour", fix_by_at=TUESDAY + HOUR)
    remind = steps(case, CaseNumbers(), OFFICE)[0]
    case.file.stages_passed = (remind.name,)
    assert [step.code for step in steps(case, CaseNumbers(), OFFICE)] == ["red1", "red2", "red3"]
    case.file.fix_by_at = TUESDAY + 2 * HOUR
    again = steps(case, CaseNumbers(), OFFICE)[0]
    assert (again.code, again.at) == ("remind", TUESDAY + HOUR)


def test_a_filed_case_waits_for_its_dispatch_and_a_returned_one_too() -> None:
    numbers = CaseNumbers()
    filed = a_case(state="filed", filed_at=TUESDAY, dispatch_by=TUESDAY + 900, unowned_since=TUESDAY)
    coming = {step.code: step.at for step in steps(filed, numbers, OFFICE)}
    assert coming == {"dispatch": TUESDAY + 900, "unowned": at("2026-06-09 14:00")}
    returned = a_case(state="returned", dispatches=2, unowned_since=TUESDAY)
    [dispatch, _] = steps(returned, numbers, OFFICE)
    assert (dispatch.at, dispatch.serial) == (TUESDAY + 900, 3)


def test_a_hazard_that_nobody_has_is_ruled_on_after_half_an_hour() -> None:
    case = a_case(state="returned", unowned_since=TUESDAY)
    case = msgspec.structs.replace(case, hazard=True)
    assert {s.code: s.at for s in steps(case, CaseNumbers(), OFFICE)}["unowned"] == TUESDAY + 1800


def test_a_ruling_has_its_limit_and_at_twice_of_it_the_backstop() -> None:
    asked = Ruling(TUESDAY, "bounces", TUESDAY + 2 * HOUR, TUESDAY + 24 * HOUR)
    case = a_case(state="ruling", ruling=asked, unowned_since=TUESDAY)
    coming = [(step.code, step.at) for step in steps(case, CaseNumbers(), OFFICE)]
    assert coming == [("ruling", TUESDAY + 2 * HOUR), ("ruling2", TUESDAY + 4 * HOUR)]
    mirrored = msgspec.structs.replace(asked, reason="mirrored")
    case.file.ruling = mirrored
    assert [step.code for step in steps(case, CaseNumbers(), OFFICE)] == ["ruling"]


def test_cases_of_other_systems_and_imported_history_have_no_steps() -> None:
    life = lives()
    mirrored = life.report("hotline/1", mirror={"state": "handling", "agency": "城管"})
    history = life.report("hotline/2", at=TUESDAY - 2 * HOUR)
    assert life.steps(mirrored) == []
    assert life.steps(history) == []
    life.did(history, "file", INTAKE)
    assert life.steps(history) == []
    assert life.steps(life.report("hotline/3", at=TUESDAY - 0.9 * HOUR)) != []


def test_an_escalation_waits_ten_minutes_to_be_acknowledged() -> None:
    life = lives()
    case = life.report(category=COVER)
    life.did(case, "escalate", OFFICER)
    assert minutes(life, case)["acknowledge"] == 10
    life.did(case, "acknowledge", LEAD)
    assert "acknowledge" not in minutes(life, case)


def test_a_case_with_the_city_is_asked_after_every_month() -> None:
    life = lives()
    case = life.report(channel="inspector")
    life.did(case, "transfer_up", LEADER, text="通航河道")
    month = 30 * 24 * 60
    assert minutes(life, case) == {"follow_up": month}
    passed = life.run_until(case, TUESDAY + 95 * 86_400)
    assert [(code, (when - TUESDAY) / MINUTE) for code, when in passed] == [
        ("follow_up", month), ("follow_up", 2 * month), ("follow_up", 3 * month),
    ]  # fmt: skip


def test_asks_of_a_holder_wait_for_their_decision() -> None:
    life = lives()
    case = life.report(category=LITTER)
    life.did(case, "file", INTAKE)
    if case.file.state == "filed":
        life.did(case, "dispatch", DISPATCHER, to="310115005")
    holder = operator(case.file.holder)
    life.did(case, "sign", holder)
    life.did(case, "apply_extension", holder, reason="等配件")
    assert minutes(life, case)["decide_extension"] == 120


def test_half_of_the_time_to_sign_goes_by_the_clock_when_the_limit_does() -> None:
    signing = {"dispatched_at": at("2026-06-09 17:25"), "sign_by": at("2026-06-09 17:55")}
    for unit in ("urgent_hour", ""):
        case = a_case(state="dispatched", limit_unit=unit, **signing)
        half = {step.code: step.at for step in steps(case, CaseNumbers(), OFFICE)}["sign_half"]
        assert half == at("2026-06-09 17:40")
    signing["sign_by"] = at("2026-06-10 10:55")
    case = a_case(state="dispatched", limit_unit="office_day", **signing)
    half = {step.code: step.at for step in steps(case, CaseNumbers(), OFFICE)}["sign_half"]
    assert half == at("2026-06-10 09:55")
