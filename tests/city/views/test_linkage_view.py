"""What screens see of emergency linkage: levels, order, the running cell, units, and what no wall gets."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.dispatch.tables.task_templates import LinkageNumbers
from city.state.ledger_state import Device, Place
from city.state.linkage_records import Casualties, Closure, Incident, Task, TaskResult
from city.views.linkage_seen import LEVELS, Clock, LinkageSeen
from city.views.linkage_view import LinkageView, clock_of, level_of
from tests.linkage_factory import CITY, city_with, incident, signed, task

SECRETS = ("张三丰", "13912345678", "羽山路88弄3号", "钟××", "lisi")


def see(incidents: list[Incident], tasks: list[Task], now: float = CITY, **given: Any) -> LinkageSeen:
    return LinkageView(None, **given).see(city_with(incidents, tasks), now)


@pytest.mark.parametrize(
    ("changes", "clock"),
    [
        ({}, ("acknowledged", -100, 200)),
        ({"state": "delivered"}, ("acknowledged", -100, 200)),
        ({"state": "acknowledged"}, ("set_out", -100, 800)),
        ({"state": "set_out"}, ("arrived", -100, 800)),
        ({"state": "acknowledged", "arrive_by": None}, ("done", -100, 7100)),
        ({"state": "arrived"}, ("done", -100, 7100)),
        ({"state": "done", "done": signed(CITY - 60), "verify_by": CITY + 1740}, ("verified", -60, 1740)),
        ({"state": "verified"}, None),
        ({"state": "cancelled"}, None),
        ({"state": "arrived", "due_by": None}, None),
    ],
)
def test_the_running_cell_is_the_next_one_that_has_a_limit(
    changes: dict[str, Any], clock: tuple[str, float, float] | None
) -> None:
    expected = clock and Clock(clock[0], CITY + clock[1], CITY + clock[2])
    assert clock_of(task(**changes)) == expected


@pytest.mark.parametrize(
    ("passed", "level"), [(0, ""), (239.9, ""), (240, "near"), (300, "near"), (300.1, "over"), (9e5, "over")]
)
def test_a_limit_is_near_from_eighty_percent_on_and_over_behind_it(passed: float, level: str) -> None:
    assert level_of(Clock("done", CITY, CITY + 300), CITY + passed, LinkageNumbers()) == level


def test_the_worst_comes_first_then_the_priority_then_the_nearest_limit_and_what_is_over_last() -> None:
    tasks = [
        task(1, state="verified"),
        task(2, priority="P2", ack_by=CITY + 50, issued_at=CITY - 10),
        task(3, issued_at=CITY - 20),
        task(4, issued_at=CITY - 30),
        task(5, priority="P3", issued_at=CITY - 250),
        task(6, priority="P2", issued_at=CITY - 400),
        task(7, state="declined", over=signed(CITY)),
    ]
    seen = see([incident()], tasks)
    assert [one.id[-1] for one in seen.tasks] == ["6", "7", "5", "4", "3", "2", "1"]
    counts = seen.incidents[0].counts
    assert msgspec.structs.astuple(counts) == (7, 6, 1, 1, 0)


def test_the_incident_with_the_worst_task_comes_first() -> None:
    calm, late, young = incident("a" * 12, opened=signed(CITY - 9000)), incident("b" * 12), incident("c" * 12)
    tasks = [task(1, "a" * 12), task(1, "b" * 12, issued_at=CITY - 301), task(1, "c" * 12, priority="P2")]
    assert [one.id[0] for one in see([calm, young, late], tasks).incidents] == ["b", "a", "c"]


def test_a_declined_task_waits_for_somebody_until_it_is_given_to_another_agency() -> None:
    declined = task(1, state="declined", over=signed(CITY))
    (waits,) = see([incident()], [declined]).tasks
    assert (waits.is_over, waits.level, waits.verbs) == (False, "near", ("reassign_task",))
    given_on = msgspec.structs.replace(declined, fallback="1f0c2d3e4a5b.2")
    told = see([incident()], [given_on, task(2)])
    assert [one.is_over for one in told.tasks] == [False, True]
    assert told.incidents[0].counts.dropped == 1


def test_an_incident_that_is_over_is_gone_with_its_tasks() -> None:
    seen = see([incident(state="closed")], [task()])
    assert (seen.incidents, seen.tasks) == ((), ())


def test_a_row_that_was_given_to_somebody_else_names_them_and_is_calm_once_they_are_done() -> None:
    late = task(1, issued_at=CITY - 400, fallback="1f0c2d3e4a5b.2")
    instead = task(2, agency="yj", fallback_of="1f0c2d3e4a5b.1", why="fallback")
    first, *_ = see([incident()], [late, instead]).tasks
    assert (first.fallback, first.level) == ("yj", "over")
    over = msgspec.structs.replace(instead, state="verified")
    seen = {one.id[-1]: one for one in see([incident()], [late, over]).tasks}
    assert (seen["1"].fallback, seen["1"].level) == ("yj", "")


def test_a_view_is_built_anew_when_a_slice_changed_or_a_level_does() -> None:
    state, view = city_with([incident()], [task()]), LinkageView(None)
    first = view.see(state, CITY)
    assert view.see(state, CITY + 139) is first
    near = view.see(state, CITY + 140)  # 240 s of 300
    assert (near.tasks[0].level, view.see(state, CITY + 200) is near) == ("near", True)
    assert view.see(state, CITY + 200.5).tasks[0].level == "over"
    over = view.see(state, CITY + 201)
    state.ledger.tasks[task().id] = task(state="acknowledged", acknowledged=signed(CITY + 201))
    assert view.see(state, CITY + 201) is over
    state.touch("tasks")
    assert view.see(state, CITY + 201).tasks[0].acknowledged_at == CITY + 201


@given(
    st.lists(st.tuples(st.sampled_from(("P1", "P2", "P3")), st.integers(0, 400)), max_size=30),
    st.integers(0, 500),
)
def test_a_kept_view_tells_the_same_as_a_new_one(rows: list[tuple[str, int]], later: int) -> None:
    tasks = [task(n, priority=one, issued_at=CITY - age) for n, (one, age) in enumerate(rows, 1)]
    state, view = city_with([incident()], tasks), LinkageView(None)
    view.see(state, CITY)
    kept, anew = view.see(state, CITY + later), LinkageView(None).see(state, CITY + later)
    assert {one.id: one.level for one in kept.tasks} == {one.id: one.level for one in anew.tasks}
    levels = [LEVELS.index(one.level) for one in kept.tasks]
    assert levels == sorted(levels)


def test_a_unit_that_set_out_is_told_with_its_distance_and_the_age_of_its_fix_until_it_is_done() -> None:
    gone = task(1, state="set_out", set_out=signed(CITY - 50), unit="pump-3", unit_call_sign="消防3号")
    state = city_with([incident()], [gone, task(2, unit="pump-4")])
    units = state.measured.units
    for name, lon in (("pump-3", 121.71), ("pump-4", 121.7)):
        row = units.row(name)
        units.set(
            row, {"lon": lon, "lat": 31.19, "at": CITY - 12, "received": CITY - 11, "state": "en_route"}
        )
    view = LinkageView(None)
    view.see(state, CITY)
    (unit,) = view.committed(state, CITY)
    assert (unit.call_sign, round(unit.metres, -1), CITY - unit.as_of, unit.lost) == (
        "消防3号",
        950,
        12,
        False,
    )
    assert view.committed(state, CITY + 300)[0].lost
    state.ledger.tasks[gone.id] = task(
        1, state="done", set_out=signed(CITY - 50), unit="pump-3", done=signed(CITY)
    )
    state.touch("tasks")
    view.see(state, CITY)
    assert view.committed(state, CITY) == ()


def test_a_wall_gets_no_typed_text_and_no_person() -> None:
    one = incident(
        title=f"{SECRETS[0]}被困 {SECRETS[1]}", scene_commander=SECRETS[3], commander=SECRETS[4],
        casualties=Casualties(1, 0, 2, 0, signed(CITY, SECRETS[0])),
    )  # fmt: skip
    typed = task(words="", text=f"到{SECRETS[2]}找{SECRETS[0]}", state="done", done=signed(CITY, SECRETS[3]),
                 result=TaskResult(f"{SECRETS[0]}已救出"), ordered=signed(CITY, SECRETS[3]))  # fmt: skip
    closure = Closure("uw-1", "closed", CITY, 42.0)
    told = {full: see([one], [typed], full=full) for full in (False, True)}
    state = city_with([one], [typed], closures={"uw-1": closure})
    state.ledger.devices["uw-1"] = Device(
        "uw-1", "road_water_depth", f"{SECRETS[2]}", "", Place(121.7, 31.2), 60.0
    )
    wall = msgspec.json.encode(LinkageView(None).see(state, CITY)).decode()
    assert told[True].tasks[0].text == typed.text
    assert told[True].incidents[0].title == one.title
    assert not [secret for secret in SECRETS if secret in wall]
    assert "casualties" not in wall


def test_only_underpasses_that_are_not_open_are_told() -> None:
    closures = {"a": Closure("a", "open", CITY, 3.0), "b": Closure("b", "closed", CITY, 42.0)}
    (one,) = LinkageView(None).see(city_with([], [], closures=closures), CITY).closures
    assert (one.device, one.state) == ("b", "closed")


def test_the_centres_own_task_is_acknowledged_and_finished_at_a_desk() -> None:
    for state, first in (("issued", "acknowledge_task"), ("acknowledged", "finish_task")):
        city = city_with([incident()], [task(agency="centre", state=state, arrive_by=None)])
        (seen,) = LinkageView(None).see(city, CITY).tasks
        assert seen.verbs[0] == first
        (other,) = LinkageView(None).see(city_with([incident()], [task(state=state)]), CITY).tasks
        assert first not in other.verbs


def test_a_spoken_order_may_be_written_down_until_it_is_whatever_became_of_its_task() -> None:
    for state in ("issued", "done", "verified"):
        for write_by in (CITY + 600, None):
            spoken = task(state=state, mode="verbal_recorded", write_by=write_by, done=signed(CITY))
            (seen,) = LinkageView(None).see(city_with([incident()], [spoken]), CITY).tasks
            assert ("write_task_order" in seen.verbs) == (write_by is not None)
