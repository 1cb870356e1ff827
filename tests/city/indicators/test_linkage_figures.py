"""Figures of emergency linkage: E02 and E03."""

from city.indicators.linkage_figures import linkage_indicators
from city.state.ledger_state import LedgerState
from city.state.linkage_records import Task
from tests.linkage_factory import CITY, signed, task

DAY = (CITY - 7200, CITY)


def figures(*tasks: Task) -> dict[str, tuple[float | None, float, float]]:
    found = linkage_indicators(LedgerState(tasks={one.id: one for one in tasks}), DAY, now=CITY)
    return {key: (one.value, one.numerator, one.denominator) for key, one in found.items()}


def test_e02_counts_what_was_acknowledged_within_its_limit_of_all_that_was_issued() -> None:
    at = CITY - 1000
    tasks = (
        task(1, agency="lh", issued_at=at, acknowledged=signed(at + 300)),
        task(2, agency="lh", issued_at=at, acknowledged=signed(at + 301)),
        task(3, agency="ga", issued_at=at),
        task(4, agency="ga", issued_at=CITY - 7201, acknowledged=signed(at)),
    )
    state = LedgerState(tasks={one.id: one for one in tasks})
    e02 = linkage_indicators(state, DAY, now=CITY)["E02"]
    assert (e02.numerator, e02.denominator, e02.value, e02.why_not) == (1, 3, None, "few")
    assert e02.inputs == {"ga": {"in_time": 0, "tasks": 1}, "lh": {"in_time": 1, "tasks": 2}}
    many = [task(n, issued_at=at, acknowledged=signed(at + n)) for n in range(1, 21)]
    assert figures(*many)["E02"] == (100.0, 20, 20)


def test_e02_done_in_time_counts_what_is_due_so_far_and_the_unverified_stand_beside() -> None:
    by = CITY - 100
    told = figures(
        task(1, due_by=by, state="done", done=signed(CITY - 100)),
        task(2, due_by=by, state="verified", done=signed(CITY - 99), verified=signed(CITY - 50)),
        task(3, due_by=by, state="arrived"),
        task(4, due_by=by, state="cancelled"),
        task(5, due_by=by, state="set_out", assists="1f0c2d3e4a5b.1"),
        task(6, due_by=CITY + 1, state="done", done=signed(CITY - 5)),
        task(7, due_by=None),
    )
    assert told["E02b"][1:] == (1, 3)
    assert told["E02c"][1:] == (2, 3)


def test_e03_is_the_time_from_order_to_arrival_of_p1_tasks_only() -> None:
    tasks = [task(n, issued_at=CITY - 2000, arrived=signed(CITY - 2000 + 60 * n)) for n in range(1, 22)]
    tasks += [task(90, priority="P2", issued_at=CITY - 2000, arrived=signed(CITY - 1))]
    told = figures(*tasks)
    assert told["E03"][:2] == (660.0, 21)
    assert told["E03b"][:2] == (1140.0, 21)
    few = linkage_indicators(LedgerState(tasks={one.id: one for one in tasks[:2]}), DAY, now=CITY)["E03"]
    assert (few.value, few.why_not, few.inputs) == (None, "few", {"fastest_s": 60.0, "slowest_s": 120.0})
