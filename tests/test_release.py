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
    """What a module imports is required; only what a function imports may be of an optional part."""
    lines = metadata.get_all("Requires-Dist", [])
    needed = {requirement(line) for line in lines if "extra ==" not in line}
    optional = {requirement(line) for line in lines if "extra ==" in line and 'extra == "dev"' not in line}
    codes = [path.read_text("utf-8") for package in SHIPPED for path in (ROOT / package).rglob("*.py")]
    assert sorted(owners_of(codes, in_functions=False) - needed) == []
    assert sorted(owners_of(codes, in_functions=True) - needed - optional) == []


def requirement(line: str) -> str:
    return normalised(re.split(r"[^\w.-]", line)[0])


def owners_of(codes: list[str], *, in_functions: bool) -> set[str]:
    """The distributions of the modules that the codes import, other than ours and Python's own."""
    owners = packages_distributions()
    return {
        normalised(owner)
        for code in codes
        for module in top_imports(code, in_functions=in_functions)
        if module not in SHIPPED and module not in sys.stdlib_module_names
        for owner in owners[module]
    }


def normalised(name: str) -> str:
    """A distribution's name as PyPA compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def top_imports(code: str, *, in_functions: bool) -> set[str]:
    """The first names of all modules that a module imports, also in its functions if asked."""
    found = set()
    waiting: list[ast.AST] = [ast.parse(code)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
        elif in_functions or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += ast.iter_child_nodes(node)
    return found
