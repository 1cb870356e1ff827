"""Files that the console serves or reads: styles, components, icons and the built-in district."""

from pathlib import Path

__all__ = ["path"]


def path(name: str) -> Path:
    """Return the path of a shipped file, e.g. ``path("css/wall.css")``.

    Raises FileNotFoundError when the package does not hold it.
    """
    found = Path(__file__).parent / name
    if not found.exists():
        message = f"citywall ships no file named {name!r}"
        raise FileNotFoundError(message)
    return found
