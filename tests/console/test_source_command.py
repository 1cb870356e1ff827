"""``citywall source``: checks its file, lists what was left out, runs until it is stopped."""

import os
import signal
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from console.cli import citywall
from console.commands import source as source_command
from feeds.sources.contract import Remark, SourceError
from feeds.sources.live.running import spool_path
from feeds.sources.live.spool import Spool
from tests.running import wait_for

FILE = """
secrets = "secrets.toml"
[[source]]
kind = "mqtt"
name = "drains"
broker = "mqtt://127.0.0.1:9"
[[source.reading]]
topic = "drain/{device}/level"
metric = "level"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sources.toml"
    path.write_text(FILE)
    (tmp_path / "secrets.toml").write_text('[drains]\ntoken = "t"\n')
    (tmp_path / "secrets.toml").chmod(0o600)
    return path


def test_check_says_whether_the_file_can_be_used(file: Path) -> None:
    said = CliRunner().invoke(citywall, ["source", str(file), "--check", "--data-dir", str(file.parent)])
    assert (said.exit_code, "1 source(s), all fields can be used" in said.output) == (0, True)
    file.write_text(FILE.replace("metric", "metrik"))
    said = CliRunner().invoke(citywall, ["source", str(file), "--check", "--data-dir", str(file.parent)])
    assert isinstance(said.exception, SourceError)
    assert "unknown field `metrik`" in str(said.exception)


def test_what_was_left_out_is_listed_without_control_characters(file: Path) -> None:
    spool = Spool(spool_path(file.parent / "spool", "drains"))
    for _ in range(3):
        spool.keep(
            [], remarks=[Remark("drain/\x1b[2J/level", "value", "expected a number", value="'x'")], now=1.0
        )
    # It may be listed while the source runs.
    said = CliRunner().invoke(citywall, ["source", str(file), "--left-out", "--data-dir", str(file.parent)])
    spool.close()
    assert "drains\tleft out 3 ×\tdrain/�[2J/level\tvalue: expected a number, got 'x'" in said.output
    assert "\x1b" not in said.output


def test_it_runs_until_it_is_stopped_and_only_once(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_command, "log_to_stderr", lambda *_: None)  # it would stay for other tests
    lock, refused = file.parent / "spool" / "drains.lock", []

    def stop() -> None:
        wait_for(lock.exists, every=0.02)
        with pytest.raises(SourceError, match="another process runs this source") as error:
            Spool(spool_path(lock.parent, "drains"))
        refused.append(error.value)
        os.kill(os.getpid(), signal.SIGTERM)

    stopper = threading.Thread(target=stop)
    stopper.start()
    said = CliRunner().invoke(
        citywall, ["source", str(file), "--data-dir", str(file.parent), "--gateway", "ws://127.0.0.1:9"]
    )
    stopper.join()
    assert (said.exit_code, len(refused)) == (0, 1)
    Spool(spool_path(lock.parent, "drains")).close()
