import asyncio
import os
import signal
import sys
import tempfile
from pathlib import Path

import pytest

from feeds.ledger.ledger import Appended, Ledger
from feeds.storage.embedded_servers import EmbeddedServers
from tests.chains import noted
from tests.gateways import restarted

LEFT_BEHIND = """
import sys, time
from pathlib import Path
from feeds.storage.embedded_servers import EmbeddedServers

servers = EmbeddedServers(Path(sys.argv[1]))
servers.start()
print("up", flush=True)
time.sleep(600)
"""


async def test_servers_that_a_killed_program_left_behind_are_taken_over_with_all_they_hold() -> None:
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        program = await asyncio.create_subprocess_exec(
            sys.executable, "-c", LEFT_BEHIND, folder, stdout=asyncio.subprocess.PIPE
        )
        assert program.stdout is not None
        assert await program.stdout.readline() == b"up\n"
        ledger = await Ledger.open(f"unix://{folder}/log.sock")
        assert isinstance((await ledger.append(noted(1)))[0], Appended)
        await ledger.close()
        program.kill()
        await program.wait()

        servers = EmbeddedServers(Path(folder))
        with pytest.raises(Exception, match="already in use"):
            servers.start()
        servers.start(take_over=True)
        ledger = await Ledger.open(servers.log_url)
        assert (await ledger.head())[0] == 1
        await ledger.close()
        servers.stop()


async def test_a_dead_server_is_started_again_on_what_it_had_written(servers: EmbeddedServers) -> None:
    ledger = await Ledger.open(servers.log_url)
    await ledger.append(noted(3))
    os.kill(servers.log_pid, signal.SIGKILL)
    assert await restarted(servers) == ["log"]
    assert servers.restart_dead() == []
    await ledger.close()
    again = await Ledger.open(servers.log_url)
    assert (await again.head())[0] == 3
    await again.close()


def test_a_data_dir_is_private_and_a_second_start_is_no_second_server(servers: EmbeddedServers) -> None:
    socket = Path(servers.log_url.removeprefix("unix://"))
    assert socket.stat().st_mode & 0o077 == 0
    pid = servers.log_pid
    servers.start(take_over=True)
    assert servers.log_pid == pid
