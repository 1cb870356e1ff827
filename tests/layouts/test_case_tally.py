"""Cards that follow the cases one by one show what they would show of all, and read what changed."""

import copy
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from city.state.case_file import CaseFile
from city.state.ledger_state import CityState, Place
from city.views.case_book import CaseBook
from city.views.desk_seen import DeskSeen
from city.views.desk_view import DeskView
from city.views.response.response_seen import ResponseSeen
from layers.contract import MapSetting
from layers.marks.callouts import Callouts
from layouts.cards.desk.desk_queue import DeskQueue
from layouts.cards.desk.desk_strip import DeskStrip
from layouts.cards.emergency.risks import Risks
from layouts.cards.wall.act import Act
from layouts.cards.wall.queue import Queue
from layouts.cards.wall.streets import Streets
from layouts.case_tally import CaseTally
from tests.city.views.test_desk_view import NOW, add_unit, case
from tests.seen_factory import PEOPLE_SQUARE

CARDS = (Act, Queue, Streets, DeskQueue, DeskStrip, Risks)
LON, LAT = PEOPLE_SQUARE
STATES = ("reported", "dispatched", "handling", "ruling", "closed", "voided")

CHANGES = st.tuples(
    st.integers(0, 9),
    st.fixed_dictionaries({
        "urgency": st.sampled_from(["normal", "urgent", "critical"]), "hazard": st.booleans(),
        "client": st.sampled_from(["hotline", "field"]), "recorded_at": st.integers(-900, 0),
    }),
    st.fixed_dictionaries({
        "state": st.sampled_from(STATES), "deadline_at": st.one_of(st.none(), st.integers(-50, 4000)),
        "sign_by": st.one_of(st.none(), st.integers(-50, 400)),
        "acted_by": st.sampled_from([(), ("li",), ("li", "chen")]),
    }),
    st.integers(0, 3),
    st.sampled_from([0.0, 1.0, 60.0, 3600.0]),
)  # fmt: skip


def changed(state: CityState, number: int, given: dict[str, Any], file: dict[str, Any], where: int) -> None:
    """Write a case of the city anew; four places are near enough for duplicate groups."""
    own = {name: NOW + value if isinstance(value, int) else value for name, value in file.items()}
    place = Place(LON, LAT + where * 0.0004, street=f"31011500{where}")
    told = {**given, "recorded_at": NOW + given["recorded_at"], "mirror": None, "place": place}
    state.ledger.position += 1
    found = case(number, CaseFile(own=True, **own), **told)
    state.ledger.put_case(found, state.ledger.position)
    state.touch("cases")


@settings(max_examples=40, deadline=None)
@given(st.lists(CHANGES, max_size=25))
def test_what_cards_keep_equals_what_all_cases_give(changes: list[tuple]) -> None:
    state, view, now = CityState(), DeskView(), NOW
    kept, callouts = [card() for card in CARDS], Callouts(MapSetting((0.0, 0.0, 1e5, 1e5)))
    for number, given_, file, where, later in changes:
        now += later
        changed(state, number, given_, file, where)
        for mode in ("", "emergency"):
            seen = msgspec.structs.replace(view.see(state, now, {}), response=ResponseSeen(mode=mode))
            whole = msgspec.structs.replace(seen, book=None)
            for card in kept:
                assert card.view(seen, now) == type(card)().view(whole, now)
        boxes = callouts.occupied(seen, now).boxes
        assert sorted(boxes) == sorted(Callouts(callouts.setting).occupied(whole, now).boxes)


def shown(state: CityState, view: DeskView, cards: list[Any], now: float) -> DeskSeen:
    seen = view.see(state, now, {})
    for card in cards:
        card.view(seen, now)
    return seen


def test_a_look_reads_the_cases_that_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    tallies: list[CaseTally[Any]] = []
    begin = CaseTally.__init__

    def noted(self: CaseTally[Any], *of: Any, **given: Any) -> None:
        begin(self, *of, **given)
        tallies.append(self)

    monkeypatch.setattr(CaseTally, "__init__", noted)
    state, view = CityState(), DeskView()
    cards: list[Any] = [card() for card in CARDS]
    plain = {"urgency": "normal", "hazard": False, "client": "hotline", "recorded_at": -5}
    file = {"state": "dispatched", "deadline_at": 600, "sign_by": 100, "acted_by": ()}
    for number in range(500):
        changed(state, number, plain, file, 0)
    shown(state, view, cards, NOW)
    before = [tally.read for tally in tallies]
    for number in (7, 70, 70):
        changed(state, number, plain, {**file, "state": "handling"}, 0)
    shown(state, view, cards, NOW + 1)
    # The card of an emergency follows only in one.
    assert {tally.read - old for tally, old in zip(tallies, before, strict=True)} <= {0, 2}
    assert sum(tally.read - old for tally, old in zip(tallies, before, strict=True)) >= 2 * len(CARDS)


def test_a_book_remembers_so_many_changes_and_says_when_it_forgot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("city.views.case_book._REMEMBERED", 4)
    book, state, view = CaseBook(), CityState(), DeskView()
    for number in range(3):
        changed(state, number, {"urgency": "normal", "hazard": False, "client": "a", "recorded_at": 0},
                {"state": "filed", "deadline_at": None, "sign_by": None, "acted_by": ()}, 3)  # fmt: skip
    add_unit(state, "u", LON)
    cases = view.see(state, NOW, {}).cases
    for one in cases:
        book.put(one.key, one)
    assert book.sources == {"a": 3}
    book.put(cases[0].key, None)
    news = book.since(3)
    assert news is not None
    assert list(news) == [(cases[0].key, None)]
    other = copy.copy(cases[0])
    for number in range(20):
        book.put(f"m{number}", other)
        book.put(f"m{number}", None)
    assert book.since(3) is None
    newest = book.since(book.revision - 1)
    assert newest is not None
    assert list(newest) == [("m19", None)]
    assert sorted(book.cases) == sorted(one.key for one in cases[1:])
