import csv
from typing import Any

import msgspec
import pytest

import static
from city.access import acting_role
from city.clocks.city_clock import CityClock
from city.clocks.timestamps import parse
from city.state.duty_records import Post, Shift
from city.state.ledger_state import CityState
from console.deployment.roster import person_of_account
from feeds.people.account_rights import check_rights
from feeds.people.accounts import Account

ROSTER = [
    {
        "role": "duty_leader",
        "name": "王××（副区长）",
        "deputy": "周××（副主任）",
        "from": "08:30",
        "to": "08:30",
    },
    {
        "role": "duty_officer",
        "name": "李××（值班员）",
        "deputy": "吴××（值班员）",
        "from": "08:30",
        "to": "20:30",
    },
    {
        "role": "duty_officer",
        "name": "钱××（值班员）",
        "deputy": "金××（值班员）",
        "from": "20:30",
        "to": "08:30",
    },
    {"role": "seat", "name": "张××（科长）", "seat": "城管", "deputy": "", "from": "08:30", "to": "20:30"},
    {"role": "sub_centre", "name": "", "from": "00:00", "to": "24:00", "count": "36"},
]
DAY, NIGHT = parse("2026-11-22T10:00:00+08:00"), parse("2026-11-22T23:00:00+08:00")


def city(roster: list[dict[str, str]] = ROSTER) -> CityState:
    state = CityState()
    state.ledger.roster = roster
    return state


def account(display: str, *roles: str, **given: Any) -> Account:
    disabled_at = given.pop("disabled_at", None)
    rights = check_rights(display, roles, **given)
    return Account("chen", rights, False, True, False, 1.0, disabled_at)


@pytest.mark.parametrize(("display", "at", "shift"), [
    ("李××（值班员）", DAY, "2026-11-22T08:30+08:00"), ("吴××（值班员）", DAY, "2026-11-22T08:30+08:00"),
    ("李××（值班员）", NIGHT, ""), ("钱××（值班员）", DAY, ""),
    ("钱××（值班员）", NIGHT, "2026-11-22T20:30+08:00"),
    ("张××（科长）", DAY, ""), ("李××", DAY, ""),
])  # fmt: skip
def test_an_officer_is_on_shift_while_the_roster_names_them_or_their_deputy(
    display: str, at: float, shift: str
) -> None:
    person = person_of_account(account(display, "duty_officer"), city(), at)
    assert person is not None
    assert person.on_shift == (("duty_officer",) if shift else ())
    assert person.shift == shift
    assert acting_role(person, "escalate") == ("duty_officer" if shift else "")


def test_all_officers_of_a_shift_are_on_it() -> None:
    second = {**ROSTER[1], "name": "陈××（值班员）", "deputy": ""}
    person = person_of_account(account("陈××（值班员）", "duty_officer"), city([*ROSTER, second]), DAY)
    assert person is not None
    assert person.on_shift == ("duty_officer",)


def test_after_midnight_the_night_shift_began_yesterday() -> None:
    person = person_of_account(
        account("钱××（值班员）", "duty_officer"), city(), parse("2026-11-23T02:00:00+08:00")
    )
    assert person is not None
    assert person.shift == "2026-11-22T20:30+08:00"


def test_shifts_go_by_city_time() -> None:
    state = city()
    state.ledger.clock = CityClock(NIGHT, DAY, 60.0)
    night = person_of_account(account("钱××（值班员）", "duty_officer"), state, DAY)
    day = person_of_account(account("李××（值班员）", "duty_officer"), state, DAY)
    assert night is not None and night.on_shift  # noqa: PT018  # one sentence
    assert day is not None and not day.on_shift  # noqa: PT018  # one sentence


def test_a_role_that_the_roster_has_no_row_for_is_on_shift_and_another_role_of_theirs_is_not() -> None:
    rights = account("赵××（副区长）", "rotating_leader", "duty_leader", "shift_lead", "evaluator")
    person = person_of_account(rights, city(), DAY)
    assert person is not None
    assert set(person.on_shift) == {"rotating_leader", "shift_lead"}
    assert person.shift == ""


def test_a_roster_that_cannot_be_read_gives_nobody_authority() -> None:
    broken = [{**ROSTER[1], "from": "half past"}]
    person = person_of_account(account("李××（值班员）", "duty_officer"), city(broken), DAY)
    assert person is not None
    assert person.on_shift == ()


