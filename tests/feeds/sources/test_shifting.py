"""Moving recordings to today and onto this district."""

from hypothesis import given, settings
from hypothesis import strategies as st

from city.moments import parse
from city.places import Streets
from feeds.sources.shifting import District, Transplant, as_of, happened, shifted, survey


def street(code, *rings):
    shape = {"type": "Polygon", "coordinates": [[list(p) for p in ring] for ring in rings]}
    return {"type": "Feature", "properties": {"code": code, "name": code}, "geometry": shape}


LEFT = [(121.0, 31.0), (121.4, 31.0), (121.0, 31.4), (121.0, 31.0)]
RIGHT = [(121.8, 31.6), (122.0, 31.6), (122.0, 32.0), (121.8, 31.6)]
COLLECTION = {"type": "FeatureCollection", "features": [street("a", LEFT), street("b", RIGHT)]}
DISTRICT = District(COLLECTION)
STREETS = Streets.from_geojson(COLLECTION)
CASE = {
    "id": "1.abc",
    "at": "2013-12-25T08:00:00.000000+00:00",
    "external": [{"system": "S", "no": "1"}],
    "mirror": {
        "state": "closed",
        "agency": "DOT",
        "due_at": "2013-12-25T12:00:00.000000+00:00",
        "at": "2013-12-25T10:00:00.000000+00:00",
    },
}
ALERT = {
    "id": "w",
    "at": "2026-07-20T19:14:00+08:00",
    "sent": "2026-07-20T19:14:00+08:00",
    "references": "office,W-0,2026-07-20T13:14:00+08:00",
    "info": [{"expires": "2026-07-21T19:14:00+08:00", "description": "2026-07-20T19:14:00+08:00"}],
    "points": [{"at": "2026-07-20T11:14:00+00:00"}],
}


@settings(deadline=None)
@given(st.floats(-1e9, 1e9))
def test_all_moments_move_alike_and_the_id_does_not(seconds):
    moved = shifted(CASE, seconds)
    assert moved["id"] == CASE["id"]
    assert moved["original_at"] == CASE["at"]
    for before, after in (
        (CASE["at"], moved["at"]),
        (CASE["mirror"]["at"], moved["mirror"]["at"]),
        (CASE["mirror"]["due_at"], moved["mirror"]["due_at"]),
    ):
        assert abs(parse(after) - parse(before) - seconds) < 1e-3


def test_a_warnings_moments_and_references_move_and_its_words_do_not():
    moved = shifted(ALERT, 3600)
    assert moved["sent"] == "2026-07-20T20:14:00+08:00"
    assert moved["references"] == "office,W-0,2026-07-20T14:14:00+08:00"
    assert moved["info"][0]["expires"] == "2026-07-21T20:14:00+08:00"
    assert moved["info"][0]["description"] == ALERT["info"][0]["description"]
    assert moved["points"][0]["at"] == "2026-07-20T12:14:00+00:00"


def test_what_happened_is_the_newest_of_the_report_and_the_status_but_not_what_is_due():
    assert happened(CASE) == parse("2013-12-25T10:00:00+00:00")
    assert happened(ALERT) == parse("2026-07-20T19:14:00+08:00")


def test_a_status_that_is_still_to_come_is_not_told():
    assert as_of(CASE, parse("2013-12-25T10:00:00+00:00")) is CASE
    known = as_of(CASE, parse("2013-12-25T09:00:00+00:00"))
    assert known["mirror"] == {
        "state": "dispatched",
        "agency": "DOT",
        "due_at": CASE["mirror"]["due_at"],
    }


def test_a_survey_finds_the_newest_moment_and_the_box_of_the_middle():
    records = [{"at": "2026-01-01T00:00:00+00:00", "lon": float(n), "lat": 50.0 - n} for n in range(101)]
    found = survey([*records, {"at": "2026-01-02T00:00:00+00:00"}])
    assert found.count == 102
    assert found.newest == parse("2026-01-02T00:00:00+00:00")
    assert found.box == (2.0, -48.0, 98.0, 48.0)
    assert survey([]).newest is None


@settings(deadline=None)
@given(st.floats(-180, 180), st.floats(-90, 90))
def test_every_point_lands_in_some_street_always_the_same(lon, lat):
    move = Transplant((-74.0, 40.0, -73.0, 41.0), DISTRICT)
    moved = move({"id": "1", "lon": lon, "lat": lat})
    assert STREETS.of(moved["lon"], moved["lat"])[0] >= 0
    assert move({"id": "1", "lon": lon, "lat": lat}) == moved


def test_a_transplanted_record_says_so_and_keeps_where_it_was():
    moved = Transplant((-74.0, 40.0, -73.0, 41.0), DISTRICT)({"lon": -73.9, "lat": 40.1})
    assert moved["transplanted"] is True
    assert moved["original_place"] == {"lon": -73.9, "lat": 40.1, "crs": "WGS84"}
    assert (moved["lon"], moved["lat"]) == (121.1, 31.1)


def test_a_single_place_and_a_record_without_one_can_be_moved_too():
    move = Transplant((7.0, 50.0, 7.0, 50.0), DISTRICT)
    lon, lat = move({"lon": 7.0, "lat": 50.0})["lon"], move({"lon": 7.0, "lat": 50.0})["lat"]
    assert STREETS.of(lon, lat)[0] >= 0
    assert move({"id": "x", "address": "y"}) == {"id": "x", "address": "y"}


def test_places_on_no_streets_ground_are_spread_over_all_streets():
    move = Transplant((0.0, 0.0, 1.0, 1.0), DISTRICT)
    moved = [move({"lon": 0.9 + n / 1e4, "lat": 0.1 - n / 1e4}) for n in range(200)]
    found = STREETS.of([m["lon"] for m in moved], [m["lat"] for m in moved])
    assert set(found.tolist()) == {0, 1}
    assert len({(m["lon"], m["lat"]) for m in moved}) == 200


def test_a_moment_at_the_end_of_the_calendar_stays():
    end = "9999-12-31T23:59:59+08:00"
    moved = shifted({"id": "w", "at": "2026-11-20T08:00:00+08:00", "info": [{"expires": end}]}, 3600.0)
    assert moved["at"] == "2026-11-20T09:00:00+08:00"
    assert moved["info"] == [{"expires": end}]
