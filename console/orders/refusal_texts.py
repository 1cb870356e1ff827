"""Refusal texts: the reason of a refusal in the words of a catalogue."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

__all__ = ["Reasons"]

_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
UNKNOWN: Final = "—"


class Reasons:
    """Texts of one language's catalogue, filled with the names of a refusal."""

    def __init__(self, words: Mapping[str, str], timezone: str) -> None:
        self._words = words
        self._zone = ZoneInfo(timezone)

    def text(self, reason: str, names: Mapping[str, Any]) -> str:
        """Return the text of ``refusal.<reason>``; times are city time, HH:MM."""
        return self.fill(f"refusal.{reason}", names)

    def fill(self, key: str, names: Mapping[str, Any]) -> str:
        """Return the text of a key with its placeholders filled; the key itself when it has no text."""
        text = self._words.get(key, key)
        return _PLACEHOLDER.sub(lambda found: self._word(found[1], names.get(found[1])), text)

    def _word(self, name: str, value: Any) -> str:
        if value is None or value == "":
            return UNKNOWN
        if isinstance(value, list | tuple):
            return "、".join(self._word(name, one) for one in value)
        if name.endswith("_at") and isinstance(value, int | float):
            return datetime.fromtimestamp(value, self._zone).strftime("%H:%M")
        if name.endswith("_time") and isinstance(value, int | float):
            return datetime.fromtimestamp(value, self._zone).strftime("%m-%d %H:%M")
        if name == "of_photos":
            return self._words.get(f"{name}.{value}", str(value))
        if name.endswith("_post"):
            return self._post(str(value))
        if name.endswith(("_holder", "_holders")):
            return self._words.get(f"agency.{value}", str(value))
        if name.endswith("_role"):
            return self._words.get(f"role.{value}", str(value))
        if name.endswith("_state"):
            return self._words.get(f"{name}.{value}", str(value))
        if name.endswith("_words"):
            return self._words.get(f"task.{value}", str(value))
        if name.endswith("_class"):
            return self._words.get(f"class.{str(value).replace(':', '.')}", str(value))
        return str(value)

    def _post(self, key: str) -> str:
        """Return a post in words; its key is that of ``city.state.duty_records.Post``."""
        role, _, code = key.partition(":")
        holder = self._words.get(f"agency.{code}") or self._words.get(f"street.{code}") or code
        return self._words.get(f"post.{role}", key).replace("{holder}", holder)
