"""What the processes of a test import and compile, once for all of them (see ``tests/forked.py``)."""

import console.cli
import console.engine
import console.gateway
import console.serve
from layers.density import warm_up

__all__ = ["console"]

warm_up()
