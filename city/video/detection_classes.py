"""Classes of detections: which word of an algorithm is which class of case, and what is done about it.

The shipped table is ``static/tables/detection_classes.csv``; a district may replace it with its own.
"""

from collections.abc import Iterable

import msgspec

__all__ = ["DetectionClass", "DetectionClasses", "VideoNumbers"]


class DetectionClass(msgspec.Struct, frozen=True):
    """One row. ``names`` are the words of algorithms, ``category`` the class of the case (``kind:code``).

    A sighting below ``confidence`` is not screened; the same event is not screened again for ``repeat_min``
    minutes. ``notice_min`` minutes after a notice to ``notice_to`` (``street`` or the code of an agency)
    comes the second look; a hazard has no notice.
    """

    detection: str
    names: tuple[str, ...]
    category: str
    hazard: bool
    confidence: float
    repeat_min: int
    notice_min: int = 0
    notice_to: str = ""
    version: str = ""
    valid_from: str = ""
    valid_to: str = ""


class VideoNumbers(msgspec.Struct, frozen=True):
    """Numbers of domain §3.7 (seconds); the defaults may be changed by the centre.

    ``screen_office_s`` and ``screen_s`` are the limits of the screening in and outside office time;
    ``oldest_s`` is the age from which a sighting is not screened any more; ``view_s`` how long one tap lets a
    person look at a camera; ``undo_s`` the time to undo a screening.
    """

    screen_office_s: float = 600.0
    screen_s: float = 1800.0
    oldest_s: float = 600.0
    view_s: float = 600.0
    undo_s: float = 20.0


class DetectionClasses:
    """The rows that are valid today, by the words of algorithms."""

    def __init__(self, rows: Iterable[DetectionClass] = ()) -> None:
        self.rows = tuple(rows)
        self._by_name = {name.casefold(): row for row in self.rows for name in (row.detection, *row.names)}

    def of(self, name: str) -> DetectionClass | None:
        """Return the row of an algorithm's word, None for a word that is no event of the city."""
        return self._by_name.get(name.casefold())
