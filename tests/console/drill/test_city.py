"""A drill city: who acted beside the script, and its running clock."""

from pathlib import Path

import pytest

import static
from city.facts.chain import GENESIS
from city.facts.fact import body_of
from console.deployment.settings import drill_settings
from console.drill.accounts import Access
from console.drill.city import DrillCity
from console.drill.script import read_script
from console.drill.starting import prepare
from feeds.clients.commander import Answer, Done
from feeds.ledger.segments import Row
from tests.chains import row

CASE = "case:hotline/cover"


class Answered:
    """A commander whose order was done at a position."""

    def __init__(self, position: int) -> None:
        self._position = position

    async def send(self, *_: object, **__: object) -> Answer:
        return Answer(done=Done(str(self._position), 1, [{"type": "CaseFiled"}]))


@pytest.fixture(scope="module")
def access(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Access]:
    folder = tmp_path_factory.mktemp("city")
    script = read_script(static.path("drills/typhoon.toml"))
    return folder, prepare(folder, script, with_people=False)


def city(access: tuple[Path, Access]) -> DrillCity:
    folder, secrets = access
    script = read_script(static.path("drills/typhoon.toml"))
    settings = drill_settings(folder, {}, log_url="unix:///x", pictures_url="unix:///y")
    return DrillCity(settings, script, secrets, 0.0)


def fold(drill: DrillCity, *acts: tuple[str, str, str]) -> None:
    """Fold facts (type, subject, actor) as the gateway tells them."""
    rows: list[Row] = []
    for number, (kind, subject, actor) in enumerate(acts, start=1):
        rows.append(row(number, rows[-1].hash if rows else GENESIS, body_of(kind, subject, actor, {})))
    drill._store.commit(rows)


async def test_what_the_script_ordered_is_not_the_act_of_a_person(access: tuple[Path, Access]) -> None:
    drill = city(access)
    drill._commanders["intake"] = Answered(1)  # type: ignore[assignment]
    await drill.order("intake", "file", CASE, 0, {})
    fold(drill, ("CaseFiled", CASE, "intake"))
    assert not drill.people_acted(CASE)


def test_an_act_of_an_account_that_the_script_did_not_order_is_a_persons(access: tuple[Path, Access]) -> None:
    drill = city(access)
    fold(drill, ("CaseFiled", CASE, "intake"))
    assert drill.people_acted(CASE)
    assert not drill.people_acted("case:hotline/other")


def test_neither_the_engine_nor_a_refused_command_is_a_person(access: tuple[Path, Access]) -> None:
    drill = city(access)
    fold(drill, ("CaseReminded", CASE, "engine"), ("CommandRefused", CASE, "intake"))
    assert not drill.people_acted(CASE)
