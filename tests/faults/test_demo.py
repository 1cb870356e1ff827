"""``citywall demo``: it refuses in one line what cannot work, and stops and goes on cleanly."""

import contextlib
import json
import re
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.sync.client import connect

from console.deployment.log_connection import lock_data_dir
from tests.installed import installed
from tests.invented import case
from tests.running import free_port, wait_for

COMMAND = [sys.executable, "-m", "console.cli"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command that ends; one that does not is interrupted, so that it takes its processes along."""
    process = subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        said, complained = process.communicate(timeout=150)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
        said, complained = process.communicate(timeout=60)
    return subprocess.CompletedProcess(process.args, process.returncode, said, complained)


def assert_refused(done: subprocess.CompletedProcess[str], *named: str) -> None:
    """It failed with one clear line that names what is in the way."""
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert done.returncode not in (0, None)
    assert len(lines) == 1, done.stderr
    assert [name for name in named if name not in lines[0]] == []
    assert "Traceback" not in done.stderr + done.stdout


@pytest.fixture
def data() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        yield Path(folder)


@pytest.mark.parametrize("option", ["--port", "--gateway-port"])
def test_a_taken_port_is_named_with_the_option_that_chooses_another(data: Path, option: str) -> None:
    ports = {"--port": str(free_port()), "--gateway-port": str(free_port())}
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(ports[option])))
        taken.listen()
        choice = [part for pair in ports.items() for part in pair]
        done = run("demo", "--no-feeds", "--data-dir", str(data), *choice)
    assert_refused(done, ports[option], option)
    assert not (data / "log").exists()


def test_a_data_dir_that_cannot_be_written_is_named(data: Path) -> None:
    path = data / "a-file"
    path.touch()
    assert_refused(run("demo", "--no-feeds", "--data-dir", str(path)), str(path))


def test_a_second_demo_on_the_same_data_dir_is_refused(data: Path) -> None:
    with lock_data_dir(data):
        done = run(
            "demo", "--no-feeds", "--data-dir", str(data), "--port", str(free_port()),
            "--gateway-port", str(free_port()),
        )  # fmt: skip
    assert_refused(done, str(data))


def test_an_example_is_not_put_over_what_is_there(data: Path) -> None:
    (data / "city.toml").write_text('code = "X"\ntimezone = "UTC"\nname = {en = "X"}\n', encoding="utf-8")
    done = run("demo", "--district", "quillhaven", "--data-dir", str(data))
    assert_refused(done, str(data), "empty folder")


@pytest.mark.parametrize("missing", ["atlas.json", "streets.geojson"])
def test_a_missing_atlas_file_is_named_before_anything_starts(data: Path, missing: str) -> None:
    (data / "atlas").mkdir()
    shipped = Path(__file__).parents[2] / "static" / "district" / "atlas"
    for path in shipped.iterdir():
        (data / "atlas" / path.name).write_bytes(path.read_bytes())
    (data / "atlas" / missing).unlink()
    done = run(
        "demo", "--no-feeds", "--data-dir", str(data), "--port", str(free_port()),
        "--gateway-port", str(free_port()),
    )  # fmt: skip
    assert_refused(done, str(data / "atlas"), missing)


@pytest.fixture(scope="module")
def citywall() -> Iterator[Path]:
    """The command of an installed wheel: what an operator runs."""
    with installed() as command:
        yield command


class RunningDemo:
    """One start of ``citywall demo --no-feeds``."""

    def __init__(self, citywall: Path, data: Path, port: int, gateway_port: int) -> None:
        self.console = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen(
            [citywall, "demo", "--no-feeds", "--data-dir", str(data), "--port", str(port),
             "--gateway-port", str(gateway_port)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=data,
        )  # fmt: skip
        try:
            wait_for(lambda: self._ready(), 180, 0.3)
        except AssertionError:
            self.end()
            raise

    def _ready(self) -> bool:
        with contextlib.suppress(OSError):
            return bool(urllib.request.urlopen(f"{self.console}/readyz", timeout=20).status == 200)
        return False

    def text(self, path: str) -> str:
        with urllib.request.urlopen(f"{self.console}{path}", timeout=60) as answer:
            return str(answer.read().decode())

    def metrics(self) -> str:
        return self.text("/metrics")

    def head(self) -> str:
        return str(re.findall(r'citywall_ledger_head\{hash="(\w+)"\}', self.metrics())[0])

    def children(self) -> list[int]:
        found = [self._process.pid]
        for pid in found:
            for told in Path("/proc").glob(f"{pid}/task/*/children"):
                with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread that ended since
                    found += map(int, told.read_text().split())
        return found[1:]

    def interrupt(self) -> tuple[int, str]:
        self._process.send_signal(signal.SIGINT)
        said, _ = self._process.communicate(timeout=120)
        return self._process.returncode, said

    def end(self) -> None:
        if self._process.poll() is None:
            self.interrupt()


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.timeout(900)  # a wheel is built and installed, and started twice without a compiled file
@pytest.mark.skipif(not Path("/proc").exists(), reason="needs /proc to see the children")
def test_ctrl_c_stops_all_processes_and_the_next_start_goes_on_at_the_same_fact(
    data: Path, citywall: Path
) -> None:
    ports = free_port(), free_port()
    first = RunningDemo(citywall, data, *ports)
    try:
        token = json.loads((data / "demo-tokens.json").read_text(encoding="utf-8"))["tokens"]["replay"]
        publish_one(ports[1], token)
        wait_for(lambda: 'citywall_records_total{topic="case"} 1.0' in first.metrics())
        head, children = first.head(), first.children()
        assert 'data-cell="queue"' in first.text("/wall")  # templates and tables are in the wheel too
        status, said = first.interrupt()
    finally:
        first.end()
    assert status == 0, said
    assert "Traceback" not in said
    assert len(children) >= 5  # two servers, gateway, engine, console
    assert [pid for pid in children if is_alive(pid)] == []
    assert run("audit", "verify", "--data-dir", str(data)).returncode == 0
    told = exported(data)
    assert head in told
    second = RunningDemo(citywall, data, *ports)
    try:
        wait_for(lambda: second.head() not in ("", "0" * 64))
    finally:
        second.end()
    # Whatever came since, it came behind all that was there.
    assert exported(data).startswith(told)


def exported(data: Path) -> str:
    return run("audit", "export", "--data-dir", str(data)).stdout


def publish_one(port: int, token: str) -> None:
    url = f"ws://127.0.0.1:{port}/v1/publish/case"
    with connect(url, open_timeout=60, additional_headers={"Authorization": f"Bearer {token}"}) as gateway:
        gateway.send(json.dumps({"batch": "b", "records": [case("c1")]}))
        assert json.loads(gateway.recv(60))["accepted"] == 1
