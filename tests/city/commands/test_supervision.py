"""Escalation, undo, levels, reminders; walls and reveals; the verbs that a row offers."""

from typing import Any

import pytest

from city.access import Person
from city.clocks.timestamps import iso, parse
from city.commands.cases.automatic_steps import steps
from city.commands.cases.offered_verbs import offered_verbs
from city.commands.cases.supervision import escalate_to
from city.commands.command import Command, Decision, Refusal
from city.commands.decide import decide
from city.dispatch.sendable_units import UnitNow
from city.state.ledger_state import Camera, Place
from city.state.row_keys import row_key_of
from tests.city.commands.paths import PATHS, ROAD
from tests.city.commands.world import (
    CHEN,
    DISPATCHER,
    GU,
    INTAKE,
    LI,
    SYSTEM,
    TELECOM,
    WANG,
    WEIFANG,
    World,
    person,
)
from tests.lives import DISPATCHER as AT_DESK
from tests.lives import INTAKE as AT_INTAKE
from tests.lives import OFFICER, STREET, Lives, operator

ROTATING = person("ma", "rotating_leader")


def test_escalation_climbs_once_a_level_and_its_reason_comes_from_the_clock() -> None:
    w = World()
    key = PATHS["handling"](w)
    w.wait(minutes=60)
    told = []
    for by in (CHEN, CHEN, CHEN):
        told.append(escalate_to(w.case(key)))
        w.done("escalate", key, by)
    assert told == ["shift_lead", "duty_leader", "district"]
    assert [f.data["level"] for f in w.facts if f.type == "CaseEscalated"] == [1, 2, 3]
    assert (w.facts[-1].data["why"], w.facts[-1].data["names"]) == ("used", {"percent": "50"})
    assert w.facts[-1].data["acknowledge_by"] is None
    assert escalate_to(w.case(key)) == ""
    assert w.refused("escalate", key, CHEN) == ("not_now", "top_level")


def test_nobody_escalates_to_themselves() -> None:
    w = World()
    key = PATHS["handling"](w)
    assert escalate_to(w.case(key), "shift_lead") == "duty_leader"
    w.done("escalate", key, GU, reason="needs the leader")
    assert w.case(key).file.supervised == 2
    assert (w.facts[-1].data["why"], w.facts[-1].reason) == ("typed", "needs the leader")
    assert w.refused("escalate", key, CHEN, level=1) == ("not_now", "level_done")
    both = person("hu", "duty_officer", "shift_lead")
    other = World()
    key = PATHS["handling"](other)
    other.done("escalate", key, both)
    assert other.case(key).file.supervised == 2


def test_a_level_that_is_named_is_the_next_one_above_who_names_it() -> None:
    w = World()
    key = PATHS["handling"](w)
    assert w.refused("escalate", key, CHEN, level=3) == ("not_now", "next_level")
    assert w.refused("escalate", key, GU, level=1) == ("not_now", "next_level")
    w.done("escalate", key, CHEN, level=1)
    w.done("escalate", key, GU, level=2)
    assert w.case(key).file.supervised == 2


def test_the_share_that_an_escalation_tells_counts_as_the_clocks_do() -> None:
    w = World("2026-11-27T16:00:00+08:00")  # a Friday
    key = w.report(**ROAD)
    w.done("file", key, INTAKE)
    w.wait(minutes=2 * 24 * 60)
    w.done("escalate", key, CHEN)
    told = w.facts[-1].data
    assert (told["why"], told["names"]) == ("used", {"percent": "4"})  # 1.5 of 37.5 office hours


def test_a_suspension_uses_up_no_share() -> None:
    w = World()
    key = PATHS["suspended"](w)
    w.wait(minutes=24 * 60)
    w.done("escalate", key, CHEN)
    assert w.facts[-1].data["names"] == {"percent": "0"}
    w.done("resume", key, GU)
    w.done("escalate", key, CHEN)
    assert w.facts[-1].data["names"] == {"percent": "0"}


