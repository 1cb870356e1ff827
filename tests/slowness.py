"""How much longer work takes because others use the processor too: promises in seconds are measured by it.

A second is promised for a machine that is not busy. Tests run beside each other, and beside whatever else a
machine does: a limit in plain seconds would judge the machine.
"""

import threading
import time
from typing import Self

__all__ = ["Slowness"]

WORK_S, PAUSE_S = 0.02, 0.3


class Slowness:
    """Does a little work again and again while it is entered, and compares the time it took with the work.

    ``factor`` is 1 on a machine that is not busy, 3 on one where work takes three times as long.
    """

    def __init__(self) -> None:
        self._worked = self._took = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    @property
    def factor(self) -> float:
        return max(1.0, self._took / self._worked) if self._worked else 1.0

    def _run(self) -> None:
        while True:
            began, worked = time.perf_counter(), time.thread_time()
            while time.thread_time() < worked + WORK_S:
                pass
            self._took += time.perf_counter() - began
            self._worked += time.thread_time() - worked
            if self._over.wait(PAUSE_S):
                return
