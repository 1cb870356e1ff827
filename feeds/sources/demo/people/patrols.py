"""The patrols of the simulated inspectors: between the places that were lately reported in their streets."""

import math
from itertools import islice
from typing import Final

from city.clocks.timestamps import iso
from city.state.ledger_state import Case, LedgerState
from feeds.sources.demo.chance import dice
from feeds.sources.demo.people.act import Act
from feeds.sources.demo.people.linkage_responders import LinkageOrder
from feeds.sources.demo.people.people import Actor, People

__all__ = ["Patrols"]

EVERY_S: Final = 4 * 3600.0
LASTS_S: Final = 2 * 3600.0
STOPS: Final = 24
_NEWEST: Final = 4000
"""So many of the cases that changed last are looked through for places."""
_AGAIN_S: Final = 60.0


class Patrols:
    """Each inspector records a patrol of the last two hours, every four hours; call ``due`` regularly."""

    def __init__(self, people: People, *, seed: int) -> None:
        self._inspectors = [one for one in people.actors if "inspector" in one.roles]
        self._seed = seed
        self._look_at = -math.inf

    def due(self, ledger: LedgerState, machine: float) -> list[LinkageOrder]:
        """Return the orders to send now; what the ledger has is not due again."""
        now = ledger.clock.at(machine)
        if now < self._look_at:
            return []
        self._look_at = now + _AGAIN_S
        turn = int(now // EVERY_S)
        waiting = [one for one in self._inspectors if self._id(one, turn) not in ledger.patrols]
        if not waiting:
            return []
        cases = list(islice(reversed(ledger.cases.values()), _NEWEST))
        found = (self._patrol(one, turn, cases, now) for one in waiting)
        return [order for order in found if order is not None]

    def answered(self, *_: object) -> None:
        """Do nothing: an order that was not done is due again after a minute."""

    def _id(self, inspector: Actor, turn: int) -> str:
        return f"{inspector.account}-{turn}"

    def _patrol(
        self, inspector: Actor, turn: int, cases: list[Case], now: float
    ) -> LinkageOrder | None:  # fmt: skip
        places = (one.place for one in cases if one.place.street in inspector.streets)
        own = [place for place in places if math.isfinite(place.lon)]
        if not own:
            return None
        chance = dice(self._seed, "patrol", inspector.account, turn)
        stops = chance.sample(own, min(STOPS, len(own)))
        step = LASTS_S / len(stops)
        points = [
            {
                "lon": stop.lon, "lat": stop.lat, "at": iso(now - LASTS_S + step * (number + 1)),
                "accuracy_m": float(chance.randint(4, 20)),
            }
            for number, stop in enumerate(stops)
        ]  # fmt: skip
        act = Act(now, inspector.account, "record_patrol", {"points": points})
        return LinkageOrder(f"patrol:{self._id(inspector, turn)}", 0, act)
