"""Upcasts: conversion of facts of an older version to the current one when they are read.

A fact in the ledger is never rewritten. When the form of a type's ``data`` changes, its ``v`` is raised and
the fold handles only the new version. This table converts the old one: one row per (type, v), to the next v.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from city.facts.fact import Fact

__all__ = ["UPCASTS", "Upcast", "upcast"]

Upcast = Callable[[dict[str, Any]], dict[str, Any]]
"""Takes the ``data`` of (type, v) and returns that of (type, v + 1). It must not change its argument."""

UPCASTS: dict[tuple[str, int], Upcast] = {}


def upcast(fact: Fact, table: Mapping[tuple[str, int], Upcast] = UPCASTS) -> Fact:
    """Return the fact in the newest version that ``table`` converts to, or the fact itself without a row.

    Raises KeyError, TypeError or ValueError, as the row does, when the data does not have the old form.
    """
    while (convert := table.get((fact.type, fact.v))) is not None:
        fact = msgspec.structs.replace(fact, v=fact.v + 1, data=convert(fact.data))
    return fact
