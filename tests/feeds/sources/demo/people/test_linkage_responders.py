"""Emergency linkage in the invented city, through the real deciders, fold and timers: no wires, one clock."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from city.clocks.timestamps import iso, parse
from city.commands.command import Command, Decision, Now
from city.commands.decide import decide
from city.commands.due_steps import due_steps
from city.dispatch.tables.categories import Category
from city.places.distance import metres
from city.state.linkage_records import Incident, Task
from feeds.clients.commander import Answer, Done, Why
from feeds.sources.demo.cases.city_life import CityLife
from feeds.sources.demo.feeds.units import Units
from feeds.sources.demo.ground import Ground
from feeds.sources.demo.people.linkage_responders import LinkageOrder, LinkageResponders
from feeds.sources.demo.people.openings import AT_MOST
from feeds.sources.demo.people.task_acts import is_silent
from tests.feeds.sources.demo.town import SYSTEM, Town

START = parse("2026-11-20T09:30:00+08:00")  # a Friday
HOURS = 3.0


class LinkedTown(Town):
    """A town whose people also work on incidents, and whose units drive to them."""

    def __init__(self, data: Path, ground: Ground) -> None:
        super().__init__(data, START)
        self.units = Units(ground, seed=1)
        self.linkage = LinkageResponders(self.people, self.rules, self.units)
        self.most_open = 0

    def step(self, seconds: float) -> None:
        self.now += seconds
        for order in self.linkage.due(self.state, self.now):
            self.linkage.answered(order, self.answer(order), self.state, self.now)
        self.pass_limits()
        self.arrive(seconds)
        self.most_open = max(self.most_open, sum(one.is_open for one in self.state.incidents.values()))

    def answer(self, order: LinkageOrder) -> Answer:
        act = order.act
        command = Command(f"l{next(self._numbers)}", act.verb, order.subject, order.version, act.args)
        decision = self._decide(self.persons[act.account], command)
        if isinstance(decision, Decision):
            return Answer(done=Done())
        self.refusals[act.verb, decision.code, decision.reason] += 1
        return Answer(refused=Why(decision.code, decision.reason))

    def pass_limits(self) -> None:
        for step in list(due_steps(self.state, self.rules, Now(self.now, self.now))):
            args = {"step": step.code, "serial": step.serial, "due_at": iso(step.at)}
            self.order_of_engine(step.verb, step.subject, step.version, args)

    def arrive(self, seconds: float) -> None:
        """Let the engine see who stands at the place of their task."""
        drives = self.linkage.drives(self.state, self.now)
        at = {r["unit"]: r for r in self.units.positions(self.now - seconds, self.now, [], drives)}
        for task in list(self.state.tasks.values()):
            here = at.get(task.unit) if task.state == "set_out" else None
            if here and (far := metres(task.place.lon, task.place.lat, here["lon"], here["lat"])) <= 100:
                self.order_of_engine("arrive_task", f"task:{task.id}", task.version, {"distance_m": far})

    def order_of_engine(self, verb: str, subject: str, version: int, args: dict[str, object]) -> None:
        command = Command(f"e{next(self._numbers)}", verb, subject, version, args)
        self._take(decide(self.state, command, SYSTEM, self.rules, Now(self.now, self.now)), SYSTEM)


@pytest.fixture(scope="module")
def town(
    tmp_path_factory: pytest.TempPathFactory, ground: Ground, categories: Sequence[Category]
) -> LinkedTown:
    """A town after some hours in which nobody but its own people did anything."""
    town = LinkedTown(tmp_path_factory.mktemp("linked"), ground)
    life = CityLife(ground, categories, seed=1)
    town.report(story for story in life.past(START) if story.urgency != "normal" and story.ends_at > START)
    for case in list(town.state.cases.values()):
        town.give(town.persons["intake-1"], "file", case)
    while town.now < START + HOURS * 3600:
        town.step(10.0)
    return town


def incidents(town: LinkedTown) -> list[Incident]:
    return list(town.state.incidents.values())


def tasks(town: LinkedTown) -> list[Task]:
    return list(town.state.tasks.values())


def test_every_act_that_is_given_is_allowed(town: LinkedTown) -> None:
    assert town.refusals == Counter()
    assert (town.state.refused, town.state.unknown) == ({}, {})


def test_an_incident_comes_soon_then_every_twenty_minutes_and_never_more_than_two(town: LinkedTown) -> None:
    opened = sorted(incident.opened.at for incident in incidents(town))
    assert opened[0] - START < 180
    assert len(opened) >= 3
    assert all(later - earlier > 900 for earlier, later in pairwise(opened))
    assert town.most_open <= AT_MOST


def test_police_fire_and_sanitation_are_at_work_within_ten_minutes(town: LinkedTown) -> None:
    first = incidents(town)[0]
    own = [task for task in tasks(town) if task.incident == first.id]
    for service in (("ga", "jj"), ("xf",), ("lh",)):
        told = [task for task in own if task.agency in service]
        assert told, service
        assert min(task.set_out.at for task in told if task.set_out) - START < 600
    assert any(task.arrived and task.arrived.at - START < 900 for task in own)


def test_incidents_are_closed_with_their_reports_and_all_their_tasks_over(town: LinkedTown) -> None:
    closed = [incident for incident in incidents(town) if incident.state == "closed"]
    assert closed
    for incident in closed:
        assert all(not town.state.tasks[id_].is_open for id_ in incident.tasks)
        kinds = [report.kind for report in incident.reports]
        assert kinds[0] == "first"
        assert kinds[-1] == "final"
        assert incident.scene_commander


def test_units_of_fitting_kinds_drive_there_and_arrive_by_their_position(town: LinkedTown) -> None:
    kinds = {unit.name: unit.fleet.kind for unit in town.units.all}
    driven = [task for task in tasks(town) if task.unit and task.arrived]
    assert len(driven) > 5
    by_position = [task for task in driven if not task.arrived_by_hand]
    assert len(by_position) >= 0.9 * len(driven)
    for task in driven:
        template = town.rules.linkage.row(task.template)
        assert template is not None
        assert kinds[task.unit] in template.unit_kinds


def test_now_and_then_an_agency_is_silent_and_its_fallback_does_the_work(town: LinkedTown) -> None:
    told = [task for task in tasks(town) if is_silent(task)]
    fell = [fact for fact in town.facts if fact.type == "TaskFellBack"]
    answered = [task for task in told if task.fallback]
    assert len(fell) == len(answered) == len({fact.subject for fact in fell})
    for task in answered:
        other = town.state.tasks[task.fallback]
        assert other.acknowledged is not None
