"""Orders of the hotline (§4.4), relaxations of an emergency (§4.6), and visits on site (K22)."""

from typing import Any

import pytest

from city.access import Person
from city.clocks.timestamps import iso, parse
from city.commands.cases.automatic_steps import office_time, steps
from city.commands.command import Command, Decision, Refusal
from city.commands.decide import decide
from city.state.hotline_records import DEFER
from tests.city.commands.world import CHEN, GU, HE, INTAKE, LU, SYSTEM, WANG, WEIFANG, World, person

ROAD = {"kind": "event", "code": "0113", "label": "道路破损"}  # five office days
SHOP = {"kind": "event", "code": "0405", "label": "店外经营"}  # two urgent hours
CALLER = {"reporter_ref": "r1", "wants_reply": True}
RELAXATION = f"relaxation:{DEFER}"


def order_of(w: World, key: str = "hotline/1", **given: Any) -> str:
    w.report(key, category=ROAD, **{**CALLER, **given})
    w.done("file", key, CHEN)
    return key


def coming(w: World, key: str) -> dict[str, str]:
    case, relaxed = w.case(key), w.state.relaxations.get(DEFER)
    time = office_time(case, w.rules, relaxed.spans[-1] if relaxed else None)
    return {step.code: iso(step.at + 28_800)[:16] for step in steps(case, w.rules.numbers, time)}


def give(w: World, verb: str, subject: str, by: Person, **args: Any) -> Decision | Refusal:
    record = w.state.relaxations.get(subject.partition(":")[2])
    version = record.version if record else 0
    w.commands += 1
    answer = decide(w.state, Command(f"c{w.commands}", verb, subject, version, args), by, w.rules, w.now)
    if isinstance(answer, Decision):
        w.take(answer, verb, by)
    return answer


def pass_limit(w: World, key: str, code: str) -> dict[str, Any]:
    """Let the engine take a step that is due; return the data of its first fact."""
    case = w.case(key)
    step = next(s for s in steps(case, w.rules.numbers, office_time(case, w.rules)) if s.code == code)
    w.wait(seconds=max(0.0, step.at - w.now.city))
    answer = w.act("pass_limit", key, SYSTEM, step=code, serial=step.serial, due_at=iso(step.at))
    assert isinstance(answer, Decision), answer
    return answer.facts[0].data


class TestLimits:
    @pytest.mark.parametrize(
        ("kind", "by", "limit"),
        [
            ("advice", INTAKE, "2026-11-24T09:00"), ("review", CHEN, "2026-11-26T09:00"),
            ("complex", GU, "2026-12-14T09:00"),
        ],
    )  # fmt: skip
    def test_the_kind_of_an_order_decides_the_hotlines_limit(self, kind: str, by: Person, limit: str) -> None:
        w = World()
        key = order_of(w)
        assert coming(w, key)["hotline"] == "2026-11-30T09:00"  # ordinary: five office days
        assert w.done("classify_order", key, by, kind=kind) == ["OrderClassified"]
        assert coming(w, key)["hotline"] == limit

    def test_the_earlier_limit_is_shown_and_both_run(self) -> None:
        w = World()
        key = order_of(w)
        w.done("classify_order", key, INTAKE, kind="advice")
        case = w.case(key)
        assert case.due_at == case.file.hotline_by == parse("2026-11-24T09:00:00+08:00")
        assert case.file.fix_by_at == parse("2026-11-30T09:00:00+08:00")
        assert {"hotline_soon", "hotline", "remind", "red1"} <= coming(w, key).keys()

    def test_a_complex_order_needs_approval(self) -> None:
        w = World()
        key = order_of(w)
        assert w.refused("classify_order", key, INTAKE, kind="complex") == (
            "not_allowed", "complex_needs_approval",
        )  # fmt: skip
        assert w.refused("classify_order", key, INTAKE, kind="ordinary")[1] == "same_order_kind"

    def test_a_limit_that_has_passed_is_never_moved_later(self) -> None:
        w = World()
        key = order_of(w)
        w.wait(minutes=60 * 24 * 8)
        assert w.refused("classify_order", key, GU, kind="complex")[1] == "hotline_limit_passed"

    def test_another_report_is_no_order(self) -> None:
        w = World()
        key = order_of(w, channel="inspector")
        assert "hotline" not in coming(w, key)
        assert w.refused("classify_order", key, CHEN, kind="advice")[1] == "no_hotline_order"

    def test_supervision_gives_the_limit_of_a_supervised_order(self) -> None:
        w = World()
        key = order_of(w)
        w.done("supervise", key, GU, text="今日办结")
        assert coming(w, key)["hotline"] == "2026-11-26T09:00"

    def test_an_order_that_was_reported_again_is_a_review(self) -> None:
        w = World()
        key = w.report("hotline/2", category=ROAD, **CALLER)
        w.case(key).file.reopen_of = "hotline/1"
        w.done("file", key, CHEN)
        assert coming(w, key)["hotline"] == "2026-11-26T09:00"


