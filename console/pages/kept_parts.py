"""Parts of pages on disk: a start with the same program and the same map does not draw them again.

Drawing the maps of all pages in two languages takes seconds. A file holds one page's parts in one language
and the digest of everything that they are made of. It is used only if that is unchanged and the file whole.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import bokeh
import msgspec
import panel as pn
import structlog
import zstandard

import city
import layers
import layouts
from city.dispatch.tables.water_lines import WaterLines
from console.deployment.district import District
from layouts.page_parts import PageParts

__all__ = ["FOLDER", "KeptParts"]

log = structlog.get_logger(__name__)

FOLDER: Final = "snapshots/pages"
SOURCES: Final = (
    *(Path(str(room.__file__)).parent for room in (city, layers, layouts)),
    Path(__file__).parent,
)
"""The folders of the program that draws the parts."""


class KeptParts:
    """The files in a data dir; several consoles may write them."""

    def __init__(self, data_dir: Path, district: District, stations: WaterLines, *, build_id: str) -> None:
        self._folder = data_dir / FOLDER
        self._mark = _mark_of(district, stations, build_id)

    def get(self, name: str, make: Callable[[], PageParts]) -> PageParts:
        """Return the parts of a name (a file's, without dots), made and written if they are not there."""
        path = self._folder / f"{name}.{self._mark[:16]}.zst"
        kept = self._read(path)
        if kept is None:
            kept = make()
            self._write(path, kept)
        return kept

    def _read(self, path: Path) -> PageParts | None:
        try:
            mark, parts = msgspec.msgpack.decode(
                zstandard.decompress(path.read_bytes()), type=tuple[str, PageParts]
            )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, zstandard.ZstdError) as error:
            log.warning("page_parts_skipped", path=str(path), reason=str(error))
            return None
        return parts if mark == self._mark else None

    def _write(self, path: Path, parts: PageParts) -> None:
        """Write a file in one step, and delete those of other programs or maps; a full disk is no fault."""
        compressor = zstandard.ZstdCompressor(write_checksum=True)
        partial = path.with_suffix(f".{os.getpid()}.partial")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(compressor.compress(msgspec.msgpack.encode((self._mark, parts))))
            partial.rename(path)
            for other in self._folder.glob(f"{path.name.partition('.')[0]}.*"):
                if not other.name.startswith(path.stem):  # another console may be writing the same
                    other.unlink(missing_ok=True)
        except OSError as error:
            log.warning("page_parts_not_written", path=str(path), reason=str(error))


def _mark_of(district: District, stations: WaterLines, build_id: str) -> str:
    """Return the digest of everything that parts are made of: program, libraries, map and limits."""
    mark = hashlib.sha256()
    told: Any = (build_id, bokeh.__version__, pn.__version__, district.limits, repr(stations.stations))
    mark.update(json.dumps(told, sort_keys=True, default=str).encode())
    for path in _files(district):
        content = path.read_bytes()
        mark.update(f"{path.name} {len(content)} ".encode() + content)
    return mark.hexdigest()


def _files(district: District) -> Iterator[Path]:
    for folder in SOURCES:
        yield from (path for path in sorted(folder.rglob("*")) if path.suffix in (".py", ".json", ".html"))
    yield from (path for path in sorted(district.atlas_dir.rglob("*")) if path.is_file())
