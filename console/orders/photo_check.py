"""Whether the photos that a command names are stored: a fact must not name evidence that nobody has."""

from collections.abc import Callable

from city.commands.command import Command, Refusal

__all__ = ["missing_photo"]


def missing_photo(command: Command, has_photo: Callable[[str], bool]) -> Refusal | None:
    """Refuse a report of a linkage task that names a photo which is not stored.

    ``has_photo`` says whether a photo of that SHA-256 is stored. What is no list of texts is left to the
    check of the arguments.
    """
    photos = command.args.get("photos") if command.verb == "finish_task" else None
    if not isinstance(photos, list | tuple):
        return None
    for place, name in enumerate(photos):
        if isinstance(name, str) and not has_photo(name):
            expected = "SHA-256 of a photo that POST /evidence/<agency> has stored"
            return Refusal("bad_args", "order_field", {"field": f"photos[{place}]", "expected": expected})
    return None
