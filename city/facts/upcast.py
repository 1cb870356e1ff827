"""Upcasts: how a fact of an older form is read today.

A fact in the ledger is never rewritten. When the ``data`` of a type gets a new form, its ``v`` is raised, the
fold handles the new one, and the way from the old one stands here: one row a (type, v), to the next v.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from city.facts.fact import Fact

__all__ = ["UPCASTS", "Lift", "lifted"]

Lift = Callable[[dict[str, Any]], dict[str, Any]]
"""Takes the ``data`` of (type, v) and returns that of (type, v + 1); it must not change what it was given."""

UPCASTS: dict[tuple[str, int], Lift] = {}


def lifted(fact: Fact, table: Mapping[tuple[str, int], Lift] = UPCASTS) -> Fact:
    """Return the fact in the newest form that ``table`` leads to; the fact itself when there is no way on.

    Raises what a row raises when the data does not have the old form (KeyError, TypeError, ValueError).
    """
    while (lift := table.get((fact.type, fact.v))) is not None:
        fact = msgspec.structs.replace(fact, v=fact.v + 1, data=lift(fact.data))
    return fact
