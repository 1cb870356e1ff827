"""The composite score of a street or an agency (domain §6.5)."""

from typing import Any

import pytest

from city.indicators.scores import SCALES, ScoredCase, score_of
from city.state.case_file import Bounce, Check, MakeSafe, Ruling
from city.state.hotline_records import DEFER, Relaxation, Span
from city.state.ledger_state import Case, LedgerState
from tests.city.indicators.test_compute import BEGIN, END, HOUR, NOON, a_case
from tests.linkage_factory import task

STREET = "310115005"


def of(cases: list[Case], holder: str = "gs", **given: Any) -> Any:
    return score_of(LedgerState(cases={case.key: case for case in cases}, **given), holder, (BEGIN, END))


HELD = {
    "holder": "gs", "state": "handled", "dispatched_at": NOON - HOUR, "holder_due_at": NOON,
    "first_dispatched_at": BEGIN - HOUR, "handled_by": ("gs", "li"),
}  # fmt: skip


def files(good: dict[str, Any], bad: dict[str, Any]) -> list[Case]:
    """Fifteen cases that meet a part and ten that do not."""
    return [a_case(n, file=good if n < 15 else bad) for n in range(25)]


REFUSED = Bounce("gs", "not_my_duty", "", NOON - HOUR, counts=True)


def ruled(holder: str) -> Ruling:
    return Ruling(NOON, "bounces", NOON, NOON, holder=holder, ruled_at=NOON)


@pytest.mark.parametrize(
    ("part", "good", "bad"),
    [
        ("in_time", {**HELD, "handled_at": NOON}, {**HELD, "handled_at": NOON + 1}),
        ("in_time", {**HELD, "handled_at": NOON}, {**HELD, "state": "handling"}),
        (
            "rework",
            {**HELD, "reworks": 1, "check": Check("field", "z", NOON, True)},
            {**HELD, "check": Check("field", "z", NOON, True)},
        ),
        (
            "satisfied",
            {**HELD, "state": "closed", "closed_at": NOON, "satisfaction": "satisfied", "resolved": "solved"},
            {**HELD, "state": "closed", "closed_at": NOON, "satisfaction": "satisfied", "resolved": "partly"},
        ),
        (
            "overruled",
            {"first_dispatched_at": NOON, "bounces": (REFUSED,), "rulings": (ruled("gs"),)},
            {"first_dispatched_at": NOON, "bounces": (REFUSED,), "rulings": (ruled("dl"),)},  # upheld
        ),
        (
            "make_safe",
            {"make_safe": MakeSafe("gs", BEGIN, NOON, done_at=NOON)},
            {"make_safe": MakeSafe("gs", BEGIN, NOON)},
        ),
        (
            "acknowledged",
            {**HELD, "holder_due_at": None, "sign_by": NOON, "signed_at": NOON},
            {**HELD, "holder_due_at": None, "sign_by": NOON, "signed_at": NOON + 1},
        ),
    ],
)
def test_a_part_is_a_rate_of_the_holders_own_cases(
    part: str, good: dict[str, Any], bad: dict[str, Any]
) -> None:
    score = of(files(good, bad))
    assert (score.indicators[part], score.counts[part]) == (60.0, (15, 25))
    assert score.cases[part][0] == ScoredCase("hotline/0", met=True)
    assert of(files(good, bad), "dl").counts[part] == (0, 0)


def test_a_streets_discoveries_are_those_of_its_place() -> None:
    cases = [
        a_case(n, channel="inspector" if n < 15 else "hotline_12345", file={"filed_at": NOON})
        for n in range(25)
    ]
    assert of(cases, STREET).indicators["discovery"] == 60.0
    assert of(cases, "gs").counts["discovery"] == (0, 0)


def test_linkage_tasks_count_as_acknowledged() -> None:
    tasks = {one.id: one for one in (task(n, agency="gs", ack_by=NOON) for n in range(20))}
    assert of([], tasks=tasks).indicators["acknowledged"] == 0.0
    assert of([], tasks=tasks).cases["acknowledged"][0].key == f"task:{min(tasks)}"


def test_the_score_weighs_what_has_enough_data() -> None:
    # in_time 60 % of 70 … 95: level 0, weight 25. Nothing was refused: level 1, weight 15.
    cases = files({**HELD, "handled_at": NOON, "first_dispatched_at": NOON},
                  {**HELD, "handled_at": NOON + 1, "first_dispatched_at": NOON})  # fmt: skip
    score = of(cases)
    assert score.weights == {"in_time": 25, "overruled": 15}
    assert (score.value, score.band) == (37.5, "red")
    few = of(cases[:19])
    assert (few.value, few.weights, few.band, few.counts["in_time"]) == (None, {}, "", (15, 19))


@pytest.mark.parametrize(
    ("part", "rate", "level"),
    [("in_time", 70.0, 0.0), ("in_time", 82.5, 0.5), ("in_time", 99.0, 1.0), ("rework", 15.0, 0.0),
     ("rework", 2.0, 1.0), ("rework", 0.0, 1.0), ("overruled", 10.0, 0.5)],
)  # fmt: skip
def test_a_rate_lies_between_its_floor_and_its_target(part: str, rate: float, level: float) -> None:
    assert SCALES[part].level(rate) == level


def test_the_weights_are_those_of_the_proposal() -> None:
    assert sum(scale.weight for scale in SCALES.values()) == 100


def test_an_upheld_appeal_counts_as_in_time_and_is_listed() -> None:
    late = {**HELD, "handled_at": NOON + 1, "timeout_exempt": True}
    score = of([a_case(n, file=late) for n in range(20)])
    assert (score.indicators["in_time"], len(score.exempt)) == (100.0, 20)


def test_a_deferral_moves_the_holders_deadline() -> None:
    span = Span(NOON - HOUR, NOON + HOUR, "w", "w", "")
    late = {**HELD, "handled_at": NOON + HOUR, "limit_unit": "office_day"}
    relaxations = {DEFER: Relaxation(DEFER, 1, (span,))}
    score = of([a_case(n, file=late) for n in range(20)], relaxations=relaxations)
    assert score.indicators["in_time"] == 100.0