def test_an_overdue_case_says_so() -> None:
    w = World()
    key = PATHS["handling"](w)
    w.wait(minutes=150)
    w.done("escalate", key, CHEN)
    assert (w.facts[-1].data["why"], w.facts[-1].data["names"]) == ("overdue", {"percent": "125"})


def test_an_escalation_is_acknowledged_at_its_level_or_above() -> None:
    w = World()
    key = PATHS["handling"](w)
    assert w.refused("acknowledge", key, GU) == ("not_now", "not_escalated")
    w.done("escalate", key, CHEN)
    w.done("escalate", key, CHEN)
    assert w.refused("acknowledge", key, GU) == ("not_allowed", "level_above")
    w.done("acknowledge", key, ROTATING)
    assert w.refused("acknowledge", key, WANG) == ("not_now", "acknowledged_before")
    assert w.case(key).file.acknowledged_at == w.now.city


def test_undoing_the_first_act_on_a_mirrored_case_gives_it_back() -> None:
    w = World()
    mirror = {"state": "handling", "agency": "电力", "at": iso(w.now.city), "due_at": iso(w.now.city + 7200)}
    key = w.report(mirror=mirror, external=[{"system": "12345", "no": "7"}])
    assert (w.case(key).holder, w.case(key).file.own) == ("电力", False)
    w.done("reassign", key, CHEN, to="tx")
    assert (w.case(key).holder, w.case(key).file.own, w.case(key).due_at) == ("tx", True, w.now.city + 7200)
    w.done("undo", key, CHEN)
    case = w.case(key)
    assert (case.holder, case.state, case.file.own, case.file.version) == ("电力", "handling", False, 2)
    w.done("escalate", key, CHEN)
    assert (w.case(key).holder, w.case(key).file.version) == ("dl", 3)


def test_a_mirrored_case_goes_on_by_its_holders_code() -> None:
    w = World()
    mirror = {"state": "returned", "returned_by": ["通信"], "at": iso(w.now.city)}
    known = [{"system": "12345", "no": "7"}]
    key = w.report(mirror=mirror, external=known)
    assert w.refused("reassign", key, CHEN, to="tx") == ("not_now", "refused_before")
    w.done("escalate", key, CHEN)
    assert w.case(key).file.bounced == ("tx",)
    later = {"state": "closed", "at": iso(w.now.city + 60)}
    w.report("hotline/later", mirror=later, external=known)
    assert (w.case(key).mirror.state, w.case(key).state) == ("closed", "returned")


def test_the_level_above_is_asked_with_what_was_tried_and_a_picture() -> None:
    w = World()
    key = PATHS["returned"](w)
    w.done("reassign", key, CHEN, to=WEIFANG.street)
    assert w.refused("transfer_level", key, WEIFANG, text="t", photos=[]) == ("bad_args", "bad_arg")
    # A street says which of the four reasons it has; an officer asks the city without one.
    for wrong, code in ({}, "missing_arg"), ({"reason": "busy"}, "bad_arg"):
        assert w.refused("transfer_level", key, WEIFANG, text="t", photos=["a"], **wrong)[1] == code
    w.done("transfer_level", key, WEIFANG, text="tried", photos=["a"], reason="cross_street")
    file = w.case(key).file
    assert (file.level_asked, file.level_from, file.answer_by) == ("district", "street", w.now.city + 900)
    assert w.refused("answer_level", key, WEIFANG, accepted=True) == ("not_allowed", "level_above")
    assert w.refused("transfer_level", key, CHEN, text="t", photos=["a"]) == ("not_now", "level_asked")
    w.done("answer_level", key, CHEN, accepted=False)
    assert (w.case(key).file.level, w.case(key).file.level_asked) == ("street", "")


