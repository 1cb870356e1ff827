"""Visiting briefings (§5.4): who starts one, for how long, and what ends it."""

from typing import Any

import msgspec
import pytest

from city.access import Person
from city.clocks.timestamps import iso
from city.commands.command import Command, Decision, Refusal
from city.commands.decide import decide
from city.commands.due_steps import due_steps
from city.commands.response.briefings import ending_of_running_briefing
from city.commands.subject_order import SubjectOrder
from city.commands.subjects import find_subject
from city.response.briefing_cut_off import cut_off
from city.state.briefing_records import Briefing
from city.state.linkage_records import Signed
from city.state.response_records import Activation, Basis, Response
from city.state.sensor_records import Alarm
from tests.city.commands.world import CHEN, GU, SYSTEM, WANG, World

HALL, VISIT = "briefing:hall", "××考察团"
HOUR = 3600.0
BY = Signed("wang", "王××（副区长）", "duty_leader", 0.0)


def give(w: World, verb: str, by: Person, **args: Any) -> Decision | Refusal:
    record = w.state.briefings.get("hall")
    w.commands += 1
    command = Command(f"c{w.commands}", verb, HALL, record.version if record else 0, args)
    answer = decide(w.state, command, by, w.rules, w.now)
    if isinstance(answer, Decision):
        w.take(answer, verb, by)
    return answer


def start(w: World, hours: float = 1.0, **args: Any) -> Decision | Refusal:
    given = {"visit": VISIT, "until": iso(w.now.city + hours * HOUR), **args}
    return give(w, "start_briefing", WANG, **given)


def running(w: World) -> Briefing:
    assert isinstance(start(w), Decision)
    return w.state.briefings["hall"]


def take_steps(w: World) -> list[str]:
    """Let the engine take the steps of briefings that are due; return their codes."""
    steps = [step for step in due_steps(w.state, w.rules, w.now) if step.subject == HALL]
    for step in steps:
        args = {"step": step.code, "serial": step.serial, "due_at": iso(step.at)}
        answer = give(w, step.verb, SYSTEM, **args)
        assert isinstance(answer, Decision), answer
    return [step.code for step in steps]


def activate(w: World, rank: int, jurisdiction: str = "310115") -> Response:
    active = Activation("a1", rank, w.now.city, "approved", BY, Basis())
    response = Response(f"{jurisdiction}/flood_typhoon", jurisdiction, "flood_typhoon", (active,))
    w.state.responses[response.id] = response
    return response


def raise_red(w: World, *, before_s: float = 0.0, level: str = "red", state: str = "active") -> None:
    alarm = Alarm("d1/depth", "d1", "depth", level=level, state=state, raised_at=w.now.city - before_s)
    w.state.sensing.alarms[alarm.key] = alarm


def last_line(w: World) -> tuple[str, dict[str, str]]:
    return w.state.log[-1].text, w.state.log[-1].names


def test_the_duty_leader_starts_one_for_a_named_visit_until_a_time() -> None:
    w = World()
    briefing = running(w)
    assert (briefing.is_running, briefing.visit, briefing.lang) == (True, VISIT, "zh")
    assert briefing.ends_at == w.now.city + HOUR
    text, names = last_line(w)
    assert text == "log.briefing_started"
    assert VISIT not in "".join(names.values())  # the log hangs on the wall


@pytest.mark.parametrize("who", [CHEN, GU])
def test_nobody_else_starts_one(who: Person) -> None:
    answer = give(World(), "start_briefing", who, visit=VISIT, until=iso(0.0))
    assert isinstance(answer, Refusal)
    assert answer.code == "not_allowed"


@pytest.mark.parametrize(("hours", "field"), [(0.0, "until"), (-1.0, "until"), (3.01, "until")])
def test_it_ends_within_three_hours(hours: float, field: str) -> None:
    answer = start(World(), hours)
    assert isinstance(answer, Refusal)
    assert (answer.code, answer.names["field"]) == ("bad_args", field)


@pytest.mark.parametrize(("name", "value"), [("visit", "  "), ("until", "15:20"), ("lang", "fr")])
def test_a_bad_argument_is_refused_by_its_name(name: str, value: str) -> None:
    answer = start(World(), **{name: value})
    assert isinstance(answer, Refusal)
    assert (answer.code, answer.names["field"]) == ("bad_args", name)


