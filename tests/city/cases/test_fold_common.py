"""Folding facts on cases: the part that all facts share, the outbox, the duty log."""

import math
from typing import Any

import msgspec
import pytest

from city.commands.command import NewFact
from city.state.ledger_state import Item
from city.state.row_keys import row_key_of
from tests.city.commands.paths import PATHS, PHOTO
from tests.city.commands.world import CHEN, GU, INTAKE, SYSTEM, TELECOM, WANG, WEIFANG, World

EXTERNAL = [{"system": "12345", "no": "GD1"}]
SHOP = {"category": {"kind": "event", "code": "0405"}, "external": EXTERNAL}


def items(w: World, kind: str) -> list[Item]:
    return [item for item in w.state.outbox.values() if item.kind == kind]


def test_the_story_holds_every_fact_and_the_last_act_is_the_newest_that_changed_something() -> None:
    w = World()
    key = PATHS["handling"](w)
    w.append(NewFact("CommandRefused", f"case:{key}", {"verb": "reassign", "code": "conflict"}), CHEN)
    case = w.case(key)
    assert case.file.story == [1, 2, 3, 4, 5, 6]
    assert case.changed == 6
    assert case.file.last is not None
    assert (case.file.last.type, case.file.last.name, case.file.last.position) == ("CaseSigned", "tx1××", 5)


def test_facts_of_one_act_share_a_version() -> None:
    w = World()
    key = PATHS["dispatched"](w)
    assert [fact.data["version"] for fact in w.facts[1:]] == [1, 1, 1]
    assert w.case(key).file.version == 1


@pytest.mark.parametrize(
    "filler", ["0001-01-01T00:00:00+08:00", "0001-01-01T00:00:00+14:00", "1970-01-01T00:00:00Z"]
)
def test_a_case_that_an_older_ledger_has_from_no_time_counts_from_its_recording(filler: str) -> None:
    w = World()
    key = w.report(at=filler, mirror={"state": "dispatched", "due_at": "9999-12-31T23:59:59Z", "at": filler})
    case = w.case(key)
    assert (case.at, case.mirror.at, case.due_at, case.file.imported) == (
        case.recorded_at,
        case.recorded_at,
        None,
        False,
    )
    w.done("escalate", key, CHEN)


def test_a_case_that_an_older_ledger_has_at_0_0_has_no_position() -> None:
    w = World()
    place = w.case(w.report(lon=0, lat=0.0)).place
    assert math.isnan(place.lon)
    assert math.isnan(place.lat)


def test_a_mark_finds_its_case() -> None:
    w = World()
    key = w.report()
    assert w.state.by_mark == {row_key_of(key): key}


def test_a_fact_that_cannot_be_folded_whole_changes_nothing_of_its_case() -> None:
    w = World()
    key = PATHS["handling"](w)
    before = msgspec.msgpack.encode(w.case(key))
    w.append(NewFact("CaseHandled", f"case:{key}", {"version": 9, "outcome": "magic"}), TELECOM)
    w.append(NewFact("CaseDispatched", f"case:{key}", {"version": 10**400, "to": "dl"}), TELECOM)
    w.append(NewFact("CaseSigned", "case:none", {"version": 1}), TELECOM)
    assert msgspec.msgpack.encode(w.case(key)) == before
    assert w.state.refused == {"CaseHandled/1": 1, "CaseDispatched/1": 1, "CaseSigned/1": 1}


def test_a_later_word_of_its_source_changes_the_mirrored_status_of_our_own_case_alone() -> None:
    w = World()
    key = w.report(**SHOP)
    w.done("file", key, INTAKE)
    w.wait(minutes=1)
    later = {"state": "closed", "at": "2026-11-23T10:00:00+08:00"}
    w.report("hotline/again", external=EXTERNAL, mirror=later, urgency="critical")
    case = w.case(key)
    assert (case.state, case.mirror.state, case.urgency) == ("dispatched", "closed", "normal")


def test_status_goes_back_to_the_system_that_a_case_came_from_after_the_time_to_undo() -> None:
    w = World()
    key = w.report(**SHOP)
    w.done("file", key, INTAKE)
    (item,) = items(w, "status")
    assert (item.to, item.text, item.names["external"]) == ("12345", "outbox.state.dispatched", "GD1")
    assert item.not_before == w.machine + 20


def test_an_unsent_status_gives_way_to_a_newer_one() -> None:
    w = World()
    key = w.report(**SHOP)
    w.done("file", key, INTAKE)
    w.done("reassign", key, CHEN, to="cg")
    assert [item.names["holder"] for item in items(w, "status")] == ["cg"]


def test_hazards_are_told_at_once() -> None:
    w = World()
    PATHS["dispatched"](w)
    told = {item.to: item.not_before - w.machine for item in items(w, "notice")}
    assert told == {"310115004": 0.0, "tx": 0.0}


def test_an_undone_act_that_was_not_told_yet_is_told_nobody() -> None:
    w = World()
    key = w.report(**SHOP)
    w.done("file", key, INTAKE)
    w.done("reassign", key, CHEN, to="cg")
    assert "cg" in {item.to for item in items(w, "notice")}
    w.done("undo", key, CHEN)
    assert "cg" not in {item.to for item in items(w, "notice")}
    assert [item.names["holder"] for item in items(w, "status")] == ["310115004"]