def test_the_city_is_asked_by_its_officer_and_answered_by_the_duty_leader() -> None:
    w = World()
    key = PATHS["handling"](w)
    w.done("transfer_level", key, CHEN, text="tried", photos=["a"])
    assert w.case(key).file.level_asked == "city"
    for by in (CHEN, GU):
        assert w.refused("answer_level", key, by, accepted=True) == ("not_allowed", "up_by_leader")
    assert w.done("transfer_up", key, WANG, text="t") == ["LevelAnswered", "CaseTransferredUp"]
    file = w.case(key).file
    assert (file.state, file.level, file.level_asked, file.answer_by) == ("transferred_up", "city", "", None)
    assert file.last is not None
    assert file.last.type == "CaseTransferredUp"
    sent_back = World()
    key = PATHS["handling"](sent_back)
    sent_back.done("transfer_level", key, CHEN, text="tried", photos=["a"])
    sent_back.done("answer_level", key, GU, accepted=False)
    assert sent_back.case(key).file.level == "district"


def test_what_the_district_takes_from_a_street_goes_on_to_whom_the_rules_name_next() -> None:
    lives = Lives(parse("2026-06-09T10:00:00+08:00"))
    case = lives.report(category=("event", "0101"))
    lives.did(case, "file", AT_INTAKE)
    street = case.file.holder
    assert street == STREET
    lives.did(case, "transfer_level", operator(street), text="tried", photos=["a"], reason="difficult")
    lives.did(case, "answer_level", OFFICER, accepted=True)
    assert (case.file.beyond_power, case.file.targets[0], case.file.holder) == (True, "cg", street)
    assert offered_verbs(case)[-1] == "reassign"
    lives.did(case, "return", operator(street), reason="cannot_find", text="t")
    lives.did(case, "dispatch", AT_DESK)
    assert (case.file.holder, case.file.why) == ("cg", "beyond_power")


def test_what_a_street_does_not_hand_up_stays_within_its_power() -> None:
    lives = Lives(parse("2026-06-09T10:00:00+08:00"))
    case = lives.report(category=("event", "0101"))
    lives.did(case, "file", AT_INTAKE)
    lives.did(case, "transfer_level", operator(STREET), text="tried", photos=["a"], reason="major")
    lives.did(case, "answer_level", OFFICER, accepted=False)
    assert not case.file.beyond_power


CLOSED_TO = {"send_for_ruling": CHEN, "acknowledge": GU, "answer_level": CHEN}


@pytest.mark.parametrize("verb", sorted(CLOSED_TO))
def test_nothing_is_ruled_supervised_or_answered_of_a_case_that_is_over(verb: str) -> None:
    w = World()
    key = w.report()
    w.done("file", key, INTAKE, owner_state="unknown")
    w.done("escalate", key, CHEN)
    w.done("transfer_level", key, CHEN, text="tried", photos=["a"])
    w.done("void", key, GU, reason="test_data", text="t")
    w.done("confirm_void", key, WANG)
    args = {"accepted": False} if verb == "answer_level" else {}
    assert w.refused(verb, key, CLOSED_TO[verb], **args) == ("not_now", "state_voided")


def test_who_was_sent_to_look_is_reminded_until_it_may_be_filed() -> None:
    w = World()
    key = PATHS["verifying"](w)
    assert offered_verbs(w.case(key)) == ["remind", "escalate"]
    w.done("remind", key, CHEN)
    assert w.facts[-1].data["to"] == WEIFANG.street
    w.wait(minutes=31)
    [step] = [one for one in steps(w.case(key), w.rules.numbers) if one.code == "verify"]
    w.done("pass_limit", key, SYSTEM, step="verify", serial=step.serial, due_at=iso(step.at))
    assert offered_verbs(w.case(key)) == ["file", "escalate"]
    w.done("file", key, INTAKE)


def test_a_reminder_counts_and_needs_somebody_to_remind() -> None:
    w = World()
    key = PATHS["handling"](w)
    w.done("remind", key, CHEN)
    w.done("remind", key, DISPATCHER)
    assert w.case(key).file.reminders == 2
    nobody = World()
    assert nobody.refused("remind", PATHS["filed"](nobody), CHEN) == ("not_now", "nobody_has_it")


