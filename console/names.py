"""Names: where a deployment's names of agencies, streets, classes and sources are."""

from pathlib import Path

import static
from console.district import District, DistrictError, table_path
from console.settings import Settings
from layouts.words import Names

__all__ = ["names_of"]


def names_of(settings: Settings, district: District) -> Names:
    """Return where the names of this deployment are: its own tables before those behind its district.

    Raises DistrictError when another district than the built-in one has no list of its streets.
    """
    streets = district.atlas_dir / "streets.csv"
    if not streets.exists():
        if not district.built_in:
            raise DistrictError(f"{streets}: missing; import the map again (citywall atlas import)")
        streets = static.path("district/streets.csv")
    return Names(
        categories=table_path(settings.data_dir, "categories.csv"),
        agencies=table_path(settings.data_dir, "agencies.csv"),
        streets=streets,
        roads=_roads(settings, district),
        sources={name: source.label for name, source in district.sources.items()},
    )


def _roads(settings: Settings, district: District) -> Path | None:
    """Return the table of the roads' English names: the district's own, or that of the built-in district."""
    own = settings.data_dir / "roads.csv"
    if own.exists():
        return own
    return static.path("district/roads.csv") if district.built_in else None
