"""Display names: the files that hold a deployment's names of agencies, streets, classes and sources."""

from pathlib import Path

import static
from console.deployment.district import District, DistrictError, table_path
from console.deployment.response_plans import plan_paths
from console.deployment.settings import Settings
from layouts.catalogues import Names

__all__ = ["names_of"]


def names_of(settings: Settings, district: District) -> Names:
    """Return the files of this deployment's names: its own tables, else the shipped ones of its district.

    Raises DistrictError when a district other than the built-in one has no list of its streets.
    """
    streets = district.atlas_dir / "streets.csv"
    if not streets.exists():
        if not district.built_in:
            raise DistrictError(f"{streets}: missing; import the map again (citywall atlas import)")
        streets = static.path("district/streets.csv")
    return Names(
        categories=table_path(settings.data_dir, "categories.csv"),
        agencies=table_path(settings.data_dir, "agencies.csv"),
        metrics=table_path(settings.data_dir, "metrics.csv"),
        water_lines=table_path(settings.data_dir, "water_lines.csv"),
        streets=streets,
        roads=_english(settings, district, "roads.csv"),
        offices=_english(settings, district, "offices.csv"),
        sources={name: source.label for name, source in district.sources.items()},
        plans=tuple(plan_paths(settings.data_dir)),
    )


def _english(settings: Settings, district: District, table: str) -> Path | None:
    """Return a table of English names: the district's own, or that of the built-in district."""
    own = settings.data_dir / table
    if own.exists():
        return own
    return static.path(f"district/{table}") if district.built_in else None
