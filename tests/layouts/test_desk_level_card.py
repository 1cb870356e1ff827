"""The desk's card of response levels: what it tells of levels, proposals and suggestions."""

import msgspec

from city.views.desk_seen import DeskSeen
from city.views.response.response_seen import (
    LevelDeskSeen,
    LevelSeen,
    ProposalSeen,
    ResponseNow,
    ResponseSeen,
    SituationSeen,
)
from city.views.wall_seen import WarningSeen
from layouts.cards.desk.desk_level import DeskLevel
from tests import seen_factory
from tests.seen_factory import NOW

OWN = "310115/flood_typhoon"


def seen(**given: object) -> DeskSeen:
    wall = seen_factory.seen(position=10)
    fields = {name: getattr(wall, name) for name in wall.__struct_fields__}
    return DeskSeen(**{**fields, **given})


def test_it_tells_versions_to_act_on_and_names_of_warnings() -> None:
    warning = WarningSeen(
        "w/1#typhoon", "typhoon", "orange", 3, {"zh": "x"}, "", NOW, NOW, NOW + 9, False, False, False, ()
    )
    level = LevelSeen("310115", "flood_typhoon", 2, NOW - 60, "approved", activation="a1")
    proposal = ProposalSeen(OWN, "p1", "flood_typhoon", 3, 2, NOW, NOW + 300, (), warnings=("w/1", "gone"))
    desk = LevelDeskSeen(
        (ResponseNow(OWN, 2, 7), ResponseNow("city/flood_typhoon", 1, 2), ResponseNow(f"{OWN}/exercise")),
        3, ("w/1",),
    )  # fmt: skip
    view = DeskLevel().view(
        seen(
            warnings=(warning,), levels=desk, response=ResponseSeen("emergency", (level,)),
            situation=SituationSeen(proposals=(proposal,)),
        ),
        NOW,
    )  # fmt: skip
    told = {"hazard": "typhoon", "colour": "orange"}
    assert view.scalars == {
        "response": OWN, "rank": 2, "version": 7, "city": "city/flood_typhoon", "city_rank": 1,
        "city_version": 2, "drill": f"{OWN}/exercise", "drill_version": 0, "suggested": 3, "by": [told],
        "switches": [], "relaxed": [],
    }  # fmt: skip
    (first, _), (second, fields) = view.rows
    assert (first, second) == ("l:a1", f"p:{OWN}")
    assert fields["warnings"] == [told, {"hazard": "", "colour": ""}]
    assert msgspec.json.encode(view.rows)


def test_before_the_city_has_told_anything_the_response_is_not_known() -> None:
    assert DeskLevel().view(seen(), NOW).scalars["response"] is None
