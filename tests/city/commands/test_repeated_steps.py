"""Steps of a case that gets another holder, or waits for a ruling: each occasion counts separately."""

from datetime import datetime

from city.state.ledger_state import Case
from tests.lives import INTAKE, LEAD, LITTER, OFFICER, STREET, Lives, operator

MINUTE, HOUR = 60.0, 3600.0
TUESDAY = datetime.fromisoformat("2026-06-09T09:00:00+08:00").timestamp()


def lives() -> Lives:
    return Lives(TUESDAY)


def fed_back(life: Lives, case: Case, holder: str) -> None:
    life.did(case, "sign", operator(holder))
    life.did(case, "feedback", operator(holder), outcome="fixed", text="好了", photos_before=["a"],
             photos_after=["b"])  # fmt: skip


def test_each_check_that_nobody_makes_is_told_after_a_reassignment_too() -> None:
    life = lives()
    case = life.report(category=LITTER, channel="inspector")
    life.did(case, "file", INTAKE)
    fed_back(life, case, case.file.holder)
    first = life.step(case, "check")
    life.now = first.at
    life.pass_step(case, first)
    life.did(case, "reassign", LEAD, to="cg", text="不是这家")
    life.now += MINUTE
    fed_back(life, case, "cg")
    second = life.step(case, "check")
    assert second.serial != first.serial
    assert {step.serial for step in (first, second)}.isdisjoint({1, 2})  # serials in older ledgers


def test_an_undone_reassignment_takes_nothing_from_the_next_holders_time_to_sign() -> None:
    life = lives()
    case = life.report(channel="inspector")
    life.did(case, "file", INTAKE)
    life.now += MINUTE
    life.did(case, "reassign", OFFICER, to="dl")
    wrong = life.step(case, "sign")
    life.now = wrong.at + MINUTE
    for code in ("sign_half", "sign"):
        life.pass_step(case, life.step(case, code))
    life.did(case, "undo", LEAD, reason="点错")
    life.now += MINUTE
    life.did(case, "reassign", OFFICER, to="tx")
    assert {"sign_half", "sign"} <= {step.code for step in life.steps(case)}
    assert life.step(case, "sign").serial != wrong.serial


def test_what_passed_while_it_waited_for_its_check_is_not_late_behind_a_reassignment() -> None:
    life = lives()
    case = life.report(channel="inspector")
    life.did(case, "file", INTAKE)
    life.run_until(case, TUESDAY + 31 * MINUTE)
    life.did(case, "make_safe", operator(STREET), photos=["a"])
    fed_back(life, case, case.file.holder)
    life.run_until(case, TUESDAY + 2.5 * HOUR)
    life.did(case, "reassign", LEAD, to="cg", text="不是这家")
    life.run_until(case, life.now)
    assert [told["late_s"] for told in life.told("CaseOverdue")] == [0.0, 0.0]


def test_a_holder_that_returns_it_while_a_ruling_is_open_leaves_it_to_the_ruling() -> None:
    life = lives()
    case = life.report(category=LITTER, channel="inspector")
    life.did(case, "file", INTAKE)
    holder = case.file.holder
    life.did(case, "request_ruling", OFFICER)
    assert "ruling2" not in {step.code for step in life.steps(case)}
    life.run_until(case, TUESDAY + HOUR)
    life.did(case, "return", operator(holder), reason="cannot_find", text="找不到")
    assert case.file.state == "ruling"
    assert case.file.ruling is not None
    assert case.file.ruling.while_held is False
    assert life.step(case, "ruling").at == TUESDAY + 2 * HOUR
    assert life.step(case, "ruling2").at == TUESDAY + 4 * HOUR
    life.run_until(case, TUESDAY + 4 * HOUR)
    assert (case.file.state, case.file.holder, case.file.no_return) == ("dispatched", STREET, True)


def test_a_holder_of_a_case_without_an_owner_returns_it_for_others_and_it_does_not_wait_for_ever() -> None:
    life = lives()
    case = life.report(channel="inspector")
    life.did(case, "file", INTAKE, owner_state="unknown")
    street = case.file.holder
    assert case.file.ruling is not None
    life.run_until(case, TUESDAY + 5 * MINUTE)
    life.did(case, "make_safe", operator(street), photos=["a"])
    life.did(case, "return", operator(street), reason="cannot_find", text="找不到")
    assert case.file.state == "returned"
    life.run_until(case, life.step(case, "unowned").at)
    assert case.file.state == "ruling"


def test_a_ruling_that_nobody_made_beside_a_holder_is_backed_up_when_that_holder_returns_it() -> None:
    life = lives()
    case = life.report(category=LITTER, channel="inspector")
    life.did(case, "file", INTAKE)
    life.did(case, "request_ruling", OFFICER)
    life.run_until(case, TUESDAY + 3.5 * HOUR)
    life.did(case, "reassign", OFFICER, to="cg")
    life.run_until(case, TUESDAY + 4.5 * HOUR)
    assert case.file.holder == "cg"
    life.did(case, "return", operator("cg"), reason="cannot_find", text="找不到")
    backstop = life.step(case, "ruling2")
    assert backstop.at == life.now
    life.pass_step(case, backstop)
    assert (case.file.holder, case.file.no_return) == (STREET, True)
    assert life.told("StageLimitPassed")[-1]["late_s"] == 0
