"""Types of arguments that several verbs take, and what a type takes in words."""

from typing import Annotated, Any, Literal, get_args, get_type_hints

import msgspec
from msgspec import Meta

__all__ = [
    "Args", "Code", "Lat", "Lon", "Merc", "Metres", "Moment", "OnePhoto", "Photo", "PhotoFact",
    "PhotoFacts", "Photos", "Text", "TwoPhotos", "described",
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


def described(shape: type[Args], field: str) -> str:
    """Describe what a field takes (``str``, ``confirmed|not_found``); '' for an unknown field."""
    hint = get_type_hints(shape, include_extras=True).get(field)
    return "" if hint is None else _words(hint)


def _words(hint: Any) -> str:
    if hint is type(None):
        return "null"
    parts = get_args(hint)
    origin = getattr(hint, "__origin__", None)
    if hasattr(hint, "__metadata__"):
        meta = parts[1]
        bounds = [
            f"{sign} {value}"
            for sign, value in (
                (">=", meta.ge), ("<=", meta.le), ("length >=", meta.min_length),
                ("length <=", meta.max_length),
            )
            if value is not None
        ]  # fmt: skip
        bounds = ["not blank", *bounds] if meta.pattern else bounds
        return f"{_words(parts[0])} ({', '.join(bounds)})"
    if origin is Literal:
        return "|".join(map(str, parts))
    if origin is tuple:
        return f"list of {_words(parts[0])}"
    if origin is dict:
        return f"numbers by name: {_words(parts[0])} to {_words(parts[1])}"
    if parts:
        return " or ".join(_words(part) for part in parts if part is not type(None))
    return getattr(hint, "__name__", str(hint))
