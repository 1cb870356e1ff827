"""Topic patterns with named levels, and paths into a payload."""

import re
from string import Formatter
from typing import Any

from feeds.sources.contract import FieldError, SourceError

__all__ = ["Path", "TopicPattern", "at_path", "check_template", "shown_path"]

Path = str | list[str | int]
_LEVEL = re.compile(r"\{([a-z][a-z0-9_]*)\}")


class TopicPattern:
    """``city/{street}/{device}/level``: a level in braces matches any one level and is named; so does ``+``.

    A last level ``#`` matches any number of levels.
    """

    def __init__(self, pattern: str) -> None:
        levels = pattern.split("/")
        names: list[str] = []
        filters, parts = [], []
        for index, level in enumerate(levels):
            named = _LEVEL.fullmatch(level)
            if named:
                names.append(named[1])
                filters.append("+")
                parts.append(f"(?P<{named[1]}>[^/]+)")
            elif level == "+":
                filters.append(level)
                parts.append("[^/]*")
            elif level == "#" and index == len(levels) - 1:
                filters.append(level)
                parts.append(".*")
            elif not pattern or set(level) & set("+#{}\0"):
                message = f"topic: expected levels like water, {{device}}, + or a last #, got {pattern!r}"
                raise SourceError(message)
            else:
                filters.append(level)
                parts.append(re.escape(level))
        if len(set(names)) < len(names):
            message = f"topic: a name occurs twice in {pattern!r}"
            raise SourceError(message)
        self.names = frozenset(names)
        self.filter = "/".join(filters)
        self._match = re.compile("/".join(parts), re.DOTALL).fullmatch

    def levels(self, topic: str) -> dict[str, str] | None:
        """Return the named levels of a topic; None when it does not match."""
        found = self._match(topic)
        return found.groupdict() if found else None


def check_template(field: str, template: str, names: frozenset[str]) -> None:
    """Raise SourceError unless a template like ``{street}-{device}`` uses only names of the topic."""
    try:
        parts = list(Formatter().parse(template))
    except ValueError:
        parts = [("", "{", "", "")]
    for _, name, form, conversion in parts:
        if name is not None and (name not in names or form or conversion):
            known = ", ".join(f"{{{one}}}" for one in sorted(names)) or "no level of the topic is named"
            message = f"{field}: expected text with names of the topic ({known}), got {template!r}"
            raise SourceError(message)


def at_path(payload: Any, path: Path, field: str) -> Any:
    """Return the value at a path (``data.0.level``, or a list of names and numbers); '' is the whole payload.

    Raises FieldError naming the part that is missing.
    """
    found = payload
    for part in path.split(".") if isinstance(path, str) and path else path:
        if isinstance(found, list) and str(part).isdecimal() and int(part) < len(found):
            found = found[int(part)]
        elif isinstance(found, dict) and part in found:
            found = found[part]
        else:
            raise FieldError(field, f"the payload has no {shown_path(path)}")
    return found


def shown_path(path: Path) -> str:
    """Return a path as text."""
    return path if isinstance(path, str) else ".".join(map(str, path))
