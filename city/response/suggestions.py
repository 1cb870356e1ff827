"""Which response level the warnings and measurements suggest (domain §4.6, traps 1 to 3).

The suggestion is the worst rank of the warnings that are in force in the district and whose hazard counts for
the response, and of the local numbers that are reached. Other warnings never count, however bad their
colour: a yellow thunder signal beside a blue rainstorm signal suggests Ⅳ. A track or a forecast is no
warning. Nothing here computes a warning's colour.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec
import numpy as np

from city.dispatch.decision_rules import DecisionRules
from city.places.rings import crosses, ring_edges
from city.state.response_records import Basis, LevelProposal, Measure, Response
from city.state.warning_records import Area, Ring
from city.warnings.in_force import Standing

__all__ = [
    "HAZARDS_OF", "PROPOSED_BY_ENGINE", "REPEAT_S", "Met", "Suggestion", "already_proposed", "counting",
    "is_in_district", "suggested",
]  # fmt: skip

HAZARDS_OF: Final[Mapping[str, frozenset[str]]] = {
    "flood_typhoon": frozenset({"rainstorm", "typhoon", "high_tide"}),
}
"""Hazard of a response → hazards of the warnings that count for it. Others suggest nothing."""

PROPOSED_BY_ENGINE: Final = 2
"""The engine proposes Ⅳ and Ⅲ by itself; what is worse it suggests, and a person proposes it."""

REPEAT_S: Final = 6 * 3600.0
"""A measurement that was proposed on and refused counts as new after this time."""


class Met(msgspec.Struct, frozen=True):
    """A measurement that meets the numbers of a rank."""

    rank: int
    measure: Measure


class Suggestion(msgspec.Struct, frozen=True):
    """The suggested rank (0 = none), and what it rests on: warnings' keys and measurements of that rank."""

    rank: int = 0
    warnings: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()


def counting(
    standings: Iterable[Standing], rules: DecisionRules, *,
    hazard: str = "flood_typhoon", is_exercise: bool = False,
) -> tuple[Standing, ...]:  # fmt: skip
    """Return the warnings, in force or announced, that count for the district's response to a hazard.

    Exercise warnings count only for exercises, real ones only for real responses. A warning without a colour
    counts for nothing: no colour is ever guessed.
    """
    counted, status = HAZARDS_OF.get(hazard, frozenset()), "Exercise" if is_exercise else "Actual"
    return tuple(
        one
        for one in standings
        if one.warned.status == status and one.info.hazard in counted and one.info.rank
        if is_in_district(one.area, rules)
    )


def suggested(warned: Iterable[Standing], now: float, met: Iterable[Met] = ()) -> Suggestion:
    """Return the suggestion at a city time (epoch seconds), by what :func:`counting` returned.

    ``met`` are the measurements that meet local numbers; an exercise has none.
    """
    ranks: dict[str, int] = {}
    for one in warned:
        if one.state(now) == "in_force":
            ranks[one.warned.key] = max(ranks.get(one.warned.key, 0), one.info.rank)
    measured = tuple(met)
    rank = max((*ranks.values(), *(one.rank for one in measured)), default=0)
    return Suggestion(
        rank,
        tuple(sorted(key for key, own in ranks.items() if own == rank)),
        tuple(one.measure for one in measured if one.rank == rank),
    )


def is_in_district(area: Area, rules: DecisionRules) -> bool:
    """Whether a warning's area reaches into the district: by outline, else by division code.

    An area with neither is that of the whole region of the district's own source, so it counts.
    """
    if area.rings:
        return any(_reaches(ring, rules) for ring in area.rings)
    codes = [code for _, code in area.codes if code.isdigit()]
    return not codes or any(_same_division(code, rules.district) for code in codes)


def _same_division(code: str, district: str) -> bool:
    """Whether a division contains the district or lies in it; trailing pairs of zeros stand for the whole."""
    short = code
    while short.endswith("00") and len(short) > 2:
        short = short[:-2]
    return district.startswith(short) or short.startswith(district)


def _reaches(ring: Ring, rules: DecisionRules) -> bool:
    """Whether a ring touches the district: a corner of one lies in the other."""
    if any(rules.street_of(lon, lat) for lon, lat in ring):
        return True
    edges = ring_edges(np.asarray(ring, dtype=np.float64))
    edges = edges[edges[:, 1] != edges[:, 3]]
    return any(
        np.count_nonzero(crosses(edges, float(outline[0, 0]), float(outline[0, 1]))) % 2
        for code in rules.streets
        for outline in rules.rings_of(code)
        if len(outline)
    )


def already_proposed(response: Response, basis: Basis, rank: int, now: float) -> bool:
    """Whether the rank or a worse one was proposed before on a basis that contains this one.

    What people refused, lapsed or decided on the same basis is not proposed again; a new warning, or a
    measurement of another place, is another basis.
    """
    proposed = [*response.refused, *([response.proposal] if response.proposal is not None else ())]
    before = [(one.rank, one.basis, _told_at(one)) for one in proposed]
    before += [(one.rank, one.basis, one.activated_at) for one in response.activations]
    return any(
        told >= rank
        and set(basis.warnings) <= set(old.warnings)
        and (not basis.measures or now - at < REPEAT_S)
        and _places(basis) <= _places(old)
        for told, old, at in before
    )


def _told_at(proposal: LevelProposal) -> float:
    return proposal.proposed.at


def _places(basis: Basis) -> set[tuple[str, str, float]]:
    return {(one.kind, one.place, one.limit) for one in basis.measures}
