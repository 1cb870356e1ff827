"""Questions about duty: what only some may see is answered for them alone."""

import asyncio
from typing import Any

import msgspec
import pytest

from city.access import Person
from city.commands.command import NewFact
from city.state.ledger_state import CityState
from console.deployment.contacts import Contact
from console.desk.duty_questions import DutyQuestions, report_day
from layouts.catalogues import own_words
from tests.city.commands.duty_world import ROSTER, DutyWorld, table
from tests.city.commands.test_m3_hand_over import drafted

READER = Person("li", "李××（值班员）", ("duty_officer",), on_shift=("duty_officer",))
OFF_SHIFT = msgspec.structs.replace(READER, on_shift=())
LEAD = Person("chen", "陈××（值班长）", ("shift_lead",), on_shift=("shift_lead",))
ROTATING = Person("ye", "叶××（区长）", ("rotating_leader",), on_shift=("rotating_leader",))
CONTACTS = {"seat:ga": Contact("seat:ga", "公安席", "tel:8102")}
TYPED = "早高峰前完成排水"


def ask(world: DutyWorld, what: str, person: Person = READER, **asked: Any) -> dict[str, Any]:
    questions = DutyQuestions(
        lambda: CityState(world.state), world.rules, CONTACTS, own_words("zh"),
        clock=lambda: world.now.machine,
    )  # fmt: skip
    return asyncio.run(questions.asks()[what](person, asked))  # type: ignore[arg-type]  # it is a coroutine


def test_telephone_links_are_for_those_who_may_call_now() -> None:
    world = DutyWorld()
    assert ask(world, "contacts")["contacts"] == [{"key": "seat:ga", "name": "公安席", "url": "tel:8102"}]
    assert ask(world, "contacts", OFF_SHIFT)["contacts"] == []


def test_the_log_has_entries_and_lines_newest_first_and_no_typed_text_for_a_rotating_leader() -> None:
    world = drafted()
    lines = ask(world, "duty_log")["lines"]
    assert [one["at"] for one in lines] == sorted((one["at"] for one in lines), reverse=True)
    assert [(one["kind"], one["text"]) for one in lines if "kind" in one] == [("order", TYPED)]
    assert any(one["line"]["text"] == "log.handover_drafted" for one in lines if "line" in one)
    told = msgspec.json.encode(ask(world, "duty_log", ROTATING)).decode()
    assert TYPED not in told
    assert "log.handover_drafted" in told


@pytest.mark.parametrize(
    ("words", "count"), [("排水", 1), ("草稿已生成", 1), ("领导 排水", 0), ("王×× 排水", 1), ("没有这句", 0)]
)
def test_the_search_finds_what_the_page_shows(words: str, count: int) -> None:
    assert ask(drafted(), "duty_log", words=words)["total"] == count


def test_a_correction_is_a_row_of_its_own_and_marks_the_other() -> None:
    world = drafted()
    entry = world.state.entries[-1]
    world.does("write_entry", "wang", kind="order", text="改为七点前", corrects=entry.position)
    written = [one for one in ask(world, "duty_log")["lines"] if "kind" in one]
    assert [(one["text"], bool(one["corrects"]), one["corrected"]) for one in written] == [
        ("改为七点前", True, False), (TYPED, False, True),
    ]  # fmt: skip


def test_the_typed_text_of_a_hand_over_is_for_those_who_may_read_words() -> None:
    world = drafted()
    position = str(world.state.entries[-1].position)
    assert ask(world, "handover_note", LEAD, shift=world.shift.id) == {
        "note": "",
        "orders": {position: TYPED},
    }
    assert ask(world, "handover_note", ROTATING, shift=world.shift.id) == {"note": "", "orders": {}}
    assert ask(world, "handover_note", LEAD, shift="none") == {"note": "", "orders": {}}


def test_a_reference_is_completed_over_open_incidents_tasks_and_cases() -> None:
    world = drafted()
    refs = ask(world, "refs", words="川沙")["refs"]
    assert [one["ref"] for one in refs] == ["incident:inc1", "task:inc1.1"]
    assert ask(world, "refs", words="没有")["refs"] == []


def test_every_fault_of_a_roster_is_named_before_it_is_loaded() -> None:
    world = DutyWorld()
    rows = table(
        *ROSTER, "shift_lead,许××（值班长）,,丁××（副值班长）,20:30,08:30,", "seat,某××,无此局,,08:30,20:30,"
    )
    faults = ask(world, "roster_check", LEAD, rows=rows)["faults"]
    assert [(one["row"], one["column"], one["what"]) for one in faults] == [(10, "seat", "unknown_seat")]
    faults = ask(world, "roster_check", LEAD, rows=rows[:-1])["faults"]
    assert [(one["row"], one["what"]) for one in faults] == [(9, "two_leads")]
    assert ask(world, "roster_check", LEAD, rows=table(*ROSTER))["faults"] == []
    assert ask(world, "roster_check", OFF_SHIFT, rows=rows)["faults"] == []


def test_the_daily_report_is_a_draft_with_figures_until_it_is_saved() -> None:
    world = drafted()
    report = ask(world, "daily_report")["report"]
    assert (report["day"], report["text"], report["saved"]) == ("2026-11-23", "", None)
    assert report["figures"]["incidents"] == "1"
    data = {"day": "2026-11-23", "text": "一夜平稳", "figures": {"incidents": "1"}, "name": "李××"}
    world.append(NewFact("DailyReportSaved", "daily_report:2026-11-23", data), READER)
    report = ask(world, "daily_report", day="2026-11-23")["report"]
    assert (report["text"], report["saved"]["name"]) == ("一夜平稳", "李××")
    assert ask(world, "daily_report", ROTATING)["report"] is None
    assert ask(world, "daily_report", day="2026-13-45")["report"] is None


@pytest.mark.parametrize(
    ("clock", "day"), [("06:59", "2026-11-22"), ("07:00", "2026-11-23"), ("23:00", "2026-11-23")]
)
def test_the_report_is_todays_from_seven_o_clock_on(clock: str, day: str) -> None:
    world = DutyWorld(f"2026-11-23T{clock}:00+08:00")
    assert report_day(world.now.city, 28_800) == day
