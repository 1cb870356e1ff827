"""The trees of scripts: a name is in one folder alone, and what a script imports is where it says."""

import re
from pathlib import Path

import pytest

import static

MODULES = sorted(path for tree in ("js", "esm") for path in static.path(tree).rglob("*.js"))
IMPORTED = re.compile(r"""\b(?:from|import)\s*\(?\s*["'](\.[^"']+)["']""")


def test_a_script_is_found_by_its_name() -> None:
    assert static.script("js", "draw") == "js/draw.js"
    assert static.path(static.script("js", "desk_map")).parent != static.path("js")


def test_a_name_that_no_script_has_is_told() -> None:
    with pytest.raises(FileNotFoundError, match="no script named 'none' in esm"):
        static.script("esm", "none")


def test_a_name_in_two_folders_is_refused(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / "js" / folder).mkdir(parents=True)
        (tmp_path / "js" / folder / "same.js").touch()
    with pytest.raises(ValueError, match=r"js/b/same\.js: expected a name of its own, js/a/same\.js has it"):
        static.by_name(tmp_path, "js")


def test_every_module_that_a_script_imports_is_there() -> None:
    named = [(path, name) for path in MODULES for name in IMPORTED.findall(path.read_text("utf-8"))]
    assert len(named) > 100
    assert [(path.name, name) for path, name in named if not (path.parent / name).is_file()] == []
