"""Property: what the dry run lists is exactly what the activation makes, in any state of the ledger."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from city.commands.command import NewFact
from city.response.activation_run import ActivationRun, activation_run, planned_for
from city.state.ledger_state import LedgerState
from tests.city.commands.world import STREETS
from tests.city.response.plan_world import CODES, Raised

RANKS = st.integers(1, 4)
ABSENT = st.sets(st.sampled_from(sorted(CODES)), max_size=6)
STATES = st.sampled_from(("done", "verified", "cancelled", "declined", "acknowledged"))
RELAXED = st.sets(st.sampled_from(("defer_ordinary", "lift_cap", "street_command")))


def listed(run: ActivationRun) -> dict[str, object]:
    """What the dry run promises, in the form in which the state can be compared."""
    return {
        "tasks": Counter(
            (t.code, t.agency, t.planned_for or t.agency, t.priority, t.evidence, t.due_s, t.ack_s)
            for t in run.tasks
        ),
        "relaxed": {(one.kind, one.until) for one in run.relaxed},
        "ended": set(run.relaxations_ended),
        "round": run.round and (run.round.interval_s, run.round.holders),
    }  # fmt: skip


def made(before: LedgerState, after: LedgerState, now: float, facts: list[NewFact]) -> dict[str, object]:
    """What the state has that it did not have before."""
    spans = {kind: one.spans for kind, one in after.relaxations.items()}
    old = {kind: one.spans for kind, one in before.relaxations.items()}
    (round_,) = [f.data for f in facts if f.type == "ReportRoundOpened"] or [None]
    return {
        "tasks": Counter(
            (t.words.rpartition(".")[2], t.agency, planned_for(t), t.priority, t.evidence,
             None if t.due_by is None else t.due_by - now, (t.ack_by or 0.0) - now)
            for id_, t in after.tasks.items() if id_ not in before.tasks
        ),
        "relaxed": {
            (kind, span.until) for kind, every in spans.items() for span in every[len(old.get(kind, ())) :]
        },
        "ended": {
            kind for kind, every in old.items()
            if every[-1].ended_at is None and spans[kind][len(every) - 1].ended_at is not None
        },
        "round": round_ and (round_["interval_s"], tuple(round_["holders"])),
    }  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.lists(RANKS, max_size=2), RANKS, ABSENT, st.lists(STATES, max_size=30), RELAXED, st.booleans())
def test_a_dry_run_lists_what_the_run_makes(
    earlier: list[int], rank: int, absent: set[str], states: list[str], relaxed: set[str], exercise: bool
) -> None:
    world = Raised(exercise=exercise)
    for one in earlier:
        world.activate(one)
        world.wait(minutes=50)
    for task, state in zip(list(world.state.tasks.values()), states, strict=False):
        task.state = state
    for kind in relaxed - world.state.relaxations.keys():
        data = {"until": "2026-09-15T00:00:00+00:00", "text": "人手不足", "version": 1, "name": "王××"}
        world.append(NewFact("RelaxationStarted", f"relaxation:{kind}", data), world.order().by)
    world.leave(*absent)
    before = LedgerState(tasks=dict(world.state.tasks), relaxations=dict(world.state.relaxations))
    now = world.now.city
    run = activation_run(world.state, world.rules, world.id, rank, now)
    facts = world.activate(rank)
    assert made(before, world.state, now, facts) == listed(run)
    started = facts[-1].data
    assert (started["tasks"], started["deferred"]) == (len(run.tasks), run.deferred)
    assert {task.incident for task in world.state.tasks.values()} == {started["incident"]}
    assert run.incident in ("", started["incident"])
    assert world.response.activations[-1].incident == started["incident"]
    assert all(task.is_exercise == exercise for task in world.state.tasks.values())
    assert set(STREETS) >= {task.place.street for task in world.state.tasks.values()} - {""}
