"""Stories M1, M6, M7 and M11 at the level of commands (the screens have their own tests)."""

from typing import Any

import pytest

from city.clocks.timestamps import iso, parse
from city.commands.command import Decision, Refusal, Winner
from tests.city.commands.paths import PHOTO, THERE
from tests.city.commands.world import (
    CHEN,
    DISPATCHER,
    GU,
    HE,
    INSPECTOR,
    INTAKE,
    LI,
    POWER,
    POWER_INSPECTOR,
    SYSTEM,
    TANG,
    TANGZHEN,
    TELECOM,
    WANG,
    WEI,
    WEIFANG,
    World,
    person,
)

SHOP = {"category": {"kind": "event", "code": "0405"}, "title": "店外经营", "street": TANG}


def at(clock: str) -> float:
    return parse(f"2026-11-23T{clock}:00+08:00")


def test_m1_a_cover_that_two_refuse() -> None:
    w = World("2026-11-23T21:58:00+08:00")
    key = w.report()
    w.done("file", key, INTAKE, component="3101151234567890")
    file = w.case(key).file
    assert (file.holder, file.fix_by_at, w.case(key).urgency) == ("tx", at("23:58"), "urgent")
    assert file.make_safe is not None
    assert (file.make_safe.holder, file.make_safe.due_at) == (WEI, at("22:58"))
    w.until("22:11")
    w.done("return", key, TELECOM, reason="not_my_duty", text="电力的井")
    file = w.case(key).file
    assert (file.state, file.bounced, file.fix_by_at) == ("returned", ("tx",), at("23:58"))
    assert file.targets[0] == "dl"
    assert "tx" not in file.targets
    assert w.refused("reassign", key, CHEN, to="tx") == ("not_now", "refused_before")
    w.until("22:26")
    w.done("reassign", key, CHEN, to="dl")
    w.until("22:40")
    assert w.done("return", key, POWER, reason="not_my_duty", text="通信的井") == [
        "CaseReturned", "RulingOpened"
    ]  # fmt: skip
    file = w.case(key).file
    assert (file.state, file.bounced) == ("ruling", ("tx", "dl"))
    assert file.ruling is not None
    assert (file.ruling.reason, file.ruling.due_at) == ("bounces", at("23:10"))
    assert len(file.ruling.candidates) == 3
    assert w.refused("reassign", key, CHEN, to="ps") == ("not_now", "in_ruling")
    w.done("send_for_ruling", key, CHEN)
    w.until("22:41")
    w.done("make_safe", key, WEIFANG, photos=["p"])
    assert w.facts[-1].data["minutes"] == 43
    assert w.facts[-1].data["late"] is False
    w.until("22:58")
    w.done("rule", key, WANG, holder="dl", kind="interim")
    file = w.case(key).file
    assert (file.state, file.holder, file.no_return) == ("dispatched", "dl", True)
    assert (file.fix_by_at, file.holder_due_at) == (at("23:58"), at("23:58"))
    again = w.ask("return", key, POWER, reason="not_my_duty", text="nein")
    assert again == Refusal("not_now", "no_return", {"no": file.ruled_no})
    assert file.ruled_no == "2026-112300001"
    w.until("23:05")
    w.report("hotline/2")
    assert w.done("merge", "hotline/2", INTAKE, into=key) == ["CaseMerged", "CallersJoined"]
    assert (w.case(key).file.callers, w.case("hotline/2").state) == (2, "merged")
    third = w.report("hotline/3", lon=121.53)
    w.done("file", third, INTAKE, component="3101151234567890")
    file = w.case(third).file
    assert (file.holder, file.no_return, file.why, file.why_names) == (
        "dl", True, "ruling", {"no": "2026-112300001"}
    )  # fmt: skip


def test_m6_two_officers_one_case() -> None:
    w = World("2026-11-23T22:41:07+08:00")
    key = w.report()
    w.done("file", key, INTAKE)
    seen = w.case(key).file.version
    w.done("escalate", key, CHEN, version=seen)
    escalated_at = w.machine
    lost = w.ask("reassign", key, LI, version=seen, to="dl")
    assert lost == Refusal(
        "conflict", "conflict", {}, Winner("chen××", escalated_at, "CaseEscalated", "shift_lead")
    )
    assert not w.state.outbox or all(item.to != "dl" for item in w.state.outbox.values())
    w.wait(seconds=18)
    assert w.refused("undo", key, LI) == ("not_now", "undo_not_yours")
    w.done("undo", key, CHEN)
    file = w.case(key).file
    assert (file.supervised, file.escalated_at, file.acknowledge_by) == (0, None, None)
    assert w.facts[-1].data["type"] == "CaseEscalated"
    assert w.refused("undo", key, CHEN) == ("not_now", "nothing_to_undo")


