"""What the processes of a test import and compile, once for all of them (see ``tests/forked.py``)."""

import console.app.gateway_process
import console.app.serve
import console.cli
import console.commands.processes
import console.engine.engine
from layers.fields import density, interpolation

__all__ = ["console"]

density.warm_up()
interpolation.warm_up()
