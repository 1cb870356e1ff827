"""The figures that streets and agencies reported, added up: each holder once, with the age of the oldest."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from city.dispatch.decision_rules import DecisionRules
from city.response.event_span import counting, counts_from, is_exercise_now, situation_id
from city.response.figure_keys import moved_and_should, shelters_of
from city.state.ledger_state import LedgerState
from city.state.response_records import Figure, ReportRound
from city.views.response.response_seen import FigureSeen, StreetCell

__all__ = [
    "OLD_ROUNDS", "Reported", "counting_since", "newest_round", "old_before", "report_state", "reported",
    "reported_figures", "street_cells",
]  # fmt: skip

OLD_ROUNDS: Final = 2.0
"""A number that is older than so many intervals of reports is old."""


class Reported(NamedTuple):
    """What one street or agency reported that counts; ``as_of`` is the age of its oldest number."""

    figures: dict[str, Figure]
    as_of: float | None

    def is_old(self, before: float) -> bool:
        """Whether its numbers are older than a city time."""
        return self.as_of is not None and self.as_of < before


def newest_round(ledger: LedgerState) -> ReportRound | None:
    """Return the round of zero reports that runs, of several the real one of the highest level."""
    running = [ledger.report_rounds[id_] for id_ in ledger.open_rounds.values()]
    return max(running, key=lambda one: (not one.is_exercise, one.rank, len(one.holders)), default=None)


def reported(ledger: LedgerState, holder: str, prefix: str, since: float) -> Reported:
    """Return a holder's figures whose key begins with ``prefix``.

    A zero report says that all of them are still so.
    """
    id_ = situation_id(holder, exercise=is_exercise_now(ledger))
    found = {key: one for key, one in counting(ledger, id_, since).items() if key.startswith(prefix)}
    if not found:
        return Reported({}, None)
    confirmed = ledger.situations[id_].confirmed or 0.0
    return Reported(found, max(confirmed, min(one.at for one in found.values())))


def counting_since(ledger: LedgerState) -> float:
    """Return the city time from which on the figures that pages show count."""
    return counts_from(ledger, exercise=is_exercise_now(ledger))


def report_state(asked: ReportRound | None, holder: str, city: float, *, red_s: float) -> str:
    """Return how a holder stands in a round: '' (not asked), waiting, sent, late, over."""
    if asked is None or holder not in asked.holders:
        return ""
    if holder in asked.reports:
        return "sent"
    if city < asked.due_at:
        return "waiting"
    return "over" if city >= asked.due_at + red_s else "late"


def street_cells(
    ledger: LedgerState, rules: DecisionRules, asked: ReportRound | None, city: float
) -> tuple[StreetCell, ...]:
    """Return a cell for every street of the district, in the order of their codes."""
    since, old = counting_since(ledger), old_before(asked, city)
    red_s = rules.response.numbers.report_red_s
    cells = []
    for street in sorted(rules.streets):
        told = reported(ledger, street, "relocation.", since)
        moved, should = moved_and_should(told.figures) or (None, None)
        sent = asked.reports.get(street) if asked is not None else None
        cells.append(StreetCell(
            street, report_state(asked, street, city, red_s=red_s), sent.signed.at if sent else None,
            sent.late_s if sent else 0.0, moved, should, told.as_of, told.is_old(old),
            sent is not None and sent.by_phone,
        ))  # fmt: skip
    return tuple(cells)


def old_before(asked: ReportRound | None, city: float) -> float:
    """Return the city time before which a number is old; without a round none is."""
    return city - OLD_ROUNDS * asked.interval_s if asked is not None and asked.interval_s else float("-inf")


def reported_figures(
    ledger: LedgerState, rules: DecisionRules, cells: Sequence[StreetCell], asked: ReportRound | None,
    city: float,
) -> dict[str, FigureSeen]:  # fmt: skip
    """Return relocation, outage, shelters and shelters_open; a figure that nobody reported has no value."""
    since, old = counting_since(ledger), old_before(asked, city)
    known = [one for one in cells if one.should is not None]
    people = FigureSeen(
        sum(one.moved or 0.0 for one in known) if known else None,
        sum(one.should or 0.0 for one in known) if known else None,
        len(cells) - len(known), min((one.as_of for one in known if one.as_of), default=None),
        old=sum(one.is_old for one in known),
    )  # fmt: skip
    power = rules.response.numbers.figures_of.get("outage", ())
    outages = [reported(ledger, agency, "outage.", since) for agency in power]
    return {
        "relocation": people, "outage": _outage([one for one in outages if one.figures], old),
        **_shelters(ledger, rules, since, old),
    }  # fmt: skip


def _outage(told: list[Reported], old: float) -> FigureSeen:
    out = [one for one in told if "outage.out" in one.figures]
    if not out:
        return FigureSeen()
    now = sum(one.figures["outage.out"].value for one in out)
    back = sum(one.figures["outage.restored"].value for one in out if "outage.restored" in one.figures)
    as_of = min(one.as_of for one in out if one.as_of is not None)
    return FigureSeen(now, now + back, 0, as_of, old=sum(one.is_old(old) for one in out))


def _shelters(
    ledger: LedgerState, rules: DecisionRules, since: float, old: float
) -> dict[str, FigureSeen]:  # fmt: skip
    people = room = 0.0
    opened = planned = counted = unknown = unsaid = olds = 0
    ages: list[float] = []
    for street in rules.streets:
        told, shelters = reported(ledger, street, "shelter.", since), shelters_of(rules, street)
        planned += len(shelters)
        if told.as_of is not None:
            ages.append(told.as_of)
            olds += told.is_old(old)
        for id_, capacity in shelters.items():
            door, inside = (told.figures.get(f"shelter.{id_}.{part}") for part in ("open", "occupied"))
            is_open = door is not None and door.value > 0
            opened += is_open
            unsaid += door is None
            if inside is not None:
                counted += 1
                people += inside.value
            else:
                unknown += door is None or is_open
            if is_open or inside is not None:
                room += capacity or 0
    as_of = min(ages, default=None)
    return {
        "shelters": FigureSeen(people if counted else None, room or None, unknown, as_of, old=olds),
        "shelters_open": FigureSeen(
            opened if unsaid < planned else None, planned, unsaid, as_of, old=olds
        ),
    }  # fmt: skip
