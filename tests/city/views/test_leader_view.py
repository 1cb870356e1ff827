"""What the leader's page may see: decisions with what happens otherwise, orders, events, presence."""

from typing import Any

import msgspec
import pytest

from city.clocks.timestamps import iso
from city.state.ledger_state import CityState
from city.views.case_view import account_mark
from city.views.response.leader_seen import LeaderSeen
from city.views.response.leader_view import LeaderView
from city.views.wall_view import WallView
from tests.city.commands.linkage.linkage_world import STREET
from tests.city.commands.paths import PATHS
from tests.city.commands.response.response_world import COMMANDER, LEADER, OFFICER, ROTATING, Responding
from tests.city.commands.world import LU, WEI

SECRET = "王小明家的老人"


class Watched(Responding):
    """A world that a leader looks at."""

    def __init__(self) -> None:
        super().__init__()
        self._city = CityState(self.state)
        self._view = LeaderView(WallView(rules=self.rules))

    def see(self) -> LeaderSeen:
        every = ("cases", "support", "incidents", "tasks", "response", "leader_handover", "duty", "registry")
        self._city.touch(*every)
        return self._view.see(self._city, self.machine)

    def ask_support(self) -> str:
        self.did(
            "request_support", f"support:{LU}", STREET, kind="relocation", count=14, tried=["own_squads"],
            group="sea_wall_outside", text=SECRET, road=SECRET,
        )  # fmt: skip
        return list(self.state.supports)[-1]


def test_a_request_for_support_says_where_it_goes_when_nobody_answers() -> None:
    world = Watched()
    id_ = world.ask_support()
    (decision,) = world.see().decisions
    assert (decision.key, decision.kind, decision.then, decision.then_to) == (
        f"support:{id_}", "support", "forwarded", "yj",
    )  # fmt: skip
    assert decision.by_at == world.state.supports[id_].answer_by
    approve, refuse, back = decision.answers
    assert (approve.verb, approve.to, approve.needs_words) == ("answer_support", "ga", False)
    assert (refuse.args, refuse.needs_words) == ({"answer": "refused"}, True)
    assert back.args == {"answer": "sent_back"}
    world.did("answer_support", decision.key, ROTATING, **approve.args)
    assert world.see().decisions == ()


def test_a_ruling_has_its_ranked_answers_and_the_moment_of_the_backstop() -> None:
    world = Watched()
    key = PATHS["ruling"](world)
    (decision,) = world.see().decisions
    file = world.case(key).file
    assert file.ruling is not None
    assert (decision.kind, decision.version, decision.then, decision.then_to) == (
        "ruling", file.version, "backstop", WEI,
    )  # fmt: skip
    assert decision.by_at is not None
    assert decision.by_at > file.ruling.due_at
    assert [answer.to for answer in decision.answers[:-1]] == list(file.ruling.candidates[:3])
    assert decision.answers[-1].verb == "comment"
    assert decision.names["refusals"] != []
    assert decision.answers[0].args == {"holder": decision.answers[0].to, "kind": "interim"}
    world.done("rule", key, LEADER, holder="xf", kind="interim")
    assert world.see().decisions == ()


def test_a_proposal_counts_the_signatures_and_offers_nothing_to_who_signed() -> None:
    world = Watched()
    world.propose(3)
    (decision,) = world.see().decisions
    assert (decision.kind, decision.names["given"], decision.names["needs"]) == ("level", 0, 2)
    assert decision.then == "called"
    approve = decision.answers[0]
    world.did(approve.verb, decision.key, ROTATING, **approve.args)
    (decision,) = world.see().decisions
    assert (decision.names["given"], decision.not_by) == (1, (account_mark("fang"),))
    world.did(approve.verb, decision.key, LEADER, **approve.args)
    assert (world.rank(), world.see().decisions) == (3, ())


def test_of_a_proposal_that_nobody_decided_in_time_the_next_one_up_was_called() -> None:
    world = Watched()
    world.propose(3)
    world.wait(minutes=5)
    world.ticks("response")
    (decision,) = world.see().decisions
    assert (decision.then, decision.by_at) == ("waits", None)


