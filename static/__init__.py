"""Files that the console serves or reads: styles, scripts, components, tables and the built-in district.

It imports nothing of Citywall.
"""

from pathlib import Path
from typing import Final, Literal

__all__ = ["path", "script"]

ROOT: Final = Path(__file__).parent


def path(name: str) -> Path:
    """Return the path of a shipped file, e.g. ``path("css/wall.css")``.

    Raises FileNotFoundError when the package has no such file.
    """
    found = ROOT / name
    if not found.exists():
        message = f"citywall has no file named {name!r}"
        raise FileNotFoundError(message)
    return found


def script(tree: Literal["js", "esm"], name: str) -> str:
    """Return a script's path below this package: ``script("js", "orders")`` is ``js/orders.js``.

    In which folder of its tree it is, its name says: no name is there twice. Raises FileNotFoundError when
    the tree has no such script.
    """
    found = SCRIPTS[tree].get(name)
    if found is None:
        message = f"citywall has no script named {name!r} in {tree}"
        raise FileNotFoundError(message)
    return found


def by_name(root: Path, tree: str) -> dict[str, str]:
    """Return name → path below ``root`` of every script of a tree. Raises ValueError for a name twice."""
    found: dict[str, str] = {}
    for file in sorted((root / tree).rglob("*.js")):
        below = file.relative_to(root).as_posix()
        if file.stem in found:
            raise ValueError(f"{below}: expected a name of its own, {found[file.stem]} has it")
        found[file.stem] = below
    return found


SCRIPTS: Final = {tree: by_name(ROOT, tree) for tree in ("js", "esm")}
