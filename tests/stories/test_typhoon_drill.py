"""The typhoon drill (A.9): real processes play its 44 hours unattended, and every checkpoint holds."""

import asyncio
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import static
from city.facts.fact import Fact
from city.places.distance import metres_to_points
from city.views.holders.own_cases import OwnCases
from console.after_action.episode import find_episode
from console.after_action.history import History, read_history
from console.after_action.lateness import engine_lateness, late_things
from console.after_action.pdf import paged
from console.after_action.report import report_html, told_indicators
from console.cli import citywall
from console.deployment.district import read_district
from console.drill.player import Outcome, Player
from console.drill.script import Line, read_script
from console.drill.starting import running_city
from feeds.ledger.ledger import Ledger
from tests.drill_counts import counted
from tests.forked import start_process
from tests.running import free_port

TREE = "0402"
FROM_CITIZENS = ("孩子差点掉下去", "树倒了车过不去", "垃圾堆了三天")
TYPED = ("井盖无本单位标识", "管线图无此井", "已围挡加盖", "关注临港海塘", "演练来访", "启动Ⅰ级响应")
"""What somebody of the script typed: none of it is in a report."""


class Played:
    """A drill that was played: outcomes, history of its ledger, and its reports."""

    def __init__(self, data: Path) -> None:
        self.outcomes: list[Outcome] = []
        self.of_street: dict[str, int] = {}
        asyncio.run(self._play(data))
        # The same as after a real response: the command reads the ledger, whose server it starts.
        arguments = ["report", "latest", "--data-dir", str(data), "--html", str(data / "report.html")]
        self.command = CliRunner().invoke(citywall, arguments)
        self.written = (data / "report.html").read_text(encoding="utf-8")

    async def _play(self, data: Path) -> None:
        script = read_script(static.path("drills/typhoon.toml"))
        ports = {"port": free_port(), "gateway_port": free_port()}
        async with running_city(data, script, start=start_process, **ports) as city:

            async def look(line: Line) -> None:
                if line.text.get("en") == "The agency signs for them":
                    cases, ledger = OwnCases(city.rules), city.state.ledger
                    for code in city.rules.streets:
                        own = cases.cases(ledger, code)
                        self.of_street[code] = sum(one.code == TREE for one in own)

            self.outcomes = await Player(script, city, heard=lambda _: None, before=look).play()
            ledger = await Ledger.open(city.settings.log_url)
            try:
                self.history = await read_history(ledger)
            finally:
                await ledger.close()
            self.folded = city.state.ledger
        district = read_district(data)
        # As the drill prints them: with the units' telemetry, which the ledger does not hold.
        whole = History(city.state, city.facts)
        told = told_indicators(whole, city.settings, district, "latest", lang="zh")
        self.told = {id_: value for id_, _, value in told}
        self.counted = counted(self.history.facts, self.history.city_time, script)
        self.now = script.t0 + script.line[-1].offset_s
        self.html = {
            lang: report_html(self.history, city.settings, district, "latest", lang=lang)
            for lang in ("zh", "en")
        }

    def facts(self, kind: str) -> list[Fact]:
        return [fact for fact in self.history.facts if fact.type == kind]


@pytest.fixture(scope="module")
def played() -> Iterator[Played]:
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        yield Played(Path(folder))


@pytest.mark.timeout(600)
def test_every_line_and_every_checkpoint_is_good(played: Played) -> None:
    assert [
        f"{one.line.at} {one.line.text.get('en')}: {one.fault}" for one in played.outcomes if one.fault
    ] == []
    assert sum(bool(one.line.check) for one in played.outcomes) >= 42


INDICATORS = (
    "E01", "E02", "E02b", "E02c", "E03", "E03b", "E04", "E05", "E05b", "E06", "E07", "E08", "E09", "E09b",
    "E10", "E10b", "E10c", "E11", "E12", "E12b", "E13",
)  # fmt: skip


