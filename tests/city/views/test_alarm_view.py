"""What a desk sees of alarms: the worst first, those put aside last, a lost gauge without a value."""

from city.views.alarm_view import alarms_seen, maintained_seen
from city.views.desk_seen import DeskSeen
from layouts.cards.desk.desk_alarms import DeskAlarms
from tests import seen_factory
from tests.city.commands.world import LI
from tests.sensor_world import DEPTH, PRESSURE, Sensed


def two() -> Sensed:
    sensed = Sensed()
    sensed.gauge()
    sensed.gauge("d1", "road_water_depth", "成山路")
    sensed.read(0.1, 0.1)
    sensed.read(30.0, device="d1", metric=DEPTH.code)
    return sensed


def desk(sensed: Sensed) -> DeskSeen:
    wall = seen_factory.seen(position=10)
    fields = {name: getattr(wall, name) for name in wall.__struct_fields__}
    alarms = alarms_seen(sensed.city, sensed.w.machine)
    return DeskSeen(**fields, alarms=alarms, maintained=maintained_seen(sensed.w.state))


def test_the_worst_stands_first_with_its_case_and_its_newest_value() -> None:
    sensed = two()
    first, second = alarms_seen(sensed.city, sensed.w.machine)
    assert (first.level, first.name, first.case, first.now_value) == ("red", "成山路", "", 30.0)
    assert (second.metric, second.low, second.high, second.n) == (PRESSURE.code, 0.2, 0.45, 2)
    assert second.case


def test_a_lost_gauge_has_no_value_but_since_when() -> None:
    sensed = two()
    sensed.w.wait(minutes=30)
    first, _ = alarms_seen(sensed.city, sensed.w.machine)
    assert (first.lost, first.now_value) == (True, None)
    assert first.as_of is not None


def test_what_is_put_aside_stands_last_with_its_end() -> None:
    sensed = two()
    sensed.w.did("shelve_alarm", f"alarm:d1/{DEPTH.code}", LI, reason="在修", minutes=30)
    sensed.w.did("start_maintenance", "device:d1", LI, reason="换探头")
    *_, last = alarms_seen(sensed.city, sensed.w.machine)
    assert (last.device, last.shelf, last.shelf_reason, last.shelf_by) == ("d1", "shelve", "在修", "li××")
    assert last.shelved_until == sensed.w.now.city + 1800
    (device,) = maintained_seen(sensed.w.state)
    assert (device.name, device.reason) == ("成山路", "换探头")


def test_the_card_counts_what_is_active_and_tells_every_row() -> None:
    sensed = two()
    sensed.w.did("shelve_alarm", f"alarm:d1/{DEPTH.code}", LI, reason="在修", minutes=30)
    seen = desk(sensed)
    view = DeskAlarms().view(seen, sensed.w.machine)
    assert view.scalars == {"active": 1, "shelved": 1, "maintained": 0, "more": 0}
    assert [key for key, _ in view.rows] == [f"a:g1/{PRESSURE.code}", f"a:d1/{DEPTH.code}"]
    assert view.rows[0][1]["as_of"] is None  # a gauge that is heard needs no time


def test_more_than_three_alike_alarms_are_one_row_that_unfolds() -> None:
    sensed = Sensed()
    for number in range(1, 6):
        sensed.gauge(f"g{number}")
    for _ in range(2):
        sensed.take([sensed.record(0.1, device=f"g{number}") for number in range(1, 6)])
        sensed.rounds()
        sensed.w.wait(seconds=120)
    sensed.w.did("shelve_alarm", f"alarm:g5/{PRESSURE.code}", LI, reason="在修", minutes=30)
    rows = [row for _, row in DeskAlarms().view(desk(sensed), sensed.w.machine).rows]
    assert [row["same"] for row in rows] == [4, 0, 0, 0, 0]
    assert len({row["group"] for row in rows[:4]}) == 1
    assert rows[4]["group"] == ""
    sensed.w.did("start_maintenance", "device:g1", LI, reason="换表")
    sensed.read(0.3, 0.3, device="g2")
    rows = [row for _, row in DeskAlarms().view(desk(sensed), sensed.w.machine).rows]
    assert {row["group"] for row in rows if "group" in row} == {""}
