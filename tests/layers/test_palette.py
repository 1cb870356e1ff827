import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.palette import DENSITY, RAIN, STEPS, Ramp


@pytest.mark.parametrize("ramp", [DENSITY, RAIN])
def test_a_ramp_has_sixteen_steps_two_to_a_doubling(ramp: Ramp) -> None:
    assert len(ramp.edges) == STEPS == 16
    assert ramp.edges[2:] / ramp.edges[:-2] == pytest.approx(2.0)


@pytest.mark.parametrize("ramp", [DENSITY, RAIN])
def test_every_edge_opens_the_step_of_its_number(ramp: Ramp) -> None:
    assert ramp.steps(ramp.edges).tolist() == list(range(1, 17))
    assert ramp.steps(ramp.edges.astype(np.float32)).tolist() == list(range(1, 17))


@given(st.lists(st.floats(0.0, 1e6), min_size=1), st.floats(0.0, 1e6))
def test_a_colour_depends_on_its_own_number_only(others: list[float], value: float) -> None:
    alone = DENSITY.steps(np.array([value]))
    assert DENSITY.steps(np.array([*others, value]))[-1] == alone[0]


@given(st.floats(0.0, 1e6), st.floats(0.0, 1e6))
def test_more_is_never_a_lower_step(one: float, other: float) -> None:
    low, high = DENSITY.steps(np.array(sorted((one, other))))
    assert low <= high


def test_nothing_is_not_drawn() -> None:
    assert DENSITY.steps(np.zeros(1)).tolist() == [0]
    assert DENSITY.table[0].tolist() == [0, 0, 0, 0]
    assert DENSITY.colour(0.0) == ""


def test_no_step_is_more_than_eight_tenths_opaque() -> None:
    assert DENSITY.table[:, 3].max() <= 0.8 * 255


def test_the_legends_numbers_begin_where_their_colour_does() -> None:
    for place, number in enumerate(DENSITY.numbers()):
        assert DENSITY.css()[2 + 4 * place] == DENSITY.colour(number)
        assert DENSITY.colour(number) != DENSITY.colour(number * 0.99)
