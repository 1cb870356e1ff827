"""The visitors' card: what it tells open and closed, and that no other page's card fits on its page."""

import subprocess
import sys
from pathlib import Path
from typing import get_type_hints

from city.views.response.briefing_seen import BriefingSeen, Figures
from console.desk.briefing_projection import read_recorded
from layouts.briefing_page import BRIEFING_CARDS, BRIEFING_LAYOUT
from layouts.builder import PageSettings, build
from layouts.cards.briefing.briefing import Briefing
from layouts.cards.briefing.briefing_control import BriefingControl
from layouts.page_parts import PageParts
from tests.seen_factory import NOW, seen

ROOT = Path(__file__).parents[2]

WRONG = """
from city.views.response.briefing_seen import BriefingSeen
from layouts.cards.briefing.briefing import Briefing
from layouts.cards.header import Header
from layouts.cards.wall.queue import Queue
from layouts.contract import Card

good: tuple[Card[BriefingSeen], ...] = (Briefing(),)
of_a_page: tuple[Card[BriefingSeen], ...] = (Header(),)
of_a_wall: tuple[Card[BriefingSeen], ...] = (Queue(),)
"""


def test_closed_it_tells_that_and_nothing_else() -> None:
    view = Briefing().view(BriefingSeen(), NOW)
    assert (view.scalars, list(view.rows)) == ({"open": False}, [])


def test_open_it_tells_its_marks_and_figures_and_no_row() -> None:
    given = BriefingSeen(
        is_open=True, lang="en", begun=NOW, is_demo=True, is_drill=True, warnings=(("rainstorm", "blue"),),
        figures=Figures(NOW), recorded=read_recorded(),
    )  # fmt: skip
    view = Briefing().view(given, NOW)
    assert view.scalars["marks"] == ["demo", "drill"]
    assert view.scalars["warnings"] == [["rainstorm", "blue"]]
    assert view.scalars["figures"]["as_of"] == NOW
    assert list(view.rows) == []


def test_the_desks_control_tells_until_when_one_runs() -> None:
    assert BriefingControl().view(seen(), NOW).scalars == {"until": None, "version": 0}


def test_every_card_of_the_page_reads_the_visitors_view() -> None:
    assert {get_type_hints(type(card).view)["seen"] for card in BRIEFING_CARDS} == {BriefingSeen}


def test_a_card_of_another_page_does_not_type_check_on_the_visitors_page(tmp_path: Path) -> None:
    """As mypy says it: a page's card and a wall's do not fit, the visitors' does."""
    wrong = tmp_path / "wrong_cards.py"
    wrong.write_text(WRONG, encoding="utf-8")
    done = subprocess.run(
        [Path(sys.executable).parent / "mypy", "--follow-imports=silent", str(wrong)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    errors = [line for line in done.stdout.splitlines() if ": error:" in line]
    assert [line.split(":")[1] for line in errors] == ["9", "10"], done.stdout
    assert "Header" in errors[0]
    assert "Queue" in errors[1]


def test_the_page_has_no_way_to_order_or_ask_and_no_names_of_others() -> None:
    settings = PageSettings(build="b", timezone="UTC", title={"zh": "中心", "en": "Centre"}, outline="M0 0Z")
    template = build(BRIEFING_LAYOUT, lang="zh", parts=PageParts("null", {}), settings=settings)
    assert "session_messages" not in template._render_items
    page = str(template._render_variables["page"])
    assert '"streets":[]' in page
    for key in ("agency.", "street.", "class.", "role.", "verb.", "refusal.", "source."):
        assert f'"{key}' not in page
