"""应急态势: the six figures of an emergency, in the place of 须处置."""

from typing import Any, Final

from city.views.wall_seen import WallSeen
from layouts.cards.wall.act import gaps
from layouts.contract import View, each_second

__all__ = ["FIGURES", "SituationCard", "situation_figures"]

FIGURES: Final = ("relocation", "p1_unacknowledged", "closures", "waterlogging", "outage", "sources_lost")


class SituationCard:
    """Scalar ``figures``: name → fields of ``FigureSeen``, None = not told; ``gaps`` as in ``act``."""

    key = "situation"
    reads = ("situation", "tasks", "closures", "sources", "readings", "response", each_second)

    def view(self, seen: WallSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        return View(now, {"figures": situation_figures(seen), "gaps": gaps(seen)})


def situation_figures(seen: WallSeen) -> dict[str, dict[str, Any] | None]:
    """Return the figures that a wall and a desk show in an emergency."""
    told: dict[str, dict[str, Any] | None] = {}
    for name in FIGURES:
        one = seen.situation.figures.get(name)
        told[name] = None if one is None else {
            "value": one.value, "of": one.of, "unknown": one.unknown, "as_of": one.as_of, "level": one.level,
            "old": one.old,
        }  # fmt: skip
    return told
