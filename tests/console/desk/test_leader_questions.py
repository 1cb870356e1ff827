"""Questions of a leader's page: in which street a leader on site is."""

import asyncio
from typing import Any

import msgspec
import pytest

from city.state.ledger_state import CityState
from console.desk.leader_questions import LeaderQuestions
from tests.city.commands.world import HE, World, person

LEADER = person("wang", "duty_leader")


def here(**asked: Any) -> Any:
    w = World()
    rules = msgspec.structs.replace(w.rules, street_of=lambda lon, _lat: HE if lon > 121 else "")
    questions = LeaderQuestions(lambda: CityState(w.state), rules, clock=lambda: w.machine)
    return asyncio.run(questions.asks()["here"](LEADER, asked))


def test_a_point_is_told_with_its_street_and_one_outside_has_none() -> None:
    assert here(lon=121.7, lat=31.2) == {"street": HE}
    assert here(lon=120.0, lat=31.2) == {"street": ""}


@pytest.mark.parametrize(
    "asked", [{}, {"lon": 121.7}, {"lon": "121.7", "lat": 31.2}, {"lon": True, "lat": 31.2},
              {"lon": float("nan"), "lat": 31.2}, {"lon": 181.0, "lat": 31.2}],
)  # fmt: skip
def test_what_is_no_point_gets_no_street(asked: dict[str, Any]) -> None:
    assert here(**asked) == {}
