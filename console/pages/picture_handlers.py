"""Pictures over HTTP: of cameras, masked and only with a purpose; of detections, blurred."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from city.access import Person, may_open
from city.state.ledger_state import Camera, CityState
from city.state.video_records import Detection, view_key
from city.video.privacy import HIDDEN_ON_WALL
from console.accounts.authorization import Authorization
from console.pages.http_handlers import PlainHandler
from feeds.gateway.picture_store import Pictures, PicturesUnavailable
from feeds.people.detection_pictures import DetectionPictures
from feeds.storage.camera_pictures import blurred, masked

__all__ = ["CameraPictures", "picture_patterns"]

MOST_DRAWN: Final = 64
"""Drawn pictures that are kept: the newest of each camera that somebody looks at."""
STREET_LEVEL: Final = "street_level"
"""Privacy class of cameras that see faces and plates: a wall shows their pictures blurred."""


class CameraPictures(msgspec.Struct):
    """What the handlers of pictures share.

    ``person_of`` returns the person of a session, ``on_walls`` the cameras that walls show now.
    """

    authorization: Authorization
    state: Callable[[], CityState]
    person_of: Callable[[str], Person | None]
    on_walls: Callable[[], frozenset[str]]
    newest: Pictures
    detections: DetectionPictures
    clock: Callable[[], float]
    drawn: dict[tuple[str, bool], tuple[str, bytes]] = {}
    """Camera and whether blurred → SHA-256 of the picture, and the picture as it may leave."""

    def viewing(self, person: Person | None, camera: str) -> bool:
        """Whether a person has said why they look at a camera, and the time of that view is not over."""
        if person is None:
            return False
        ledger = self.state().ledger
        view = ledger.camera_views.get(view_key(person.account, camera))
        return view is not None and view.begun <= ledger.clock.at(self.clock()) < view.until

    async def picture(self, camera: Camera, *, blur: bool) -> tuple[bytes, str] | None:
        """Return a camera's newest picture as it may leave and its time; None when there is none.

        It is drawn once, however many look at it.
        """
        try:
            found = await self.newest.get(camera.id)
        except PicturesUnavailable:
            return None
        if found is None:
            return None
        if not camera.masks and not blur:
            return found.jpeg, found.at
        key = (camera.id, blur)
        kept = self.drawn.get(key)
        mark = f"{found.sha256} {hash(camera.masks)}"
        if kept is None or kept[0] != mark:
            draw = blurred if blur else masked
            try:
                kept = mark, await asyncio.to_thread(draw, found.jpeg, camera.masks)
            except OSError:
                return None
            self.drawn.pop(key, None)
            self.drawn[key] = kept
            for oldest in list(self.drawn)[:-MOST_DRAWN]:
                del self.drawn[oldest]
        return kept[1], found.at


class _PictureHandler(PlainHandler):
    def initialize(self, pictures: CameraPictures) -> None:
        """Store what the handlers share."""
        self._pictures = pictures

    @property
    def _person(self) -> Person | None:
        return self._pictures.person_of(self._pictures.authorization.session_of(self.request))

    def _refuse(self) -> None:
        self._pictures.authorization.refused += 1
        self.send_error(403)

    def _answer(self, found: tuple[bytes, str] | None) -> None:
        if found is None:
            self.send_error(404)
            return
        self.set_header("Content-Type", "image/jpeg")
        self.set_header("X-Taken-At", found[1])
        self.finish(found[0])


class CameraHandler(_PictureHandler):
    """``/camera/<id>.jpg``: for a wall that shows the camera; with ``?view`` for a person who said why."""

    async def get(self, name: str) -> None:
        """Send the newest picture with the time it was taken."""
        pictures = self._pictures
        camera = pictures.state().ledger.cameras.get(name)
        if self.get_query_argument("view", None) is not None:
            if not pictures.viewing(self._person, name):
                self._refuse()
                return
            self._answer(None if camera is None else await pictures.picture(camera, blur=False))
            return
        if pictures.authorization.current_viewer(self.request, "wall") is None:
            self._refuse()
            return
        if camera is None or camera.privacy in HIDDEN_ON_WALL or name not in pictures.on_walls():
            self.send_error(404)
            return
        self._answer(await pictures.picture(camera, blur=camera.privacy == STREET_LEVEL))


class DetectionHandler(_PictureHandler):
    """``/detection/<id>.jpg``: the blurred picture of a detection, for desks and those of its place."""

    async def get(self, name: str) -> None:
        """Send the picture with the time it was taken."""
        detection = self._pictures.state().ledger.detections.get(name)
        if not _may_see(self._person, detection):
            self._refuse()
            return
        found = await asyncio.to_thread(self._pictures.detections.copy, name)
        taken = None if found is None else datetime.fromtimestamp(found[1], UTC).isoformat()
        self._answer(None if found is None or taken is None else (found[0], taken))


def _may_see(person: Person | None, detection: Detection | None) -> bool:
    if person is None:
        return False
    if may_open(person, "desk"):
        return True
    own = person.holder
    return bool(own) and detection is not None and own in (detection.place.street, detection.notice_to)


def picture_patterns(pictures: CameraPictures) -> list[tuple[str, type[PlainHandler], dict[str, Any]]]:
    """Return the URL patterns of pictures."""
    shared = {"pictures": pictures}
    return [
        (r"/camera/([^/]+)\.jpg", CameraHandler, shared),
        (r"/detection/([0-9a-f-]+)\.jpg", DetectionHandler, shared),
    ]