def show(w: World, by: Person, wall: str = "wall:hall", verb: str = "show", **args: Any) -> Any:
    answer = decide(w.state, Command("c", verb, wall, 0, args), by, w.rules, w.now)
    if isinstance(answer, Decision):
        w.take(answer, verb, by)
    return answer


def test_a_case_is_put_on_a_wall_by_its_mark_for_three_minutes() -> None:
    w = World()
    key = w.report()
    show(w, CHEN, kind="case", id=row_key_of(key))
    shown = w.state.shows["hall"]
    assert (shown.kind, shown.id, shown.by, shown.until) == (
        "case",
        row_key_of(key),
        "chen××",
        w.machine + 180,
    )
    show(w, LI, verb="clear")
    assert w.state.shows == {}
    assert show(w, LI, verb="clear") == Refusal("not_now", "nothing_shown")


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        ({"kind": "case"}, "missing_arg"), ({"kind": "case", "id": "x"}, "bad_arg"),
        ({"kind": "camera", "id": "none"}, "bad_arg"), ({"kind": "camera", "id": "cam"}, "camera_private"),
        ({"kind": "view"}, "missing_arg"), ({"kind": "view", "view": [2, 1, 0, 1]}, "bad_arg"),
        ({"kind": "film", "id": "x"}, "bad_arg"),
    ],
)  # fmt: skip
def test_what_a_wall_cannot_show_is_refused(args: dict[str, Any], reason: str) -> None:
    w = World()
    w.state.cameras["cam"] = Camera("cam", "c", Place(0, 0), privacy="forbidden_on_wall")
    assert show(w, CHEN, **args).reason == reason


def test_a_wall_has_a_plain_name_and_its_verbs_their_roles() -> None:
    w = World()
    assert show(w, CHEN, "wall:<b>", kind="view").reason == "unknown_wall"
    assert show(w, CHEN, "case:hotline/1", kind="view").reason == "unknown_wall"
    assert show(w, INTAKE, kind="view", view=[0, 1, 0, 1]).reason == "no_right"


def test_a_reveal_is_noted_with_its_purpose_and_changes_nothing() -> None:
    w = World()
    key = w.report(reporter_ref="p_1")
    answer = w.act("reveal", key, INTAKE, purpose="call_back")
    assert answer.expects == ()
    assert w.facts[-1].data["ref"] == "p_1"
    file = w.case(key).file
    assert (file.version, file.last, file.story) == (0, None, [1, 2])
    assert w.refused("reveal", key, INTAKE, purpose="other") == ("bad_args", "missing_arg")
    assert w.refused("reveal", key, CHEN, purpose="contact") == ("not_allowed", "no_right")
    assert w.refused("reveal", key, TELECOM, purpose="contact") == ("not_allowed", "not_holder")
    assert w.refused("reveal", w.report("h/2"), INTAKE, purpose="contact") == ("not_now", "no_reporter")


OFFERS = {
    "reported": ["send_unit", "file", "escalate"], "filed": ["dispatch", "escalate"],
    "dispatched": ["send_unit", "escalate", "reassign"], "handling": ["send_unit", "escalate", "reassign"],
    "returned": ["send_unit", "escalate", "reassign"], "ruling": ["send_unit", "send_for_ruling"],
    "handled": ["send_unit", "escalate"], "closed": [], "merged": [],
}  # fmt: skip


@pytest.mark.parametrize("state", sorted(OFFERS))
def test_what_a_row_offers_first(state: str) -> None:
    w = World()
    key = PATHS[state](w)
    found = offered_verbs(w.case(key))
    wanted = OFFERS[state] if w.case(key).hazard else [v for v in OFFERS[state] if v != "send_unit"]
    assert found == wanted


