"""The demo's accounts: made once, kept for its owner alone, and good for what they say."""

import json
import stat
from pathlib import Path

import pytest

from city.clocks.timestamps import parse
from city.duty.roster import read_roster
from console.demo.accounts import (
    FILE,
    PUBLISHER,
    SUBSCRIBER,
    VIEWER,
    Secrets,
    demo_secrets,
    demo_users,
    people_of,
)
from console.deployment.district import DistrictError
from feeds.people.accounts import Accounts
from feeds.people.tokens import TokenStore
from feeds.sources.demo.clients import CLIENTS

DAY, NIGHT = parse("2026-11-20T10:00:00+08:00"), parse("2026-11-20T23:00:00+08:00")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def kept(data: Path) -> Secrets:
    kept = demo_secrets(data)
    kept.people = demo_users(data)
    return kept


def test_the_secrets_are_the_same_at_the_next_start_and_nobody_else_reads_them(
    data: Path, kept: Secrets
) -> None:
    assert demo_secrets(data) == kept
    assert demo_users(data) == kept.people
    assert stat.S_IMODE((data / FILE).stat().st_mode) == 0o600
    assert {SUBSCRIBER, VIEWER, PUBLISHER, *CLIENTS} == set(kept.tokens)


def test_there_is_somebody_for_each_shift_and_one_of_each_kind_that_works_for_them(kept: Secrets) -> None:
    assert [(user.name, user.display) for user in kept.people] == [
        ("officer1", "李××（值班员）"), ("officer2", "钱××（值班员）"), ("officer3", "韩××（值班员）"),
        ("officer4", "唐××（值班员）"), ("lead1", "陈××（值班长）"), ("lead2", "顾××（值班长）"),
        ("lead3", "秦××（值班长）"), ("lead4", "许××（值班长）"), ("leader1", "王××（副区长）"),
        ("leader2", "方××（副区长）"), ("leader3", "林××（区政府副秘书长）"), ("leader4", "夏××（副区长）"),
        ("rotating1", "汤××（区委常委）"), ("rotating2", "余××（副区长）"),
        ("intake", "贾××（受理员）"), ("dispatcher", "石××（派遣员）"), ("inspector", "丁××（监督员）"),
        ("presenter", "梅××（讲解员）"), ("commander", "杭××（区长）"),
        ("agency", "姚××（市政科长）"), ("police", "唐××（指挥中心民警）"), ("fire", "祝××（指挥中心参谋）"),
        ("sanitation", "童××（作业调度）"), ("flood", "沈××（防汛办主任）"),
        ("street", kept.people[-3].display),
        ("checker", kept.people[-2].display), ("village", kept.people[-1].display),
    ]  # fmt: skip


def test_password_and_pin_sign_in_and_nobody_signs_in_as_a_stand_in(data: Path, kept: Secrets) -> None:
    accounts = Accounts(data)
    user = kept.people[0]
    signed_in = accounts.verify(user.name, user.password)
    assert signed_in is not None
    assert signed_in.rights.roles == ("duty_officer",)
    assert not signed_in.automated
    assert accounts.verify(user.name, user.pin, pin=True) is not None
    assert accounts.verify(user.name, "wrong-wrong-word") is None
    stand_ins = [accounts.get(name) for name in kept.stand_ins]
    accounts.close()
    assert all(one is not None and one.automated and not one.has_password for one in stand_ins)


def test_a_stand_ins_token_gives_commands_as_its_account_and_nothing_else(data: Path, kept: Secrets) -> None:
    tokens = TokenStore(data)
    claims = {account: tokens.look_up(token) for account, token in kept.stand_ins.items()}
    tokens.close()
    assert all(one is not None and one.account == account for account, one in claims.items())
    assert {right for one in claims.values() if one for right in one.rights} == {"command"}
    assert len(claims) > 60  # agencies and streets, intake, dispatch, inspectors, deputies


def test_a_file_of_the_first_form_keeps_its_tokens(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(json.dumps({"console": "old"}), encoding="utf-8")
    kept = demo_secrets(tmp_path)
    assert kept.tokens["console"] == "old"
    assert len(kept.tokens) == 3 + len(CLIENTS)


def test_an_account_that_was_there_before_is_left_alone(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path)
    accounts.create("leader", "马××（区长）", roles=("duty_leader",), now=1.0, password="own-pass-word-1")
    users = demo_users(tmp_path)
    mine = accounts.verify("leader", "own-pass-word-1")
    accounts.close()
    assert "leader" not in {user.name for user in users}
    assert mine is not None
    assert mine.display == "马××（区长）"


def test_a_persons_account_gets_no_token_of_a_stand_in(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path)
    accounts.create("agency-dl", "马××", roles=("agency_operator",), agency="dl", now=1.0)
    accounts.close()
    with pytest.raises(DistrictError, match="agency-dl: there is a person's account"):
        demo_secrets(tmp_path)
    tokens = TokenStore(tmp_path)
    assert tokens.list() == []
    tokens.close()


def test_deputies_stand_in_for_the_leaders_of_the_present_shift(data: Path) -> None:
    people = people_of(data)
    names = {actor.account: actor.display for actor in people.actors}
    assert names[people.deputy("shift_lead", DAY)] == "万××（副值班长）"
    assert names[people.deputy("shift_lead", NIGHT)] == "陆××（副值班长）"
    assert names[people.deputy("duty_leader", DAY)] == "白××（区城运中心副主任）"
    assert people.deputy("rotating_leader", DAY) == ""
    assert read_roster([]) == ()


def test_every_holder_and_every_street_has_somebody(data: Path) -> None:
    people = people_of(data)
    streets = {actor.street for actor in people.actors if actor.street}
    assert len(streets) == 36
    assert all(people.holder(street) and people.inspector(street) for street in streets)
    assert people.holder("dl") == "agency-dl"
    assert people.holder("nobody") == people.inspector("nobody") == ""
