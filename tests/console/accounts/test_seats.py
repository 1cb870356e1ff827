from collections.abc import Iterator
from pathlib import Path

import pytest

from city.state.ledger_state import CityState
from console.accounts.seats import IDLE_S
from console.app.access_services import AccessServices
from feeds.people.tokens import TokenStore
from tests.quick import enrol

NOW = 1_789_475_467.0
PIN = "294017"


class Hall:
    def __init__(self, data: Path) -> None:
        self.now = NOW
        self.tokens = TokenStore(data)
        self.access = AccessServices(data, self.tokens, b"secret", clock=lambda: self.now)
        self.state = CityState()
        for name, role in (("li", "duty_officer"), ("ding", "inspector")):
            enrol(data, name, f"{name}××", role, now=NOW, pin=PIN)

    async def sit(self, account: object = "li", pin: object = PIN, panel: str = "wall-1") -> tuple[str, str]:
        told = await self.access.seats.sit(panel, account, pin, state=self.state, remote="10.0.0.7")
        return (told.person.account if told.person else "", told.why)

    def at(self, panel: str = "wall-1", *, used: bool = True) -> str:
        person = self.access.seats.person(panel, self.state, used=used)
        return person.account if person else ""


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    made = Hall(tmp_path)
    yield made
    made.access.close()
    made.tokens.close()


async def test_a_pin_seats_its_owner_on_that_wall_alone(hall: Hall) -> None:
    assert hall.at() == ""
    assert await hall.sit() == ("li", "")
    assert hall.at() == "li"
    assert hall.at("wall-2") == ""


async def test_a_seat_locks_after_five_minutes_without_an_act(hall: Hall) -> None:
    await hall.sit()
    hall.now += IDLE_S - 1
    assert hall.at(used=False) == "li"
    hall.now += 1
    assert hall.at() == ""
    hall.now -= 1
    assert hall.at() == ""


async def test_each_act_prolongs_a_seat(hall: Hall) -> None:
    await hall.sit()
    for _ in range(5):
        hall.now += IDLE_S - 1
        assert hall.at() == "li"


async def test_leaving_locks_at_once(hall: Hall) -> None:
    await hall.sit()
    hall.access.seats.leave("wall-1")
    hall.access.seats.leave("wall-1")
    assert hall.at() == ""


@pytest.mark.parametrize(("account", "pin", "why"), [
    ("li", "294018", "seat.refused"), ("nobody", PIN, "seat.refused"), ("ding", PIN, "seat.no_right"),
    (None, PIN, "seat.refused"), ("li", 294017, "seat.refused"), ({"a": 1}, [], "seat.refused"),
    ("li", "", "seat.refused"),
])  # fmt: skip
async def test_nobody_else_is_seated(hall: Hall, account: object, pin: object, why: str) -> None:
    assert await hall.sit(account, pin) == ("", why)
    assert hall.at() == ""


async def test_guessing_a_pin_locks_it_for_minutes_even_for_the_right_one(hall: Hall) -> None:
    told = []
    for guess in range(294_010, 294_016):
        told.append(await hall.sit(pin=str(guess)))
        hall.now += 60
    assert told[-1] == ("", "seat.waits")
    assert await hall.sit() == ("", "seat.waits")
    hall.now += 900
    assert await hall.sit() == ("li", "")


async def test_strangers_do_not_keep_a_seat_from_the_hall_where_it_is_taken_every_day(hall: Hall) -> None:
    assert await hall.sit() == ("li", "")
    hall.access.seats.leave("wall-1")
    for guess in range(294_010, 294_016):
        told = await hall.access.seats.sit(
            "elsewhere", "li", str(guess), state=hall.state, remote="203.0.113.7"
        )
        hall.now += 60
    assert told.why == "seat.waits"
    assert await hall.sit() == ("li", "")


async def test_what_is_taken_away_meanwhile_unseats(hall: Hall) -> None:
    await hall.sit()
    hall.access.accounts.set_pin("li", "", now=NOW)
    assert hall.at() == ""
    hall.access.accounts.set_pin("li", PIN, now=NOW)
    await hall.sit()
    hall.access.accounts.disable("li", now=NOW)
    assert hall.at() == ""
