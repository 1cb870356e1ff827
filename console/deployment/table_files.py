"""The tables of the rules: their names, and the SHA-256 of the files in force."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from city.dispatch.linkage_tables import KINDS_FILE, linkage_file
from console.deployment.district import read_rows

__all__ = ["TABLES", "linkage_files", "linkage_marks", "table_marks"]

TABLES: Final = (
    "agencies.csv", "calendars.csv", "categories.csv", "city_objects.csv", "detection_classes.csv",
    "devolution.csv", "owners.csv", "register.csv", "rules.csv", "sites.csv", "standards.csv",
    "unit_tasks.csv",
)  # fmt: skip
"""Every table of cases (the roster has its own fact). The data dir's file replaces the shipped one."""


def table_marks(data_dir: Path) -> Mapping[str, str]:
    """Return table name (``rules``) → SHA-256 of its file, as in ``TableLoaded``."""
    return {Path(name).stem: read_rows(data_dir, name)[1] for name in TABLES}


def linkage_marks(data_dir: Path, kinds: Iterable[str]) -> Mapping[str, str]:
    """Return the same for the tables of linkage, which are not copied into every case.

    The names are ``incident_kinds`` and ``linkage/<incident type>`` for each of ``kinds``.
    """
    files = [KINDS_FILE, *map(linkage_file, kinds)]
    return {name.removesuffix(".csv"): read_rows(data_dir, name)[1] for name in files}


def linkage_files(data_dir: Path) -> list[str]:
    """Return the tables ``linkage/<name>.csv`` of the data dir."""
    return sorted(f"linkage/{path.name}" for path in (data_dir / "linkage").glob("*.csv"))
