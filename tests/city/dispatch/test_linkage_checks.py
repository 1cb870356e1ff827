"""The linter of the tables of linkage: the problems that it finds, and that the shipped ones have none."""

import csv
from collections.abc import Callable, Iterable
from typing import Any

import pytest

import static
from city.dispatch.checks.linkage_checks import Surroundings, check_linkage
from city.dispatch.tables.cells import Problem
from layouts.catalogues import LANGUAGES, own_words

ON = "2026-06-01"
KINDS = "incident_kinds.csv"
UNDERPASS = "linkage/underpass_flood.csv"
Rows = list[dict[str, str]]


def shipped(name: str) -> Rows:
    with static.path(f"tables/{name}").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


AROUND = Surroundings(
    words={lang: own_words(lang) for lang in LANGUAGES},
    seats={row["seat"] for row in shipped("roster.csv") if row["role"] == "seat"},
    stationed={row["code"] for row in shipped("agencies.csv") if row["stationed"] == "yes"},
    files=["linkage/fire.csv"],
)


def problems(
    name: str = "", change: Callable[[Rows], Any] = len, around: Surroundings = AROUND
) -> list[Problem]:
    """Return the problems of the shipped tables after ``change`` of one of them."""

    def rows(file: str) -> Iterable[dict[str, str]]:
        found = shipped(file)
        if file == name:
            change(found)
        return found

    return check_linkage(rows, around, on=ON)


def put(cells: dict[str, str]) -> Callable[[Rows], None]:
    """Change cells of the first row."""
    return lambda rows: rows[0].update(cells)


def test_the_shipped_tables_are_clean() -> None:
    assert problems() == []


