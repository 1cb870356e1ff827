"""What tests of sources share."""

from pathlib import Path

import av
import numpy as np
import pytest


@pytest.fixture(scope="session")
def film(tmp_path_factory) -> Path:
    """Three seconds of noise at 10 frames a second, 320 by 240."""
    path = tmp_path_factory.mktemp("films") / "gate.mp4"
    dice = np.random.default_rng(1)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for _ in range(30):
            pixels = dice.integers(0, 255, (240, 320, 3), dtype=np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        out.mux(stream.encode())
    return path