def test_m6_after_twenty_seconds_the_shift_lead_undoes_and_says_why() -> None:
    w = World()
    key = w.report()
    w.done("file", key, INTAKE)
    before = w.case(key).file
    w.done("reassign", key, CHEN, to="dl")
    w.wait(seconds=20.5)
    assert w.refused("undo", key, CHEN) == ("not_now", "undo_too_late")
    assert w.refused("undo", key, GU) == ("bad_args", "missing_arg")
    w.done("undo", key, GU, reason="wrong row")
    file = w.case(key).file
    assert w.facts[-1].reason == "wrong row"
    for name in ("state", "holder", "dispatches", "holder_due_at", "sign_by", "return_by", "targets", "why"):
        assert getattr(file, name) == getattr(before, name), name


def test_undo_needs_a_version_that_nobody_changed_since() -> None:
    w = World()
    key = w.report()
    w.done("file", key, INTAKE)
    w.done("reassign", key, CHEN, to="dl")
    w.done("sign", key, POWER)
    assert w.refused("undo", key, CHEN) == ("not_now", "nothing_to_undo")
    assert w.refused("undo", key, GU, reason="r") == ("not_now", "nothing_to_undo")


def test_m7_a_street_refuses() -> None:
    w = World("2026-11-23T09:12:00+08:00")
    key = w.report(**SHOP)
    w.done("file", key, INTAKE)
    before = w.case(key).file
    assert before.holder == TANG
    w.until("09:20")
    w.done("return", key, TANGZHEN, reason="not_my_area", text="合庆的", lon=121.7, lat=31.2, accuracy_m=15)
    file = w.case(key).file
    assert (file.state, file.bounced, file.targets[0]) == ("returned", (TANG,), HE)
    assert w.facts[-1].data["boundary_m"] == 12.0
    assert w.facts[-1].data["pin"] == {"lon": 121.7, "lat": 31.2, "accuracy_m": 15.0}
    assert (file.fix_by_at, file.deadline_at) == (before.fix_by_at, before.deadline_at)


def test_m7_whose_area_it_is_not_says_where_it_lies() -> None:
    w = World("2026-11-23T09:12:00+08:00")
    key = w.report(**SHOP)
    w.done("file", key, INTAKE)
    given: dict[str, Any]
    for given, field in (({}, "lon, lat"), ({"lon": 121.7}, "lat"), ({"accuracy_m": 15}, "lon, lat")):
        answer = w.ask("return", key, TANGZHEN, reason="not_my_area", text="t", **given)
        assert (answer.code, answer.reason, answer.names["field"]) == ("bad_args", "missing_arg", field)


def test_m7_a_return_after_its_time_names_the_time() -> None:
    w = World("2026-11-23T09:12:00+08:00")
    key = w.report(**SHOP)
    w.done("file", key, INTAKE)
    w.until("09:28")
    answer = w.ask("return", key, TANGZHEN, reason="not_my_area", text="t")
    assert answer == Refusal("not_now", "return_too_late", {"until_at": at("09:27")})


def test_m7_ordinary_classes_may_be_returned_for_two_office_hours() -> None:
    w = World("2026-11-23T11:30:00+08:00")
    key = w.report(**{**SHOP, "category": {"kind": "event", "code": "0113"}})
    w.done("file", key, INTAKE)
    assert w.case(key).file.return_by == at("14:30")


def test_m7_what_needs_another_first_is_no_bounce() -> None:
    w = World()
    key = w.report(**SHOP)
    w.done("file", key, INTAKE)
    w.done("return", key, TANGZHEN, reason="needs_other_first", text="t")
    assert (w.case(key).file.bounced, len(w.case(key).file.bounces)) == ((), 1)


def test_m7_a_task_to_make_safe_cannot_be_returned() -> None:
    w = World()
    key = w.report()
    w.done("file", key, INTAKE)
    forged = w.refused("return", key, WEIFANG, reason="not_my_duty", text="t")
    assert forged == ("not_allowed", "make_safe_no_return")


