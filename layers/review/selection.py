"""The selection of a review: filters, applied to a pandas frame or to each part of a Dask frame."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import msgspec
import numpy as np
import pandas as pd

__all__ = ["FILTERED", "Bounds", "Selection", "chosen", "combined", "seconds", "seconds_within"]

FILTERED: Final = ("category", "agency", "street", "source")
"""Columns that can be filtered by."""

Bounds = tuple[float, float, float, float]
"""West, south, east, north: metres EPSG:3857."""
T = TypeVar("T")


class Selection(msgspec.Struct, frozen=True):
    """What is looked at. An empty filter lets everything through.

    ``begin`` … ``end`` are epoch seconds of the report, end excluded; None = from the first, to the last.
    """

    category: tuple[str, ...] = ()
    agency: tuple[str, ...] = ()
    street: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    begin: float | None = None
    end: float | None = None


def chosen(frame: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """Return the rows of a selection; the frame itself when nothing is filtered."""
    mask: np.ndarray | None = None
    for name in FILTERED:
        wanted = getattr(selection, name)
        if wanted:
            column = frame[name].cat
            known = column.categories.get_indexer(pd.Index(list(wanted)))
            mask = _and(mask, np.isin(column.codes.to_numpy(), known[known >= 0]))
    if selection.begin is not None or selection.end is not None:
        at = seconds(frame)
        if selection.begin is not None:
            mask = _and(mask, at >= selection.begin)
        if selection.end is not None:
            mask = _and(mask, at < selection.end)
    return frame if mask is None else frame[mask]


def seconds(frame: pd.DataFrame) -> np.ndarray:
    """Return when the cases were reported, epoch seconds."""
    at: np.ndarray = frame["at"].dt.as_unit("s").astype("int64").to_numpy()
    return at


def seconds_within(frame: pd.DataFrame, bounds: Bounds | None) -> np.ndarray:
    """Return when the cases inside of a map's view were reported (epoch seconds); all without bounds."""
    at = seconds(frame)
    if bounds is None:
        return at
    west, south, east, north = bounds
    x, y = frame["x"].to_numpy(), frame["y"].to_numpy()
    return at[(x >= west) & (x <= east) & (y >= south) & (y <= north)]


def combined(frame: Any, count: Callable[[pd.DataFrame], T], add: Callable[[T, T], T]) -> T:
    """Return ``count`` of a whole frame; of a Dask frame the parts are counted where they are, then added."""
    if isinstance(frame, pd.DataFrame):
        return count(frame)
    parts = [part for part in _computed(frame, count) if part is not None]
    whole = parts[0]
    for part in parts[1:]:
        whole = add(whole, part)
    return whole


def _computed(frame: Any, count: Callable[[pd.DataFrame], T]) -> list[T]:
    from dask import base  # a cluster is optional, and so is its library
    from dask.delayed import delayed

    parts = [delayed(count)(part) for part in frame.to_delayed()]
    found: list[T] = list(base.compute(*parts))  # type: ignore[no-untyped-call]  # Dask has no types
    return found


def _and(mask: np.ndarray | None, other: np.ndarray) -> np.ndarray:
    return other if mask is None else mask & other
