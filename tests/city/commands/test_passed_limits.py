from datetime import datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.clocks.timestamps import iso, parse
from city.commands.cases.automatic_steps import Step
from city.commands.command import Decision, Refusal
from city.dispatch.routing.route import Route
from city.state.ledger_state import Case
from console.engine.timers import ENGINE
from tests.lives import (
    DISPATCHER,
    INTAKE,
    LEADER,
    LITTER,
    OFFICER,
    STREET,
    Lives,
    operator,
    shipped_rules,
    somebody,
)

MINUTE, HOUR = 60.0, 3600.0
TUESDAY = datetime.fromisoformat("2026-06-09T09:00:00+08:00").timestamp()


def lives(**rules: object) -> Lives:
    return Lives(TUESDAY, msgspec.structs.replace(shipped_rules(), **rules) if rules else None)


def filed(life: Lives, **report: object) -> Case:
    case = life.report(**report)
    life.did(case, "file", INTAKE)
    return case


def unsure(*_: object) -> Route:
    """A route that leaves the choice to a dispatcher."""
    return Route(to="", reasons=(), targets=("gs", "ps"), confidence=0.5)


def ask(life: Lives, case: Case, step: Step) -> Decision | Refusal:
    args = {"step": step.code, "serial": step.serial, "due_at": iso(step.at)}
    return life.do(case, "pass_limit", ENGINE, **args)


def test_a_step_that_is_due_is_passed_once() -> None:
    life = lives()
    case = life.report()
    step = life.step(case, "accept")
    life.now = step.at
    assert life.pass_step(case, step) == ["StageLimitPassed"]
    assert life.told("StageLimitPassed")[0] | {"command": "", "name": ""} == {
        "step": "accept", "serial": step.serial, "due_at": iso(step.at), "late_s": 0.0,
        "told": ["shift_lead"], "version": 1, "command": "", "name": "",
    }  # fmt: skip
    again = ask(life, case, step)
    assert isinstance(again, Refusal)
    assert (again.code, again.reason) == ("not_now", "step_not_due")


def test_nothing_is_passed_before_its_moment_nor_by_another_serial() -> None:
    life = lives()
    case = life.report()
    step = life.step(case, "accept")
    life.now = step.at - 0.1
    assert isinstance(ask(life, case, step), Refusal)
    life.now = step.at
    assert isinstance(ask(life, case, msgspec.structs.replace(step, serial=step.serial + 1)), Refusal)
    assert isinstance(ask(life, case, msgspec.structs.replace(step, code="red1")), Refusal)


def test_nobody_but_the_system_passes_a_limit() -> None:
    life = lives()
    case = life.report()
    step = life.step(case, "accept")
    life.now = step.at
    args = {"step": step.code, "serial": step.serial, "due_at": iso(step.at)}
    refused = life.do(case, "pass_limit", OFFICER, **args)
    assert isinstance(refused, Refusal)
    assert refused.code == "not_allowed"


@pytest.mark.parametrize(("behind", "late"), [(0, 0.0), (5, 0.0), (5.2, 5.2), (3600, 3600.0)])
def test_what_comes_more_than_five_seconds_behind_its_moment_is_marked_late(
    behind: float, late: float
) -> None:
    life = lives()
    case = filed(life)
    step = life.step(case, "remind")
    life.now = step.at + behind
    life.pass_step(case, step)
    marks = [life.told(kind)[0]["late_s"] for kind in ("StageLimitPassed", "CaseOverdue", "CaseReminded")]
    assert marks == [late, late, late]


def test_an_urgent_case_that_nobody_touches_climbs_the_four_levels() -> None:
    life = lives()
    case = filed(life)
    holder = case.file.holder
    passed = life.run_until(case, TUESDAY + 5 * HOUR)
    assert [code for code, _ in passed] == [
        "sign_half", "sign", "make_safe", "remind", "red1", "red2", "red3",
    ]  # fmt: skip
    told = life.told("CaseOverdue")
    assert [(t["share"], t["overdue"]) for t in told] == [(50, 1), (100, 2), (150, 3), (200, 4)]
    assert [t["told"] for t in told] == [
        [holder],
        ["agency_leader", "shift_lead"],
        ["shift_lead", "duty_leader"],
        ["rotating_leader", "district"],
    ]  # fmt: skip
    assert [r["to"] for r in life.told("CaseReminded")] == [holder] * 4  # two for signing, two by share
    assert [r["n"] for r in life.told("CaseReminded")] == [1, 2, 3, 4]
    assert (case.file.overdue, case.file.reminders) == (4, 4)


