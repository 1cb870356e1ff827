"""Notices of detections: a holder may correct what a camera saw before it becomes a case (domain §3.7)."""

import msgspec

from city.places.road_names import spot_in
from city.state.ledger_state import CityState, LedgerState

__all__ = ["NoticeSeen", "OwnNotices"]


class NoticeSeen(msgspec.Struct, frozen=True):
    """A detection whose notice its holder got.

    ``category`` is its class (``kind:code``), ``label`` the roads of its camera's name. From ``until`` on the
    centre looks again and files a case. Times are city epoch seconds.
    """

    id: str
    category: str
    label: str
    street: str
    at: float
    until: float | None
    version: int


class OwnNotices:
    """Builds the notices of every holder, once per change of the detections."""

    def __init__(self) -> None:
        self._of: tuple[object, ...] = ()
        self._held: dict[str, tuple[NoticeSeen, ...]] = {}

    def see(self, state: CityState, code: str) -> tuple[NoticeSeen, ...]:
        """Return the notices of a holder, the first to end first."""
        revision = (id(state.ledger), *state.revision("detections", "registry"))
        if revision != self._of:
            self._of, self._held = revision, _by_holder(state.ledger)
        return self._held.get(code, ())


def _by_holder(ledger: LedgerState) -> dict[str, tuple[NoticeSeen, ...]]:
    found: dict[str, list[NoticeSeen]] = {}
    for one in ledger.detections.values():
        if one.state != "notice":
            continue
        camera = ledger.cameras.get(one.camera)
        label = spot_in(camera.name) if camera else ""
        seen = NoticeSeen(one.id, one.category, label, one.place.street, one.at, one.notice_by, one.version)
        for holder in {one.notice_to, one.place.street} - {""}:
            found.setdefault(holder, []).append(seen)
    return {
        holder: tuple(sorted(notices, key=lambda one: (one.until or 0.0, one.id)))
        for holder, notices in found.items()
    }