def test_a_ruling_that_was_sent_and_a_unit_that_was_sent_are_offered_no_more() -> None:
    w = World()
    key = PATHS["ruling"](w)
    w.done("send_unit", key, CHEN, unit="u1")
    assert offered_verbs(w.case(key)) == ["send_for_ruling"]
    w.done("send_for_ruling", key, CHEN)
    assert offered_verbs(w.case(key)) == []
    assert w.refused("send_for_ruling", key, CHEN) == ("not_now", "ruling_sent")
    assert w.refused("send_unit", key, CHEN, unit="u1") == ("not_now", "unit_sent")


@pytest.mark.parametrize(("unit", "why"), [
    (UnitNow("squad", "standby", lost=True), "unit_lost"),
    (UnitNow("squad", "en_route", lost=False), "unit_away"),
    (UnitNow("ambulance", "standby", lost=False), "unit_unfit"),
    (UnitNow("", "standby", lost=False), "unit_unfit"),
])  # fmt: skip
def test_a_unit_that_no_screen_would_offer_is_not_sent(unit: UnitNow, why: str) -> None:
    w = World()
    key = PATHS["dispatched"](w)
    w.units = {"u1": unit, "u2": UnitNow("squad", "standby", lost=False)}
    assert w.refused("send_unit", key, CHEN, unit="u1") == ("not_now", why)
    assert w.done("send_unit", key, CHEN, unit="u2") == ["UnitSent"]
    assert w.done("send_unit", key, CHEN, unit="known to who sends it") == ["UnitSent"]


def test_reopening_makes_a_new_case_once_within_seven_days() -> None:
    w = World()
    key = PATHS["closed"](w)
    w.wait(minutes=7 * 24 * 60 - 1)
    w.done("reopen", key, INTAKE, text="again")
    old = w.case(key)
    new = w.case(old.file.reopened_by)
    assert (old.state, new.state, new.file.own, new.file.reopen_of) == ("closed", "reported", True, key)
    assert (new.kind, new.code, new.place, new.description) == (old.kind, old.code, old.place, "again")
    assert w.refused("reopen", key, INTAKE, text="t") == ("not_now", "reopened_before")
    late = World()
    key = PATHS["closed"](late)
    late.wait(minutes=7 * 24 * 60 + 1)
    assert late.refused("reopen", key, INTAKE, text="t") == ("not_now", "reopen_too_late")


def test_a_ruling_binds_the_next_case_of_its_road_or_area() -> None:
    w = World()
    key = PATHS["ruling"](w)
    assert w.refused("rule", key, WANG, holder="nobody") == ("bad_args", "bad_arg")
    assert w.refused("rule", key, WANG, holder="dl", scope="this_component") == ("bad_args", "bad_arg")
    w.done("rule", key, WANG, holder="dl", scope="this_road_segment", kind="final")
    name = "road:310115004:羽山路:component:0123"
    assert w.state.register[name].holder == "dl"
    assert w.case(key).file.owner_state == "ruled_final"
    area = World()
    key = PATHS["ruling"](area)
    area.done("report_rule_error", key, CHEN, text="t")
    assert area.state.errata[key].rule == "r1"
    area.done("rule", key, WANG, holder="ps", scope="category_in_area")
    assert list(area.state.register) == ["area:310115004:component:0123"]
    assert (area.state.errata, area.case(key).file.errata) == ({}, False)


def test_a_ruling_beside_its_holder_only_binds_it() -> None:
    w = World()
    key = w.report()
    w.done("file", key, INTAKE, owner_state="unknown")
    w.done("sign", key, WEIFANG)
    assert w.case(key).file.ruling is not None
    assert w.done("rule", key, WANG, holder=WEIFANG.street) == ["OwnershipRuled"]
    file = w.case(key).file
    assert (file.state, file.no_return) == ("handling", True)
    assert w.refused("return", key, WEIFANG, reason="not_my_duty", text="t")[1] == "no_return"
