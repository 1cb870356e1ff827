"""What a desk has cast on a wall, as that wall may see it (look.md, rule 7)."""

import math
from collections.abc import Iterator

from city.dispatch.decision_rules import DecisionRules
from city.places.road_names import spot_in
from city.state.ledger_state import Case, LedgerState, Show
from city.state.row_keys import row_key_of
from city.views.case_view import public_label, public_road
from city.views.wall_seen import ShowSeen

__all__ = ["shows"]


def shows(ledger: LedgerState, now: float, rules: DecisionRules | None = None) -> Iterator[ShowSeen]:
    """Yield what is cast on each wall at machine time ``now``, ordered by wall name."""
    for name, show in sorted(ledger.shows.items()):
        if now < show.until:
            yield _show(ledger, name, show, rules)


def _show(ledger: LedgerState, wall: str, show: Show, rules: DecisionRules | None) -> ShowSeen:
    lon = lat = math.nan
    fields = {"id": show.id}
    if show.kind == "case":
        case = find(ledger, show.id)
        if case is not None:
            place = case.place
            lon, lat = place.lon, place.lat
            fields = {
                "id": row_key_of(case.key), "road": public_road(place.road, rules), "street": place.street,
                "label": public_label(case.label, rules),
                "class_key": f"{case.kind}.{case.code}" if case.code else "",
            }  # fmt: skip
    elif show.kind == "camera":
        camera = ledger.cameras.get(show.id)
        if camera is not None:
            lon, lat = camera.place.lon, camera.place.lat
            fields = {"id": camera.id, "label": spot_in(camera.name), "street": camera.place.street}
    return ShowSeen(
        wall=wall, kind=show.kind, by=show.by, at=show.at, until=show.until, lon=lon, lat=lat,
        view=show.view, **fields,
    )  # fmt: skip


def find(ledger: LedgerState, named: str) -> Case | None:
    """Return the case with a key or a mark (with or without its tilde)."""
    case = ledger.cases.get(named)
    if case is None:
        case = ledger.cases.get(ledger.by_mark.get(named.removeprefix("~"), ""))
    return case
