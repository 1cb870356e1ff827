"""Photos that a command names: each must be stored here, and its file says when and where it was taken."""

import asyncio
from typing import Any, Final

import msgspec

from city.commands.argument_types import Args
from city.commands.arguments import ARGS
from city.commands.command import Command, Refusal
from feeds.storage.photo_files import PhotoFiles

__all__ = ["PHOTO_ARGS", "PhotoNames"]

PHOTO_ARGS: Final = ("photos", "photos_before", "photos_after")
"""Arguments that name photos, whatever the verb."""
FACTS: Final = "photo_facts"
LONGEST_TOLD: Final = 80


class PhotoNames:
    """Checks the photos of commands against the stored files."""

    def __init__(self, files: PhotoFiles) -> None:
        self._files = files

    async def checked(self, command: Command) -> Command | Refusal:
        """Return the command with what its photos' files say, or the refusal of a photo that is not stored.

        What a sender says in ``photo_facts`` is never taken. Raises OSError.
        """
        named = [(field, name) for field in PHOTO_ARGS for name in _texts(command.args.get(field))]
        if not named and FACTS not in command.args:
            return command
        return await asyncio.to_thread(self._checked, command, named)

    def _checked(self, command: Command, named: list[tuple[str, str]]) -> Command | Refusal:
        for field, name in named:
            if not self._files.has(name):
                return Refusal("not_allowed", "photo_unknown", {"field": field, "photo": name[:LONGEST_TOLD]})
        if FACTS not in ARGS.get(command.verb, Args).__struct_fields__:
            return command
        told = {name: self._files.facts(name) for _, name in named}
        facts = [{"photo": name, **said} for name, said in told.items() if said]
        return msgspec.structs.replace(command, args={**command.args, FACTS: facts})


def _texts(value: Any) -> list[str]:
    """Return the texts in a list; the verb's own check refuses what is not a list of texts."""
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
