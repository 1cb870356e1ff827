"""Requests about the map of a page: who may not see the page gets nothing of its map."""

import math
from collections.abc import Mapping
from typing import Any

from console.accounts.authorization import Authorization
from console.heat.tiles import Tiles
from console.pages.http_handlers import PlainHandler

__all__ = ["MapRequest"]


class MapRequest(PlainHandler):
    """A request about a page's map: checks page and right, and reads numbers from the address."""

    def initialize(self, pages: Mapping[str, Any], authorization: Authorization, pictures: Tiles) -> None:
        """Store the pages with a map, the authorization, and the pictures that were drawn."""
        self._pages = pages
        self._authorization = authorization
        self._pictures = pictures

    def _may_see(self, page: str) -> bool:
        """Say whether there is the page and one may see it; if not, it is answered: 404 or 403."""
        if page not in self._pages:
            self.send_error(404)
        elif not self._authorization.may_view(self.request, page):
            self.send_error(403)
        else:
            return True
        return False

    def _number(self, name: str) -> float:
        """Return a number of the address, NaN if it is none."""
        try:
            return float(self.get_query_argument(name, ""))
        except ValueError:
            return math.nan

    def _refuse(self, expected: str) -> None:
        self.set_status(400)
        self.finish(f"{expected}\n")
