"""A drill reaches nothing of the real city: its settings, its processes, its folder, its accounts."""

from pathlib import Path

import pytest
from click.testing import CliRunner

import static
from console.cli import citywall
from console.deployment.settings import SettingsError, drill_settings, process_environment, read_settings
from console.drill.script import read_script
from console.drill.starting import prepare
from console.engine.outgoing_queue import read_adapters
from feeds.people.accounts import Accounts
from feeds.people.tokens import TokenStore


@pytest.mark.parametrize("name", ["LOG_URL", "PICTURES_URL", "GATEWAY_URL", "GATEWAY_TOKEN", "DATA_DIR"])
def test_it_does_not_start_where_the_environment_names_the_real_city(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=f"CITYWALL_{name}: a drill has servers and data of its own"):
        drill_settings(tmp_path, {f"CITYWALL_{name}": "unix:///real.sock"})


def test_its_settings_are_the_defaults_whatever_the_environment_says(tmp_path: Path) -> None:
    found = drill_settings(tmp_path, {"CITYWALL_DUTY_PHONE": "110", "CITYWALL_PORT": "80"})
    assert (found.duty_phone, found.port, found.data_dir) == ("", 5006, tmp_path)


def test_its_processes_get_no_setting_and_no_secret_of_the_real_city(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CITYWALL_SOURCE_110_PASSWORD", "secret")
    monkeypatch.setenv("CITYWALL_LOG_URL", "unix:///real.sock")
    settings = read_settings({}, data_dir=tmp_path, log_url="unix:///drill.sock")
    given = process_environment(settings)
    assert given["CITYWALL_LOG_URL"] == "unix:///drill.sock"
    assert "secret" not in given.values()
    assert "PATH" in given


def test_the_command_refuses_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITYWALL_LOG_URL", "unix:///real.sock")
    # Set up in this process, the logs would go to the runner's own output for all later tests.
    monkeypatch.setattr("console.commands.drill.log_to_stderr", lambda *_: None)
    done = CliRunner().invoke(citywall, ["drill", "run"])
    assert done.exit_code == 2
    assert "CITYWALL_LOG_URL: a drill has servers and data of its own" in done.output
    (tmp_path / "city.toml").touch()
    done = CliRunner().invoke(citywall, ["drill", "run", "--keep", str(tmp_path)])
    assert done.exit_code == 2
    assert "a drill never uses existing data" in done.output


def test_nobody_of_it_can_sign_in_unless_people_take_part(tmp_path: Path) -> None:
    script = read_script(static.path("drills/typhoon.toml"))
    access = prepare(tmp_path, script, with_people=False)
    assert access.passwords == {}
    accounts, tokens = Accounts(tmp_path), TokenStore(tmp_path)
    names = {account.name for account in accounts.list()}
    rights = {right for token in tokens.list() for right in token.rights}
    accounts.close()
    tokens.close()
    assert {"officer", "leader", "commander", "duty-sw", "street-310115004", "agency-lh"} <= names
    assert rights == {
        "command", "subscribe:*", "publish:case", "publish:sensor", "publish:unit", "publish:warning"
    }  # fmt: skip
    assert read_adapters(tmp_path) == {}
