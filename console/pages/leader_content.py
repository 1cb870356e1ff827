"""The content of the leader's page: the whole district's map, without ordinary cases and cameras."""

from collections.abc import Sequence
from typing import Final

from console.pages.page_content import MapPageContent
from layers.contract import Layer
from layers.street_map import OfMap

__all__ = ["LeaderContent"]

LEFT_OUT: Final = frozenset({"heat", "ordinary", "cameras"})
"""Keys of layers of ordinary work: density, rings of ordinary cases, cameras."""


class LeaderContent(MapPageContent):
    """The content of the page ``leader``. Its view has what the map draws below ``map``."""

    def _new_layers(self) -> list[Layer]:
        return [OfMap(layer, {}) for layer in super()._new_layers() if layer.key not in LEFT_OUT]

    def chosen(self, choice: str) -> Sequence[Layer]:
        """Return no layers: this page has no heat."""
        return ()