@pytest.mark.parametrize("key", INDICATORS)
def test_each_indicator_is_what_a_second_count_finds(played: Played, key: str) -> None:
    """Counted over the facts alone, or by hand from the script: tests/drill_counts.py."""
    assert played.told[key] == played.counted[key]


def test_no_indicator_is_told_that_nobody_counted(played: Played) -> None:
    assert tuple(sorted(played.told)) == tuple(sorted(INDICATORS))


def test_the_trees_came_through_the_gateway_and_a_street_has_its_own_alone(played: Played) -> None:
    """140 cases (A.9) and five more callers of one of them; 139 closed, 5 merged, nobody lost."""
    trees = [case for case in played.folded.cases.values() if case.code == TREE]
    assert len(trees) == 140 + 5
    assert Counter(case.state for case in trees if case.state != "handling")["closed"] == 139
    assert sum(played.of_street.values()) == 139
    assert set(played.of_street.values()) == {3, 4}
    spots = np.array([(case.place.lon, case.place.lat) for case in trees if "trees" in case.key])
    apart = [np.sort(metres_to_points(*spot, *spots.T))[1] for spot in spots]
    assert min(apart) > 50.0, "none is near another, so that none is taken for a duplicate"


def test_the_ledger_of_the_drill_is_what_the_gateway_told(played: Played) -> None:
    """Its chain is good from the first fact on, and the folded states are one."""
    assert played.history.state.ledger.hash == played.folded.hash
    assert played.history.state.ledger.position == played.folded.position


def test_no_automatic_step_was_late(played: Played) -> None:
    """The clock stood at each moment at which something was due."""
    found = find_episode(played.history, "latest", played.now)
    assert engine_lateness(found) == (0, 0.0)


def test_nothing_was_sent_outward(played: Played) -> None:
    ledger = played.history.state.ledger
    assert ledger.outlets == frozenset()
    assert ledger.outbox == {}


def test_two_different_people_decided_on_each_level(played: Played) -> None:
    [response] = [one for one in played.history.state.ledger.responses.values() if one.jurisdiction != "city"]
    assert [one.rank for one in response.activations] == [1, 2, 3, 4, 2]
    for one in response.activations:
        who = [approval.signed.name for approval in one.approvals]
        assert len(who) == len(set(who)) == 2, one.id


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_report_says_what_the_ledger_says(played: Played, lang: str) -> None:
    found = find_episode(played.history, "latest", played.now)
    text = re.sub(r"<[^>]+>", "\n", re.sub(r"<style>.*?</style>", "", played.html[lang], flags=re.DOTALL))
    for one in found.activations:
        for approval in one.approvals:
            assert approval.signed.name in text
    assert ("23 items" if lang == "en" else "共 23 项") in text
    assert played.history.state.ledger.hash in text
    for one in late_things(found)[:20]:
        assert one.ref in text
    assert ("EXERCISE" if lang == "en" else "演练") in text
    for place in ("东方路下立交", "罗山路下立交"):
        assert place in text


def test_the_report_holds_no_typed_text_and_asks_no_network_for_anything(played: Played) -> None:
    for html in played.html.values():
        assert [text for text in (*FROM_CITIZENS, *TYPED) if text in html] == []
        assert re.findall(r"(?:src|href)=|url\(|@import|<script|https?://", html) == []


def test_the_command_writes_the_same_report_from_the_ledger(played: Played) -> None:
    assert played.command.exit_code == 0, played.command.output
    assert played.written == played.html["zh"]


def test_the_report_as_pdf_says_on_each_page_that_it_is_an_exercise(played: Played, tmp_path: Path) -> None:
    document, path = paged(played.html["zh"]), tmp_path / "report.pdf"
    document.write_pdf(path)
    assert path.read_bytes().startswith(b"%PDF-")
    assert len(document.pages) >= 3
    for page in document.pages:
        texts = [getattr(box, "text", "") for box in page._page_box.descendants()]
        assert "演练" in texts
