"""The tables of the rules: their names, and the SHA-256 of the files in force."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from city.dispatch.tables.linkage_tables import KINDS_FILE, linkage_file
from city.dispatch.tables.rain_lines import RAIN_LINES
from city.dispatch.tables.sensor_tables import SENSOR_TABLES
from city.dispatch.tables.water_lines import WATER_LINES
from console.deployment.district import read_rows, table_mark

__all__ = ["TABLES", "linkage_files", "linkage_marks", "sensor_marks", "table_marks"]

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
    """Return the same for the tables that are not copied into every case: those of linkage, and places.

    The names are ``street_places``, ``water_lines``, ``rain_lines``, ``incident_kinds`` and
    ``linkage/<incident type>`` for each of ``kinds``.
    """
    files = ["street_places.csv", WATER_LINES, RAIN_LINES, KINDS_FILE, *map(linkage_file, kinds)]
    return {name.removesuffix(".csv"): read_rows(data_dir, name)[1] for name in files}


def sensor_marks(data_dir: Path) -> Mapping[str, str]:
    """Return the same for the tables of sensors, which are not copied into every case."""
    return {Path(name).stem: table_mark(data_dir, name) for name in SENSOR_TABLES}


def linkage_files(data_dir: Path) -> list[str]:
    """Return the tables ``linkage/<name>.csv`` of the data dir."""
    return sorted(f"linkage/{path.name}" for path in (data_dir / "linkage").glob("*.csv"))
