"""Citywall as an operator gets it: a wheel is built and installed into an environment of its own.

The environment has our dependencies by their folder alone, so nothing of this checkout can be
imported from it.
"""

import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

__all__ = ["BESIDE", "ROOT", "SHIPPED", "build_wheel", "installed"]

ROOT = Path(__file__).parent.parent
SHIPPED = ("city", "feeds", "layers", "layouts", "console", "static")
BESIDE = ("pyproject.toml", "README.md", "LICENSE")


@lru_cache
def build_wheel() -> tuple[bytes, str]:
    """Return the wheel of this checkout and its file name; built once in a process, from a copy."""
    with tempfile.TemporaryDirectory(prefix="citywall-build-") as folder:
        copy = Path(folder) / "source"
        copy.mkdir()
        for name in SHIPPED:
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in BESIDE:
            shutil.copy(ROOT / name, copy)
        run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(copy / "dist"), str(copy))
        [wheel] = (copy / "dist").glob("*.whl")
        assert len(list((copy / "dist").glob("*.tar.gz"))) == 1
        return wheel.read_bytes(), wheel.name


@contextmanager
def installed() -> Iterator[Path]:
    """Give the ``citywall`` command of an environment that has the wheel and no source."""
    with tempfile.TemporaryDirectory(prefix="citywall-installed-") as folder:
        content, name = build_wheel()
        wheel = Path(folder) / name
        wheel.write_bytes(content)
        home = Path(folder) / "venv"
        run(sys.executable, "-m", "venv", "--without-pip", str(home))
        python = home / "bin" / "python"
        run(
            sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python),
            "install", "--quiet", "--no-deps", "--no-index", str(wheel),
        )  # fmt: skip
        site = Path(sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)}))
        (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
        yield home / "bin" / "citywall"


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, cwd=tempfile.gettempdir(), check=False)
    assert done.returncode == 0, done.stdout + done.stderr
