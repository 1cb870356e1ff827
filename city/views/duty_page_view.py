"""The view of the duty page: the common part and the duty log."""

from city.state.ledger_state import CityState
from city.views.duty_page_seen import DutyPageSeen
from city.views.page_view import PageView

__all__ = ["DutyPageView"]


class DutyPageView:
    """Builds the view of the duty page's channel. What all pages have in common is built by ``page``."""

    def __init__(self, page: PageView) -> None:
        self._page = page

    def see(self, state: CityState, now: float) -> DutyPageSeen:
        """Return what the duty page may see at machine time ``now`` (epoch seconds)."""
        seen = self._page.see(state, now)
        fields = {name: getattr(seen, name) for name in seen.__struct_fields__}
        return DutyPageSeen(**fields, log=self._page.log(state, seen.warnings))
