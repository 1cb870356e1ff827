"""Rounds of zero reports: who is asked, how often, and what happens when nobody answers (A.8)."""

import msgspec
import pytest

from city.clocks.timestamps import iso
from city.commands.command import Command, Decision, Refusal
from city.commands.decide import decide
from tests.city.commands.reports_world import DISTRICT, ReportsWorld
from tests.city.commands.world import (
    CHEN,
    HE,
    INSPECTOR,
    LU,
    POWER,
    SQUAD,
    TANG,
    TANGZHEN,
    TELECOM,
    WEI,
    WEIFANG,
)

STREETS = (WEI, LU, TANG, HE)


@pytest.mark.parametrize(("rank", "hours"), [(1, 12), (2, 6), (3, 2), (4, 1)])
def test_a_round_opens_by_the_interval_of_the_level_while_it_lasts(rank: int, hours: int) -> None:
    w = ReportsWorld(rank)
    began = w.now.city
    assert w.tick() == ["ReportRoundOpened"]
    first = w.round
    assert (first.opened_at, first.due_at, first.interval_s) == (began, began + 1800, 3600 * hours)
    w.wait(minutes=60 * hours)
    assert w.tick() == ["ZeroReportLate", "ZeroReportLate", "ReportRoundEnded", "ReportRoundOpened"]
    assert (w.round.opened_at, w.round.id != first.id) == (began + 3600 * hours, True)
    assert w.state.report_rounds[first.id].ended_at == w.now.city


def test_at_iv_the_streets_are_asked_and_from_iii_on_the_stationed_agencies_and_the_emergency_seats() -> None:
    w = ReportsWorld(1)
    w.tick()
    assert w.round.holders == STREETS
    w.level(2)
    w.wait(minutes=1)
    assert w.tick() == ["ReportRoundEnded", "ReportRoundOpened"]
    assert w.round.holders == (*STREETS, "cg", "xf", "dl")


def test_a_higher_level_shortens_the_interval_at_once_and_the_end_ends_the_round() -> None:
    w = ReportsWorld(3)
    w.tick()
    w.wait(minutes=10)
    w.level(4)
    assert w.tick() == ["ReportRoundEnded", "ReportRoundOpened"]
    assert (w.round.rank, w.round.interval_s, w.round.opened_at) == (4, 3600, w.now.city)
    w.level(0)
    assert w.tick() == ["ReportRoundEnded"]
    assert w.state.open_rounds == {}
    w.wait(minutes=600)
    assert w.tick() == []


def test_a_round_that_ends_with_its_response_is_late_only_by_what_the_engine_was() -> None:
    w = ReportsWorld(3)
    w.tick()
    w.wait(minutes=90)
    w.report(WEIFANG)
    w.tick()
    w.level(0)
    w.wait(minutes=2)
    assert w.tick() == ["ReportRoundEnded"]
    assert (w.facts[-1].data["why"], w.facts[-1].data["late_s"]) == ("end", 120.0)


def test_a_level_whose_plan_asks_for_no_reports_has_no_round() -> None:
    w = ReportsWorld(3)
    w.rules = msgspec.structs.replace(w.rules, response=type(w.rules.response)())
    assert w.tick() == []


def test_an_engine_that_comes_late_opens_the_round_from_now() -> None:
    w = ReportsWorld(4)
    w.wait(minutes=25)
    w.tick()
    assert (w.round.opened_at, w.round.due_at) == (w.now.city, w.now.city + 1800)


