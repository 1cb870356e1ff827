import math

import pytest

from city.state.case_file import CLOSED
from city.views.wall_seen import CaseSeen


def seen(state: str, **given: float) -> CaseSeen:
    return CaseSeen(
        "k", "event", "0506", "", "normal", False, "", "", math.nan, math.nan, 0.0, 0.0, state, "",
        given.pop("due_at", 9.0), (), "", None, **given,  # type: ignore[arg-type]  # fields by their names
    )  # fmt: skip


def test_a_row_counts_down_to_what_is_due_next() -> None:
    assert seen("handling").until == 9.0
    assert seen("ruling", ruling_due_at=5.0).until == 5.0


@pytest.mark.parametrize("state", sorted(CLOSED))
def test_nothing_is_due_on_a_case_that_is_over(state: str) -> None:
    assert seen(state, ruling_due_at=5.0, accept_by=4.0).until is None
