"""Photos as proof: when and where they were taken, by their own files, else as the sender says."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from city.clocks.timestamps import parse
from city.commands.argument_types import PhotoFact
from city.commands.arguments import bad_arg
from city.commands.command import Refusal
from city.commands.decision import Order, not_now
from city.places.distance import metres

__all__ = ["Proof", "kept", "proof_of"]

AHEAD_S: Final = 60.0
"""A camera's clock may be ahead of ours by this much."""


class Proof(msgspec.Struct, frozen=True):
    """Time (city epoch seconds) and place of an act's photos; ``*_by`` is file, sender, or '' for unknown.

    Of several photos the oldest time and the place farthest from the case count.
    """

    at: float | None = None
    at_by: str = ""
    lon: float | None = None
    lat: float | None = None
    place_by: str = ""

    def refusal_of_place(self, order: Order, distance: float | None) -> Refusal | None:
        """Refuse a place too far from the case, or for a case without a place one where it cannot lie."""
        near = order.numbers.near_m
        if distance is not None and distance > near:
            reason = "photo_too_far" if self.place_by == "file" else "too_far"
            return not_now(reason, metres=round(distance), limit=round(near))
        if distance is None and not _may_lie(order, self.lon, self.lat):
            return bad_arg("lon", "a point where the case may lie")
        return None

    def refusal_of_time(self, order: Order) -> Refusal | None:
        """Refuse a photo from before the feedback, or from the future."""
        if self.at is None or self.at <= (order.file.handled_at or 0.0):
            return not_now("photo_before_feedback", photo_at=self.at, feedback_at=order.file.handled_at)
        ahead = AHEAD_S * order.state.clock.rate if self.at_by == "file" else 0.0
        if self.at > order.now.city + ahead:
            return not_now("photo_in_future", photo_at=self.at)
        return None


def proof_of(
    order: Order, facts: Sequence[PhotoFact], *, at: float | None, lon: float | None, lat: float | None
) -> Proof | Refusal:
    """Return when and where photos were taken: what their files say, else the sender's ``at`` and place."""
    try:
        times = [order.state.clock.at(parse(one.taken_at)) for one in facts if one.taken_at is not None]
    except (ValueError, OverflowError):
        return bad_arg("photo_facts", "taken_at in ISO 8601 with an offset")
    if times:
        at, at_by = min(times), "file"
    else:
        at_by = "" if at is None else "sender"
    places = [(one.lon, one.lat) for one in facts if one.lon is not None and one.lat is not None]
    if places:
        home = order.case.place
        lon, lat = max(places, key=lambda place: metres(home.lon, home.lat, *place))
        place_by = "file"
    else:
        place_by = "" if lon is None or lat is None else "sender"
    return Proof(at, at_by, lon, lat, place_by)


def kept(order: Order, facts: Sequence[PhotoFact]) -> dict[str, Any]:
    """Return what a fact keeps of its photos: their files' facts, and the holder whose people took them."""
    return {"photo_facts": [msgspec.to_builtins(one) for one in facts], "photos_by": order.by.holder}


def _may_lie(order: Order, lon: float | None, lat: float | None) -> bool:
    """Whether a point is a possible position of a case: in the district and, if it has one, in its street."""
    if lon is None or lat is None:
        return False
    street = order.rules.street_of(lon, lat)
    return bool(street) and order.case.place.street in ("", street)
