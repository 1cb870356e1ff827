"""Names: where a deployment's names of agencies, streets, classes and sources are."""

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
        sources={name: source.label for name, source in district.sources.items()},
    )
