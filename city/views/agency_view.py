"""The view of one agency: the common part and what concerns the agency."""

from city.state.ledger_state import CityState
from city.views.agency_seen import AgencySeen
from city.views.page_view import PageView

__all__ = ["AgencyView"]


class AgencyView:
    """Builds the view of every agency's channel. What they have in common is built once, by ``page``."""

    def __init__(self, page: PageView) -> None:
        self._page = page

    def see(self, state: CityState, now: float, code: str) -> AgencySeen:
        """Return what an agency may see at machine time ``now``; ``code`` as in ``agencies.csv``."""
        seen = self._page.see(state, now)
        fields = {name: getattr(seen, name) for name in seen.__struct_fields__}
        return AgencySeen(**fields, code=code)
