"""The relaxations of an emergency (§4.6): what each one allows, until when, and what never relaxes."""

from typing import Any

import pytest

from city.clocks.timestamps import iso
from city.commands.command import Command, Decision, NewFact, Refusal
from city.commands.decide import decide
from city.commands.subjects import find_subject
from city.dispatch.sendable_units import UnitNow
from city.dispatch.tables.response_rules import RELAXATIONS
from tests.city.commands.linkage.linkage_world import Linked
from tests.city.commands.paths import PHOTO, ROAD, THERE, dispatched, handled, returned
from tests.city.commands.world import (
    DISPATCHER,
    GU,
    HE,
    INSPECTOR,
    INTAKE,
    LI,
    OTHER_INSPECTOR,
    SYSTEM,
    WANG,
    WEI,
    WEIFANG,
    World,
    person,
)
from tests.city.response.plan_world import Raised

RESCUE = UnitNow("squad", "standby", lost=False, call_sign="城管3", agency="cg", lon=121.5, lat=31.2)


def relax(w: World, *kinds: str, hours: float = 8.0) -> None:
    """Switch relaxations on."""
    for kind in kinds:
        subject = find_subject(w.state, f"relaxation:{kind}")
        assert subject is not None
        args = {"until": iso(w.now.city + hours * 3600), "text": "防汛防台Ⅱ级响应"}
        command = Command(f"r-{kind}", "start_relaxation", subject.name, subject.version, args)
        answer = decide(w.state, command, WANG, w.rules, w.now)
        assert isinstance(answer, Decision), answer
        w.take(answer, "start_relaxation", WANG)


def ordinary(w: World) -> str:
    """An ordinary case whose holder has reported it as done."""
    key = w.report(**ROAD)
    w.done("file", key, INTAKE)
    w.done("sign", key, WEIFANG)
    w.done("feedback", key, WEIFANG, outcome="fixed", text="done", **PHOTO)
    return key


def on(w: World, verb: str, subject: str, by: Any, **args: Any) -> Decision | Refusal:
    found = find_subject(w.state, subject)
    assert found is not None
    return decide(w.state, Command("c", verb, subject, found.version, args), by, w.rules, w.now)


def test_each_of_the_seven_has_a_switch_with_who_when_and_until() -> None:
    w = World()
    relax(w, *RELAXATIONS)
    assert len(RELAXATIONS) == 7
    for kind in RELAXATIONS:
        span = w.state.relaxations[kind].active(w.now.city)
        assert span is not None
        assert (span.by, span.at, span.until) == ("wang", w.now.city, w.now.city + 8 * 3600)
        assert any(line.text == f"log.relaxed.{kind}" for line in w.state.log)


@pytest.mark.parametrize("mode", ["video", "caller_confirmed"])
def test_a_check_from_afar_counts_for_ordinary_cases_while_that_is_relaxed(mode: str) -> None:
    w = World()
    key = ordinary(w)
    assert w.refused("check", key, OTHER_INSPECTOR, passed=True, mode=mode) == ("not_now", "field_only")
    relax(w, "remote_checks")
    checked = w.act("check", key, OTHER_INSPECTOR, passed=True, mode=mode)
    assert checked.facts[0].data["relaxed"] is True


def test_a_dispatcher_skips_the_rules_with_one_tap_and_the_fact_says_so() -> None:
    w = World()
    key = returned(w)
    assert w.refused("dispatch", key, DISPATCHER, to="lh", skip_rules=True) == ("not_now", "not_relaxed")
    relax(w, "skip_rules")
    assert w.refused("dispatch", key, DISPATCHER, skip_rules=True)[0] == "bad_args"
    (fact,) = w.act("dispatch", key, DISPATCHER, to="tx", skip_rules=True).facts
    assert (fact.type, fact.data["to"], fact.data["rules_skipped"]) == ("CaseDispatched", "tx", True)
    assert w.case(key).file.holder == "tx"


def test_a_street_commands_the_districts_units_inside_its_area_only_while_that_is_relaxed() -> None:
    w = World()
    w.units["u1"] = RESCUE
    by = person("he1", "street_operator", street=HE)  # the world's map lies in this street
    key = w.report(**ROAD, street=HE)
    assert w.refused("send_unit", key, by, unit="u1") == ("not_now", "unit_of_district")
    relax(w, "street_command")
    w.done("send_unit", key, by, unit="u1")
    other = w.report("hotline/2", **ROAD)
    assert w.refused("send_unit", other, WEIFANG, unit="u1") == ("not_now", "unit_of_district")


def test_an_inspector_reports_by_position_and_adds_the_photo_within_a_day() -> None:
    w = World()
    args = {"kind": "event", "code": "0113", **THERE}
    by = person("sun", "inspector")
    assert isinstance(on(w, "report", "report:12345678", by, **args), Refusal)
    relax(w, "photo_later")
    told = on(w, "report", "report:12345678", by, **args)
    assert isinstance(told, Decision)
    w.take(told, "report", by)
    key = "citywall/12345678"
    assert w.case(key).file.photo_by == w.now.city + 86_400
    w.done("add_photos", key, by, photos=["a" * 64])
    assert w.case(key).file.photo_by is None
    assert [photo.stage for photo in w.case(key).file.photos] == ["report"]
    assert w.refused("add_photos", key, by, photos=["a" * 64]) == ("not_now", "no_photo_due")


