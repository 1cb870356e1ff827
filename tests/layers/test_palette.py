import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.palette import DENSITY, RAIN, STEPS, Ramp, Scale


def test_a_ramp_has_sixteen_steps_two_to_a_doubling() -> None:
    assert len(DENSITY.edges) == STEPS == 16
    assert DENSITY.edges[2:] / DENSITY.edges[:-2] == pytest.approx(2.0)


@pytest.mark.parametrize("ramp", [DENSITY, RAIN])
def test_every_edge_opens_the_step_of_its_number(ramp: Ramp | Scale) -> None:
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


def test_the_rain_has_its_four_colours_at_its_four_numbers() -> None:
    assert [number for _, number in RAIN.numbers()] == [5.0, 20.0, 50.0, 80.0]
    css = RAIN.css()
    colours = [css[step][:7] for step, _ in RAIN.numbers()]
    assert colours == ["#17323F", "#2E6C7D", "#5FB8C9", "#C9EEF4"]


def test_dry_is_a_colour_and_unknown_is_none() -> None:
    steps = RAIN.steps(np.array([np.nan, 0.0, 0.9, 4.99, 5.0, 500.0]))
    assert steps.tolist() == [0, 1, 1, 3, 4, 16]
    assert RAIN.table[0, 3] == 0
    assert RAIN.table[1:, 3].min() > 0
    assert RAIN.table[:, 3].max() <= 0.8 * 255
