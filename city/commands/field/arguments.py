"""Arguments of the verbs of the field: photos that follow, and the numbers of workstations."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from city.commands.argument_types import Args, Lat, Lon, Metres, Moment, OnePhoto, PhotoFacts

__all__ = ["FIELD_ARGS", "AddPhotos", "PatrolPoint", "RecordNumbers", "RecordPatrol"]

Groups = Annotated[int, Meta(ge=0, le=10_000)]


class RecordNumbers(Args, frozen=True):
    """Household groups to visit and already moved, and the door of the shelter; None = not said."""

    should: Groups | None = None
    moved: Groups | None = None
    shelter: Literal["open", "closed"] | None = None


class AddPhotos(Args, frozen=True):
    """Photos of a report that was made without one."""

    photos: OnePhoto
    photo_facts: PhotoFacts = ()


class PatrolPoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the inspector was at a city time, with the error of the position."""

    lon: Lon
    lat: Lat
    at: Moment
    accuracy_m: Metres


class RecordPatrol(Args, frozen=True):
    """The positions of one patrol."""

    points: Annotated[tuple[PatrolPoint, ...], Meta(min_length=1, max_length=500)]


FIELD_ARGS: dict[str, type[Args]] = {
    "record_numbers": RecordNumbers, "add_photos": AddPhotos, "record_patrol": RecordPatrol,
}  # fmt: skip
"""Verb → its arguments; a verb that is not listed takes none."""
