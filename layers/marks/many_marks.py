"""The marks of a layer that are one picture: of the home view in its frames, of any other view on demand."""

import itertools
import os
from collections import deque
from typing import Any, Final

import msgspec
import numpy as np

from layers.base.free_space import Box
from layers.contract import MapSetting
from layers.fields.pictures import image_of
from layers.marks.mark_picture import Floats, Look, MarkPicture, Pixels, Steps, home_pixels

__all__ = ["MANY", "ManyMarks", "Marks"]

MANY: Final = 600
"""Most marks that are glyphs of their own. Chromium without a GPU paints one in some 8 µs: so many take a
third of the 16 ms that the scripts of a frame may take."""

KEPT: Final = 3
"""Versions of which a view is still drawn: a page may ask for the last one while the next one comes."""

_BOOT: Final = os.urandom(3).hex()
_versions: Final = itertools.count(1)


class Marks(msgspec.Struct, frozen=True, eq=False):
    """The marks of one version: metres (EPSG:3857), the number of the look, and the words of a press.

    ``said`` are columns of one length with the marks; a value is plain JSON.
    """

    x: Floats
    y: Floats
    look: Steps
    said: dict[str, Any] = {}

    def same(self, other: "Marks") -> bool:
        """Say whether both look alike in every view."""
        places = np.array_equal(self.x, other.x) and np.array_equal(self.y, other.y)
        return places and np.array_equal(self.look, other.look)


class ManyMarks:
    """The picture of a layer's marks. One that did not change is neither drawn nor encoded again."""

    def __init__(self, setting: MapSetting, looks: tuple[Look, ...]) -> None:
        self._picture = MarkPicture(looks)
        self._pixels = home_pixels(setting)
        self._view = setting.extent
        self._kept: deque[tuple[str, Marks]] = deque(maxlen=KEPT)
        self._steps: Steps = np.zeros((0, 0), dtype=np.uint8)
        self._png = b""
        self.is_shown = False

    def show(self, marks: Marks) -> None:
        """Take these as the present marks."""
        self.is_shown = True
        if self._kept and self._kept[-1][1].same(marks):
            self._kept[-1] = (self._kept[-1][0], marks)  # what a press tells may be newer
            return
        self._kept.append((f"{_BOOT}{next(_versions)}", marks))
        steps = self._picture.steps(marks.x, marks.y, marks.look, self._pixels)
        if not np.array_equal(steps, self._steps):
            self._steps, self._png = steps, self._picture.png(steps)

    def hide(self) -> None:
        """Take no picture as the present state: all marks are glyphs."""
        self.is_shown = False

    @property
    def png(self) -> bytes:
        """The home view's picture."""
        return self._png

    def about(self) -> dict[str, Any]:
        """Return the ``meta`` of a frame with the picture: its place, version, scale and number of marks."""
        version, marks = self._kept[-1]
        about = {"image": image_of(self._pixels.extent), "v": version, "scale": self._pixels.scale}
        return {**about, "pictured": len(marks.x)}

    def hides(self, box: Box) -> bool:
        """Say whether a box (CSS px of the home view) would cover a mark of the picture."""
        right = round((self._view[0] - self._pixels.west) / self._pixels.scale)
        down = round((self._pixels.north - self._view[3]) / self._pixels.scale)
        left, top, end, bottom = (int(np.floor(box[0])), int(np.floor(box[1])), *np.ceil(box[2:]).astype(int))
        rows = slice(max(0, top + down), max(0, bottom + down))
        return bool(self._steps[rows, max(0, left + right) : max(0, end + right)].any())

    def of_view(self, version: str, pixels: Pixels) -> bytes:
        """Return the picture of a view. Raises LookupError for a version that is not known or no longer."""
        marks = self._of(version)
        if marks is None:
            raise LookupError(version)
        return self._picture.png(self._picture.steps(marks.x, marks.y, marks.look, pixels))

    def nearest(self, version: str, place: tuple[float, float], reach: float) -> dict[str, Any] | None:
        """Return x, y and words of the mark nearest to a place within ``reach``, metres; None: no mark."""
        marks = self._of(version)
        if marks is None or not len(marks.x):
            return None
        far = np.hypot(marks.x - place[0], marks.y - place[1])
        row = int(np.argmin(far))
        if far[row] > reach:
            return None
        said = {name: _plain(column[row]) for name, column in marks.said.items()}
        return {"x": float(marks.x[row]), "y": float(marks.y[row]), **said}

    def _of(self, version: str) -> Marks | None:
        return next((marks for known, marks in tuple(self._kept) if known == version), None)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
