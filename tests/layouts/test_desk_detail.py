import math
from typing import Any

import msgspec

from city.views.desk_seen import DeskSeen
from city.views.wall_seen import ShowSeen
from layouts.cards.desk.desk_detail import DeskDetail
from tests.seen_factory import NOW, seen

SHOW = ShowSeen(
    wall="hall", kind="case", id="0a1b2c3d4e5f", by="陈××", at=NOW - 20.0, until=NOW + 160.0, lon=math.nan,
    lat=math.nan, view=None, label="", road="羽山路", street="310115013", class_key="component.0123",
)  # fmt: skip


def desk(**given: Any) -> DeskSeen:
    wall = seen(**given)
    return DeskSeen(**{name: getattr(wall, name) for name in wall.__struct_fields__})


def test_every_desk_is_told_what_stands_on_which_wall() -> None:
    view = DeskDetail().view(desk(shows=(SHOW,)), NOW)
    ((wall, row),) = view.rows
    assert (wall, row["kind"], row["id"], row["by"]) == ("hall", "case", "0a1b2c3d4e5f", "陈××")
    assert (row["at"], row["until"], row["class"], row["road"]) == (
        NOW - 20.0, NOW + 160.0, "component.0123", "羽山路",
    )  # fmt: skip
    assert msgspec.json.encode(view.rows)


def test_the_channel_says_nothing_of_any_case() -> None:
    assert DeskDetail().view(desk(), NOW).rows == []
