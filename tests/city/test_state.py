from city.state import LedgerState
from tests.city.test_desk_view import case


def test_what_changed_since_a_position_comes_in_the_order_of_its_change() -> None:
    state = LedgerState()
    for position, number in enumerate((1, 2, 3), start=1):
        state.turn(case(number), position)
    state.turn(state.cases["hotline/1"], 4)
    assert [one.key for one in state.changed_since(0)] == ["hotline/2", "hotline/3", "hotline/1"]
    assert [(one.key, one.changed) for one in state.changed_since(3)] == [("hotline/1", 4)]
    assert state.changed_since(4) == []
