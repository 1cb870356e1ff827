"""Arguments of the verbs of the field: photos that follow, and the numbers of workstations."""

from typing import Annotated, Literal

from msgspec import Meta

from city.commands.argument_types import Args, OnePhoto, PhotoFacts

__all__ = ["FIELD_ARGS", "AddPhotos", "RecordNumbers"]

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


FIELD_ARGS: dict[str, type[Args]] = {"record_numbers": RecordNumbers, "add_photos": AddPhotos}
"""Verb → its arguments; a verb that is not listed takes none."""
