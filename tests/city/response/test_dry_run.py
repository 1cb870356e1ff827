"""Property: what the dry run lists is exactly what the activation makes, in any state of the ledger."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from city.commands.command import NewFact
from city.response.activation_run import ActivationRun, activation_run, planned_for
from city.response.briefing_cut_off import cut_off
from city.response.in_force import ROSTER, SCREENS
from city.response.leader_presence import leader_absence
from city.state.briefing_records import Briefing
from city.state.duty_records import Post
from city.state.ledger_state import CityState, LedgerState
from city.state.linkage_records import Signed
from city.state.response_records import Activation, Basis, Response
from city.views.wall_view import WallView
from layouts.cards.emergency.command import Command
from layouts.cards.emergency.risks import Risks
from layouts.cards.level_band import LevelBand
from layouts.cards.wall.cameras import Cameras
from tests.city.commands.world import STREETS
from tests.city.response.plan_world import CODES, RESPONSE, Raised

CENTRE = (121.5, 31.2)
RANKS = st.integers(1, 4)
ABSENT = st.sets(st.sampled_from(sorted(CODES)), max_size=6)
STATES = st.sampled_from(("done", "verified", "cancelled", "declined", "acknowledged"))
OTHERS = st.dictionaries(
    st.sampled_from((
        RESPONSE, f"{RESPONSE}/exercise", f"{next(iter(STREETS))}/flood_typhoon", "city/flood_typhoon"
    )),
    RANKS,
)  # fmt: skip
SEATED = st.sets(st.sampled_from(("qx", "lh", "jg", "dl")), max_size=2)
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


def shown(world: Raised) -> dict[str, set[str]]:
    """What the cards of a wall and the rules of presence and of briefings make of the levels in force."""
    state, now = world.state, world.now
    state.position = max(1, state.position)
    seen = WallView(rules=world.rules).see(CityState(state), now.machine)
    band = LevelBand().view(seen, now.machine)
    command = Command().view(seen, now.machine).scalars
    preset = Cameras(*CENTRE, preset=True).view(seen, now.machine).scalars
    by = Signed("wang", "王××", "duty_leader", now.city)
    briefing = Briefing("hall", begun_at=now.city, ends_at=now.city + 3600, started=by)
    screens = {
        "level_band": bool(band.rows), "emergency_face": band.scalars["mode"] == "emergency",
        "ordinary_lists_shrink": Risks().view(seen, now.machine).scalars["total"] is not None,
        "video_preset": "closed" in preset, "briefing_cut": cut_off(state, briefing, now.city) is not None,
        "face_forced": band.scalars["forced"], "alarm_sounds": band.scalars["loud"],
    }  # fmt: skip
    roster = {
        "leader_signs_in": command["rotating"]["is_needed"],
        "leader_in_room": leader_absence(state) is not None,
        "commander_in_command": command["asked"],
    }
    assert (screens.keys(), roster.keys()) == (SCREENS.keys(), ROSTER.keys())
    on_roster = {key.removeprefix("seat:") for key in state.shifts["now"].posts if key.startswith("seat:")}
    seats = {code for code, _ in seen.duty.empty_seats} | on_roster
    assert seen.duty.seats == len(seats)
    return {
        "screens": {key for key, is_on in screens.items() if is_on},
        "roster": {key for key, is_on in roster.items() if is_on}, "seats": seats,
    }  # fmt: skip


def duty(world: Raised, absent: set[str], seated: set[str]) -> None:
    """A shift whose rotating leader signed in by phone; some agencies have left, some have a seat."""
    world.leave(*absent)
    posts = world.state.shifts["now"].posts
    posts["rotating_leader"] = Post(
        "rotating_leader", "方××（副区长）", state="signed_in", account="fang", holder="方××（副区长）",
        method="phone",
    )  # fmt: skip
    for code in seated - absent:
        posts[f"seat:{code}"] = Post(f"seat:{code}", "某××", state="signed_in", account=code, holder="某××")


def beside(world: Raised, others: dict[str, int]) -> None:
    """Levels of other responses that are in force at the same time."""
    by = Signed("wang", "王××", "duty_leader", world.now.city)
    for id_, rank in others.items():
        if id_ != world.id:
            one = Activation(
                "x", rank, world.now.city, "approved", by, Basis(), is_exercise="/exercise" in id_
            )
            world.state.responses[id_] = Response(id_, id_.split("/")[0], "flood_typhoon", (one,))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(RANKS, max_size=2), st.integers(0, 4), ABSENT, st.lists(STATES, max_size=30), RELAXED,
    st.booleans(), OTHERS, SEATED,
)  # fmt: skip
def test_a_dry_run_lists_what_the_run_makes(
    earlier: list[int], rank: int, absent: set[str], states: list[str], relaxed: set[str], exercise: bool,
    others: dict[str, int], seated: set[str],
) -> None:  # fmt: skip
    world = Raised(exercise=exercise)
    beside(world, others)
    for one in earlier:
        world.activate(one)
        world.wait(minutes=50)
    for task, state in zip(list(world.state.tasks.values()), states, strict=False):
        task.state = state
    for kind in relaxed - world.state.relaxations.keys():
        data = {"until": "2026-09-15T00:00:00+00:00", "text": "人手不足", "version": 1, "name": "王××"}
        world.append(NewFact("RelaxationStarted", f"relaxation:{kind}", data), world.order().by)
    duty(world, absent, seated)
    before = LedgerState(tasks=dict(world.state.tasks), relaxations=dict(world.state.relaxations))
    now, old, ends = world.now.city, shown(world), not rank and bool(earlier)
    run = activation_run(world.state, world.rules, world.id, rank if earlier else max(rank, 1), now)
    facts = world.end() if ends else world.activate(run.rank)
    assert made(before, world.state, now, facts) == listed(run)
    new = shown(world)
    for what in ("screens", "roster"):
        assert (new[what] - old[what], old[what] - new[what]) == (
            set(getattr(run, what)), set(getattr(run, f"{what}_ended"))
        ), what  # fmt: skip
    assert new["seats"] == (old["seats"] - (set(run.seats_ended) - seated - absent)) | set(run.seats)
    if ends:
        assert "RecoveryListed" in [fact.type for fact in facts]
        return
    started = facts[-1].data
    assert (started["tasks"], started["deferred"]) == (len(run.tasks), run.deferred)
    for what in ("seats", "roster", "screens", "seats_ended", "roster_ended", "screens_ended"):
        assert started[what] == list(getattr(run, what))
    assert {task.incident for task in world.state.tasks.values()} == {started["incident"]}
    assert run.incident in ("", started["incident"])
    assert world.response.activations[-1].incident == started["incident"]
    assert all(task.is_exercise == exercise for task in world.state.tasks.values())
    assert set(STREETS) >= {task.place.street for task in world.state.tasks.values()} - {""}