def test_a_relocation_is_confirmed_by_another_person_and_never_by_time() -> None:
    world = Watched()
    world.did(
        "order_relocation", "relocation:new", ROTATING, streets=[LU], groups=["site_shed"], text=SECRET,
        deadline=iso(world.now.city + 7200),
    )  # fmt: skip
    (decision,) = world.see().decisions
    assert (decision.then, decision.not_by) == ("called", (account_mark("fang"),))
    world.wait(minutes=10)
    world.ticks("relocation")
    (decision,) = world.see().decisions
    assert (decision.then, decision.by_at) == ("lapses", world.state.relocations[decision.key[11:]].deadline)


def test_casualty_numbers_are_not_told_before_their_release() -> None:
    world = Watched()
    incident = world.tree()
    world.did(
        "report_casualties", f"incident:{incident.id}", OFFICER, dead=7341, missing=0, injured=0, evacuated=0
    )
    seen = world.see()
    (decision,) = seen.decisions
    assert (decision.kind, decision.by_at, decision.then) == ("casualties", None, "unreleased")
    assert b"7341" not in msgspec.json.encode(seen.decisions)


def test_decisions_stand_in_the_order_of_their_limits() -> None:
    world = Watched()
    world.tree()
    incident = list(world.state.incidents)[-1]
    world.did("report_casualties", f"incident:{incident}", OFFICER, dead=0, missing=0, injured=1, evacuated=0)
    world.ask_support()  # 15 minutes
    world.propose(3)  # 5 minutes
    assert [one.kind for one in world.see().decisions] == ["level", "support", "casualties"]


def test_a_leaders_orders_are_told_with_state_and_never_the_plans() -> None:
    world = Watched()
    incident = world.tree(by=ROTATING)
    world.did("issue_task", f"incident:{incident.id}", ROTATING, agency="xf", priority="P1", text=SECRET)
    (order,) = world.see().orders
    assert (order.agency, order.words, order.state, order.by_mark) == (
        "xf", "", "issued", account_mark("fang"),
    )  # fmt: skip
    assert SECRET.encode() not in msgspec.json.encode(world.see().orders)


def test_a_p1_that_nobody_acknowledged_is_an_event_with_who_took_over() -> None:
    world = Watched()
    world.green()
    world.wait(minutes=5)
    world.ticks("task")
    (event,) = [one for one in world.see().events if one.kind == "p1_timeout"]
    assert (event.agency, event.to) == ("lh", "xf")


@pytest.mark.parametrize("by", [COMMANDER, ROTATING])
def test_nothing_that_was_typed_is_in_what_a_leaders_page_gets(by: Any) -> None:
    world = Watched()
    world.ask_support()
    key = world.report(title=SECRET, description=SECRET, road=f"世纪大道{SECRET}", urgency="critical")
    world.done("file", key, OFFICER, urgency="critical", hazard=True, hazard_reason=SECRET)
    world.done("comment", key, OFFICER, text=SECRET)
    world.propose(3, LEADER, text=SECRET)
    world.did("draft_leader_handover", "leader_handover:h1", by, text=SECRET)
    world.did(
        "order_relocation", "relocation:new", by, streets=[LU], groups=["other"], text=SECRET,
        voice_ref=SECRET, deadline=iso(world.now.city + 7200),
    )  # fmt: skip
    seen = world.see()
    assert len(seen.decisions) == 3
    assert seen.map.cases[0].urgency == "critical"
    assert SECRET not in msgspec.json.encode(seen, enc_hook=_plain).decode()


def _plain(value: Any) -> Any:
    """A column as a list; the rest is what no page gets: row numbers."""
    return value.tolist() if hasattr(value, "tolist") else vars(value)


def test_the_spoken_word_of_an_order_counts_and_who_recorded_it_is_not_asked() -> None:
    world = Watched()
    world.speak()
    (decision,) = world.see().decisions
    assert (decision.names["given"], decision.names["needs"]) == (1, 2)
    assert decision.not_by == (account_mark(OFFICER.account),)