class TestCallers:
    def test_the_first_contact_has_a_reminder_and_a_limit(self) -> None:
        w = World()
        key = order_of(w)
        found = coming(w, key)
        assert (found["contact_soon"], found["contact"]) == ("2026-11-23T16:00", "2026-11-24T09:00")
        assert pass_limit(w, key, "contact_soon")["told"] == ["intake_officer", w.case(key).file.holder]
        assert pass_limit(w, key, "contact")["told"] == ["intake_officer", "shift_lead"]
        w.done("contact", key, WEIFANG)  # the holder's press
        assert not {"contact", "contact_soon"} & coming(w, key).keys()

    def test_a_merged_report_keeps_its_own_first_contact(self) -> None:
        w = World()
        first, second = (w.report(f"hotline/{n}", category=ROAD, **CALLER) for n in (1, 2))
        w.done("merge", second, INTAKE, into=first)
        assert coming(w, second).keys() == {"contact_soon", "contact"}
        w.done("contact", second, INTAKE)
        assert (coming(w, second), w.case(first).file.contact_at) == ({}, None)

    def test_the_call_back_is_due_three_office_days_after_the_end_until_every_caller_had_it(self) -> None:
        w = World()
        first, second = (w.report(f"hotline/{n}", category=ROAD, **CALLER) for n in (1, 2))
        w.done("merge", second, INTAKE, into=first)
        for key in (first, second):
            w.done("contact", key, INTAKE)
        w.done("self_handle", first, person("wf1", "street_operator", street=w.case(first).place.street),
               text="已处置", photos=["a", "b"])  # fmt: skip
        assert coming(w, first) == {"call_back": "2026-11-26T09:00"}
        w.done("call_back", first, INTAKE, satisfaction="satisfied", resolved="solved")
        assert coming(w, first) == {"call_back": "2026-11-26T09:00"}, "the other caller waits"
        assert pass_limit(w, first, "call_back")["told"] == ["intake_officer", "shift_lead"]

    def test_nobody_is_told_when_all_were_called_back(self) -> None:
        w = World()
        first, second = (w.report(f"hotline/{n}", category=ROAD, **CALLER) for n in (1, 2))
        w.done("merge", second, INTAKE, into=first)
        w.done("self_handle", first, person("wf1", "street_operator", street=w.case(first).place.street),
               text="已处置", photos=["a", "b"])  # fmt: skip
        for key in (first, second):
            w.done("call_back", key, INTAKE, satisfaction="satisfied", resolved="solved")
        assert pass_limit(w, first, "call_back")["told"] == []


