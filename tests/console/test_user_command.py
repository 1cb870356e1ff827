from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from console.cli import citywall
from feeds.people.accounts import Accounts
from feeds.people.session_store import SessionStore

SECRET, PIN = "correct horse", "294017"


def run(data: Path, *arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(citywall, ["user", *arguments, "--data-dir", str(data)], input=typed)


def good(data: Path, *arguments: str, typed: str = "") -> str:
    result = run(data, *arguments, typed=typed)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output


@pytest.fixture
def data(tmp_path: Path) -> Path:
    good(
        tmp_path, "add", "li", "李××（值班员）", "--role", "duty_officer", "--seat", "A1", "--password-stdin",
        typed=f"{SECRET}\n",
    )  # fmt: skip
    return tmp_path


def verify(data: Path, secret: str, *, pin: bool = False) -> bool:
    accounts = Accounts(data)
    proved = accounts.verify("li", secret, pin=pin) is not None
    accounts.close()
    return proved


def open_sessions(data: Path, count: int) -> None:
    store = SessionStore(data)
    for _ in range(count):
        store.open("li", now=1.0, remote="10.0.0.7")
    store.close()


def test_an_account_is_added_listed_and_told_nothing_secret_of(data: Path) -> None:
    listed = good(data, "list")
    assert listed == "li\t李××（值班员）\tduty_officer\tcentre\teverywhere\tpassword\tperson\topen\n"
    assert verify(data, SECRET)


def test_a_password_is_asked_twice_and_shown_to_nobody(data: Path) -> None:
    told = good(data, "password", "li", typed="another horse\nanother horse\n")
    assert "another horse" not in told
    assert verify(data, "another horse")
    assert run(data, "password", "li", typed="one horse here\nother horse here\n").exit_code != 0
    assert verify(data, "another horse")


@pytest.mark.parametrize("command", ["add", "password", "pin"])
def test_no_command_takes_a_secret_as_an_argument(command: str) -> None:
    told = CliRunner().invoke(citywall, ["user", command, "--help"]).output
    assert "--password TEXT" not in told
    assert "--pin TEXT" not in told
    assert "--password-stdin" in told


def test_a_new_password_and_a_closed_account_end_all_sessions(data: Path) -> None:
    open_sessions(data, 2)
    assert "2 sessions ended" in good(data, "password", "li", "--password-stdin", typed="another horse\n")
    open_sessions(data, 3)
    assert "3 sessions ended" in good(data, "disable", "li")
    assert not verify(data, "another horse")
    assert good(data, "enable", "li") == "li: open again\n"
    assert verify(data, "another horse")


def test_a_pin_is_set_and_taken_away(data: Path) -> None:
    good(data, "pin", "li", "--password-stdin", typed=f"{PIN}\n")
    assert verify(data, PIN, pin=True)
    good(data, "pin", "li", "--none")
    assert not verify(data, PIN, pin=True)


def test_rights_are_replaced_by_what_is_given(data: Path) -> None:
    assert "shift_lead" in good(data, "roles", "li", "shift_lead")
    changed = good(data, "change", "li", "--within", "310115005", "--display", "李××（值班长）")
    assert changed.split("\t")[1:5] == ["李××（值班长）", "shift_lead", "centre", "310115005"]
    assert good(data, "change", "li", "--anywhere").split("\t")[4] == "everywhere"
    good(data, "change", "li", "--agency", "sw")
    assert good(data, "roles", "li", "agency_operator").split("\t")[2:4] == ["agency_operator", "sw"]


def test_sessions_are_listed_and_ended_by_number_or_all_at_once(data: Path) -> None:
    open_sessions(data, 3)
    assert [line.split("\t")[:3] for line in good(data, "sessions", "li").splitlines()] == [
        ["1", "li", "10.0.0.7"], ["2", "li", "10.0.0.7"], ["3", "li", "10.0.0.7"],
    ]  # fmt: skip
    assert good(data, "revoke", "2") == "1 sessions ended\n"
    assert len(good(data, "sessions").splitlines()) == 2
    assert len(good(data, "sessions", "--ended").splitlines()) == 3
    assert good(data, "revoke", "li") == "2 sessions ended\n"
    result = run(data, "revoke", "li")
    assert result.exit_code == 1
    assert "no open session" in result.output


@pytest.mark.parametrize(
    "arguments",
    [["add", "x1", "x", "--role", "inspector"], ["password", "li"], ["pin", "li"]],
)
def test_an_empty_standard_input_is_no_secret(data: Path, arguments: list[str]) -> None:
    good(data, "pin", "li", "--password-stdin", typed=f"{PIN}\n")
    before = good(data, "list")
    for typed in ("", "\n"):
        result = run(data, *arguments, "--password-stdin", typed=typed)
        assert result.exit_code == 1
        assert "standard input is empty" in result.output
    assert good(data, "list") == before
    assert verify(data, SECRET)
    assert verify(data, PIN, pin=True)


@pytest.mark.parametrize("arguments", [
    ["add", "li", "again", "--role", "inspector", "--no-password"], ["add", "Li", "x", "--role", "inspector"],
    ["add", "x1", "x", "--role", "king"], ["add", "x1", "x"], ["roles", "nobody", "inspector"],
    ["add", "x1", "x", "--role", "agency_operator", "--agency", "nosuch", "--no-password"],
    ["add", "x1", "x", "--role", "street_operator", "--street", "310115999", "--no-password"],
    ["add", "x1", "x", "--role", "inspector", "--within", "310115999", "--no-password"],
    ["add", "x1", "x", "--role", "presenter", "--role", "duty_officer", "--no-password"],
    ["add", "x1", "x", "--role", "presenter", "--agency", "sw", "--no-password"],
    ["change", "li", "--agency", "nosuch"], ["change", "li", "--within", "310115999"],
    ["disable", "nobody"], ["pin", "li", "--password-stdin"], ["roles", "li", "agency_operator"],
])  # fmt: skip
def test_what_cannot_be_says_why_and_changes_nothing(data: Path, arguments: list[str]) -> None:
    before = good(data, "list")
    assert run(data, *arguments, typed="123456\n").exit_code != 0
    assert good(data, "list") == before