@pytest.mark.parametrize(
    ("name", "cells", "column", "named"),
    [
        (UNDERPASS, {"agency": "zz"}, "agency", "there is no agency 'zz'"),
        (UNDERPASS, {"fallback": "zz"}, "fallback", "there is no agency 'zz'"),
        (UNDERPASS, {"fallback": "street"}, "fallback", "there is no agency 'street'"),
        (UNDERPASS, {"fallback": "ga"}, "fallback", "ga stands in for itself"),
        (UNDERPASS, {"unit_kinds": "spaceship"}, "unit_kinds", "expected some of patrol_car"),
        (UNDERPASS, {"arrive_min": ""}, "arrive_min", "it is empty, and the priority is P1"),
        (UNDERPASS, {"ack_min": "31"}, "ack_min", "expected at most due_min (30), got 31"),
        (UNDERPASS, {"arrive_min": "4"}, "arrive_min", "expected from ack_min (5) to due_min (30), got 4"),
        (UNDERPASS, {"arrive_min": "31"}, "arrive_min", "expected from ack_min (5) to due_min (30), got 31"),
        (UNDERPASS, {"row": "2"}, "row", "2 is in row 2 already"),
        (UNDERPASS, {"agency": "jt", "words": "block_road"}, "words", "jt has the task block_road in row 2"),
        (UNDERPASS, {"agency": "street"}, "verifier", "the street cannot verify its own task"),
        (UNDERPASS, {"words": "dig_tunnel"}, "words", "there is no text task.dig_tunnel in zh and en"),
        (UNDERPASS, {"words": "dig_tunnel"}, "words", "there is no text task_short.dig_tunnel in zh and en"),
        (KINDS, {"classes": "event:9999"}, "classes", "there is no class 'event:9999'"),
        (KINDS, {"classes": "event:0506"}, "classes", "event:0506 belongs to"),
        (KINDS, {"needs": "zz/ga"}, "needs", "there is no agency 'zz'"),
        (KINDS, {"needs": "xf|rq"}, "needs", "has no task of rq (燃气) at every grade"),
        (KINDS, {"needs": "yj"}, "needs", "has no task of yj (应急) at every grade"),
        (KINDS, {"key": "road_flood"}, "key", "road_flood is in row"),
        (KINDS, {"key": "comet"}, "key", "there is no text incident.comet in zh and en"),
        (KINDS, {"valid_to": "2026-05-31"}, "valid_to", "it ended on 2026-05-31"),
        (KINDS, {"grade": "huge"}, "grade", "expected general"),
        ("agencies.csv", {"fallback": "cg"}, "fallback", "cg stands in for itself"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_named(name: str, cells: dict[str, str], column: str, named: str) -> None:
    found = problems(name, put(cells))
    assert [p for p in found if (p.file, p.column) == (name, column) and named in p.what], found


def test_two_agencies_may_stand_in_for_each_other_but_three_in_a_ring_may_not() -> None:
    def ring(rows: Rows) -> None:
        after = {"xf": "yj", "yj": "dl", "dl": "xf"}
        for row in rows:
            row["fallback"] = after.get(row["code"], row["fallback"])

    found = problems("agencies.csv", ring)
    assert [str(problem) for problem in found] == [
        f"agencies.csv, row {number}, fallback: {names} stand in for each other in a ring: end it at one of"
        " them"
        for number, names in ((5, "xf, yj, dl, xf"), (6, "yj, dl, xf, yj"), (21, "dl, xf, yj, dl"))
    ]
    mutual = {row["code"]: row["fallback"] for row in shipped("agencies.csv")}
    assert (mutual["ga"], mutual["jj"]) == ("jj", "ga")


def test_a_type_without_a_task_of_the_police_the_fire_brigade_or_sanitation_is_named() -> None:
    for agency, named in (("ga", "ga (公安) or jj (交警)"), ("xf", "xf (消防)"), ("lh", "lh (绿化市容)")):
        gone = {agency, "jj"} if agency == "ga" else {agency}
        found = problems(UNDERPASS, lambda rows, gone=gone: take_out(rows, gone))  # type: ignore[misc]  # bound for this turn
        assert [problem.column for problem in found] == ["needs"]
        assert named in found[0].what


def take_out(rows: Rows, agencies: set[str]) -> None:
    rows[:] = [row for row in rows if row["agency"] not in agencies]


def test_a_text_that_one_language_lacks_is_named() -> None:
    fewer = {"zh": AROUND.words["zh"], "en": set(AROUND.words["en"]) - {"task_short.close_underpass"}}
    around = Surroundings(fewer, AROUND.seats, AROUND.stationed)
    assert [str(problem) for problem in problems(around=around)] == [
        f"{UNDERPASS}, row 2, words: there is no text task_short.close_underpass in en"
    ]


def test_an_agency_whose_seat_nobody_has_is_named_once() -> None:
    around = Surroundings(AROUND.words, set(AROUND.seats) - {"消防"}, AROUND.stationed)
    found = problems(around=around)
    assert [(p.file, p.column) for p in found] == [("roster.csv", "seat")]
    assert "nobody is on duty for 消防 (xf)" in found[0].what
    assert problems(around=Surroundings(AROUND.words, (), AROUND.stationed)) == []


def test_a_table_of_no_type_and_a_type_without_table_are_named() -> None:
    around = Surroundings(AROUND.words, AROUND.seats, AROUND.stationed, ["linkage/comet.csv"])
    assert [str(p) for p in problems(around=around)] == [
        "linkage/comet.csv: no row of incident_kinds.csv has the key of this file"
    ]
    found = problems(KINDS, put({"key": "comet"}))
    assert "linkage/comet.csv: there is no such file" in [str(problem) for problem in found]


@pytest.mark.parametrize(
    ("name", "change", "named"),
    [
        (UNDERPASS, lambda rows: rows.clear(), f"{UNDERPASS}: it has no rows"),
        (UNDERPASS, lambda rows: [row.pop("words") for row in rows],
         f"{UNDERPASS}, row 1, words: the table has no such column"),
        (KINDS, lambda rows: [row.pop("needs") for row in rows],
         f"{KINDS}, row 1, needs: the table has no such column"),
    ],
)  # fmt: skip
def test_a_table_without_rows_or_a_column_is_named_once(
    name: str, change: Callable[[Rows], Any], named: str
) -> None:
    assert named in [str(problem) for problem in problems(name, change)]


def test_tables_that_cannot_be_compared_with_raise_no_false_problem() -> None:
    def unreadable(rows: Rows) -> None:
        rows[0]["kind"] = "club"

    assert problems("agencies.csv", unreadable) == []
    assert problems("categories.csv", unreadable) == []
