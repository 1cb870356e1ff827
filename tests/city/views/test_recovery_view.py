"""The recovery list on screens: open items first, no typed text, and what only the ledger can finish."""

from city.state.linkage_records import Signed
from city.state.response_records import RecoveryItem
from city.views.response.recovery_view import recovery_seen
from tests.city.response.plan_world import Raised


def test_it_tells_what_is_left_and_which_items_a_person_may_finish() -> None:
    world = Raised()
    world.activate(1)
    for task in list(world.state.tasks.values())[1:]:
        task.state = "verified"
    assert recovery_seen(world.state).items == ()
    world.end()
    response = world.response
    done = Signed("dl1", "某××", "agency_operator", world.now.city)
    response.recovery = (
        *response.recovery,
        RecoveryItem("outage:dl", "outage", "situation:dl", "dl", {"count": "120", "typed": "x"}),
        RecoveryItem("outage:gs", "outage", "situation:gs", "gs", {}, done),
    )
    seen = recovery_seen(world.state)
    assert [(one.kind, one.can_finish, one.done_at is None) for one in seen.items] == [
        ("task", False, True), ("outage", True, True), ("outage", True, False),
    ]  # fmt: skip
    assert seen.items[1].names == {"count": "120"}
    assert (seen.open, seen.since, seen.review_by) == (2, world.now.city, world.now.city + 7 * 86_400)


def test_an_exercise_is_marked_and_counts_as_no_recovery() -> None:
    world = Raised(exercise=True)
    world.activate(1)
    world.end()
    seen = recovery_seen(world.state)
    assert seen.open == 0
    assert all(item.is_exercise for item in seen.items)
    assert seen.items
