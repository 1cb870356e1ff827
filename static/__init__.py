"""Files that the console serves or reads: styles, scripts, components, tables and the built-in district.

It imports nothing of Citywall.
"""

from pathlib import Path

__all__ = ["path"]


def path(name: str) -> Path:
    """Return the path of a shipped file, e.g. ``path("css/wall.css")``.

    Raises FileNotFoundError when the package has no such file.
    """
    found = Path(__file__).parent / name
    if not found.exists():
        message = f"citywall has no file named {name!r}"
        raise FileNotFoundError(message)
    return found
