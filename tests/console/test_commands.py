import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import static
from console.cli import citywall
from feeds.accounts import Accounts
from feeds.ledger import Ledger
from feeds.people import People
from feeds.servers import EmbeddedServers
from feeds.tokens import TokenStore
from tests.chains import noted

FACTS = 5


def run(*arguments: object) -> Result:
    return CliRunner().invoke(citywall, [str(argument) for argument in arguments])


def good(*arguments: object) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output


@pytest.fixture
def stopped() -> Iterator[Path]:
    """The data dir of a city that wrote five facts and was stopped."""
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        data = Path(folder) / "city"
        data.mkdir()
        servers = EmbeddedServers(data)
        servers.start()

        async def write() -> None:
            ledger = await Ledger.open(servers.log_url)
            await ledger.append(noted(FACTS))
            await ledger.close()

        asyncio.run(write())
        servers.stop()
        yield data


def test_a_token_for_commands_is_bound_to_an_account_that_is_good(tmp_path: Path) -> None:
    asked = ("token", "new", "gas-desk", "--right", "command", "--data-dir", tmp_path)
    assert "--account: expected with the right command" in run(*asked).output
    assert "expected the name of a good account, got 'gas-1'" in run(*asked, "--account", "gas-1").output
    accounts = Accounts(tmp_path)
    accounts.create("gas-1", "罗××（燃气）", roles=["agency_operator"], agency="rq", now=1.0)
    accounts.close()
    good(*asked, "--account", "gas-1")
    assert "\tcommand\teverywhere\tgas-1\tgood" in good("token", "list", "--data-dir", tmp_path)


def test_a_new_token_is_printed_once_listed_without_its_secret_and_revoked_by_its_number(
    tmp_path: Path,
) -> None:
    text = good(
        "token", "new", "hotline", "--right", "publish:case", "--street", "310115004", "--data-dir", tmp_path
    ).strip()
    listed = good("token", "list", "--data-dir", tmp_path)
    assert listed == "1\thotline\tpublish:case\t310115004\t-\tgood\n"
    store = TokenStore(tmp_path)
    assert store.look_up(text) is not None
    good("token", "revoke", 1, "--data-dir", tmp_path)
    assert store.look_up(text) is None
    store.close()
    assert "\trevoked 20" in good("token", "list", "--data-dir", tmp_path)
    again = run("token", "revoke", 1, "--data-dir", tmp_path)
    assert again.exit_code == 1
    assert "no good token has the number 1" in again.output


@pytest.mark.parametrize("right", ["publish:ops", "publish:everything", "read"])
def test_a_right_that_there_is_not_is_named(tmp_path: Path, right: str) -> None:
    result = run("token", "new", "hotline", "--right", right, "--data-dir", tmp_path)
    assert result.exit_code != 0
    assert right.partition(":")[2] in str(result.exception) + result.output


def test_a_built_in_district_has_nothing_to_mend(tmp_path: Path) -> None:
    assert good("config", "check", "--data-dir", tmp_path) == "good\n"


BAND = "[limits.normal]\ntilt_deg = [15, 0]\n"


@pytest.mark.parametrize(
    ("file", "text", "named"),
    [
        ("city.toml", "name = [", "city.toml"),
        ("city.toml", BAND, "limits.normal.tilt_deg"),
        ("roster.csv", "role,name,seat,deputy,from,to,count\nseat,王××,城管,,25:00,08:30,\n", "roster.csv"),
        ("roster.csv", "who,when\n王××,now\n", "roster.csv"),
    ],
)
def test_config_check_names_the_file_and_what_is_wrong_in_it(
    tmp_path: Path, file: str, text: str, named: str
) -> None:
    (tmp_path / file).write_text(text, encoding="utf-8")
    result = run("config", "check", "--data-dir", tmp_path)
    assert result.exit_code == 1
    assert named in result.output
    assert "1 to mend" in result.output


