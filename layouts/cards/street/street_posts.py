"""村居: how many workstations of a street are online, and which were called and have not answered."""

from city.views.holders.street_seen import StreetSeen
from layouts.contract import View

__all__ = ["StreetPosts"]


class StreetPosts:
    """Scalars: ``online``, ``expected`` (None = not known). Rows: ``w:<code>`` with ``called_at``."""

    key = "street_posts"
    reads = ("duty",)

    def view(self, seen: StreetSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        rows = [(f"w:{code}", {"code": code, "called_at": at}) for code, at in seen.posts.unanswered]
        return View(now, {"online": seen.posts.online, "expected": seen.posts.expected}, rows)
