"""What is released: the wheel has all of the six packages and nothing else, and says what it needs."""

import ast
import io
import re
import subprocess
import sys
import zipfile
from email.message import Message
from email.parser import Parser
from importlib.metadata import packages_distributions

import pytest

from tests.installed import BESIDE, ROOT, SHIPPED, build_wheel


@pytest.fixture(scope="module")
def wheel() -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(build_wheel()[0]))


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> Message:
    [name] = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    return Parser().parsestr(wheel.read(name).decode("utf-8"))


def test_the_wheel_holds_every_file_of_the_packages_and_nothing_beside(wheel: zipfile.ZipFile) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *SHIPPED],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    expected = {name for name in tracked.stdout.split("\0") if name and (ROOT / name).exists()}
    held = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert sorted(expected ^ held) == []


def test_the_version_is_the_newest_of_the_changelog(metadata: Message) -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$", changelog, re.MULTILINE)
    assert metadata["Version"] == released[0]


def test_the_container_file_copies_what_a_wheel_is_built_from() -> None:
    lines = (ROOT / "Containerfile").read_text(encoding="utf-8").splitlines()
    copied = {
        name
        for line in lines
        if line.startswith("COPY ") and "--from" not in line
        for name in line.split()[1:-1]
    }
    assert copied == {*SHIPPED, *BESIDE, "constraints.txt"}


def test_what_the_code_imports_is_what_the_wheel_needs(metadata: Message) -> None:
    needed = {
        normalised(re.split(r"[^\w.-]", requirement)[0])
        for requirement in metadata.get_all("Requires-Dist", [])
        if "extra ==" not in requirement
    }
    owners = packages_distributions()
    imported = {
        normalised(owner)
        for package in SHIPPED
        for path in (ROOT / package).rglob("*.py")
        for module in top_imports(path.read_text(encoding="utf-8"))
        if module not in SHIPPED and module not in sys.stdlib_module_names
        for owner in owners[module]
    }
    assert sorted(imported - needed) == []


def normalised(name: str) -> str:
    """A distribution's name as PyPA compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def top_imports(code: str) -> set[str]:
    """The first names of all modules that a module imports."""
    found = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found
