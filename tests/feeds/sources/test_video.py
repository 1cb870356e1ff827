"""Films as cameras."""

import base64
import io

import pytest
from PIL import Image

from feeds.sources import video
from feeds.sources.contract import OpenOptions, SourceError
from feeds.sources.registry import open_source


def test_a_film_is_a_camera_and_two_pictures_a_second_from_its_start(film):
    source = open_source(film, OpenOptions(start=1_790_000_000.0, lon=121.5, lat=31.2))
    camera, *pictures = source.records()
    assert (camera["kind"], camera["camera"], camera["lon"]) == ("camera", "gate", 121.5)
    assert [picture["at"][17:21] for picture in pictures] == [
        "20.0", "20.5", "21.0", "21.5", "22.0", "22.5",
    ]  # fmt: skip
    assert source.total == 1 + len(pictures)
    assert source.rate == 1.0
    image = Image.open(io.BytesIO(base64.b64decode(pictures[0]["jpeg"])))
    assert (image.format, image.size) == ("JPEG", (320, 240))


def test_a_film_loops_without_a_gap_and_no_two_pictures_share_an_id(film):
    source = open_source(film, OpenOptions(start=0.0, loops=2, name="door"))
    _, *pictures = source.records()
    assert [picture["at"][17:21] for picture in pictures][5:8] == ["02.5", "03.0", "03.5"]
    assert len({picture["id"] for picture in pictures}) == 12
    assert {picture["camera"] for picture in pictures} == {"door"}


def test_the_same_showing_has_the_same_ids_and_a_later_one_has_others(film):
    def ids(start):
        return [r["id"] for r in open_source(film, OpenOptions(start=start)).records()]

    assert ids(5.0) == ids(5.0)
    assert set(ids(5.0)) & set(ids(6.0)) == {ids(5.0)[0]}


def test_a_picture_never_exceeds_the_bound(film, monkeypatch):
    monkeypatch.setattr(video, "LARGEST_JPEG", 9_000)
    _, picture, *_ = open_source(film).records()
    assert len(base64.b64decode(picture["jpeg"])) <= 9_000


def test_a_broken_film_is_refused(tmp_path):
    path = tmp_path / "broken.mp4"
    path.write_bytes(b"\0\0\0\x18ftypisom" + b"\0" * 64)
    with pytest.raises(SourceError, match=r"broken\.mp4: the film cannot be"):
        open_source(path)
