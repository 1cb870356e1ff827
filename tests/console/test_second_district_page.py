"""A second district in another time zone, whole: real processes, a real Chromium, no word of the first."""

import re
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from console.commands.district import new_district
from feeds.people.accounts import Accounts
from feeds.people.tokens import TokenStore
from layers.base.name_glyphs import FONT
from tests.console.browser import IS_IDLE, Sight
from tests.invented import case, device, moment, publish, reading, unit
from tests.other_district import named_in
from tests.people import PASSWORD
from tests.quick import QUICK
from tests.running import Running, comes_to, wait_for
from tests.walls import Wall

pytestmark = pytest.mark.browser

ZONE = ZoneInfo("America/Lima")
STREETS = ("Lantern Hill", "Ternfield", "Millbrook E", "Oldquay", "Saltmarsh", "Harrow Point")
ROADS = {
    "Harbour Road": (-81.64, -13.23),
    "Orchard Way": (-81.60, -13.17),
    "Bellmaker Street": (-81.52, -13.24),
}
OFFICER = "A. Brandt (duty officer)"
HAN = re.compile(r"[\u3400-\u9fff]")


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        data = Path(folder) / "quillhaven"
        new_district(data, "quillhaven")
        accounts, tokens = Accounts(data, QUICK), TokenStore(data)
        accounts.create(
            "brandt", OFFICER, roles=["duty_officer", "intake_officer"], now=1.0, password=PASSWORD
        )
        line = tokens.create("town-line", ["publish:case", "publish:sensor", "publish:unit"], now=1.0)
        accounts.close()
        tokens.close()
        whole = Running(data)
        try:
            whole.start()
            for topic, records in day().items():
                ack = publish(whole, topic, records, token=line)
                assert (ack.accepted, ack.rejected) == (len(records), [])
            yield whole
        finally:
            whole.stop()


def day() -> dict[str, list[dict[str, Any]]]:
    """A few records, as an operator of that district would send them."""
    cases = [
        case(f"q{n}", channel="web_app", title="Cover missing", road=road, lon=lon, lat=lat,
             urgency="normal" if n else "critical")
        for n, (road, (lon, lat)) in enumerate(ROADS.items())
    ]  # fmt: skip
    quay = {"lon": -81.655, "lat": -13.232}
    return {
        "case": cases,
        "sensor": [device("up1", name="Orchard underpass", **quay), reading("up1", 0, 31.0)],
        "unit": [unit("Engine-2", 0, state="standby", **quay, at=moment())],
    }


@pytest.fixture(scope="module")
def wall(running: Running, browser: Any) -> Iterator[Sight]:
    sight = Sight(browser).open(f"{running.console}/wall?lang=en")
    sight.wait_for_words("queue", "Bellmaker Street")
    yield sight.settle()
    sight.close()


@pytest.fixture(scope="module")
def desk(running: Running, browser: Any) -> Iterator[Sight]:
    sight = Sight(browser).sign_in(running.console, "brandt", PASSWORD, "desk?lang=en").started()
    sight.wait_for_words("desk_queue", "Bellmaker Street")
    sight.wait(IS_IDLE)
    yield sight
    sight.close()


def shown(sight: Sight) -> str:
    return "\n".join(words for words, _, _ in sight.texts())


def test_the_wall_shows_the_districts_own_names_and_numbers(wall: Sight) -> None:
    names = (
        "Quillhaven Operations Centre",
        "6 streets",
        "Town line",
        "M. Whitlock (deputy mayor)",
        *STREETS,
        *ROADS,
    )
    comes_to(lambda: [name for name in names if name not in shown(wall)], [])
    assert HAN.findall(shown(wall)) == []
    assert wall.errors == []
    wall.wait(IS_NAMED)
    drawn = wall.page.evaluate("citywall.frame('labels_en').data.en")
    assert {"Ternsound", "Quill River", "Harrow Light"} <= set(drawn)


def test_the_clock_of_the_pages_is_that_of_the_districts_zone(wall: Sight, desk: Sight) -> None:
    for sight, cell in ((wall, "header"), (desk, "desk_header")):

        def told(sight: Sight = sight, cell: str = cell) -> bool:
            clock = datetime.now(UTC).astimezone(ZONE).strftime("%H:%M")
            return any(words.startswith(clock) for words, _, where in sight.texts() if where == cell)

        wait_for(told)


def test_the_inset_has_the_districts_title_and_hides_none_of_its_streets(wall: Sight) -> None:
    wall.page.locator('[data-cell="inset"][data-corner="sw"]').wait_for(state="attached")
    titles = "() => Bokeh.documents.flatMap((d) => [...d._all_models.values()]).map((m) => m.text)"
    assert "Old town ×3" in wall.page.evaluate(titles)


IS_NAMED = "() => citywall.frame('labels_en')?.data.en.length > 0"
EDGES = """(font) => {
  const plot = Bokeh.documents.flatMap((one) => [...one._all_models.values()])
    .find((model) => model.name === "figure:map");
  const { x, y, en, size, style } = citywall.frame("labels_en").data;
  const { x_range: across, y_range: up, inner_width: width, inner_height: height } = plot;
  const canvas = document.createElement("canvas").getContext("2d");
  return en.map((text, n) => {
    canvas.font = `${style[n]} ${size[n]} ${font}`;
    const [half, tall] = [canvas.measureText(text).width / 2, parseFloat(size[n]) / 2];
    const left = (x[n] - across.start) / (across.end - across.start) * width;
    const top = (up.end - y[n]) / (up.end - up.start) * height;
    return [text, Math.min(left - half, width - left - half, top - tall, height - top - tall)];
  });
}"""


def test_no_name_on_the_map_is_cut_off_by_its_edge(wall: Sight) -> None:
    wall.wait(IS_NAMED)
    room = dict(wall.page.evaluate(EDGES, FONT))
    assert len(room) > len(STREETS)
    assert {name: px for name, px in room.items() if px < 0} == {}


def test_an_officer_files_a_case_of_that_district_at_the_desk(desk: Sight, running: Running) -> None:
    row = desk.page.locator('[data-cell="desk_queue"] li', has_text="Bellmaker Street")
    row.get_by_role("button", name="File").click()
    desk.wait_for_words("desk_queue", "Water supply to sign · Saltmarsh makes safe")
    comes_to(lambda: [name for name in (OFFICER, *ROADS) if name not in shown(desk)], [])


def test_no_word_or_number_of_the_built_in_district_reaches_a_page(
    running: Running, wall: Sight, desk: Sight
) -> None:
    with Wall(running) as listening:
        wait_for(lambda: {"cases", "labels_en"} <= listening.frames.keys())
        sent = b"".join(listening.raw).decode("utf-8", "replace")
    assert "Harbour Road" in sent
    told = {
        "wall": shown(wall), "desk": shown(desk), "socket": sent,
        "wall page": wall.page.content(), "desk page": desk.page.content(),
        "page in Chinese": running.get("/wall?lang=zh")[1].decode(),
        "sign-in": running.get("/sign-in")[1].decode(),
        "wall state": wall.page.evaluate("JSON.stringify(citywall.state())"),
    }  # fmt: skip
    assert {page: found for page, text in told.items() if (found := named_in(text))} == {}
