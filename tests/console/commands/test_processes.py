"""A process of the demo ends with the process that started it, whenever that died."""

import asyncio
import os
import subprocess
import sys

from console.commands.processes import run_until_stopped
from console.deployment.settings import read_settings


def run(parent_pid: int, seconds: float) -> list[str]:
    done = []

    async def work() -> None:
        done.append("begun")
        await asyncio.sleep(seconds)
        done.append("finished")

    run_until_stopped(work(), read_settings({}, parent_pid=parent_pid))
    return done


def test_a_child_whose_parent_died_before_it_looked_ends_at_once() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert "finished" not in run(gone.pid, 60.0)


def test_it_works_on_while_its_parent_lives_and_without_one() -> None:
    assert run(os.getppid(), 0.0) == ["begun", "finished"]
    assert run(0, 0.0) == ["begun", "finished"]
