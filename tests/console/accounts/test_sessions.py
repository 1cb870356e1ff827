from collections.abc import Iterator
from pathlib import Path

import pytest

from city.state.ledger_state import CityState
from console.accounts.sessions import Lifetime, Sessions
from feeds.people.accounts import Accounts
from feeds.people.session_store import SessionStore
from tests.quick import QUICK

NOW = 1_789_475_467.0
LIFE = Lifetime(longest_s=12 * 3600.0, idle_s=3600.0)


class House:
    def __init__(self, data: Path) -> None:
        self.accounts, self.store = Accounts(data, QUICK), SessionStore(data)
        self.sessions = Sessions(self.accounts, self.store, lifetime=LIFE)
        self.accounts.create("chen", "陈××（值班员）", roles=["duty_officer"], now=NOW)
        self.state = CityState()

    def who(self, session: str, now: float) -> str:
        person = self.sessions.person(session, self.state, now)
        return person.account if person else ""

    def close(self) -> None:
        self.sessions.close()
        self.accounts.close()
        self.store.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.close()


def test_a_session_is_its_account_until_it_is_ended(house: House) -> None:
    session = house.sessions.open("chen", now=NOW, remote="10.0.0.7")
    assert house.who(session, NOW + 1) == "chen"
    assert house.sessions.end(session, NOW + 2)
    assert house.who(session, NOW + 3) == ""
    assert not house.sessions.end(session, NOW + 4)


def test_whose_a_session_was_is_known_after_it_was_ended(house: House) -> None:
    session = house.sessions.open("chen", now=NOW, remote="10.0.0.7")
    house.sessions.end(session, NOW + 1)
    assert house.sessions.owner(session) == "chen"
    assert (house.sessions.owner("x"), house.sessions.owner("")) == ("", "")


@pytest.mark.parametrize("forged", ["", "x", "is_guest=1", "\ud800", "a" * 43])
def test_an_unknown_id_is_nobody(house: House, forged: str) -> None:
    house.sessions.open("chen", now=NOW, remote="")
    assert house.who(forged, NOW) == ""


def test_a_session_unused_for_an_hour_is_over_and_standing_open_is_no_use(house: House) -> None:
    session = house.sessions.open("chen", now=NOW, remote="")
    for minute in range(0, 60, 5):
        assert house.sessions.account(session, NOW + minute * 60) is not None
    assert house.sessions.account(session, NOW + 3600) is None


def test_acts_prolong_a_session_but_no_longer_than_a_shift(house: House) -> None:
    session = house.sessions.open("chen", now=NOW, remote="")
    used = [house.who(session, NOW + minutes * 60) for minutes in range(0, 12 * 60, 50)]
    assert set(used) == {"chen"}
    assert house.who(session, NOW + 12 * 3600 - 1) == "chen"
    assert house.who(session, NOW + 12 * 3600) == ""


def test_another_console_sees_the_use_and_the_end(house: House, tmp_path: Path) -> None:
    session = house.sessions.open("chen", now=NOW, remote="")
    assert house.who(session, NOW + 3000) == "chen"
    house.sessions.close()  # writes down what is still to be written
    other_store = SessionStore(tmp_path)
    other = Sessions(house.accounts, other_store, lifetime=LIFE)
    assert other.account(session, NOW + 6000) is not None
    assert other.end(session, NOW + 6001)
    assert house.sessions.account(session, NOW + 6002) is None
    other.close()
    other_store.close()


def test_what_a_person_may_is_read_anew_for_every_command(house: House) -> None:
    session = house.sessions.open("chen", now=NOW, remote="")
    house.accounts.change("chen", now=NOW, roles=["inspector"], seat="B2", streets=["310115005"])
    person = house.sessions.person(session, house.state, NOW)
    assert person is not None
    assert (person.roles, person.seat, person.streets) == (("inspector",), "B2", ("310115005",))
    house.accounts.disable("chen", now=NOW)
    assert house.who(session, NOW) == ""
