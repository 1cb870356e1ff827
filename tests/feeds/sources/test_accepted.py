"""What the sources say is what the gateway takes: its own validator judges every record."""

from pathlib import Path

import pytest

from city.clocks.timestamps import parse
from feeds.protocol.records import Rejected, ValidationContext, validate_all
from feeds.sources.contract import OpenOptions
from feeds.sources.registry import open_source
from feeds.sources.replay.shifting import shifted

RECORDINGS = Path(__file__).parents[2] / "recordings" / "sources"
SHARED = Path(__file__).parents[4] / "shared" / "data"
TERMS = ValidationContext(
    client="replay",
    received="2027-01-01T00:00:00.000000+00:00",
    now_city=parse("2027-01-01T00:00:00+00:00"),
)


def rejections(path, **options):
    """Return what the gateway would reject of a file, recorded and shifted, and how many it took."""
    source = open_source(path, OpenOptions(**options))
    found = list(source.records())
    assert len({record["id"] for record in found}) == len(found)
    told = [*found, *(shifted(record, -3600.0) for record in found)]
    answers = validate_all(source.topic, told, TERMS)
    return [answer for answer in answers if isinstance(answer, Rejected)], len(found)


@pytest.mark.parametrize(
    ("name", "mapping"),
    [
        ("complaints.csv", "complaints.toml"),
        ("requests.json", None),
        ("levels.csv", "levels.toml"),
        ("thing.json", None),
        ("storm.geojson", None),
        ("notices.json", None),
        ("gale.cap", None),
        ("feed.atom", None),
        ("events.json", None),
    ],
)
def test_the_gateway_takes_every_record_of_our_recordings(name, mapping):
    given = RECORDINGS / mapping if mapping else None
    rejected, count = rejections(RECORDINGS / name, mapping=given, unfold=True)
    assert not rejected
    assert count


@pytest.mark.skipif(not SHARED.exists(), reason="the shared real data are absent")
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("cases/nyc_311_2013-12-25.csv", 2345),
        ("cases/open311_nyc_2013-12-25.json", 2316),
        ("sensors/usgs_dead_run_5min_2018-06.parquet", 17857),
        ("sensors/sensorthings_flash_flood.json", 218),
        ("storms/bebinca_2024.geojson", 1),
        ("warnings/pudong_2026_07_08.json", 52),
        ("warnings/cap/australia.cap", 1),
        ("warnings/cap/canada.cap", 1),
        ("warnings/cap/earthquake.cap", 1),
        ("warnings/cap/no_optional_fields.cap", 1),
        ("warnings/cap/thunderstorm.cap", 1),
        ("warnings/cap/weather.cap", 1),
        ("warnings/cap/weather.atom", 1),
        ("cameras/frigate_events_front_door.json", 50),
        ("cameras/car_park.mp4", 8),
    ],
)
def test_the_gateway_takes_every_record_of_the_real_files(name, count):
    assert rejections(SHARED / name, start=1.7e9, fps=0.2) == ([], count)
