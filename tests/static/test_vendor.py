"""What others wrote and our pages load, by version, licence and sum; and the tools that check our scripts."""

import hashlib
import json
import re
from pathlib import Path

import static

ROOT = Path(__file__).parents[2]
VENDOR = static.path("vendor")
ROW = re.compile(
    r"^\| `(\S+\.js)` \| \[(\S+)\]\(\S+\), \S+ `(\S+)` \| (\S+) \| \S+ `(\S+)` \| `(\w{64})` \|$", re.M
)


def told() -> dict[str, list[str]]:
    """Name of a file → package, entry, version, licence's file, SHA-256, as the table says."""
    return {name: row for name, *row in ROW.findall((VENDOR / "README.md").read_text("utf-8"))}


def test_every_file_stands_in_the_table_with_its_sum() -> None:
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in VENDOR.glob("*.js")}
    assert {name: row[-1] for name, row in told().items()} == files


def test_every_file_is_of_the_version_that_is_pinned_and_has_its_licence_beside_it() -> None:
    pinned = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    for package, entry, version, licence, _ in told().values():
        assert pinned[f"node_modules/{package}"]["version"] == version
        assert f'from "{package}/' in (VENDOR / entry).read_text("utf-8")
        assert "Redistribution and use" in (VENDOR / licence).read_text("utf-8")


def test_nothing_that_takes_text_for_markup_is_vendored() -> None:
    assert [path.name for path in VENDOR.glob("*.d.ts") if "unsafe" in path.read_text("utf-8").lower()] == []


def test_every_exemption_from_the_checks_of_scripts_names_a_file_that_is_there() -> None:
    told = "".join((ROOT / name).read_text("utf-8") for name in ("tsconfig.json", "tsconfig.strict.json"))
    names = re.findall(r'"(static/[^"*]+)"', told)
    assert len(names) > 2
    assert [name for name in names if not (ROOT / name).is_file()] == []


def test_the_lock_of_the_tools_names_no_place_that_they_came_from() -> None:
    assert "resolved" not in (ROOT / "package-lock.json").read_text("utf-8")