def test_who_does_not_report_is_called_at_15_minutes_and_told_to_the_duty_leader_at_30() -> None:
    w = ReportsWorld(3)
    w.tick()
    w.wait(minutes=31)
    assert isinstance(w.report(WEIFANG), Decision)
    assert w.tick() == []
    w.wait(minutes=14)
    assert w.tick() == ["ZeroReportLate"]
    told = w.facts[-1].data
    assert (told["minutes"], told["holders"]) == (15, [LU, TANG, HE, "cg", "xf", "dl"])
    assert (told["call"], told["to"]) == (True, "")
    called = {(one.to, one.text) for one in w.state.outbox.values()}
    assert called == {(holder, "outbox.ZeroReportLate") for holder in told["holders"]}
    assert isinstance(w.report(TANGZHEN), Decision)
    w.wait(minutes=15)
    assert w.tick() == ["ZeroReportLate"]
    told = w.facts[-1].data
    assert (told["minutes"], told["to"]) == (30, "duty_leader")
    assert TANG not in told["holders"]
    assert w.round.late == {LU: 30, TANG: 15, HE: 30, "cg": 30, "xf": 30, "dl": 30}
    assert [line.text for line in w.state.log][-2:] == ["log.reports_late.15", "log.reports_late.30"]
    late = {one.holder: one.late_s for one in w.round.reports.values()}
    assert late == {WEI: 60.0, TANG: 900.0}
    assert w.tick() == []


def test_an_exercise_calls_nobody_outside() -> None:
    w = ReportsWorld()
    w.level(3, exercise=True)
    w.tick()
    w.wait(minutes=46)
    assert w.tick() == ["ZeroReportLate"]
    assert w.state.outbox == {}


def test_a_report_may_be_corrected_until_the_round_ends_and_its_lateness_stays() -> None:
    w = ReportsWorld(4)
    w.tick()
    first = w.round
    w.wait(minutes=20)
    w.report(WEIFANG)
    w.wait(minutes=20)
    w.report(WEIFANG, nil=False, figures={"relocation.low_lying.should": 40})
    kept = w.round.reports[WEI]
    assert (kept.nil, kept.late_s, len(w.round.reports)) == (False, 0.0, 1)
    w.report(TANGZHEN)
    assert w.round.reports[TANG].late_s == 600.0
    w.wait(minutes=10)
    w.report(TANGZHEN)
    assert w.round.reports[TANG].late_s == 600.0
    w.wait(minutes=10)
    w.tick()
    answer = w.give("send_zero_report", f"report_round:{first.id}", WEIFANG, nil=True)
    assert isinstance(answer, Refusal)
    assert (answer.code, answer.reason) == ("not_now", "round_over")


def test_only_who_is_asked_reports_and_only_for_itself() -> None:
    w = ReportsWorld(2)
    w.tick()
    assert isinstance(w.report(POWER), Decision)
    assert isinstance(w.report(SQUAD), Decision)
    assert set(w.round.reports) == {"dl", "cg"}
    answers = (
        (w.report(TELECOM), "not_allowed", "not_in_round"),
        (w.report(WEIFANG, holder=TANG), "not_allowed", "other_holder"),
        (w.report(INSPECTOR), "not_allowed", "no_right"),
        (w.report(CHEN), "bad_args", "missing_arg"),
        (w.report(CHEN, holder="tx"), "not_allowed", "not_in_round"),
    )
    for answer, code, reason in answers:
        assert isinstance(answer, Refusal)
        assert (answer.code, answer.reason) == (code, reason)


def test_what_a_street_telephones_is_entered_by_the_officer_and_says_so() -> None:
    w = ReportsWorld(2)
    w.tick()
    w.wait(minutes=40)
    assert isinstance(w.report(CHEN, holder=TANG, text="值班员李"), Decision)
    sent = w.round.reports[TANG]
    assert (sent.by_phone, sent.signed.by, sent.late_s, sent.text) == (True, "chen", 600.0, "值班员李")
    numbers = {"relocation.low_lying.should": 40, "relocation.low_lying.moved": 12}
    assert isinstance(w.report(CHEN, holder=WEI, nil=False, figures=numbers), Decision)
    assert w.state.situations[WEI].figures["relocation.low_lying.moved"].by_phone
    # The street's own report corrects it, and is its own again.
    assert isinstance(w.report(TANGZHEN), Decision)
    assert (w.round.reports[TANG].by_phone, w.round.reports[TANG].signed.by) == (False, TANGZHEN.account)


