"""Cases that are over leave the gateway's memory after ``keep_s``; all others stay, however old they are."""

from typing import Any

import pytest

from city.facts.chain import GENESIS
from city.facts.fact import body_of
from feeds.gateway.deliveries import fact_of
from feeds.gateway.ledger_rows import LedgerRows
from tests.chains import row

LONG_AGO, NOW = "2026-10-01", "2026-11-21"  # 51 days


class City:
    def __init__(self) -> None:
        self.rows = LedgerRows()

    def tell(self, kind: str, subject: str, data: dict[str, Any] | None = None, day: str = LONG_AGO) -> None:
        entry = row(self.rows.position + 1, GENESIS, body_of(kind, subject, "user:wang", data or {}), day)
        self.rows.fold(entry, fact_of(entry))

    def report(self, name: str, day: str = LONG_AGO, **more: Any) -> None:
        at = f"{LONG_AGO}T08:00:00+08:00"
        record = {"id": name, "at": at, "client": "grid", "received": at, **more}
        self.tell("CaseReported", f"case:grid/{name}", {"record": record, "street": ""}, day)

    def kept(self) -> list[str]:
        """What is left at a later day, after a fact of that day."""
        self.tell("TableLoaded", "table:x", {}, NOW)
        return [subject.removeprefix("case:grid/") for subject in self.rows.rows["case"]]


@pytest.fixture
def city() -> City:
    return City()


def mirror(state: str) -> dict[str, Any]:
    return {"mirror": {"state": state}}


def test_a_closed_case_leaves_and_an_open_one_stays(city: City) -> None:
    for name in ("closed", "rejected", "open", "handled"):
        city.report(name)
    city.tell("CaseClosed", "case:grid/closed")
    city.tell("CaseRejected", "case:grid/rejected")
    city.tell("CaseHandled", "case:grid/handled")
    assert city.kept() == ["open", "handled"]
    assert city.rows.cases.over == {}


def test_a_case_that_was_taken_up_again_stays(city: City) -> None:
    for name in ("undone", "handled", "unheard_of"):
        city.report(name)
        city.tell("CaseClosed", f"case:grid/{name}")
    city.tell("ActUndone", "case:grid/undone")
    city.tell("CaseHandled", "case:grid/handled")
    city.tell("SomethingOfALaterVersion", "case:grid/unheard_of")
    assert city.kept() == ["undone", "handled", "unheard_of"]


def test_a_note_on_a_closed_case_lets_it_stay_longer_but_not_for_ever(city: City) -> None:
    for name in ("noted", "noted_now"):
        city.report(name)
        city.tell("CaseClosed", f"case:grid/{name}")
    city.tell("CallerCalledBack", "case:grid/noted")
    city.tell("CommentAdded", "case:grid/noted_now", day="2026-10-30")
    assert city.kept() == ["noted_now"]


def test_a_mirrored_case_is_over_by_its_newest_record_and_its_records_leave_together(city: City) -> None:
    number = {"external": [{"system": "12345", "no": "1"}]}
    city.report("first", **mirror("handling"), **number)
    city.report("second", **mirror("handling"), **number)
    city.report("third", **mirror("closed"), **number)
    again = {"external": [{"system": "12345", "no": "2"}]}
    city.report("again", **mirror("closed"), **again)
    city.report("back", **mirror("handling"), **again)
    assert city.kept() == ["again", "back"]
    assert list(city.rows.cases.first_of) == ["12345\x1f2"]
    assert city.rows.cases.later_of == {"case:grid/again": ["case:grid/back"]}


def test_an_act_on_a_mirrored_case_that_is_over_keeps_it(city: City) -> None:
    for name in ("taken", "noted"):
        city.report(name, **mirror("closed"))
    city.tell("CallerCalledBack", "case:grid/taken")  # it becomes ours
    city.tell("OutboxDelivered", "case:grid/noted")
    assert city.kept() == ["taken"]


def test_a_record_of_a_case_that_has_left_is_kept_again(city: City) -> None:
    number = {"external": [{"system": "12345", "no": "1"}]}
    city.report("first", **mirror("closed"), **number)
    assert city.kept() == []
    city.report("later", NOW, **mirror("handling"), **number)
    assert city.kept() == ["later"]


def test_records_of_other_writers_harm_nothing(city: City) -> None:
    city.report("odd", mirror="closed", external={"system": 1})
    city.report("odder", mirror={"state": ["closed"]}, external=[None, {"no": 7}, {"no": ""}])
    city.tell("CaseClosed", "case:grid/odder")
    city.tell("CaseClosed", "case:grid/nobody_knows")
    assert city.kept() == ["odd"]