def test_what_nobody_dispatches_goes_to_its_street() -> None:
    life = lives(route=unsure)
    case = filed(life)
    assert case.file.state == "filed"
    life.run_until(case, TUESDAY + 16 * MINUTE)
    [sent] = life.told("CaseDispatched")
    assert (sent["to"], sent["backstop"], sent["by_rule"], sent["in_time"]) == (STREET, True, True, True)
    assert (case.file.state, case.file.holder) == ("dispatched", STREET)


def test_a_case_without_a_street_waits_for_the_shift_lead() -> None:
    life = lives(route=unsure)
    case = filed(life, lon=None, lat=None, address="某处", channel="inspector")
    assert case.place.street == ""
    passed = life.run_until(case, TUESDAY + 16 * MINUTE)
    assert passed == [("dispatch", TUESDAY + 15 * MINUTE)]
    assert life.told("StageLimitPassed")[0]["told"] == ["shift_lead"]
    assert case.file.state == "filed"


def returned(life: Lives) -> Case:
    case = filed(life, category=LITTER, channel="inspector")
    life.did(case, "return", operator(case.file.holder), reason="not_my_duty", text="不是我们的")
    return case


def test_a_returned_case_that_nobody_sends_on_is_ruled_on() -> None:
    life = lives()
    case = returned(life)
    passed = life.run_until(case, TUESDAY + 5 * HOUR)
    codes = [code for code, _ in passed]
    assert codes[0] == "dispatch"
    assert "unowned" in codes
    opened = life.told("RulingOpened")[0]
    assert opened["reason"] == "unowned"
    assert parse(opened["due_at"]) == dict(passed)["unowned"] + 2 * HOUR
    assert case.file.state == "ruling"


def test_a_ruling_that_no_leader_makes_ends_with_the_street_and_cannot_be_returned() -> None:
    life = lives()
    case = returned(life)
    life.did(case, "request_ruling", DISPATCHER)
    passed = life.run_until(case, TUESDAY + 4 * HOUR + 1)
    assert [(code, when) for code, when in passed if code.startswith("ruling")] == [
        ("ruling", TUESDAY + 2 * HOUR), ("ruling2", TUESDAY + 4 * HOUR),
    ]  # fmt: skip
    sent = life.told("CaseDispatched")[-1]
    assert (sent["to"], sent["backstop"], sent["no_return"]) == (STREET, True, True)
    refused = life.do(case, "return", operator(STREET), reason="not_my_duty", text="不")
    assert isinstance(refused, Refusal)
    assert refused.reason == "no_return_backstop"


def test_an_escalation_that_nobody_acknowledges_climbs_to_the_top_once_each() -> None:
    life = lives()
    case = filed(life, category=LITTER, channel="inspector")
    life.did(case, "escalate", OFFICER)
    passed = life.run_until(case, TUESDAY + 50 * MINUTE)
    assert [when - TUESDAY for code, when in passed if code == "acknowledge"] == [10 * MINUTE, 20 * MINUTE]
    assert [(e["level"], e["to"], e["why"]) for e in life.told("CaseEscalated")[1:]] == [
        (2, "duty_leader", "unacknowledged"), (3, "district", "unacknowledged"),
    ]  # fmt: skip


def test_a_level_that_does_not_answer_is_passed_over_but_the_city_is_asked_by_a_person() -> None:
    life = lives()
    case = life.report(channel="inspector")
    life.did(
        case, "transfer_level", somebody("v1", "village_operator", street=STREET), text="已试", photos=["p"]
    )
    life.run_until(case, TUESDAY + 6 * HOUR)
    assert [(t["from"], t["to"]) for t in life.told("LevelTransferred")] == [
        ("village", "street"), ("street", "district"),
    ]  # fmt: skip
    assert life.told("StageLimitPassed")[-1]["told"] == ["duty_leader"]


def handling(life: Lives) -> tuple[Case, object]:
    case = filed(life, category=LITTER, channel="inspector")
    holder = operator(case.file.holder)
    life.did(case, "sign", holder)
    return case, holder


def test_an_extension_that_nobody_decides_is_refused() -> None:
    life = lives()
    case, holder = handling(life)
    fix_by_at = case.file.fix_by_at
    life.did(case, "apply_extension", holder, reason="等配件")  # type: ignore[arg-type]
    life.run_until(case, TUESDAY + 2 * HOUR)
    assert [e["approved"] for e in life.told("ExtensionDecided")] == [False]
    assert (case.file.extension, case.file.fix_by_at) == (None, fix_by_at)


