"""Types of arguments that several verbs take."""

from typing import Annotated

import msgspec
from msgspec import Meta

__all__ = [
    "Args", "Code", "Lat", "Lon", "Merc", "Metres", "Moment", "OnePhoto", "Photo", "PhotoFact",
    "PhotoFacts", "Photos", "Text", "TwoPhotos",
]  # fmt: skip

Code = Annotated[str, Meta(min_length=1, max_length=64)]
Text = Annotated[str, Meta(max_length=2000, pattern=r"\S")]
Moment = Annotated[str, Meta(min_length=1, max_length=40)]
Photo = Annotated[str, Meta(min_length=1, max_length=200)]
Photos = Annotated[tuple[Photo, ...], Meta(max_length=20)]
OnePhoto = Annotated[tuple[Photo, ...], Meta(min_length=1, max_length=20)]
TwoPhotos = Annotated[tuple[Photo, ...], Meta(min_length=2, max_length=20)]
Lon = Annotated[float, Meta(ge=-180, le=180)]
Lat = Annotated[float, Meta(ge=-90, le=90)]
Metres = Annotated[float, Meta(ge=0, le=100_000)]
Merc = Annotated[float, Meta(ge=-20_100_000, le=20_100_000)]


class Args(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No arguments."""


class PhotoFact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When and where a photo was taken, by its own file; ``photo`` is its id among the photos of the act.

    ``taken_at`` is machine time: a camera knows nothing of the city's clock.
    """

    photo: Photo
    taken_at: Moment | None = None
    lon: Lon | None = None
    lat: Lat | None = None


PhotoFacts = Annotated[tuple[PhotoFact, ...], Meta(max_length=40)]
"""Read from the stored files by the console, never taken from a sender."""
