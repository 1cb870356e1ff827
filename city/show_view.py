"""What a desk has put on a wall, as that wall may see it (look.md, rule 7)."""

import math
from collections.abc import Iterator

from city.acts.terms import Terms
from city.case_view import public_label, public_road
from city.marks import mark_of
from city.roads import spot_in
from city.seen import ShowSeen
from city.state import Case, LedgerState, Show

__all__ = ["shows"]


def shows(ledger: LedgerState, now: float, terms: Terms | None = None) -> Iterator[ShowSeen]:
    """Yield what is on any wall at machine time ``now``, in the order of the walls' names."""
    for name, show in sorted(ledger.shows.items()):
        if now < show.until:
            yield _show(ledger, name, show, terms)


def _show(ledger: LedgerState, wall: str, show: Show, terms: Terms | None) -> ShowSeen:
    lon = lat = math.nan
    told = {"id": show.id}
    if show.kind == "case":
        case = find(ledger, show.id)
        if case is not None:
            place = case.place
            lon, lat = place.lon, place.lat
            told = {
                "id": mark_of(case.key), "road": public_road(place.road, terms), "street": place.street,
                "label": public_label(case.label, terms),
                "class_key": f"{case.kind}.{case.code}" if case.code else "",
            }  # fmt: skip
    elif show.kind == "camera":
        camera = ledger.cameras.get(show.id)
        if camera is not None:
            lon, lat = camera.place.lon, camera.place.lat
            told = {"id": camera.id, "label": spot_in(camera.name), "street": camera.place.street}
    return ShowSeen(
        wall=wall, kind=show.kind, by=show.by, at=show.at, until=show.until, lon=lon, lat=lat,
        view=show.view, **told,
    )  # fmt: skip


def find(ledger: LedgerState, named: str) -> Case | None:
    """Return the case of a key or of a mark (with or without its tilde)."""
    case = ledger.cases.get(named)
    if case is None:
        case = ledger.cases.get(ledger.by_mark.get(named.removeprefix("~"), ""))
    return case
