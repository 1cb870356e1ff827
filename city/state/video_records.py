"""Records of video: detections that a person screens, sightings of an algorithm, views of a camera.

Times are city epoch seconds. A sighting is telemetry; a detection is in the ledger (domain §3.7).
"""

from collections import deque
from typing import Final

import msgspec

from city.state.case_file import LastAct
from city.state.linkage_records import Signed, Site

__all__ = ["DETECTION_STATES", "WAITING", "CameraView", "Detection", "Sighting", "Sightings", "view_key"]

DETECTION_STATES: Final = (
    "screening", "notice", "case_created", "false_positive", "self_corrected", "expired",
)  # fmt: skip
"""``new`` is a sighting; ``confirmed`` is the moment in which a notice or a case begins."""

WAITING: Final = ("screening", "notice")
SIGHTINGS_KEPT: Final = 4000


class Sighting(msgspec.Struct, frozen=True):
    """What an algorithm reported, as it arrived. ``name`` is its own word for the class; ``box`` is x0, y0,
    x1, y1 as shares of the picture, () = unknown; ``confidence`` None = not given.
    """

    record: str
    camera: str
    name: str
    at: float
    confidence: float | None
    algorithm: str
    version: str
    box: tuple[float, ...] = ()


class Sightings:
    """The newest sightings in order of arrival; a reader keeps the number up to which it has read."""

    def __init__(self) -> None:
        self.count = 0
        self._kept: deque[Sighting] = deque(maxlen=SIGHTINGS_KEPT)

    def add(self, sighting: Sighting) -> None:
        """Add one."""
        self._kept.append(sighting)
        self.count += 1

    def since(self, count: int) -> list[Sighting]:
        """Return those after the first ``count``, as far as they are kept; the cost is their number."""
        fresh = min(self.count - count, len(self._kept))
        return [self._kept[index] for index in range(len(self._kept) - fresh, len(self._kept))]


class Detection(msgspec.Struct):
    """One event of a camera. ``key`` says what counts as the same event: camera and class.

    ``category`` is the class of its case (``kind:code``); ``algorithm`` and ``algo_version`` made it.
    ``screen_by`` ends the screening, ``notice_by`` the time in which those who got the notice may correct it.
    ``screened`` is who decided, None as long as nobody has.
    """

    id: str
    key: str
    camera: str
    name: str
    category: str
    place: Site
    at: float
    entered_at: float
    screen_by: float
    confidence: float | None = None
    algorithm: str = ""
    algo_version: str = ""
    box: tuple[float, ...] = ()
    hazard: bool = False
    state: str = "screening"
    since: float = 0.0
    notice_to: str = ""
    notice_by: float | None = None
    noticed_at: float | None = None
    screened: Signed | None = None
    case: str = ""
    joined: bool = False
    """Whether ``case`` was open before and the detection only joined it."""
    version: int = 0
    moved: int = 0
    changed: int = 0
    last: LastAct | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether somebody must still screen it or look again."""
        return self.state in WAITING


class CameraView(msgspec.Struct, frozen=True):
    """Who looks at a camera: ``begun`` to ``until``, why (``purpose``), and for which case or incident."""

    account: str
    name: str
    camera: str
    purpose: str
    begun: float
    until: float
    case: str = ""
    incident: str = ""
    seat: str = ""


def view_key(account: str, camera: str) -> str:
    """Return the key of a person's view of a camera."""
    return f"{account}\x1f{camera}"
