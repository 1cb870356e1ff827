"""Frozen and black pictures are found from the pictures themselves, over time."""

import base64
import io
import time
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest
from PIL import Image

from city.clocks.timestamps import iso
from feeds.gateway.picture_looks import Look, differs, look_of
from feeds.gateway.picture_store import Pictures, Since
from feeds.storage.embedded_servers import EmbeddedServers
from tests.feeds.conftest import Connect

NOW = 1_800_000_000.0


def street(seed: int, *, noise: float = 3.0, level: float = 110.0) -> Image.Image:
    """A street with the noise of a sensor; another ``seed`` is another moment of the same street."""
    still = np.random.default_rng(7).normal(level, 40, (24, 32))
    picture = np.asarray(Image.fromarray(still.clip(0, 255).astype(np.uint8)).resize((640, 480)), float)
    picture += np.random.default_rng(seed).normal(0, noise, picture.shape)
    x = (seed * 37) % 500
    picture[200:260, x : x + 90] = 30  # a car
    return Image.fromarray(picture.clip(0, 255).astype(np.uint8)).convert("RGB")


def jpeg(image: Image.Image, quality: int = 80) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def look(image: Image.Image, quality: int = 80) -> Look:
    found = look_of(jpeg(image, quality))
    assert found is not None
    return found


def test_the_same_picture_written_again_is_the_same_and_a_later_moment_is_not() -> None:
    one = look(street(1))
    assert not differs(one.mark, look(street(1)).mark)
    assert not differs(one.mark, look(street(1), quality=79).mark)
    assert all(differs(one.mark, look(street(seed)).mark) for seed in range(2, 12))


@pytest.mark.parametrize(("level", "is_black"), [(0.0, True), (6.0, True), (60.0, False)])
def test_a_picture_without_light_is_black(level: float, is_black: bool) -> None:
    dark = Image.new("RGB", (640, 480), (int(level),) * 3)
    assert look(dark).is_black is is_black


def test_a_street_at_night_with_its_lamps_is_not_black() -> None:
    night = Image.new("RGB", (640, 480), (6, 6, 8))
    for x in range(40, 640, 150):
        night.paste((230, 210, 160), (x, 60, x + 40, 100))
    assert not look(night).is_black


def test_what_cannot_be_decoded_has_no_look() -> None:
    assert look_of(b"\xff\xd8 no picture \xff\xd9") is None
    assert look_of(jpeg(street(1))[:200]) is None


@pytest.fixture
async def pictures(logs: EmbeddedServers) -> AsyncIterator[Pictures]:
    store = Pictures.open(logs.pictures_url)
    yield store
    await store.close()


async def noted(pictures: Pictures, at: float, image: Image.Image) -> Since:
    return await pictures.note_look("K1", iso(NOW + at), look(image))


async def test_a_frozen_camera_is_the_same_since_its_first_picture(pictures: Pictures) -> None:
    assert await noted(pictures, 0, street(1)) == Since()
    assert await noted(pictures, 10, street(2)) == Since()
    for at in (20, 30, 300):
        assert await noted(pictures, at, street(2)) == Since(same=iso(NOW + 10))
    assert await noted(pictures, 310, street(3)) == Since()


async def test_a_black_camera_is_black_since_its_first_dark_picture(pictures: Pictures) -> None:
    black = Image.new("RGB", (640, 480))
    await noted(pictures, 0, street(1))
    assert (await noted(pictures, 10, black)).dark == iso(NOW + 10)
    assert (await noted(pictures, 20, black)).dark == iso(NOW + 10)
    assert await noted(pictures, 30, street(2)) == Since()


async def test_a_late_picture_changes_nothing(pictures: Pictures) -> None:
    await noted(pictures, 10, street(1))
    await noted(pictures, 20, street(1))
    assert await noted(pictures, 5, street(9)) == Since(same=iso(NOW + 10))
    assert await noted(pictures, 30, street(1)) == Since(same=iso(NOW + 10))


async def test_a_published_picture_says_since_when_it_is_the_same(
    publish: Connect, subscribe: Connect, ask: Any, hear: Any
) -> None:
    encoded = base64.b64encode(jpeg(street(1))).decode()
    told = [
        {
            "id": f"p{n}",
            "at": iso(time.time() - 60 + 10 * n),
            "kind": "snapshot",
            "camera": "K1",
            "jpeg": encoded,
        }
        for n in range(3)
    ]
    async with subscribe("camera", "&since=now") as listener, publish("camera") as socket:
        await hear(listener)
        await ask(socket, *told)
        records = (await hear(listener))["records"]
    assert [one.get("same_since") for one in records] == [None, told[0]["at"], told[0]["at"]]
