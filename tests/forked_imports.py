"""What the processes of a test import, once for all of them (see ``tests/forked.py``)."""

import console.app.gateway_process
import console.app.serve
import console.cli
import console.commands.processes
import console.engine.engine

__all__ = ["console"]
