"""The wall's linkage card: which rows a wall has room for, and what a row tells."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from city.views.desk_seen import DeskSeen
from city.views.linkage_seen import LinkageSeen, UnitOnTask
from city.views.linkage_view import LinkageView
from city.views.wall_seen import WallSeen
from layouts.cards.desk.desk_linkage import DeskLinkage
from layouts.cards.desk.desk_strip import DeskStrip
from layouts.cards.wall.act import Act
from layouts.cards.wall.linkage import SHOWN, Linkage
from tests.linkage_factory import CITY, city_with, incident, signed, task
from tests.seen_factory import NOW, seen

IDS = ("a" * 12, "b" * 12, "c" * 12, "d" * 12)


def told(incidents: list[Any], tasks: list[Any]) -> WallSeen:
    found: LinkageSeen = LinkageView(None).see(city_with(incidents, tasks), CITY)
    return seen(incidents=found.incidents, tasks=found.tasks)


def rows(view: Any) -> list[str]:
    return [key for key, _ in view.rows]


def test_without_an_incident_the_card_says_so_and_without_data_that_nothing_is_known() -> None:
    assert Linkage().view(seen(), NOW).scalars["open"] == 0
    assert Linkage().view(seen(position=0), NOW).scalars["open"] is None


def test_a_row_has_a_time_per_column_and_the_running_cell() -> None:
    one = task(2, state="set_out", acknowledged=signed(CITY - 90), set_out=signed(CITY - 60))
    _, (_, row) = Linkage().view(told([incident()], [one]), NOW).rows
    assert row["at"] == [CITY - 100, CITY - 90, CITY - 60, None, None, None]
    assert row["clock"] == [3, CITY - 100, CITY + 800]
    assert row["travels"] is True


def test_nobody_sets_out_for_a_task_without_an_arrival_limit() -> None:
    _, (_, row) = Linkage().view(told([incident()], [task(arrive_by=None)]), NOW).rows
    assert row["travels"] is False


def test_finished_rows_are_folded_to_a_count() -> None:
    tasks = [task(1), task(2, state="verified"), task(3, state="verified"), task(4, state="cancelled")]
    view = Linkage().view(told([incident()], tasks), NOW)
    assert rows(view) == ["i:1f0c2d3e4a5b", "t:1f0c2d3e4a5b.1"]
    assert (view.rows[0][1]["finished"], view.rows[0][1]["dropped"]) == (2, 1)


def test_several_incidents_stand_below_each_other_and_each_shows_its_worst_task() -> None:
    incidents = [incident(id_) for id_ in IDS]
    tasks = [task(n, id_, priority="P2" if n > 1 else "P1") for id_ in IDS for n in range(1, 13)]
    tasks.append(task(13, IDS[1], issued_at=CITY - 301))
    view = Linkage().view(told(incidents, tasks), NOW)
    assert [key for key in rows(view) if key.startswith("i:")] == [
        f"i:{IDS[1]}",
        f"i:{IDS[0]}",
        f"i:{IDS[2]}",
    ]
    assert rows(view)[1] == f"t:{IDS[1]}.13"
    assert (view.scalars["more"], view.scalars["more_tasks"]) == (1, 49 - SHOWN[3])


@given(st.lists(st.integers(0, 20), max_size=8))
def test_a_wall_never_has_more_rows_than_room_and_counts_the_rest(numbers: list[int]) -> None:
    ids = [f"{n:012x}" for n in range(len(numbers))]
    tasks = [task(n, id_) for id_, many in zip(ids, numbers, strict=True) for n in range(1, many + 1)]
    view = Linkage().view(told([incident(id_) for id_ in ids], tasks), NOW)
    shown = sum(key.startswith("t:") for key in rows(view))
    heads = len(rows(view)) - shown
    assert heads == min(3, len(ids))
    assert shown <= SHOWN[heads]
    assert shown + view.scalars["more_tasks"] == len(tasks)


def test_tasks_that_nobody_acknowledged_in_time_are_counted_with_the_cases() -> None:
    tasks = [task(1, issued_at=CITY - 301), task(2), task(3, state="arrived", due_by=CITY - 1)]
    assert Act().view(told([incident()], tasks), NOW).scalars["unsigned"] == 1


def unit(number: int, metres: float, *, is_there: bool = False) -> UnitOnTask:
    return UnitOnTask(f"1f0c2d3e4a5b.{number}", "1f0c2d3e4a5b", "消防3号", 121.7, 31.2, 121.7, 31.2, metres,
                      NOW - 9, lost=False, is_there=is_there)  # fmt: skip


def test_a_desk_gets_every_task_with_its_unit_on_the_way_and_what_may_be_done() -> None:
    tasks = [task(n, state="set_out", set_out=signed(CITY - 9)) for n in (1, 2)] + [task(3, state="verified")]
    found = told([incident()], tasks)
    on_task = (unit(1, 1234.0), unit(2, 3.0, is_there=True))
    view = DeskLinkage().view(msgspec.structs.replace(found, committed=on_task), NOW)
    told_rows = dict(view.rows)
    assert rows(view)[0] == "i:1f0c2d3e4a5b"
    assert len(told_rows) == 4
    assert told_rows["t:1f0c2d3e4a5b.1"]["unit"] == {
        "call_sign": "消防3号", "metres": 1250, "as_of": NOW - 9, "lost": False,
    }  # fmt: skip
    assert told_rows["t:1f0c2d3e4a5b.2"]["unit"] is None  # it is there
    assert told_rows["t:1f0c2d3e4a5b.1"]["verbs"] == ["remind_task", "reassign_task", "cancel_task"]
    assert told_rows["t:1f0c2d3e4a5b.3"]["verbs"] == []


def test_a_desks_unchanged_rows_are_not_made_again() -> None:
    found, card = told([incident()], [task(1), task(2)]), DeskLinkage()
    first = dict(card.view(found, NOW).rows)
    again = dict(card.view(msgspec.structs.replace(found, committed=(unit(2, 700.0),)), NOW + 1).rows)
    assert again["t:1f0c2d3e4a5b.1"] is first["t:1f0c2d3e4a5b.1"]
    assert again["t:1f0c2d3e4a5b.2"] is not first["t:1f0c2d3e4a5b.2"]


def test_the_desks_strip_counts_incidents_and_tasks_that_nobody_acknowledged() -> None:
    found = told([incident()], [task(1, issued_at=CITY - 301), task(2)])
    fields = {name: getattr(found, name) for name in found.__struct_fields__}
    scalars = DeskStrip().view(DeskSeen(**fields), NOW).scalars
    assert (scalars["incidents"], scalars["late_tasks"], scalars["unsigned"]) == (1, 1, 1)