def test_there_is_one_hall_and_one_briefing_at_a_time() -> None:
    w = World()
    running(w)
    again = start(w)
    assert isinstance(again, Refusal)
    assert again.reason == "briefing_running"
    command = Command("x", "start_briefing", "briefing:cellar", 0, {"visit": VISIT, "until": iso(0.0)})
    other = decide(w.state, command, WANG, w.rules, w.now)
    assert isinstance(other, Refusal)
    assert other.code == "unknown_subject"


@pytest.mark.parametrize("who", [CHEN, GU, WANG])
@pytest.mark.parametrize("why", ["ended", "hot_key"])
def test_the_shift_ends_it_at_once_and_it_does_not_come_back(who: Person, why: str) -> None:
    w = World()
    running(w)
    assert isinstance(give(w, "end_briefing", who, why=why), Decision)
    assert (w.state.briefings["hall"].is_running, w.state.briefings["hall"].why) == (False, why)
    assert last_line(w)[0] == f"log.briefing_ended.{why}"
    none = give(w, "end_briefing", who)
    assert isinstance(none, Refusal)
    assert none.reason == "no_briefing"
    w.wait(seconds=HOUR)
    assert take_steps(w) == []


def test_the_hot_key_needs_no_version() -> None:
    w = World()
    running(w)
    answer = decide(w.state, Command("k", "end_briefing", HALL, 0, {"why": "hot_key"}), CHEN, w.rules, w.now)
    assert isinstance(answer, Decision)


def test_the_clock_ends_it() -> None:
    w = World()
    running(w)
    w.wait(seconds=HOUR - 1)
    assert take_steps(w) == []
    w.wait(seconds=1)
    assert take_steps(w) == ["clock"]
    assert w.state.briefings["hall"].why == "clock"
    assert take_steps(w) == []


@pytest.mark.parametrize("jurisdiction", ["310115", "city", "310115005"])
def test_a_level_from_three_on_ends_it_wherever_it_is(jurisdiction: str) -> None:
    w = World()
    running(w)
    activate(w, 1, jurisdiction)
    assert take_steps(w) == []
    activate(w, 2, jurisdiction)
    assert take_steps(w) == ["level"]
    assert last_line(w) == ("log.briefing_ended.level", {"level": "III"})


def test_it_does_not_come_back_when_the_level_ends_and_none_starts_meanwhile() -> None:
    w = World()
    running(w)
    response = activate(w, 2)
    take_steps(w)
    refused = start(w)
    assert isinstance(refused, Refusal)
    assert refused.reason == "briefing_level"
    ended = msgspec.structs.replace(response.activations[0], state="ended")
    w.state.responses[response.id] = msgspec.structs.replace(response, activations=(ended,))
    assert not w.state.briefings["hall"].is_running
    assert isinstance(start(w), Decision)  # by the duty leader's hand only


def test_a_red_alarm_that_is_raised_during_the_briefing_ends_it() -> None:
    w = World()
    raise_red(w, before_s=60)
    running(w)
    assert take_steps(w) == []  # it was there before, and the visit was started nevertheless
    raise_red(w, level="orange")
    assert take_steps(w) == []
    raise_red(w, state="suppressed")
    assert take_steps(w) == []
    raise_red(w)
    assert take_steps(w) == ["red_alarm"]
    assert last_line(w)[0] == "log.briefing_ended.red_alarm"


def order(w: World) -> SubjectOrder:
    subject = find_subject(w.state, "response:310115/flood_typhoon")
    assert subject is not None
    return SubjectOrder(w.state, subject, Command("a", "approve_level", subject.name), WANG, "duty_leader",
                        w.rules, w.now)  # fmt: skip


def test_an_activation_from_three_on_brings_the_end_in_its_own_append() -> None:
    w = World()
    assert ending_of_running_briefing(order(w), 4) == ([], [])
    running(w)
    assert ending_of_running_briefing(order(w), 1) == ([], [])
    [fact], expects = ending_of_running_briefing(order(w), 2)
    assert (fact.type, fact.subject, fact.data["why"], fact.data["rank"]) == (
        "BriefingEnded", HALL, "level", 2,
    )  # fmt: skip
    assert expects == [(HALL, 1)]
    w.take(Decision((fact,), tuple(expects)), "approve_level", WANG)
    assert not w.state.briefings["hall"].is_running


def test_the_state_alone_says_that_visitors_must_not_see_it() -> None:
    w = World()
    briefing = running(w)
    assert cut_off(w.state, briefing, w.now.city) is None
    assert cut_off(w.state, briefing, briefing.ends_at) == ("clock", briefing.ends_at)
    activate(w, 2)
    assert cut_off(w.state, briefing, w.now.city) == ("level", w.now.city)
