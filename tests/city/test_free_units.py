import numpy as np

from city.free_units import FreeUnits
from tests.seen_factory import PEOPLE_SQUARE, units

LON, LAT = PEOPLE_SQUARE


def test_the_nearest_is_measured_on_the_ground_nearest_first() -> None:
    seen = units({"lon": LON + 0.02, "state": "standby"}, {"lon": LON + 0.01, "state": "standby"},
                 {"lon": LON, "lat": LAT + 0.009, "state": "standby"})  # fmt: skip
    found = FreeUnits(seen).nearest(LON, LAT, 2)
    assert [row for row, _ in found] == [1, 2]
    assert [round(metres, -1) for _, metres in found] == [950, 1000]


def test_who_is_lost_nowhere_away_or_sent_somewhere_is_not_free() -> None:
    away = ("assigned", "en_route", "on_scene", "off_duty", "out_of_service", "unknown")
    seen = units({"state": "standby", "lost": True}, {"lon": np.nan, "state": "standby"},
                 *({"state": state} for state in away))  # fmt: skip
    assert FreeUnits(seen).nearest(LON, LAT, 9) == []


def test_nobody_is_near_a_place_that_is_not_known() -> None:
    assert FreeUnits(units({"state": "standby"})).nearest(np.nan, LAT, 1) == []
    assert FreeUnits(units()).nearest(LON, LAT, 1) == []