@pytest.mark.parametrize(
    ("args", "field"),
    [({"figures": {"waterlogging.open": 1}}, "nil"), ({"nil": False}, "figures"), ({"nil": "yes"}, "nil")],
)
def test_a_report_says_nothing_changed_or_what_changed(args: dict[str, object], field: str) -> None:
    w = ReportsWorld(2)
    w.tick()
    answer = w.report(WEIFANG, **args)
    assert isinstance(answer, Refusal)
    assert (answer.code, answer.names["field"]) == ("bad_args", field)


def test_a_report_with_numbers_keeps_both_in_one_act_or_neither() -> None:
    w = ReportsWorld(2)
    w.tick()
    answer = w.report(WEIFANG, nil=False, figures={"relocation.site_shed.moved": 5})
    assert isinstance(answer, Refusal)
    assert (answer.reason, w.round.reports, w.state.situations) == ("moved_above_should", {}, {})
    answer = w.report(WEIFANG, nil=False, figures={"relocation.site_shed.should": 5})
    assert [fact.type for fact in answer.facts] == ["FiguresReported", "ZeroReportSent"]
    assert w.state.situations[WEI].figures["relocation.site_shed.should"].value == 5


def test_nothing_changed_says_that_the_known_numbers_are_still_so() -> None:
    w = ReportsWorld(3)
    w.tick()
    w.report(WEIFANG, nil=False, figures={"relocation.site_shed.should": 5})
    at = w.now.city
    w.wait(minutes=120)
    w.tick()
    w.report(WEIFANG)
    known = w.state.situations[WEI]
    assert known.figures["relocation.site_shed.should"].at == at
    assert known.confirmed == w.now.city
    assert TANG not in w.state.situations


def test_a_step_of_another_engine_is_refused() -> None:
    w = ReportsWorld(3)
    w.tick()
    args = {"step": "next", "serial": 0, "due_at": iso(w.now.city)}
    subject = f"report_round:{w.round.id}"
    command = Command("timer:x", "pass_report_limit", subject, w.round.version, args)
    by = msgspec.structs.replace(CHEN, roles=("system",), on_shift=())
    answer = decide(w.state, command, by, w.rules, w.now)
    assert isinstance(answer, Refusal)
    assert answer.reason == "step_overtaken"


def test_the_citys_own_level_asks_nothing_of_the_streets() -> None:
    w = ReportsWorld(3)
    held = w.state.responses.pop(DISTRICT)
    w.state.responses["city/flood_typhoon"] = msgspec.structs.replace(
        held, id="city/flood_typhoon", jurisdiction="city"
    )
    assert w.tick() == []


def test_an_exercise_has_its_own_round_and_its_numbers_never_stand_beside_real_ones() -> None:
    w = ReportsWorld(3)
    w.tick()
    real = w.round
    w.figures(WEIFANG, WEI, {"relocation.site_shed.should": 9})
    held = w.state.responses[DISTRICT]
    w.state.responses[f"{DISTRICT}/exercise"] = msgspec.structs.replace(
        held, id=f"{DISTRICT}/exercise",
        activations=(msgspec.structs.replace(held.activations[0], id="x1", is_exercise=True),),
    )  # fmt: skip
    assert w.tick() == ["ReportRoundOpened"]
    drill = w.state.report_rounds[w.state.open_rounds[f"{DISTRICT}/exercise"]]
    assert (drill.is_exercise, drill.id != real.id, w.round.id) == (True, True, real.id)
    told = {"nil": False, "figures": {"relocation.site_shed.should": 500}}
    assert isinstance(w.give("send_zero_report", f"report_round:{drill.id}", WEIFANG, **told), Decision)
    assert w.state.situations[WEI].figures["relocation.site_shed.should"].value == 9
    kept = w.state.situations[f"{WEI}/exercise"].figures["relocation.site_shed.should"]
    assert kept.value == 500
    answer = w.figures(WEIFANG, f"{WEI}/exercise", {"relocation.site_shed.moved": 5})
    assert isinstance(answer, Refusal)
    assert answer.reason == "no_exercise"
