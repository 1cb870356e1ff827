"""Garbage collection of a process that keeps a city's history: lasting objects are frozen."""

import contextlib
import gc
from collections.abc import Iterator

__all__ = ["freeze_objects", "lasting_objects", "paused_collection"]


def freeze_objects() -> None:
    """Exclude all present objects from garbage collection, and collect the others less often.

    Otherwise a full collection visits every case and every open page. That stops the process for 10 – 80 ms,
    longer with more cases.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(1_000, 20, 100)


@contextlib.contextmanager
def paused_collection() -> Iterator[None]:
    """Collect nothing within the block: one that only adds lasting objects would visit all of them again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextlib.contextmanager
def lasting_objects() -> Iterator[None]:
    """Collect nothing within the block, and exclude what it made from later collections too.

    For a block that only makes objects which last, and drops none that refer to each other: a collection
    after it would visit all of them, a second for a million facts.
    """
    gc.collect()
    with paused_collection():
        try:
            yield
        finally:
            gc.freeze()