def test_a_suspension_ends_by_itself_with_what_was_left_of_the_clock() -> None:
    life = lives()
    case, holder = handling(life)
    until = TUESDAY + 24 * HOUR
    life.did(case, "apply_suspension", holder, reason="law", until=iso(until), text="诉讼")  # type: ignore[arg-type]
    life.did(case, "decide_suspension", DISPATCHER, approved=True)
    assert [step.code for step in life.steps(case)] == ["resume"]
    life.run_until(case, until)
    assert (case.file.state, case.file.suspended_until) == ("handling", None)
    assert case.file.fix_by_at == TUESDAY + 24 * HOUR + 5 * HOUR  # 9 to 14 with lunch, a day later


@given(st.lists(st.sampled_from((1.0, 7.0, 600.0, 3600.0, 86_400.0)), min_size=1, max_size=20))
def test_whenever_the_engine_looks_each_step_is_written_once_and_its_lateness_is_true(
    gaps: list[float],
) -> None:
    life = lives()
    case = filed(life)
    for gap in gaps:
        life.now += gap
        while (left := life.steps(case)) and left[0].at <= life.now:
            life.pass_step(case, left[0])
    told = life.told("StageLimitPassed")
    names = [(t["step"], t["serial"]) for t in told]
    assert len(set(names)) == len(names)
    recorded = [
        parse(row.recorded_at) for row in life.rows if b'"StageLimitPassed"' in row.body
    ]  # fmt: skip
    behind = [when - parse(t["due_at"]) for when, t in zip(recorded, told, strict=True)]
    assert [t["late_s"] for t in told] == [pytest.approx(b if b > 5 else 0, abs=0.06) for b in behind]
    assert min(behind, default=0) >= 0


def test_who_is_ruled_to_have_what_nobody_ever_had_gets_half_of_the_limit() -> None:
    life = lives(route=unsure)
    case = filed(life, category=LITTER, channel="inspector", lon=None, lat=None, address="某处")
    life.did(case, "request_ruling", DISPATCHER)
    fix_by_at = case.file.fix_by_at
    assert fix_by_at is not None
    life.now = fix_by_at + HOUR
    life.did(case, "rule", LEADER, holder="cg")
    assert case.file.holder_due_at is not None
    assert case.file.holder_due_at >= life.now + 2 * HOUR


def test_the_street_that_a_ruling_falls_back_to_gets_half_of_the_limit_too() -> None:
    life = lives(route=unsure)
    case = filed(life, channel="inspector")
    life.did(case, "request_ruling", DISPATCHER)
    life.now = TUESDAY + 3 * HOUR
    life.pass_step(case, life.step(case, "ruling2"))
    assert (case.file.holder, case.file.holder_due_at) == (STREET, life.now + HOUR)


def test_a_suspension_that_nobody_decides_is_refused_and_one_may_ask_anew() -> None:
    life = lives()
    case, holder = handling(life)
    asked = {"reason": "season", "until": iso(TUESDAY + 30 * 24 * HOUR), "text": "霜冻"}
    life.did(case, "apply_suspension", holder, **asked)  # type: ignore[arg-type]
    step = life.step(case, "decide_suspension")
    assert step.at == TUESDAY + 2 * HOUR
    passed = life.run_until(case, step.at)
    assert passed[-1] == ("decide_suspension", step.at)
    assert life.told("StageLimitPassed")[-1]["told"] == [case.file.holder, "shift_lead"]
    assert [told["approved"] for told in life.told("SuspensionDecided")] == [False]
    assert (case.file.state, case.file.suspension) == ("handling", None)
    life.did(case, "apply_extension", holder, reason="等配件")  # type: ignore[arg-type]


def test_what_a_sensor_reports_is_filed_and_sent_on_at_once_by_itself() -> None:
    life = lives()
    case = life.report(channel="sensor")
    assert life.pass_step(case, life.step(case, "file"))[:2] == ["StageLimitPassed", "CaseFiled"]
    assert (case.file.state, life.told("CaseFiled")[0]["in_time"]) == ("dispatched", True)
    assert life.told("StageLimitPassed")[0]["told"] == []


def test_a_sensors_report_of_an_unknown_class_waits_for_intake() -> None:
    life = lives()
    case = life.report(channel="sensor", category=("event", ""))
    assert life.pass_step(case, life.step(case, "file")) == ["StageLimitPassed"]
    assert [step.code for step in life.steps(case)] == ["accept"]
