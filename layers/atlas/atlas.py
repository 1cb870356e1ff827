"""The atlas: one district's base map, projected, simplified and labelled once.

It is stored in a directory: ``atlas.json`` (the drawing, EPSG:3857 whole metres) and ``streets.geojson``
(the streets' full rings in WGS84, for looking up points).
"""

import hashlib
from pathlib import Path as FilePath
from typing import Any, Literal, TypeVar

import msgspec

from city.places.streets import Streets

T = TypeVar("T")

FORM = 1
"""Version of the stored form; a reader refuses any other."""

LabelKind = Literal["sea", "river", "landmark", "street", "ring", "main"]
RoadKind = Literal["ring", "main", "minor"]


class Path(msgspec.Struct, frozen=True, array_like=True):
    """A ring (closed: the last point equals the first) or a line: metres, EPSG:3857."""

    xs: tuple[int, ...]
    ys: tuple[int, ...]


Polygon = tuple[Path, ...]
"""A hull, then its holes."""


class Box(msgspec.Struct, frozen=True, array_like=True):
    """West, south, east, north: metres, EPSG:3857."""

    west: float
    south: float
    east: float
    north: float

    @property
    def width(self) -> float:
        """Metres from west to east."""
        return self.east - self.west

    @property
    def height(self) -> float:
        """Metres from south to north."""
        return self.north - self.south

    def grown(self, metres: float) -> "Box":
        """Return the box enlarged by `metres` on every side."""
        south, north = self.south - metres, self.north + metres
        return Box(self.west - metres, south, self.east + metres, north)


class Street(msgspec.Struct, frozen=True):
    """One street or town as it is drawn."""

    code: str  # 9 digits
    name: str
    short: str
    english: str
    polygons: tuple[Polygon, ...]


class Road(msgspec.Struct, frozen=True):
    """One named road; its paths need not touch."""

    kind: RoadKind
    name: str
    english: str
    paths: tuple[Path, ...]


class Label(msgspec.Struct, frozen=True):
    """A name and its possible positions, best first; lower priorities are placed first."""

    kind: LabelKind
    chinese: str
    english: str
    priority: int
    spots: tuple[tuple[int, int], ...]  # centres, metres EPSG:3857
    code: str = ""  # of the street that it names


class Drawing(msgspec.Struct, frozen=True):
    """What ``atlas.json`` holds."""

    form: int
    title: str
    attribution: str  # must be shown with the map
    schematic: bool  # drawn by us: the map is marked 示意图
    bounds: Box  # the whole jurisdiction
    core: Box  # its dense core, for the inset
    streets: tuple[Street, ...]
    land: tuple[Polygon, ...]
    water: tuple[Polygon, ...]
    roads: tuple[Road, ...]
    rails: tuple[Path, ...]
    stations: tuple[tuple[int, int], ...]
    labels: tuple[Label, ...]
    core_name: dict[str, str] = {}  # msgspec copies it; language → title of the inset


class UnreadableAtlas(ValueError):
    """The directory holds no readable atlas; the text names the file and the error."""


class Atlas(msgspec.Struct, frozen=True):
    """A drawing and the streets' rings that belong to it."""

    drawing: Drawing
    lookup: dict[str, Any]  # GeoJSON FeatureCollection, WGS84: code, name, short, english

    @classmethod
    def read(cls, folder: FilePath) -> "Atlas":
        """Read the atlas in `folder`; raises UnreadableAtlas naming the file."""
        drawing = _decoded(folder / "atlas.json", Drawing)
        if drawing.form != FORM:
            raise UnreadableAtlas(
                f"{folder / 'atlas.json'}: form {drawing.form}, expected {FORM}: import the district again"
            )
        return cls(drawing, _decoded(folder / "streets.geojson", dict[str, Any]))

    def write(self, folder: FilePath) -> None:
        """Write ``atlas.json`` and ``streets.geojson`` into `folder`, which is created if absent."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self._files().items():
            (folder / name).write_bytes(content)

    @property
    def sha256(self) -> str:
        """Hex digest of both files as written: the version of this map."""
        return hashlib.sha256(b"".join(self._files().values())).hexdigest()

    def places(self) -> Streets:
        """Return the lookup of streets by WGS84 point; raises ValueError when the rings are invalid."""
        return Streets.from_geojson(self.lookup)

    def _files(self) -> dict[str, bytes]:
        return {
            "atlas.json": msgspec.json.encode(self.drawing) + b"\n",
            "streets.geojson": msgspec.json.encode(self.lookup) + b"\n",
        }


def _decoded(path: FilePath, form: type[T]) -> T:
    try:
        return msgspec.json.decode(path.read_bytes(), type=form)
    except OSError as error:
        raise UnreadableAtlas(f"{path}: {error.strerror or error}") from error
    except msgspec.DecodeError as error:
        raise UnreadableAtlas(f"{path}: {error}") from error
