import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from feeds.people.accounts import Accounts, NoAccount
from feeds.people.passwords import Passwords
from tests.quick import QUICK

SECRET, PIN = "correct horse", "294017"


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    store = Accounts(tmp_path, QUICK)
    yield store
    store.close()


def add(accounts: Accounts, name: str = "chen", **given: Any) -> None:
    plain: dict[str, Any] = {"roles": ["duty_officer"], "password": SECRET, "pin": PIN, "now": 1.0}
    accounts.create(name, "陈××（值班员）", **{**plain, **given})


def test_an_account_is_kept_without_its_secrets_in_a_private_file(accounts: Accounts, tmp_path: Path) -> None:
    add(accounts, roles=["shift_lead", "duty_officer"], seat="A1", streets=["310115005", "310115004"])
    kept = accounts.get("chen")
    assert kept is not None
    assert kept.rights.roles == ("duty_officer", "shift_lead")
    assert kept.rights.streets == ("310115004", "310115005")
    assert (kept.display, kept.rights.seat, kept.has_pin, kept.automated) == (
        "陈××（值班员）",
        "A1",
        True,
        False,
    )
    assert accounts.get("nobody") is None
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert SECRET.encode() not in stored
    assert PIN.encode() not in stored
    assert stat.S_IMODE((tmp_path / "accounts.sqlite").stat().st_mode) == 0o600


def test_the_right_password_or_pin_proves_an_open_account_alone(accounts: Accounts) -> None:
    add(accounts)
    add(accounts, "bare", roles=["inspector"], password="", pin="")
    assert accounts.verify("chen", SECRET) is not None
    assert accounts.verify("chen", PIN, pin=True) is not None
    for name, secret, pin in (
        ("chen", PIN, False), ("chen", SECRET, True), ("chen", "", False), ("bare", "", False),
        ("bare", "", True), ("nobody", SECRET, False),
    ):  # fmt: skip
        assert accounts.verify(name, secret, pin=pin) is None
    assert accounts.disable("chen", now=2.0)
    assert accounts.verify("chen", SECRET) is None
    assert accounts.enable("chen", now=3.0)
    assert accounts.verify("chen", SECRET) is not None


def test_the_roster_never_means_two_people_by_one_name(accounts: Accounts) -> None:
    add(accounts)
    with pytest.raises(ValueError, match=r"^display: .*duty_officer.*陈××（值班员）.*'chen'"):
        add(accounts, "second", roles=["duty_officer", "dispatcher"])
    assert accounts.get("second") is None
    add(accounts, "second", roles=["dispatcher"])
    with pytest.raises(ValueError, match=r"^display: "):
        accounts.change("second", now=2.0, roles=["duty_officer"])
    accounts.create("third", "吴××", roles=["duty_officer"], now=3.0)
    with pytest.raises(ValueError, match=r"^display: "):
        accounts.change("third", now=4.0, display="陈××（值班员）")
    accounts.change("third", now=5.0, seat="A2")
    accounts.disable("chen", now=6.0)
    accounts.change("third", now=7.0, display="陈××（值班员）")
    with pytest.raises(ValueError, match=r"^display: "):
        accounts.enable("chen", now=8.0)


def test_a_stand_in_bears_the_name_of_whom_it_stands_in_for(accounts: Accounts) -> None:
    add(accounts)
    add(accounts, "deputy-1", automated=True, password="")
    accounts.change("chen", now=2.0, roles=["duty_officer", "dispatcher"])
    add(accounts, "lead", roles=["shift_lead"])  # the same person in another role of the roster


def test_a_hash_is_renewed_when_the_parameters_have_changed(accounts: Accounts, tmp_path: Path) -> None:
    add(accounts)
    newer = Accounts(tmp_path, Passwords(PasswordHasher(time_cost=2, memory_cost=64, parallelism=1)))
    assert newer.verify("chen", SECRET) is not None
    newer.close()
    with sqlite3.connect(tmp_path / "accounts.sqlite") as database:
        [(kept,)] = database.execute("SELECT password FROM accounts").fetchall()
    database.close()
    assert "t=2" in kept
    assert accounts.verify("chen", SECRET) is not None


def test_every_grant_and_revocation_is_noted_once_and_without_a_secret(accounts: Accounts) -> None:
    add(accounts)
    accounts.change("chen", now=2.0, roles=["shift_lead"])
    accounts.change("chen", now=3.0, roles=["shift_lead"])
    accounts.set_password("chen", "another horse", now=4.0)
    accounts.set_pin("chen", "", now=5.0)
    accounts.disable("chen", now=6.0)
    accounts.disable("chen", now=7.0)
    accounts.enable("chen", now=8.0)
    told = [(c.kind, c.at, c.data.get("changed"), c.data.get("roles")) for c in accounts.changes()]
    assert told == [
        ("UserAdded", 1.0, None, ["duty_officer"]),
        ("UserChanged", 2.0, ["roles"], ["shift_lead"]),
        ("UserChanged", 4.0, ["password"], ["shift_lead"]),
        ("UserChanged", 5.0, ["pin"], ["shift_lead"]),
        ("UserDisabled", 6.0, None, None),
        ("UserChanged", 8.0, ["enabled"], ["shift_lead"]),
    ]
    changes = accounts.changes()
    assert "argon2" not in repr(changes)
    assert len({change.id for change in changes}) == 6
    assert accounts.changes(changes[3].number) == changes[4:]


@pytest.mark.parametrize(("name", "given", "field"), [
    ("Chen", {}, "name"), ("c", {}, "name"), ("a:b", {}, "name"), ("a" * 33, {}, "name"),
    ("ok", {"roles": []}, "roles"), ("ok", {"roles": ["system"]}, "roles"),
    ("ok", {"roles": ["king"]}, "roles"), ("ok", {"seat": "a\nb"}, "seat"),
    ("ok", {"roles": ["agency_operator"]}, "agency"), ("ok", {"roles": ["street_operator"]}, "street"),
    ("ok", {"agency": "a b"}, "agency"), ("ok", {"streets": [""]}, "streets"),
    ("ok", {"agency": "sw", "street": "310115004"}, "street"),
    ("ok", {"password": "short"}, "password"), ("ok", {"pin": "123456"}, "pin"),
])  # fmt: skip
def test_what_cannot_be_is_refused_by_its_field_and_nothing_is_kept(
    accounts: Accounts, name: str, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValueError, match=f"^{field}: "):
        add(accounts, name, **given)
    assert accounts.list() == []
    assert accounts.changes() == []


def test_a_name_is_given_once(accounts: Accounts) -> None:
    add(accounts)
    with pytest.raises(ValueError, match="already"):
        add(accounts)
    assert len(accounts.changes()) == 1


def test_what_is_changed_of_nobody_says_so(accounts: Accounts) -> None:
    with pytest.raises(NoAccount, match="no account 'nobody'"):
        accounts.change("nobody", now=1.0, seat="A1")
    with pytest.raises(NoAccount):
        accounts.set_password("nobody", SECRET, now=1.0)
    with pytest.raises(NoAccount):
        accounts.disable("nobody", now=1.0)


def test_a_change_that_cannot_be_leaves_the_account_as_it_was(accounts: Accounts) -> None:
    add(accounts)
    with pytest.raises(ValueError, match="agency"):
        accounts.change("chen", now=2.0, seat="B2", roles=["agency_operator"])
    kept = accounts.get("chen")
    assert kept is not None
    assert (kept.rights.seat, kept.rights.roles) == ("", ("duty_officer",))
    assert len(accounts.changes()) == 1
