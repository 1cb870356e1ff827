import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from city.state.columns import Columns, Ring

WRITES = st.lists(st.tuples(st.integers(0, 200), st.floats(-1e6, 1e6), st.text(max_size=3)), max_size=300)


@settings(max_examples=50, deadline=None)
@given(WRITES)
def test_columns_hold_what_a_dictionary_of_rows_would_hold(writes: list[tuple[int, float, str]]) -> None:
    columns = Columns(value="float64", name="object", count="int64")
    model: dict[str, tuple[float, str]] = {}
    for key, value, name in writes:
        columns.set(columns.row(str(key)), {"value": value, "name": name})
        model[str(key)] = (value, name)
    assert columns.ids == list(model)
    assert columns.column("value").tolist() == [value for value, _ in model.values()]
    assert columns.column("name").tolist() == [name for _, name in model.values()]
    assert columns.column("count").tolist() == [0] * len(model)
    assert [columns.find(key) for key in model] == list(range(len(columns)))


def test_a_new_row_is_blank_also_after_the_table_grew() -> None:
    columns = Columns(value="float64", name="object", count="int64")
    for number in range(200):
        row = columns.row(f"id{number}")
        assert np.isnan(columns.column("value")[row])
        assert columns.column("name")[row] == ""
        columns.set(row, {"value": number, "name": "x", "count": number})
    assert columns.column("count").tolist() == list(range(200))
    assert columns.find("unknown") is None


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 20), st.lists(st.floats(-1e6, 1e6), max_size=60))
def test_a_ring_holds_the_newest_points(size: int, values: list[float]) -> None:
    ring = Ring(size, ("x", "y"))
    for value in values:
        ring.add(x=value, y=-value)
    newest = values[-size:]
    assert len(ring) == len(newest)
    assert sorted(ring.column("x").tolist()) == sorted(newest)
    assert ring.column("y").tolist() == (-ring.column("x")).tolist()