def test_an_undone_act_that_was_told_is_recalled() -> None:
    w = World()
    key = PATHS["dispatched"](w)
    w.done("reassign", key, CHEN, to="dl")
    sent = next(item for item in items(w, "notice") if item.to == "dl")
    delivered = NewFact("OutboxDelivered", f"case:{key}", {"item": sent.id, "adapter": "w", "status": "200"})
    w.append(delivered, SYSTEM)
    assert sent.id not in w.state.outbox
    w.done("undo", key, CHEN)
    (recall,) = [item for item in items(w, "notice") if item.recall_of]
    assert (recall.to, recall.text, recall.recall_of) == ("dl", "outbox.recall.CaseReassigned", sent.id)
    w.append(NewFact("OutboxFailed", f"case:{key}", {"item": recall.id, "reason": "off", "tries": 5}), SYSTEM)
    assert recall.id not in w.state.outbox


def test_the_duty_log_tells_of_escalations_rulings_and_transfers() -> None:
    w = World()
    key = PATHS["ruling"](w)
    w.done("escalate", key, CHEN)
    w.done("rule", key, WANG, holder="dl")
    w.done("transfer_up", key, WANG, text="t")
    assert [line.text for line in w.state.log] == [
        "log.ruling_opened", "log.escalated.1", "log.ruled", "log.transferred_up"
    ]  # fmt: skip
    assert w.state.log[0].names["road"] == "羽山路"


def test_the_duty_log_does_not_leave_an_undone_escalation_standing() -> None:
    w = World()
    key = PATHS["dispatched"](w)
    for verb, given in (("escalate", {}), ("undo", {}), ("reassign", {"to": "dl"}), ("undo", {})):
        w.done(verb, key, CHEN, **given)
    assert [line.text for line in w.state.log] == ["log.escalated.1", "log.escalation_undone"]


def test_the_duty_log_tells_once_of_a_ruling_however_often_it_is_asked_for() -> None:
    w = World()
    key = w.report()
    asked = w.done("file", key, INTAKE, owner_state="unknown")
    w.done("make_safe", key, WEIFANG, photos=["a"])
    asked += w.done("return", key, WEIFANG, reason="owner_unknown", text="t")
    assert asked.count("RulingOpened") == 2
    assert [line.text for line in w.state.log] == ["log.ruling_opened"]


def test_a_step_that_passed_is_kept_with_its_occasion() -> None:
    w = World()
    key = PATHS["filed"](w)
    for _ in range(2):
        data = {"version": 2, "step": "dispatch", "serial": 1, "due_at": "x", "late_s": 0.0, "told": []}
        w.append(NewFact("StageLimitPassed", f"case:{key}", data), SYSTEM)
    assert w.case(key).file.stages_passed == ("dispatch:1",)


@pytest.mark.parametrize("outcome", ["guided", "warned_first_offence"])
def test_the_gentle_outcomes_are_kept(outcome: str) -> None:
    w = World()
    key = PATHS["handling"](w)
    w.done("feedback", key, TELECOM, outcome=outcome, text="t", **PHOTO)
    assert w.case(key).file.outcome == outcome


def test_supervision_in_writing_counts_as_the_first_level() -> None:
    w = World()
    key = PATHS["handling"](w)
    w.done("supervise", key, GU, text="t")
    file = w.case(key).file
    assert (file.supervised, file.acknowledged_at, file.acknowledge_by) == (1, w.now.city, None)


def test_making_safe_keeps_the_pictures_and_the_moment() -> None:
    w = World()
    key = PATHS["dispatched"](w)
    w.wait(minutes=61)
    w.done("make_safe", key, WEIFANG, photos=["a", "b"])
    safe = w.case(key).file.make_safe
    assert safe is not None
    assert (safe.done_at, safe.photos, w.facts[-1].data["late"]) == (w.now.city, 2, True)
    assert w.refused("make_safe", key, WEIFANG, photos=["a"]) == ("not_now", "made_safe_before")


def test_texts_of_a_report_are_kept_short_enough() -> None:
    w = World()
    long: dict[str, Any] = {"description": "字" * 5000, "address": "路" * 300, "wants_reply": True}
    case = w.case(w.report(**long))
    assert (len(case.description), len(case.address), case.wants_reply) == (4000, 200, True)


def test_only_what_is_for_a_system_with_an_adapter_waits_to_leave() -> None:
    w = World()
    w.append(NewFact("OutletsSet", "city:outlets", {"systems": ["12345"]}), SYSTEM)
    w.done("file", w.report(**SHOP), INTAKE)
    assert {item.to for item in w.state.outbox.values()} == {"12345"}


def test_a_clocks_note_beats_no_click_and_ends_no_undo() -> None:
    w = World()
    key = PATHS["handling"](w)
    seen = w.case(key).file.version
    w.done("escalate", key, CHEN)
    note = {"version": seen + 2, "command": "t", "n": 1, "to": "dl", "by_rule": True, "late_s": 0.0}
    w.append(NewFact("CaseReminded", f"case:{key}", note), SYSTEM, "system")
    file = w.case(key).file
    assert (file.version, file.moved, file.reminders) == (seen + 2, seen + 1, 1)
    assert file.last is not None
    assert file.last.type == "CaseEscalated"
    w.done("undo", key, CHEN, version=seen + 1)
