import io

import numpy as np
from PIL import Image

from layers.palette import DENSITY
from layers.png import palette_png


def test_another_programme_reads_the_picture_as_it_was_meant() -> None:
    steps = np.random.default_rng(1).integers(0, 17, (31, 47), dtype=np.uint8)
    image = Image.open(io.BytesIO(palette_png(steps, DENSITY.table)))
    assert image.mode == "P"
    assert np.array_equal(np.asarray(image.convert("RGBA")), DENSITY.table[steps])


def test_an_empty_picture_of_the_home_view_is_under_a_kilobyte() -> None:
    assert len(palette_png(np.zeros((288, 512), dtype=np.uint8), DENSITY.table)) < 1000
