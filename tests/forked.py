"""Citywall's processes by fork: the drawing libraries take seconds to import, so they are imported once.

A process that is started here is one of its own, with its own loop, files and signals, and can be killed.
That the command line starts them from nothing too is tested with the demo (``tests/faults/test_demo.py``).
"""

import multiprocessing
import os
import sys
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

__all__ = ["start_function", "start_process"]

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.forked_imports"])


def start_process(name: str, environment: dict[str, str], log: Path) -> BaseProcess:
    """Start ``citywall <name>`` with an environment of its own; what it prints goes to the end of ``log``."""
    return start_function(log, _citywall, name, environment)


def start_function(log: Path, function: Callable[..., object], *arguments: object) -> BaseProcess:
    """Call a module's function in a process of its own; what it prints goes to the end of ``log``."""
    process = _FORKS.Process(target=_call, args=(log, function, arguments), daemon=True)
    process.start()
    return process


def _call(log: Path, function: Callable[..., object], arguments: tuple[object, ...]) -> None:
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(output, 1)
    os.dup2(output, 2)
    function(*arguments)


def _citywall(name: str, environment: dict[str, str]) -> None:
    from console.cli import main

    os.environ.clear()
    os.environ.update(environment)
    if int(environment.get("CITYWALL_PARENT_PID", "0")):
        os.environ["CITYWALL_PARENT_PID"] = str(os.getppid())  # it is the fork server that starts us
    sys.argv = ["citywall", name]
    main()
