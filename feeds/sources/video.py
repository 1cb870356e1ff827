"""Video files as cameras: one `camera` record, then JPEG snapshots in the video's own time."""

import base64
import io
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import av.error

from city.clocks.timestamps import iso
from feeds.sources.contract import (
    Items,
    OpenOptions,
    Record,
    SourceError,
    fingerprint,
    without_blanks,
)

__all__ = ["VideoFile", "is_video", "jpeg_of_frame"]

LARGEST_JPEG = 524_288
QUALITIES = (80, 60, 40, 20)


def is_video(head: bytes) -> bool:
    """Whether a file starts like MP4/MOV, Matroska/WebM, AVI or MPEG-TS."""
    is_transport = len(head) > 188 and head[0] == head[188] == 0x47
    is_avi = head[:4] == b"RIFF" and head[8:12] == b"AVI "
    return head[4:8] == b"ftyp" or head[:4] == b"\x1a\x45\xdf\xa3" or is_avi or is_transport


class VideoFile(Items):
    """A video as a camera, played ``options.loops`` times from ``options.start`` on.

    A video has no absolute time: the time of a frame is the start plus its time in the video. Ids contain the
    start, so a later replay gives new pictures of the same camera.
    """

    topic = "camera"

    def __init__(self, path: Path, options: OpenOptions) -> None:
        super().__init__()
        self.name = options.name or path.stem
        self.rate: float | None = 1.0
        self._path = path
        self._options = options
        self.total: int | None = self._count()

    def records(self) -> Iterator[Record]:
        """Yield the `camera` record and then `snapshot` records; raises SourceError for a broken video."""
        self.begin()
        options = self._options
        camera = without_blanks({
            "kind": "camera", "camera": self.name, "name": self.name,
            "lon": options.lon, "lat": options.lat, "privacy": "street_level",
        })  # fmt: skip
        begun = iso(options.start)
        self.read += 1
        yield {"id": f"{self.name[:100]}.{fingerprint(camera)}", "at": begun, **camera}
        number, offset = 0, 0.0
        for _ in range(options.loops):
            length = 0.0
            for seconds, jpeg in self._frames():
                at = options.start + offset + seconds
                self.read += 1
                yield {
                    "id": f"{self.name[:90]}/{int(options.start * 1000)}/{number}",
                    "at": iso(at),
                    "kind": "snapshot",
                    "camera": self.name,
                    "jpeg": base64.b64encode(jpeg).decode("ascii"),
                }
                number += 1
                length = seconds + 1.0 / options.fps
            offset += length

    def _frames(self) -> Iterator[tuple[float, bytes]]:
        """Yield (seconds into the video, JPEG) ``fps`` times per second of video."""
        due = 0.0
        try:
            with av.open(str(self._path)) as film:
                for frame in film.decode(video=0):
                    seconds = float(frame.time or 0.0)
                    if seconds + 1e-6 >= due:
                        yield seconds, jpeg_of_frame(frame)
                        due += 1.0 / self._options.fps
        except (av.error.FFmpegError, IndexError) as error:
            message = f"{self._path.name}: the film cannot be decoded: {error}"
            raise SourceError(message) from error

    def _count(self) -> int | None:
        try:
            with av.open(str(self._path)) as film:
                duration = film.duration
        except (av.error.FFmpegError, OSError) as error:
            message = f"{self._path.name}: the film cannot be opened: {error}"
            raise SourceError(message) from error
        if not duration:
            return None
        seconds = duration / av.time_base
        return 1 + self._options.loops * math.ceil(seconds * self._options.fps)


def jpeg_of_frame(frame: Any) -> bytes:
    """Return a decoded frame as JPEG of at most 512 KiB: first lower the quality, then halve the size."""
    image = frame.to_image()
    while True:
        for quality in QUALITIES:
            out = io.BytesIO()
            image.save(out, "JPEG", quality=quality)
            if out.tell() <= LARGEST_JPEG:
                return out.getvalue()
        image = image.reduce(2)
