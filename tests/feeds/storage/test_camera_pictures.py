"""What leaves of a camera's picture: masks are black, a blurred picture has no detail outside its box."""

import io

import numpy as np
import pytest
from PIL import Image

from feeds.storage.camera_pictures import blurred, masked

LEFT = [[(0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)]]


def stripes(wide: int = 4) -> bytes:
    """A picture of detail: black and white columns of some pixels each."""
    columns = np.tile(np.repeat([0, 255], wide), 320 // wide).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(np.tile(columns, (360, 1))).convert("RGB").save(out, "JPEG", quality=95)
    return out.getvalue()


def grey(jpeg: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(jpeg)) as image:
        return np.asarray(image.convert("L"), float)


def test_a_zone_is_black_and_the_rest_is_as_it_was() -> None:
    drawn = grey(masked(stripes(), LEFT))
    assert drawn[:, :310].max() < 12
    assert drawn[:, 330:].std() > 100


def test_a_picture_without_zones_is_not_drawn_anew() -> None:
    assert masked(stripes(), ()) == stripes()


def test_detail_is_gone_around_the_box_and_weaker_within_it() -> None:
    drawn = grey(blurred(stripes(10), box=(0.5, 0.25, 0.75, 0.75)))
    around, within = drawn[:, 40:280].std(), drawn[140:220, 360:440].std()
    assert around < 8
    assert 4 * around < within < 115


def test_a_blurred_picture_has_its_zones_too() -> None:
    assert grey(blurred(stripes(), LEFT, (0.1, 0.1, 0.4, 0.4)))[:, :310].max() < 12


@pytest.mark.parametrize("draw", [lambda jpeg: masked(jpeg, LEFT), blurred])
def test_a_broken_picture_does_not_leave(draw: object) -> None:
    with pytest.raises(OSError, match=r"decoded|truncated|identify"):
        draw(stripes()[:900])  # type: ignore[operator]
