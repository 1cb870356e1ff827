import numpy as np

from layers.contract import MapSetting
from layers.fields.buckets import Buckets, fixed_grid
from layers.fields.heat_cell import HeatCell, cell_at
from layers.fields.heat_choices import DEFAULT, HeatChoice
from layers.projection import to_mercator
from tests.seen_factory import NOW, PEOPLE_SQUARE, case, seen

X, Y = (float(value) for value in to_mercator(*PEOPLE_SQUARE))
SETTING = MapSetting((X - 30_000, Y - 40_000, X + 30_000, Y + 40_000))


def pressed(*cases: object, choice: HeatChoice = DEFAULT) -> HeatCell:
    return cell_at(seen(cases=cases), NOW, choice, (X, Y, 80.0), SETTING, {})


def test_a_press_tells_number_worst_share_overdue_and_trend() -> None:
    found = pressed(
        case("a", urgency="urgent", due_at=NOW - 5.0), case("b"), case("c", due_at=None),
        case("far", place=(121.7, 31.2453), urgency="critical"), case("old", at=NOW - 5000.0),
    )  # fmt: skip
    assert (found.count, found.worst, found.overdue, found.limited) == (3, "urgent", 1, 2)
    assert (found.new, found.before) == (3, 1)


def test_nothing_is_there_and_that_is_said() -> None:
    found = pressed()
    assert (found.count, found.worst, found.limited) == (0, "", 0)


def test_a_layer_of_states_tells_the_cases_that_it_shows() -> None:
    cases = (case("in", due_at=NOW + 600.0), case("out", due_at=NOW + 3000.0))
    assert pressed(*cases, choice=HeatChoice("breach", "30m")).count == 1


def test_counts_of_many_points_and_of_the_window_before() -> None:
    kept = Buckets(fixed_grid(SETTING.extent, SETTING.latitude))
    at = np.array([NOW - 60.0, NOW - 120.0, NOW - 4000.0])
    kept.add(np.full(3, X), np.full(3, Y), at, NOW)
    kept.since = 0
    where = (X, Y, 80.0)

    def here(window: str) -> HeatCell:
        choice = HeatChoice("units", window)
        return cell_at(seen(), NOW, choice, where, SETTING, {"units": kept})

    assert (here("1h").count, here("1h").before) == (2, 1)
    assert here("24h").before is None  # older minutes are not kept
    kept.since = int(NOW // 60) - 70
    assert here("1h").before is None
