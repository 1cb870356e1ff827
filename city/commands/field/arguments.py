"""Arguments of the verbs of workstations."""

from typing import Annotated, Literal

from msgspec import Meta

from city.commands.argument_types import Args

__all__ = ["FIELD_ARGS", "RecordNumbers"]

Groups = Annotated[int, Meta(ge=0, le=10_000)]


class RecordNumbers(Args, frozen=True):
    """Household groups to visit and already moved, and the door of the shelter; None = not said."""

    should: Groups | None = None
    moved: Groups | None = None
    shelter: Literal["open", "closed"] | None = None


FIELD_ARGS: dict[str, type[Args]] = {"record_numbers": RecordNumbers}
"""Verb → its arguments; a verb that is not listed takes none."""