@pytest.mark.parametrize("missing", ["atlas.json", "streets.geojson"])
def test_config_check_names_a_missing_file_of_the_atlas(tmp_path: Path, missing: str) -> None:
    (tmp_path / "atlas").mkdir()
    for path in static.path("district/atlas").iterdir():
        (tmp_path / "atlas" / path.name).write_bytes(path.read_bytes())
    (tmp_path / "atlas" / missing).unlink()
    result = run("config", "check", "--data-dir", tmp_path)
    assert result.exit_code == 1
    assert str(tmp_path / "atlas" / missing) in result.output


def test_the_ledger_of_a_stopped_city_is_verified_and_exported(stopped: Path) -> None:
    assert good("audit", "verify", "--data-dir", stopped).startswith(f"good: {FACTS} facts, head ")
    facts = [json.loads(line) for line in good("audit", "export", "--data-dir", stopped).splitlines()]
    assert [fact["position"] for fact in facts] == list(range(1, FACTS + 1))
    table = good("audit", "export", "--format", "csv", "--after", 3, "--data-dir", stopped).splitlines()
    assert table[0].startswith("position,")
    assert len(table) == 1 + FACTS - 3


def test_a_backup_is_checked_where_it_lies_and_restored_into_an_empty_data_dir_alone(stopped: Path) -> None:
    target, fresh = stopped.parent / "backup", stopped.parent / "fresh"
    head = good("audit", "verify", "--data-dir", stopped).split("head ")[1].split(",")[0]
    told = good("backup", target, "--data-dir", stopped)
    assert f"{FACTS} facts, head {head}" in told
    assert "holds: the ledger, " in told
    assert "leaves out: the telemetry archive (archive/; --with-archive takes it), " in told
    again = run("backup", target, "--data-dir", stopped)
    assert "exists already; a backup goes into a new folder" in str(again.exception)
    whole = good("backup", stopped.parent / "whole", "--with-archive", "--data-dir", stopped)
    assert "the telemetry archive (0 files)" in whole
    assert f"{FACTS} facts, head {head}" in good("audit", "check-backup", target)
    assert good("restore", target, "--data-dir", fresh).startswith("restored; the new epoch is ")
    assert good("audit", "verify", "--data-dir", fresh).startswith(f"good: {FACTS + 1} facts")
    facts = [json.loads(line) for line in good("audit", "export", "--data-dir", fresh).splitlines()]
    assert facts[FACTS - 1]["hash"] == head
    assert facts[-1]["type"] == "LedgerRestored"
    refused = run("restore", target, "--data-dir", stopped)
    assert refused.exit_code != 0
    assert "not empty" in str(refused.exception)


def program(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "console.cli", *arguments], capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin:/bin", **environment}, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize(("arguments", "environment", "named"), [
    (["console"], {}, "CITYWALL_LOG_URL"),
    (["engine"], {"CITYWALL_PORT": "many"}, "CITYWALL_PORT"),
    (["audit", "verify"], {"CITYWALL_LOG_URL": "redis://127.0.0.1:1"}, "127.0.0.1:1"),
    (["demo", "--scale", "50"], {}, "--scale"),
])  # fmt: skip
def test_what_the_user_can_mend_is_said_in_words_and_ends_with_status_2(
    arguments: list[str], environment: dict[str, Any], named: str, tmp_path: Path
) -> None:
    done = program(*arguments, CITYWALL_DATA_DIR=str(tmp_path), **environment)
    assert done.returncode == 2
    assert named in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reporter_is_forgotten_by_the_reference_and_the_reference_stays_nobodys(tmp_path: Path) -> None:
    store = People(tmp_path)
    reference = store.ref("hotline", "1")
    store.put([(reference, {"name": "张三"})], now=1.0)
    store.close()
    assert good("people", "erase", reference, "p_nobody", "--data-dir", tmp_path).splitlines() == [
        f"{reference}: erased", "p_nobody: nobody is kept under it",
    ]  # fmt: skip
    store = People(tmp_path)
    assert store.get([reference]) == {}
    store.close()
