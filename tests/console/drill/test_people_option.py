"""``--people``: the accounts that people play are checked before anything is started."""

from click.testing import CliRunner

from console.cli import citywall


def test_an_account_that_the_script_does_not_have_is_refused_by_name() -> None:
    told = CliRunner().invoke(citywall, ["drill", "run", "typhoon", "--people", "leader,nobody"])
    assert told.exit_code == 2
    assert "--people" in told.output
    assert "'nobody'" in told.output
    assert "rotating2" in told.output
