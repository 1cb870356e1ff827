"""What was late in a response, from its tasks, reports and spoken orders."""

from typing import Any

import msgspec
import pytest

from city.facts.fact import Fact
from city.state.linkage_records import Signed, Site, Task
from city.state.response_records import Activation, Basis, ReportRound, Response, VerbalOrder, ZeroReport
from console.after_action.episode import Episode
from console.after_action.lateness import engine_lateness, late_things
from console.after_action.matrix import agency_rows, report_cells, report_share

T = 1_000_000.0
WHO = Signed("chen", "陈××", "shift_lead", T)


def at(moment: float) -> Signed:
    return msgspec.structs.replace(WHO, at=moment)


def task(no: str, **given: Any) -> Task:
    return Task(
        id=f"i.{no}", no=no, incident="i", agency="lh", priority="P1", words="clear_tree", text="",
        place=Site(), mode="plan", ordered=WHO, issued_at=T, **given,
    )  # fmt: skip


def episode(**given: Any) -> Episode:
    acts = (Activation("a", 4, T, "approved", WHO, Basis()),)
    parts: dict[str, Any] = {"tasks": (), "rounds": (), "facts": (), "activations": acts} | given
    return Episode(
        response=Response("310115/flood_typhoon", "310115", "flood_typhoon", acts), city=(), begins=T,
        ends=float("inf"), now=T + 3600.0, incidents=(), is_exercise=False, **parts,
    )  # fmt: skip


def told(found: Episode) -> list[tuple[str, str, float, bool]]:
    return [(one.what, one.ref, one.late_s, one.open) for one in late_things(found)]


def test_each_limit_of_a_task_is_compared_with_what_was_done() -> None:
    late = task(
        "1", ack_by=T + 300, acknowledged=at(T + 400), arrive_by=T + 900, arrived=at(T + 800),
        due_by=T + 1800, done=at(T + 2000),
    )  # fmt: skip
    assert told(episode(tasks=(late,))) == [("ack", "1", 100.0, False), ("due", "1", 200.0, False)]


def test_what_has_still_not_happened_is_late_up_to_now_and_marked() -> None:
    assert told(episode(tasks=(task("1", ack_by=T + 300),))) == [("ack", "1", 3300.0, True)]
    assert told(episode(tasks=(task("1", ack_by=T + 7200),))) == []


def test_a_cancelled_task_owes_nothing_more() -> None:
    gone = task("1", ack_by=T + 300, acknowledged=at(T + 200), due_by=T + 900, over=at(T + 600))
    assert told(episode(tasks=(gone,))) == []


def test_late_and_missing_zero_reports_are_told_with_their_holder() -> None:
    asked = ReportRound("r1", "x", 3, T, T + 1800, ("310115004", "310115005", "310115007"))
    asked.reports["310115004"] = ZeroReport("310115004", True, at(T + 900))
    asked.reports["310115005"] = ZeroReport("310115005", True, at(T + 2700), late_s=900.0)
    asked.ended_at = T + 3000
    found = episode(rounds=(asked,))
    assert [(one.holder, one.late_s, one.open) for one in late_things(found)] == [
        ("310115007", 1200.0, True), ("310115005", 900.0, False),
    ]  # fmt: skip
    cells = report_cells(asked, found.now)
    assert [cells[one].state for one in asked.holders] == ["in_time", "late", "missing"]
    assert report_share(asked, found.now) == (1, 3)


def test_a_report_that_is_not_due_yet_waits() -> None:
    asked = ReportRound("r1", "x", 3, T, T + 9000, ("310115004",))
    assert report_cells(asked, T + 3600)["310115004"].state == "waiting"
    assert report_share(asked, T + 3600) == (0, 0)
    assert told(episode(rounds=(asked,))) == []


@pytest.mark.parametrize(("confirmed", "late"), [(None, (1800.0, True)), (T + 2400, (600.0, False))])
def test_the_writing_of_a_spoken_order_is_late_after_its_limit(confirmed: float | None, late: Any) -> None:
    order = VerbalOrder("区长", "启动", T, WHO, T + 1800, confirmed=at(confirmed) if confirmed else None)
    acts = (Activation("a", 4, T, "verbal", WHO, Basis(), verbal=order),)
    assert [one[2:] for one in told(episode(activations=acts))] == [late]


def test_how_late_the_engine_was_is_counted_apart() -> None:
    def fact(role: str, late_s: float) -> tuple[float, Fact]:
        return T, Fact(1, T, "TaskFellBack", 1, "task:1", "engine", {"late_s": late_s}, role)

    found = episode(facts=(fact("system", 20.0), fact("system", 3.0), fact("street_operator", 900.0)))
    assert engine_lateness(found) == (1, 20.0)
    assert told(found) == []


def test_the_matrix_counts_an_agencys_tasks() -> None:
    tasks = (
        task("1", ack_by=T + 300, acknowledged=at(T + 200), due_by=T + 900, done=at(T + 800), state="done"),
        task("2", ack_by=T + 300, acknowledged=at(T + 400), due_by=T + 900, state="acknowledged"),
        task("3", ack_by=T + 300, state="declined", fallback="i.4"),
    )
    [row] = agency_rows(episode(tasks=tasks))
    assert (row.agency, row.issued, row.acknowledged, row.acknowledged_in_time) == ("lh", 3, 2, 1)
    assert (row.done, row.done_in_time, row.due, row.declined, row.fell_back, row.open) == (1, 1, 2, 1, 1, 2)
