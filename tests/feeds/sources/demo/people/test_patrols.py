"""The demo's inspectors patrol: every four hours, in their own streets, once."""

import msgspec

from city.clocks.timestamps import parse
from city.state.duty_records import Patrol
from feeds.sources.demo.people.patrols import Patrols
from feeds.sources.demo.people.people import People
from tests.city.commands.world import HE, WEI, World

PEOPLE = People({}, (WEI, HE), ())


def test_each_inspector_patrols_own_places_and_a_recorded_patrol_is_not_due_again() -> None:
    w = World()
    w.report("hotline/1")
    w.report("hotline/2", street="310115999")
    [order] = Patrols(PEOPLE, seed=1).due(w.state, w.machine)
    assert (order.act.account, order.act.verb) == (PEOPLE.inspector(WEI), "record_patrol")
    [point] = order.act.args["points"]
    assert (point["lon"], point["lat"]) == (121.52, 31.22)
    assert parse(point["at"]) <= w.now.city
    id_ = order.subject.removeprefix("patrol:")
    w.state.patrols[id_] = Patrol(id_, order.act.account, 0.0, 1.0, {})
    assert Patrols(PEOPLE, seed=1).due(w.state, w.machine) == []


def test_an_inspector_who_was_refused_is_asked_again_after_a_minute() -> None:
    w = World()
    w.report("hotline/1")
    patrols = Patrols(PEOPLE, seed=1)
    [order] = patrols.due(w.state, w.machine)
    assert patrols.due(w.state, w.machine + 1) == []
    [again] = patrols.due(w.state, w.machine + 61)
    assert again.subject == order.subject
    assert msgspec.to_builtins(again.act.args).keys() == {"points"}
