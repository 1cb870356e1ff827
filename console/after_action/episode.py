"""The response that a report is about: from its first level to its end, with all that belongs to it."""

import math
from collections.abc import Sequence

import msgspec

from city.facts.fact import Fact
from city.state.linkage_records import Incident, Task
from city.state.response_records import CITY, Activation, ReportRound, Response
from console.after_action.history import History

__all__ = ["Episode", "NoActivation", "find_episode"]


class NoActivation(LookupError):
    """The ledger has no such activation; the text names those that it has."""


class Episode(msgspec.Struct, frozen=True):
    """One response from none to none. ``ends`` is infinite while it lasts; times are city epoch seconds."""

    response: Response
    activations: tuple[Activation, ...]
    city: tuple[Activation, ...]
    begins: float
    ends: float
    now: float
    tasks: tuple[Task, ...]
    incidents: tuple[Incident, ...]
    rounds: tuple[ReportRound, ...]
    facts: Sequence[tuple[float, Fact]]
    """City time and fact, from half a day before the first level to the end of its recovery."""
    is_exercise: bool
    """An exercise, or a city whose clock was not the real one."""


def find_episode(history: History, wanted: str, now: float, *, before_s: float = 43_200.0) -> Episode:
    """Return the episode of an activation's id, or of the newest one (``latest``). Raises NoActivation.

    Facts of the last ``before_s`` seconds before the first level belong to it: the warnings that led to it.
    """
    ledger = history.state.ledger
    ours = [one for one in ledger.responses.values() if one.jurisdiction != CITY and one.activations]
    known = {act.id: response for response in ours for act in response.activations}
    if wanted == "latest" and known:
        wanted = max((act for response in ours for act in response.activations), key=_begun).id
    if wanted not in known:
        there = ", ".join(known) or "none"
        raise NoActivation(f"ACTIVATION: expected latest or one of: {there}; got {wanted!r}")
    response = known[wanted]
    acts = _run_of(response.activations, wanted)
    begins = acts[0].activated_at
    ends = acts[-1].ended_at if acts[-1].state == "ended" else None
    until = math.inf if ends is None else ends
    last = min(until + 3 * 86_400.0, now)
    city = ledger.responses.get("/".join((CITY, *response.id.split("/")[1:])))
    exercise = response.id.endswith("/exercise")
    in_span = [
        one
        for one in ledger.tasks.values()
        if begins <= one.issued_at <= until + 60.0 and one.is_exercise == exercise
    ]
    incidents = [
        one for one in ledger.incidents.values()
        if begins <= one.opened.at <= until and one.is_exercise == exercise
    ]  # fmt: skip
    return Episode(
        response, acts, city.activations if city else (), begins, until, now, tuple(in_span),
        tuple(incidents),
        tuple(one for one in ledger.report_rounds.values() if begins <= one.opened_at <= until),
        [
            (at, fact)
            for fact in history.facts
            if begins - before_s <= (at := history.city_time(fact)) <= last
        ],
        any(one.is_exercise for one in acts) or any(clock.rate != 1.0 for _, clock in ledger.clocks),
    )  # fmt: skip


def _begun(one: Activation) -> float:
    return one.activated_at


def _run_of(activations: Sequence[Activation], wanted: str) -> tuple[Activation, ...]:
    """Return the activations between two ends of the response that hold the wanted one."""
    run: list[Activation] = []
    for one in activations:
        run.append(one)
        if one.state == "ended" and any(act.id == wanted for act in run):
            return tuple(run)
        if one.state == "ended":
            run = []
    return tuple(run)
