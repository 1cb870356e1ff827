"""The tables of the rules: their names, and the SHA-256 of the files in force."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from console.deployment.district import read_rows

__all__ = ["TABLES", "table_marks"]

TABLES: Final = (
    "agencies.csv", "calendars.csv", "categories.csv", "city_objects.csv", "devolution.csv", "owners.csv",
    "register.csv", "rules.csv", "sites.csv", "standards.csv", "unit_tasks.csv",
)  # fmt: skip
"""Every table but the roster, which has its own fact. The data dir's file replaces the shipped one."""


def table_marks(data_dir: Path) -> Mapping[str, str]:
    """Return table name (``rules``) → SHA-256 of its file, as in ``TableLoaded``."""
    return {Path(name).stem: read_rows(data_dir, name)[1] for name in TABLES}
