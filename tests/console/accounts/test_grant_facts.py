import json
from pathlib import Path

from city.facts.fact import body_of, read_fact
from city.folding.fold import HANDLERS, apply
from city.state.ledger_state import LedgerState
from console.accounts.grant_facts import account_notes
from feeds.people.accounts import Accounts

AT = "2026-11-21T08:00:00.000000+00:00"


def test_every_change_of_an_account_becomes_one_fact_that_the_fold_knows_and_that_tells_no_secret(
    tmp_path: Path,
) -> None:
    accounts = Accounts(tmp_path)
    accounts.create("li", "李××（值班员）", roles=["duty_officer"], now=1.0, password="correct horse")
    accounts.change("li", now=2.0, streets=["310115005"])
    accounts.disable("li", now=3.0)
    notes = account_notes(accounts)
    assert [(n.kind, n.subject, n.data["at"][:19]) for n in notes] == [
        ("UserAdded", "account:li", "1970-01-01T00:00:01"),
        ("UserChanged", "account:li", "1970-01-01T00:00:02"),
        ("UserDisabled", "account:li", "1970-01-01T00:00:03"),
    ]
    assert len({n.command_id for n in notes}) == 3
    assert account_notes(accounts) == notes
    assert account_notes(accounts, notes[1].number) == notes[2:]
    state = LedgerState()
    for position, note in enumerate(notes, start=1):
        assert (note.kind, 1) in HANDLERS
        body = body_of(note.kind, note.subject, "engine", note.data)
        assert "argon2" not in json.dumps(note.data)
        apply(state, read_fact(position, AT, body))
    assert (state.unknown, state.refused) == ({}, {})
    accounts.close()


def test_accounts_of_another_life_of_the_file_are_noted_too(tmp_path: Path) -> None:
    """A lost accounts.sqlite starts its numbers again; the ledger must not take its notes for repeats."""
    ids = set()
    for life in ("one", "two"):
        folder = tmp_path / life
        folder.mkdir()
        accounts = Accounts(folder)
        accounts.create("li", "李××（值班员）", roles=["duty_officer"], now=1.0)
        ids |= {note.command_id for note in account_notes(accounts)}
        accounts.close()
    assert len(ids) == 2
