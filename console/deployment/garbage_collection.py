"""Garbage collection of a process that keeps a city's history: lasting objects are frozen."""

import gc

__all__ = ["freeze_objects"]


def freeze_objects() -> None:
    """Exclude all present objects from garbage collection, and collect the others less often.

    Otherwise a full collection visits every case and every open page. That stops the process for 10 – 80 ms,
    longer with more cases.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(1_000, 20, 100)
