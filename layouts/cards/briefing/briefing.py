"""The visitors' page: what the presenter steps through. Closed, it tells nothing but that it is closed."""

import msgspec

from city.views.response.briefing_seen import BriefingSeen
from layouts.contract import View

__all__ = ["Briefing"]


class Briefing:
    """Scalars: ``open``; only while it is: ``lang``, ``begun``, ``marks``, ``warnings``, ``figures`` and
    ``recorded`` (:class:`city.views.response.briefing_seen.BriefingSeen`). No rows: nothing has an id."""

    key = "briefing"
    reads = ("briefings",)

    def view(self, seen: BriefingSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        if not seen.is_open:
            return View(now, {"open": False})
        marks = [name for name, is_set in (("demo", seen.is_demo), ("drill", seen.is_drill)) if is_set]
        return View(
            now,
            {
                "open": True, "lang": seen.lang, "begun": seen.begun, "marks": marks,
                "warnings": [list(one) for one in seen.warnings],
                "figures": msgspec.to_builtins(seen.figures), "recorded": msgspec.to_builtins(seen.recorded),
            },
        )  # fmt: skip