def test_a_report_that_is_sent_later_needs_no_photo_if_it_was_seen_while_that_was_relaxed() -> None:
    w = World()
    by = person("sun", "inspector")
    args = {"kind": "event", "code": "0113", **THERE}
    relax(w, "photo_later", hours=1.0)
    seen = w.now.city + 1800
    w.wait(minutes=120)
    late = on(w, "report", "report:12345678", by, **args, at=iso(seen))
    assert isinstance(late, Decision)
    after = on(w, "report", "report:12345679", by, **args, at=iso(seen + 3600))
    assert isinstance(after, Refusal)
    assert (after.reason, after.names["field"]) == ("missing_arg", "photos")


def test_a_spoken_order_counts_before_its_text_and_is_late_after_half_an_hour() -> None:
    w = Linked()
    incident = w.tree({"agency": "jt", "priority": "P2", "template": "tree_down#2"})
    subject = f"incident:{incident.id}"
    spoken = {"agency": "lh", "priority": "P1", "mode": "verbal_recorded"}
    assert w.no("issue_task", subject, LI, **spoken)[0] == "bad_arg"
    relax(w, "verbal_orders")
    assert w.no("issue_task", subject, LI, agency="lh", priority="P1")[0] == "bad_arg"
    w.did("issue_task", subject, LI, **spoken)
    task = f"task:{incident.id}.2"
    assert w.task(task).write_by == w.now.city + 1800
    w.wait(minutes=31)
    assert "write" in w.ticks(task)
    w.did("write_task_order", task, GU, text="立即清树")
    assert (w.task(task).text, w.task(task).write_by) == ("立即清树", None)
    assert w.no("write_task_order", task, GU, text="再写")[0] == "order_is_written"


def test_one_that_was_switched_on_by_hand_ends_with_the_level_that_the_plan_names() -> None:
    w = Raised()
    w.activate(1)
    w.activate(3)
    w.did("end_relaxation", "relaxation:lift_cap", WANG)
    relax(w, "lift_cap")
    w.activate(2)
    assert w.state.relaxations["lift_cap"].active(w.now.city) is not None
    assert w.state.relaxations["remote_checks"].active(w.now.city) is None
    w.activate(1)
    assert w.state.relaxations["lift_cap"].active(w.now.city) is None


def test_what_never_relaxes_has_no_switch() -> None:
    w = World()
    for kind in ("two_person_approval", "make_safe", "masking", "casualties", "exercise_separation"):
        until = iso(w.now.city + 3600)
        answer = on(w, "start_relaxation", f"relaxation:{kind}", WANG, until=until, text="x")
        assert isinstance(answer, Refusal)
        assert answer.reason == "unknown_relaxation"


def test_with_everything_relaxed_a_hazard_is_still_checked_in_the_field_and_made_safe_in_time() -> None:
    w = World()
    relax(w, *RELAXATIONS)
    key = handled(w)
    safe = w.case(key).file.make_safe
    assert safe is not None
    assert safe.due_at - safe.ordered_at == w.rules.numbers.make_safe_s
    refused = w.refused("check", key, INSPECTOR, passed=True, mode="video")
    assert refused == ("not_now", "field_only")


def test_with_everything_relaxed_identity_masking_and_both_axes_stay() -> None:
    w = World()
    relax(w, *RELAXATIONS)
    key = dispatched(w)
    assert w.refused("dispatch", key, LI, to="dl", skip_rules=True) == ("not_allowed", "no_right")
    assert w.refused("reveal", key, DISPATCHER, purpose="contact") == ("not_allowed", "no_right")
    assert w.refused("sign", key, WEIFANG) == ("not_allowed", "not_holder")


def test_with_everything_relaxed_casualties_are_held_until_a_leader_releases_them() -> None:
    w = Linked()
    relax(w, *RELAXATIONS)
    incident = w.tree({"agency": "jt", "priority": "P2", "template": "tree_down#2"})
    subject = f"incident:{incident.id}"
    w.did("report_casualties", subject, LI, dead=0, missing=0, injured=1, evacuated=0)
    assert w.no("release_casualties", subject, LI)[0] == "no_right"
    held = w.incident(incident).casualties
    assert held is not None
    assert held.released is None
    w.did("release_casualties", subject, WANG)


def test_with_everything_relaxed_an_exercise_reaches_nobody_outside() -> None:
    w = Raised(exercise=True)
    relax(w, *RELAXATIONS)
    w.append(NewFact("OutletsSet", "city:outlets", {"systems": [WEI, "sw", "dl"]}), SYSTEM)
    w.activate(3)
    assert w.state.outbox == {}
    assert all(task.is_exercise for task in w.state.tasks.values())
