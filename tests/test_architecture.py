"""The shape of the code, held by tests: sizes and names, where clocks and the environment are read.

Who may import whom is held by ``lint-imports``, which ``make check`` runs.
"""

import ast
import subprocess
import sys
from collections import Counter
from importlib.metadata import packages_distributions
from pathlib import Path

import click

from console.cli import MODULES as COMMANDS
from console.cli import citywall

ROOT = Path(__file__).parent.parent
PACKAGES = ("city", "feeds", "layers", "layouts", "console", "static")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
NAMED = [(path, str(path.relative_to(ROOT))) for path in MODULES]
MORE_FILES = (
    "layouts/words/en",  # one catalogue per subject, merged into one
    "layouts/words/zh",
    "static/css",  # one sheet per page or group of cards, named by the layouts
)
"""Folders of data that people search by name."""
VAGUE = {"utils", "helpers", "manager", "misc", "common", "data2"}


def calls(path: Path) -> set[str]:
    """Every dotted name that a module uses, e.g. ``time.time``."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def test_a_module_has_at_most_300_lines() -> None:
    lines = {name: len(path.read_text(encoding="utf-8").splitlines()) for path, name in NAMED}
    assert len(lines) > 500
    assert {name: count for name, count in lines.items() if count > 300} == {}


def test_a_module_is_named_for_what_it_is() -> None:
    assert [name for path, name in NAMED if path.stem in VAGUE] == []


def test_a_folder_has_at_most_22_files_side_by_side() -> None:
    told = subprocess.run(
        ["git", "ls-files", *PACKAGES, "benchmarks"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    counts = Counter(str(Path(name).parent) for name in told.stdout.splitlines())
    assert len(counts) > 50
    assert {folder: count for folder, count in counts.items() if count > 22} == {
        folder: counts[folder] for folder in MORE_FILES
    }


def test_the_environment_is_read_in_the_settings_alone() -> None:
    readers = [n for p, n in NAMED if calls(p) & {"os.environ", "os.getenv"}]
    # The demo hands its own environment on to the processes that it starts.
    assert readers == ["console/demo/supervisor.py", "console/deployment/settings.py"]


def test_clocks_are_read_in_console_and_sources_alone() -> None:
    clocks = {"time.time", "time.monotonic", "time.perf_counter", "datetime.now", "time.time_ns"}
    readers = [n for p, n in NAMED if calls(p) & clocks]
    allowed = ("console/", "feeds/sources/")
    assert [name for name in readers if not name.startswith(allowed)] == []


def test_no_other_installed_distribution_owns_one_of_our_package_names() -> None:
    owners = packages_distributions()
    assert {name: set(owners.get(name, ["citywall"])) for name in PACKAGES} == {
        name: {"citywall"} for name in PACKAGES
    }


def test_the_command_line_starts_without_the_libraries_that_take_a_second_to_load() -> None:
    code = "import sys, console.cli; print({'pandas', 'pyarrow', 'holoviews', 'panel'} & sys.modules.keys())"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert told.stdout == "set()\n"


HEAVY = ("av", "cartopy", "distributed", "geoviews", "holoviews", "weasyprint")
"""Libraries of reports, video and review, each of which takes 0.1 to 1.4 s to load."""


def test_no_start_of_the_console_waits_for_the_libraries_of_other_processes() -> None:
    code = f"import sys, console.app.serve; print(sys.modules.keys() & set({HEAVY}))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert told.stdout == "set()\n"


def test_every_command_of_the_command_line_can_be_loaded() -> None:
    context = click.Context(citywall)
    commands = [citywall.get_command(context, name) for name in citywall.list_commands(context)]
    assert {command.name for command in commands if command} == {
        n for names in COMMANDS.values() for n in names
    }
    assert citywall.get_command(context, "nothing") is None


def test_tests_mirror_the_packages() -> None:
    folders = {p.name for p in (ROOT / "tests").iterdir() if p.is_dir() and not p.name.startswith("_")}
    assert folders <= {*PACKAGES, "benchmarks", "recordings", "stories", "faults"}
