"""The tables that rules come from: which there are, and the mark (SHA-256) of what is in force."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from console.district import read_rows

__all__ = ["TABLES", "table_marks"]

TABLES: Final = (
    "agencies.csv", "calendars.csv", "categories.csv", "city_objects.csv", "devolution.csv", "owners.csv",
    "register.csv", "rules.csv", "sites.csv", "standards.csv", "unit_tasks.csv",
)  # fmt: skip
"""Every table but the roster, which has its own fact: the data dir's own file goes before the shipped one."""


def table_marks(data_dir: Path) -> Mapping[str, str]:
    """Return table name (``rules``) → SHA-256 of its file, as ``TableLoaded`` tells it."""
    return {Path(name).stem: read_rows(data_dir, name)[1] for name in TABLES}