def test_m7_the_holder_that_must_make_safe_does_so_before_it_returns() -> None:
    w = World()
    key = w.report()
    w.done("file", key, INTAKE, owner_state="unknown")
    assert w.case(key).file.holder == WEI
    assert w.refused("return", key, WEIFANG, reason="not_my_duty", text="t") == ("not_now", "make_safe_first")
    w.done("make_safe", key, WEIFANG, photos=["a"])
    facts = w.done("return", key, WEIFANG, reason="owner_unknown", text="t")
    assert facts == ["CaseReturned", "RulingOpened"]
    assert w.facts[-1].data["reason"] == "territory"


def handled(w: World) -> str:
    key = w.report()
    w.done("file", key, INTAKE)
    w.done("sign", key, TELECOM)
    w.wait(minutes=10)
    w.done("feedback", key, TELECOM, outcome="fixed", text="t", **PHOTO)
    w.wait(minutes=5)
    return key


def test_m11_the_handlers_agency_never_checks() -> None:
    w = World()
    key = handled(w)
    field = {"passed": True, "mode": "field", "photo_at": iso(w.now.city), "photos": ["c"], **THERE}
    assert w.refused("check", key, TELECOM, **field) == ("not_allowed", "handler_checks")
    own_inspector = person("tx9", "inspector", agency="tx")
    assert w.refused("check", key, own_inspector, **field) == ("not_allowed", "handler_checks")
    w.done("check", key, POWER_INSPECTOR, **field)
    assert w.case(key).state == "closed"


def test_m11_a_check_from_the_chair_is_refused_with_both_numbers() -> None:
    w = World()
    key = handled(w)
    fed_back = w.case(key).file.handled_at
    field = {"passed": True, "mode": "field", "photos": ["c"], "photo_at": iso(w.now.city), **THERE}
    far = w.ask("check", key, INSPECTOR, **{**field, "lat": 31.22 + 180 / 111_195})
    assert far == Refusal("not_now", "too_far", {"metres": 180, "limit": 50})
    old = w.ask("check", key, INSPECTOR, **{**field, "photo_at": iso(w.now.city - 600)})
    assert old == Refusal(
        "not_now", "photo_before_feedback", {"photo_at": w.now.city - 600, "feedback_at": fed_back}
    )
    assert w.refused("check", key, INSPECTOR, passed=True, mode="video") == ("not_now", "field_only")
    assert w.refused("check", key, INSPECTOR, **{**field, "photos": []}) == ("bad_args", "missing_arg")


def test_a_rule_may_let_a_caller_confirm_but_never_for_a_hazard() -> None:
    w = World(remote_checks=("caller_confirmed",))
    hazard = handled(w)
    assert w.refused("check", hazard, INTAKE, passed=True, mode="caller_confirmed") == (
        "not_now", "field_only"
    )  # fmt: skip
    shop = w.report("hotline/shop", **SHOP)
    w.done("file", shop, INTAKE)
    w.done("sign", shop, TANGZHEN)
    w.done("feedback", shop, TANGZHEN, outcome="warned_first_offence", text="t", **PHOTO)
    assert w.done("check", shop, INTAKE, passed=True, mode="caller_confirmed") == [
        "CaseChecked", "CaseClosed"
    ]  # fmt: skip


def test_the_example_of_the_ruling_in_the_domain() -> None:
    """09:00 filed, 09:18 and 09:38 returned, 10:02 ruled: the citizen's deadline does not move."""
    w = World("2026-11-23T09:00:00+08:00")
    key = w.report()
    w.done("file", key, SYSTEM)
    w.until("09:05")
    w.done("reassign", key, DISPATCHER, to="ps")
    w.done("reassign", key, DISPATCHER, to="tx")
    w.until("09:18")
    w.done("return", key, TELECOM, reason="not_my_duty", text="t")
    w.until("09:25")
    w.done("dispatch", key, DISPATCHER, to="dl")
    w.until("09:38")
    w.done("return", key, POWER, reason="not_my_duty", text="t")
    assert w.case(key).file.ruling is not None
    assert w.case(key).file.ruling.due_at == at("10:08")
    w.until("10:03")
    answer = w.act("rule", key, WANG, holder="dl")
    assert isinstance(answer, Decision)
    file = w.case(key).file
    assert (file.fix_by_at, file.holder_due_at, file.deadline_at) == (at("11:00"), at("11:03"), at("11:30"))


@pytest.mark.parametrize("verb", ["return", "sign", "feedback"])
def test_only_its_holder_gives_a_holders_verb(verb: str) -> None:
    w = World()
    key = w.report()
    w.done("file", key, INTAKE)
    answer = w.ask(verb, key, POWER)
    assert answer == Refusal("not_allowed", "not_holder", {"at_holder": "tx"})
