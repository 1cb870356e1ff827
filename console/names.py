"""Names: where a deployment's names of agencies, streets, classes and sources are."""

from typing import Any

from console.district import District
from console.settings import Settings
from layouts.words import Names

__all__ = ["names_of"]


def names_of(settings: Settings, district: District) -> Names:
    """Return where the names of this deployment are: its own tables before the built-in ones."""
    found: dict[str, Any] = {
        name: path
        for name, path in {
            "categories": settings.data_dir / "categories.csv",
            "agencies": settings.data_dir / "agencies.csv",
            "streets": district.atlas_dir / "streets.csv",
            "roads": settings.data_dir / "roads.csv",
        }.items()
        if path.exists()
    }
    return Names(sources={name: source.label for name, source in district.sources.items()}, **found)
