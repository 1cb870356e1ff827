"""The engine keeps the picture of a detection while the picture store has it, and only one that shows it."""

from pathlib import Path
from typing import Any

import pytest

from city.clocks.city_clock import CityClock
from city.clocks.timestamps import iso
from city.folding.store import Store
from city.state.ledger_state import Camera, LedgerState, Place
from city.state.linkage_records import Site
from city.state.video_records import Detection
from console.engine.picture_keeper import PictureKeeper
from feeds.gateway.picture_store import Picture
from feeds.people.detection_pictures import DetectionPictures
from tests.feeds.storage.test_camera_pictures import grey, stripes

NOW = 1_800_000_000.0
ID = "0a1b2c3d4e5f-1"
LEFT = (((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)),)


class Kept:
    """A store with one detection of a moment ago, and the picture that the picture store has."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW
        self.picture: Picture | None = None
        self.asked: list[str] = []
        state = LedgerState(clock=CityClock(NOW, NOW))
        state.cameras["K1"] = Camera("K1", "羽山路", Place(121.5, 31.2), masks=LEFT)
        state.detections[ID] = Detection(
            ID, "0a1b2c3d4e5f", "K1", "shop_overflow", "event:0405", Site(), NOW - 2, NOW, NOW + 600,
        )  # fmt: skip
        self.store = Store(state)
        self.store.state.touch("detections")
        self.files = DetectionPictures(folder)
        self.keeper = PictureKeeper(self.store, self.files, self.newest, clock=lambda: self.now)

    async def newest(self, camera: str) -> Picture | None:
        self.asked.append(camera)
        return self.picture

    def take(self, at: float) -> None:
        self.picture = Picture(stripes(), iso(at), "ab")


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


async def test_a_picture_of_the_moment_is_kept_once_with_the_cameras_masks(kept: Kept) -> None:
    await kept.keeper.step()
    assert not kept.files.has(ID)
    kept.take(NOW - 3)
    await kept.keeper.step()
    found: Any = kept.files.copy(ID)
    assert found[1] == NOW - 3
    assert grey(found[0])[:, :310].max() < 12
    assert kept.files.original(ID) == stripes()
    before = len(kept.asked)
    await kept.keeper.step()
    assert len(kept.asked) == before, "it is not asked for again"


async def test_a_picture_of_another_time_shows_something_else(kept: Kept) -> None:
    kept.take(NOW - 300)
    await kept.keeper.step()
    kept.now += 61
    await kept.keeper.step()
    kept.take(NOW)
    await kept.keeper.step()
    assert not kept.files.has(ID), "nobody waits for it longer than a minute"


async def test_what_is_screened_already_needs_no_picture(kept: Kept) -> None:
    kept.store.state.ledger.detections[ID].state = "false_positive"
    kept.take(NOW)
    await kept.keeper.step()
    assert kept.asked == []


async def test_a_broken_picture_is_not_kept_and_stops_nobody(kept: Kept) -> None:
    kept.picture = Picture(b"\xff\xd8 broken", iso(NOW), "ab")
    await kept.keeper.step()
    assert kept.files.copy(ID) is None
