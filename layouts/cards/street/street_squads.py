"""我的队伍: the units of a street, those on their way first."""

from city.views.holders.street_seen import StreetSeen
from layouts.contract import View

__all__ = ["StreetSquads"]

MOST = 40


class StreetSquads:
    """Rows: ``u:<unit>``; ``as_of`` is machine time. Scalars: ``units``, ``lost`` (their numbers)."""

    key = "street_squads"
    reads = ("units", "tasks")

    def view(self, seen: StreetSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        rows = [
            (
                f"u:{one.id}",
                {
                    "call_sign": one.call_sign, "kind": one.kind, "state": one.state, "road": one.road,
                    "lost": one.lost, "as_of": _known(one.as_of) if one.lost else None,
                },
            )
            for one in seen.squads[:MOST]
        ]  # fmt: skip
        return View(now, {"units": len(seen.squads), "lost": sum(one.lost for one in seen.squads)}, rows)


def _known(moment: float) -> float | None:
    return moment if moment == moment else None