def test_an_agency_operator_needs_no_shift() -> None:
    person = person_of_account(
        account("孙××（科长）", "agency_operator", agency="sw", seat="水务"), city(), NIGHT
    )
    assert person is not None
    assert (person.holder, person.seat, acting_role(person, "sign")) == ("sw", "水务", "agency_operator")


def test_nobody_acts_by_a_closed_account_or_by_none() -> None:
    assert person_of_account(account("李××（值班员）", "duty_officer", disabled_at=1.0), city(), DAY) is None
    assert person_of_account(None, city(), DAY) is None


def test_the_built_in_roster_has_one_officer_on_shift_at_every_hour() -> None:
    with static.path("tables/roster.csv").open(encoding="utf-8", newline="") as lines:
        state = city(list(csv.DictReader(lines)))
    officers = {row["name"] for row in state.ledger.roster if row["role"] == "duty_officer"}
    for hour in range(24):
        people = [
            person_of_account(account(name, "duty_officer"), state, DAY + hour * 3600) for name in officers
        ]
        assert len([person for person in people if person and person.on_shift]) == 1


def kept(**posts: Post) -> CityState:
    """A city whose day shift is responsible; its posts by role."""
    state = city()
    shift = Shift("310115-2026-11-22-day", "310115", "day", DAY - 5400, DAY + 37_800, "open")
    shift.posts = {key: msgspec.structs.replace(post, key=key) for key, post in posts.items()}
    state.ledger.shifts[shift.id] = shift
    state.ledger.shift = shift.id
    return state


def on_shift(
    state: CityState, display: str, role: str, name: str = "chen", at: float = DAY
) -> tuple[str, ...]:
    person = person_of_account(msgspec.structs.replace(account(display, role), name=name), state, at)
    assert person is not None
    assert bool(person.shift) == bool(person.on_shift) or role == "rotating_leader"
    return person.on_shift


OFFICER = Post("", "李××（值班员）", "吴××（值班员）", "吴××（值班员）", "wu", "signed_in")


def test_who_is_signed_in_has_the_authority_whatever_the_roster_says() -> None:
    state = kept(duty_officer=OFFICER)
    assert on_shift(state, "吴××（值班员）", "duty_officer", "wu") == ("duty_officer",)
    assert on_shift(state, "李××（值班员）", "duty_officer", "li") == ()
    assert on_shift(state, "吴××（值班员）", "duty_officer", "other-wu") == ()
    # The outgoing shift keeps it until the hand-over, also when the roster names others.
    assert on_shift(state, "吴××（值班员）", "duty_officer", "wu", NIGHT) == ("duty_officer",)
    assert on_shift(state, "钱××（值班员）", "duty_officer", "qian", NIGHT) == ()


def test_the_shift_of_who_is_signed_in_is_that_of_the_facts() -> None:
    person = person_of_account(
        msgspec.structs.replace(account("吴××（值班员）", "duty_officer"), name="wu"),
        kept(duty_officer=OFFICER), NIGHT,
    )  # fmt: skip
    assert person is not None
    assert person.shift == "2026-11-22T08:30+08:00"


def test_the_deputy_has_it_during_a_short_leave_and_when_it_was_passed_on() -> None:
    away = msgspec.structs.replace(OFFICER, holder="李××（值班员）", account="li", state="away")
    state = kept(
        duty_officer=away, duty_leader=Post("", "王××（副区长）", "周××（副主任）", state="replaced")
    )
    assert on_shift(state, "吴××（值班员）", "duty_officer", "wu") == ("duty_officer",)
    assert on_shift(state, "李××（值班员）", "duty_officer", "li") == ()
    assert on_shift(state, "周××（副主任）", "duty_leader") == ("duty_leader",)
    assert on_shift(state, "王××（副区长）", "duty_leader") == ()


def test_nobody_has_the_authority_of_a_post_that_nobody_signed_in_at() -> None:
    state = kept(duty_leader=Post("", "王××（副区长）", "周××（副主任）", state="unstaffed"))
    assert on_shift(state, "王××（副区长）", "duty_leader") == ()
    assert on_shift(state, "周××（副主任）", "duty_leader") == ()


def test_a_role_without_a_post_in_the_shift_is_given_by_the_roster() -> None:
    state = kept(duty_officer=OFFICER)
    assert on_shift(state, "王××（副区长）", "duty_leader") == ("duty_leader",)
    assert on_shift(state, "赵××（副区长）", "duty_leader") == ()
    assert on_shift(state, "赵××（副区长）", "rotating_leader") == ("rotating_leader",)
