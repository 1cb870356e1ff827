"""Places: inside their street, named after its roads, the same for the same seed."""

import numpy as np
import pytest

from city.places.streets import Streets
from feeds.sources.demo.chance import dice
from feeds.sources.demo.ground import Ground, Road

SQUARE = {
    "features": [
        {
            "properties": {"code": "310115004", "name": "甲街道", "short": "甲"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[121.5, 31.2], [121.6, 31.2], [121.6, 31.3], [121.5, 31.3], [121.5, 31.2]]],
            },
        }
    ]
}
ROADS = (Road("310115004", "ew", "横路", True), Road("310115004", "ns", "纵路", False))


def test_every_street_of_the_shipped_district_has_nine_crossings(ground: Ground, streets: Streets) -> None:
    assert len(ground.streets) == len(streets.codes) == 36
    assert {len(ground.crossings[street]) for street in ground.streets} == {9}


def test_places_and_crossings_lie_inside_their_street(ground: Ground, streets: Streets) -> None:
    rng = dice("test")
    places = [ground.place(rng) for _ in range(5000)]
    places += [place for street in ground.streets for place in ground.crossings[street]]
    found = streets.of([p.lon for p in places], [p.lat for p in places])
    assert np.array_equal(found, [place.street for place in places])


def test_busy_streets_get_more_than_empty_ones(ground: Ground, streets: Streets) -> None:
    rng = dice("test")
    drawn = [streets.codes[ground.street(rng)][:9] for _ in range(4000)]
    assert drawn.count("310115130") > 5 * drawn.count("310115143")


def test_underpasses_are_named_after_their_road_and_stand_on_it(ground: Ground) -> None:
    assert len(ground.underpasses) >= 20
    assert all(road in place.road for road, place in ground.underpasses)


def test_one_street_with_one_crossing_is_district_enough() -> None:
    ground = Ground(Streets.from_geojson(SQUARE), ROADS, {}, seed=1)
    assert ground.crossing(dice(1)).road == "横路纵路"
    assert ground.underpasses == [("横路", ground.crossings[0][0])]


def test_the_same_seed_lays_out_the_same_ground() -> None:
    streets = Streets.from_geojson(SQUARE)
    one, two, other = (Ground(streets, ROADS, {}, seed=seed) for seed in (1, 1, 2))
    assert one.place(dice(1)) == two.place(dice(1))
    assert one.place(dice(1)) != other.place(dice(1))


def test_streets_without_a_road_are_no_district() -> None:
    with pytest.raises(ValueError, match="no street"):
        Ground(Streets.from_geojson(SQUARE), (), {}, seed=1)
