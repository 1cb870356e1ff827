"""The cards of the leader's page, as pure functions."""

from typing import Any

import pytest

from city.views.response.leader_seen import (
    AnswerSeen,
    BriefEvent,
    DecisionSeen,
    HandoverItemSeen,
    HandoverSeen,
    LeaderSeen,
    OrderSeen,
)
from city.views.response.response_seen import FigureSeen, ForecastSeen, RoundSeen, SituationSeen, StreetCell
from city.views.wall_seen import DutySeen, PageSeen
from layouts.cards.leader.leader_brief import LeaderBrief
from layouts.cards.leader.leader_cells import LeaderCells
from layouts.cards.leader.leader_decisions import LeaderDecisions
from layouts.cards.leader.leader_figures import FIGURES, LeaderFigures
from layouts.cards.leader.leader_handover import LeaderHandoverCard
from layouts.cards.leader.leader_header import LeaderHeader
from layouts.cards.leader.leader_orders import LeaderOrders
from tests.seen_factory import NOW
from tests.seen_factory import seen as wall_seen

DECISION = DecisionSeen(
    "support:s1", "support", 3, NOW - 60, NOW + 840, "forwarded", "yj", {"n": 14},
    (AnswerSeen("answer_support", "approve", {"answer": "approved"}, "ga"),),
)  # fmt: skip


def seen(**given: Any) -> LeaderSeen:
    wall = wall_seen(duty=given.pop("duty", DutySeen()))
    fields = {name: getattr(wall, name) for name in PageSeen.__struct_fields__}
    return LeaderSeen(**fields, map=wall, **given)


def test_five_numbers_stand_there_always_and_an_unknown_one_is_no_zero() -> None:
    situation = SituationSeen(figures={"relocation": FigureSeen(18_402, 19_600, 0, NOW - 100)})
    view = LeaderFigures().view(seen(situation=situation), NOW)
    assert [key for key, _ in view.rows] == list(FIGURES)
    rows = dict(view.rows)
    assert (rows["relocation"]["value"], rows["relocation"]["of"]) == (18_402, 19_600)
    assert rows["outage"]["value"] is None


def test_at_most_five_decisions_stand_there_and_the_rest_is_counted() -> None:
    many = tuple(DecisionSeen(f"support:s{n}", "support", 1, NOW, NOW + n, "forwarded") for n in range(7))
    view = LeaderDecisions().view(seen(decisions=many), NOW)
    assert (len(view.rows), view.scalars) == (5, {"count": 7, "more": 2})


def test_a_decision_carries_what_happens_otherwise_and_its_answers() -> None:
    ((key, row),) = LeaderDecisions().view(seen(decisions=(DECISION,)), NOW).rows
    assert (key, row["by_at"], row["then"], row["then_to"]) == ("support:s1", NOW + 840, "forwarded", "yj")
    assert row["answers"][0] | {"needs_words": False} == {
        "verb": "answer_support", "label": "approve", "args": {"answer": "approved"}, "to": "ga",
        "needs_words": False,
    }  # fmt: skip


def test_orders_name_who_gave_them_by_a_mark() -> None:
    order = OrderSeen("t1", "mark", "xf", "", "310115005", "issued", "near", NOW - 60, NOW - 60, NOW + 600)
    view = LeaderOrders().view(seen(orders=(order,), carrier="inc1"), NOW)
    ((key, row),) = view.rows
    assert (key, row["by_mark"], row["level"], view.scalars) == ("t1", "mark", "near", {"carrier": "inc1"})


def test_the_cells_tell_the_round_and_the_late_streets() -> None:
    situation = SituationSeen(
        cells=(StreetCell("310115005", "over", late_s=1860.0, moved=10, should=14),),
        round=RoundSeen("r1", NOW - 1860, 36, 35, ("310115005",)),
    )
    view = LeaderCells().view(seen(situation=situation), NOW)
    assert view.scalars["round"] == {"due_at": NOW - 1860, "holders": 36, "sent": 35, "late": ["310115005"]}
    assert dict(view.rows)["310115005"]["state"] == "over"
    assert LeaderCells().view(seen(), NOW).scalars["round"] is None


def test_the_brief_has_facts_and_the_hardest_moments_in_their_order() -> None:
    def ahead(kind: str, at: float) -> ForecastSeen:
        return ForecastSeen(kind, "芦潮港", 4.9, "m", NOW + at, 4.55, "hydrology", NOW)

    situation = SituationSeen(
        figures={"closures": FigureSeen(3)},
        next=(ahead("rain_1h", 60), ahead("landfall", 7200), ahead("tide", 3600), ahead("tide", -60)),
    )
    events = (BriefEvent("p1_timeout", NOW - 60, "lh", "xf"),)
    view = LeaderBrief().view(seen(situation=situation, events=events), NOW)
    assert view.scalars["figures"] == {"closures": [3, None]}
    assert [one[0] for one in view.scalars["next"]] == ["tide", "landfall"]
    ((_, row),) = view.rows
    assert (row["agency"], row["to"]) == ("lh", "xf")


@pytest.mark.parametrize(("since", "passes_at"), [(None, None), (NOW - 480, NOW + 120)])
def test_the_header_says_since_when_the_leader_is_missing_and_when_it_may_be_passed_on(
    since: float | None, passes_at: float | None
) -> None:
    duty = DutySeen(absent_leader_since=since, absent_leader_deputy="岑××", shift="s1")
    told = LeaderHeader().view(seen(duty=duty), NOW).scalars
    assert (told["absent_since"], told["passes_at"], told["deputy"]) == (since, passes_at, "岑××")


def test_the_handover_card_has_its_items_or_says_that_there_is_none() -> None:
    assert LeaderHandoverCard().view(seen(), NOW).scalars["id"] is None
    held = HandoverSeen(
        "h1", "夏××（副区长）", "mark", NOW, (HandoverItemSeen("level:x", "level", {"rank": "3"}, "王××"),)
    )
    view = LeaderHandoverCard().view(seen(handover=held), NOW)
    assert (view.scalars["id"], view.scalars["outgoing_at"], dict(view.rows)["level:x"]["by"]) == (
        "h1", None, "王××",
    )  # fmt: skip
