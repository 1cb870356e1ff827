"""What a page is made of: its grid, its regions and their cells, as values."""

from typing import Final, Literal

import msgspec

__all__ = ["BAND", "EVERY", "OF_CASES", "OF_ORDERS", "SCOPE", "Cell", "Layout", "Region", "Wide"]

SCOPE: Final = "[A-Za-z0-9_-]+"
"""Regular expression of a scope's code. Braces in it would be a template to Panel's server."""


class Cell(msgspec.Struct, frozen=True):
    """A place for one card or figure; with ``grow`` it takes the remaining height of its region."""

    key: str
    kind: Literal["card", "figure"] = "card"
    grow: bool = False


class Region(msgspec.Struct, frozen=True):
    """A grid area of the page and its cells from top to bottom (those of the map overlap)."""

    area: str
    cells: tuple[Cell, ...]


BAND: Final = Region("band", (Cell("level_band"),))
"""The response level, over the full width of every page below its header; without a level it has no row."""


class Wide(msgspec.Struct, frozen=True):
    """The grid of a page whose canvas is ``from_px`` CSS px wide or wider: it has room for more regions."""

    from_px: int
    areas: tuple[str, ...]
    columns: str


class Layout(msgspec.Struct, frozen=True):
    """A page: CSS grid template, regions, and its own styles and scripts."""

    key: str
    path: str
    areas: tuple[str, ...]
    columns: str
    rows: str
    regions: tuple[Region, ...]
    scripts: tuple[str, ...]
    """Names of scripts of ``static/js`` in order of execution."""
    sheets: tuple[str, ...] = ("cards",)
    """Files of ``static/css`` for the inside of the cards' components."""
    wide: Wide | None = None
    """Regions that stand in its areas alone are not seen on a narrower canvas."""
    styles: str = ""
    """File of ``static/css`` for the page itself, '' = that of its key."""
    installable: bool = False
    """Whether a phone may keep it as an app (``console/pages/phone_app.py``)."""
    words: tuple[str, ...] = ()
    """Beginnings of the keys of the words that the page is given; () = all words and names."""
    has_title_picture: bool = False
    """Whether the page is covered by the centre's title picture until a script takes it away."""
    scoped: bool = False
    """Whether the page exists once per scope (``city.access.SCOPED``), at ``<path>/<scope>``."""

    @property
    def route(self) -> str:
        """Return the regular expression of the page's addresses."""
        return f"{self.path}/(?:{SCOPE})" if self.scoped else self.path

    @property
    def grid_rules(self) -> str:
        """Return the style rules of the grid when it is wide, and when a level's band is in force."""
        with_band = _rules("[data-band]", _banded(self.areas), _banded_rows(self.rows))
        if self.wide is None:
            return with_band
        columns = f"#page[data-wide]{{grid-template-columns:{self.wide.columns} !important}}"
        wide = _rules("[data-wide]", self.wide.areas, self.rows)
        both = _rules("[data-wide][data-band]", _banded(self.wide.areas), _banded_rows(self.rows))
        return columns + wide + with_band + both

    def is_wide_only(self, region: Region) -> bool:
        """Say whether a region is seen on a wide canvas alone."""
        return region != BAND and all(region.area not in row.split() for row in self.areas)

    def cells(self, kind: str) -> tuple[Cell, ...]:
        """Return the cells of a kind in reading order."""
        return tuple(c for region in self.regions for c in region.cells if c.kind == kind)


def _banded(areas: tuple[str, ...]) -> tuple[str, ...]:
    """Return the areas with the band's row below the first one."""
    first, *rest = areas
    return first, " ".join(["band"] * len(first.split())), *rest


def _banded_rows(rows: str) -> str:
    first, _, rest = rows.partition(" ")
    return f"{first} auto {rest}"


def _rules(state: str, areas: tuple[str, ...], rows: str) -> str:
    named = " ".join(f"'{row}'" for row in areas)
    return f"#page{state}{{grid-template-areas:{named} !important;grid-template-rows:{rows} !important}}"


EVERY: Final = ("grammar", "mend", "frames", "live")
OF_ORDERS: Final = ("rows", "orders", "order_words")
OF_CASES: Final = ("over_map", "many_marks", "callouts", "incident_labels", "field_labels", *OF_ORDERS)
