"""The rows of a holder's own cases: what cannot wait first, then by time left; done ones last."""

from typing import Any

from city.views.holders.own_cases_seen import OwnCaseSeen, OwnRecordSeen
from city.views.wall_seen import MakeSafeSeen
from layouts.cards.agency.own_cases import MOST_DONE, OwnCases
from tests.static.own_cases_stage import agency_seen

NAN = float("nan")


def case(key: str, **given: Any) -> OwnCaseSeen:
    plain: dict[str, Any] = {
        "part": "lead", "no": "", "kind": "event", "code": "0405", "label": "", "urgency": "normal",
        "hazard": False, "street": "310115004", "road": "唐陆路", "lon": NAN, "lat": NAN, "at": 1.0,
        "state": "handling", "since": 1.0, "version": 1, "holder": "lh", "holder_due_at": 100.0,
    }  # fmt: skip
    return OwnCaseSeen(key=key, **{**plain, **given})


def rows(*cases: OwnCaseSeen, records: tuple[OwnRecordSeen, ...] = ()) -> tuple[dict[str, Any], list[Any]]:
    view = OwnCases().view(agency_seen("lh", cases, records), 5.0)
    return view.scalars, list(view.rows)


def test_hazards_and_critical_ones_stand_first_then_the_least_time_left() -> None:
    safe = MakeSafeSeen("lh", 1.0, 300.0, None)
    scalars, found = rows(
        case("done", state="handled"), case("co", part="co", holder_due_at=10.0),
        case("later", holder_due_at=90.0), case("none", holder_due_at=None), case("soon", holder_due_at=50.0),
        case("hazard", hazard=True), case("safe", part="make_safe", make_safe=safe, holder="tx"),
        case("critical", urgency="critical", holder_due_at=20.0, state="dispatched"),
        case("gone", part="former", since=9.0, state="returned"),
    )  # fmt: skip
    assert [key for key, _ in found] == [
        "k:critical", "k:hazard", "k:safe", "k:soon", "k:later", "k:none", "k:co", "k:done", "k:gone",
    ]  # fmt: skip
    assert (scalars["cases"], scalars["waiting"], scalars["done"]) == (7, 1, 2)


def test_a_row_counts_down_to_making_it_safe_its_own_limit_or_the_citizens() -> None:
    safe = MakeSafeSeen("lh", 1.0, 300.0, None)
    _, found = rows(
        case("a", part="make_safe", make_safe=safe, holder_due_at=20.0), case("b", due_at=80.0),
        case("c", holder_due_at=None, due_at=80.0),
    )  # fmt: skip
    assert {key: row["until"] for key, row in found} == {"k:a": 300.0, "k:b": 100.0, "k:c": 80.0}
    assert {row["lon"] for _, row in found} == {None}


def test_the_done_are_cut_and_counted_whole() -> None:
    scalars, found = rows(*(case(f"d{n}", state="closed", part="former") for n in range(MOST_DONE + 5)))
    assert (len(found), scalars["done"]) == (MOST_DONE, MOST_DONE + 5)


def test_a_view_whose_cases_did_not_change_keeps_its_rows() -> None:
    card, cases = OwnCases(), (case("a"),)
    first = card.view(agency_seen("lh", cases), 5.0)
    again = card.view(agency_seen("lh", cases), 6.0)
    assert (again.rows is first.rows, again.as_of) == (True, 6.0)
    assert card.view(agency_seen("xf", cases), 6.0).scalars["code"] == "xf"
