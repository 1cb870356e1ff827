"""Keeps a picture of each detection that enters the screening, while the picture store still has it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from city.clocks.timestamps import parse
from city.folding.store import Store
from city.state.video_records import Detection
from feeds.gateway.picture_store import Picture
from feeds.people.detection_pictures import DetectionPictures

__all__ = ["PictureKeeper"]

log = structlog.get_logger()

NEAR_S: Final = 120.0
"""A picture taken longer before or after the detection (city seconds) does not show it."""
TRIED_S: Final = 60.0
"""City seconds for which a picture is waited for."""


class PictureKeeper:
    """Stores the pictures. ``newest`` returns a camera's newest picture. Two engines do no harm."""

    def __init__(
        self, store: Store, files: DetectionPictures, newest: Callable[[str], Awaitable[Picture | None]], *,
        clock: Callable[[], float],
    ) -> None:  # fmt: skip
        self._store = store
        self._files = files
        self._newest = newest
        self._clock = clock
        self._revision: tuple[int, ...] = ()
        self._wanted: dict[str, Detection] = {}

    async def step(self) -> None:
        """Store the pictures that have come. Raises PicturesUnavailable, OSError."""
        state = self._store.state
        revision = state.revision("detections")
        if revision != self._revision:
            self._revision = revision
            waiting = [one for one in state.ledger.detections.values() if one.state == "screening"]
            self._wanted = {one.id: one for one in waiting if not self._files.has(one.id)}
        now = state.ledger.clock.at(self._clock())
        rate = max(state.ledger.clock.rate, 1.0)
        for detection in list(self._wanted.values()):
            picture = await self._newest(detection.camera)
            if picture is not None and abs(parse(picture.at) - detection.at) <= NEAR_S * rate:
                del self._wanted[detection.id]
                await self._keep(detection, picture)
            elif now - detection.entered_at > TRIED_S * rate:
                del self._wanted[detection.id]

    async def _keep(self, detection: Detection, picture: Picture) -> None:
        camera = self._store.state.ledger.cameras.get(detection.camera)
        zones = camera.masks if camera is not None else ()
        try:
            await asyncio.to_thread(
                self._files.put, detection.id, picture.jpeg, parse(picture.at), zones=zones, box=detection.box
            )
        except (OSError, ValueError) as error:
            log.warning("detection_picture_lost", detection=detection.id, reason=str(error))