class TestRelaxation:
    def start(self, w: World, by: Person = WANG, hours: float = 8.0) -> Decision | Refusal:
        until = iso(w.now.city + hours * 3600)
        return give(w, "start_relaxation", RELAXATION, by, until=until, text="防汛防台Ⅱ级响应")

    def test_a_duty_leader_switches_it_on_and_off_with_who_when_and_until(self) -> None:
        w = World()
        assert isinstance(self.start(w), Decision)
        span = w.state.relaxations[DEFER].active(w.now.city)
        assert span is not None
        assert (span.by, span.name, span.at, span.until) == (
            "wang", "wang××", w.now.city, w.now.city + 8 * 3600,
        )  # fmt: skip
        again = self.start(w)
        assert isinstance(again, Refusal)
        assert again.reason == "relaxed_already"
        w.wait(minutes=60)
        assert isinstance(give(w, "end_relaxation", RELAXATION, WANG), Decision)
        assert w.state.relaxations[DEFER].active(w.now.city) is None
        over = give(w, "end_relaxation", RELAXATION, WANG)
        assert isinstance(over, Refusal)
        assert over.reason == "not_relaxed"

    def test_it_ends_by_itself(self) -> None:
        w = World()
        self.start(w, hours=1)
        w.wait(minutes=60)
        assert w.state.relaxations[DEFER].active(w.now.city) is None

    @pytest.mark.parametrize("by", [CHEN, GU, INTAKE])
    def test_nobody_else_may(self, by: Person) -> None:
        answer = self.start(World(), by)
        assert isinstance(answer, Refusal)
        assert answer.code == "not_allowed"

    @pytest.mark.parametrize("hours", [-1.0, 0.0, 73.0])
    def test_until_is_a_time_of_the_next_three_days(self, hours: float) -> None:
        answer = self.start(World(), hours=hours)
        assert isinstance(answer, Refusal)
        assert answer.names == {"field": "until", "expected": "a time within the next 72 hours"}

    def test_there_is_no_other_relaxation(self) -> None:
        w = World()
        answer = give(w, "start_relaxation", "relaxation:masking", WANG, until="2026-11-23T12:00:00+08:00",
                      text="t")  # fmt: skip
        assert isinstance(answer, Refusal)
        assert answer.reason == "unknown_relaxation"

    def test_reminders_of_ordinary_cases_wait_and_the_citizens_limits_do_not(self) -> None:
        w = World()
        key = order_of(w)
        before, due_at = coming(w, key), w.case(key).due_at
        self.start(w, hours=8)
        after = coming(w, key)
        assert (before["sign"], after["sign"]) == ("2026-11-23T11:00", "2026-11-23T17:00")
        assert (before["contact_soon"], after["contact_soon"]) == ("2026-11-23T16:00", "2026-11-23T17:00")
        assert after["contact"] == before["contact"], "the obligation itself is not muted"
        assert after["remind"] == before["remind"], "it is due after the deferral"
        assert w.case(key).due_at == due_at

    def test_a_hazard_and_an_urgent_class_are_not_deferred(self) -> None:
        w = World()
        key = w.report(category=SHOP, **CALLER)
        w.done("file", key, CHEN)
        before = coming(w, key)
        self.start(w)
        assert coming(w, key) == before

    def test_what_was_muted_is_due_when_it_is_switched_off(self) -> None:
        w = World()
        key = order_of(w)
        self.start(w, hours=8)
        w.wait(minutes=150)
        give(w, "end_relaxation", RELAXATION, WANG)
        assert coming(w, key)["sign"] == "2026-11-23T11:30"


class TestVisits:
    def test_a_leaders_visit_is_kept_with_its_position(self) -> None:
        w = World()
        place = {"lon": 121.7, "lat": 31.2, "accuracy_m": 15.0}
        assert isinstance(give(w, "record_visit", f"street:{HE}", WANG, **place), Decision)
        assert w.facts[-1].data["accuracy_m"] == 15.0
        [visit] = w.state.visits
        assert (visit.street, visit.lon, visit.lat, visit.by, visit.at) == (
            HE, 121.7, 31.2, "wang", w.now.city,
        )  # fmt: skip

    def test_the_position_must_be_in_the_street(self) -> None:
        answer = give(World(), "record_visit", f"street:{LU}", WANG, lon=121.7, lat=31.2)
        assert isinstance(answer, Refusal)
        assert answer.names == {"field": "lon", "expected": "a point in the street"}

    def test_only_leaders_record_one_and_only_in_a_street_that_there_is(self) -> None:
        w = World()
        officer = give(w, "record_visit", f"street:{HE}", CHEN, lon=121.7, lat=31.2)
        nowhere = give(w, "record_visit", "street:1", WANG, lon=121.7, lat=31.2)
        assert [a.code for a in (officer, nowhere) if isinstance(a, Refusal)] == [
            "not_allowed", "unknown_subject",
        ]  # fmt: skip
