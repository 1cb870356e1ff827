"""The wall as a browser shows it: a whole Citywall, an invented day through the gateway, a real Chromium."""

import re
import tempfile
from collections.abc import Iterator
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import pytest

import static
from city.state.row_keys import row_key_of
from layers.atlas.atlas import Atlas
from layouts.pages import CARDS
from layouts.saturation import ROUTINE_MOST, saturated_share
from tests.console.browser import FULL_HD, Sight
from tests.invented import day, moment, publish, publish_all, reading, snapshot, storm, unit, warning
from tests.running import Running, comes_to, wait_for
from tests.walls import Wall

pytestmark = pytest.mark.browser

HAN = re.compile(r"[\u3400-\u9fff]+")
SMALLEST_PX = 17.0
CREDIT = "© "
HALF_PX = 1
NOWHERE = [-1] * 4
HALF_MARK_PX = 12
LED = (6656, 1792)
STRIP = """const strip = document.querySelector('[data-cell="cameras"]');
  const host = [...strip.querySelectorAll("*")].find((node) => node.shadowRoot?.querySelector("li"));
  const root = host?.shadowRoot;"""
PICTURES = f"""() => {{
  {STRIP}
  return [...root?.querySelectorAll("img") ?? []].filter((img) => img.naturalWidth > 0).length === 2;
}}"""
# Parts of the strip that stand out of it, and names of places that do not fit.
CUT = f"""() => {{
  {STRIP}
  const {{ right, bottom }} = strip.getBoundingClientRect();
  return [...root.querySelectorAll("li, li *")].filter((node) => {{
    const box = node.getBoundingClientRect(), isPlace = node.className === "place";
    return box.right > right || box.bottom > bottom || (isPlace && node.scrollWidth > node.clientWidth);
  }}).map((node) => node.className);
}}"""


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        whole = Running(Path(folder))
        try:
            whole.start()
            publish_all(whole, day())
            yield whole
        finally:
            whole.stop()


@pytest.fixture(scope="module")
def wall(running: Running, browser: Any) -> Iterator[Sight]:
    """The wall of the hall, open for all tests of this module."""
    sight = Sight(browser).open(f"{running.console}/wall").settle()
    yield sight
    sight.close()


def test_the_wall_asks_nobody_else_and_breaks_nothing(wall: Sight) -> None:
    assert wall.external == []
    assert wall.errors == []


def test_the_queue_shows_the_first_eight_cases_worst_first(wall: Sight) -> None:
    wall.wait_for_words("queue", "Yushan Road")
    wall.wait_for_words("queue", "另有2件")
    worst = [row_key_of(key) for key in ("hotline/p1", "hotline/p3", "hotline/p2")]
    wall.tells("citywall.card('queue').order.slice(0, 3)", worst)
    comes_to(lambda: wall.count(".queue > li"), 8)


def test_the_counts_are_those_of_the_day(wall: Sight) -> None:
    names = ["critical", "unsigned", "due_soon", "ruling"]
    wall.tells("(names) => names.map((name) => citywall.card('act').scalars[name])", [1, 0, 2, 1], names)


def test_every_card_is_told_and_every_layer_of_the_map_is_drawn(wall: Sight) -> None:
    layers = {"heat", "warnings", "storms", "cameras", "sensors", "units", "cases"}
    wall.wait("(keys) => keys.every((key) => citywall.state().drawn.includes(key))", argument=sorted(layers))
    told = [card.key for card in CARDS]
    wall.wait("(keys) => keys.every((key) => key in citywall.state().views)", argument=told)
    wall.wait("() => citywall.state().live && citywall.state().feed === 'live'")


def test_the_marks_of_the_map_are_where_the_records_say(wall: Sight, running: Running) -> None:
    wall.wait("() => citywall.frame('cases')?.data.x?.length > 0")
    # What is measured grows old while other tests run: it is measured again.
    publish(running, "sensor", [reading(f"g{n}", "again", 12.0 if n == 0 else 0.0) for n in range(3)])
    patrol = unit("Patrol-7", "again", place=2, kind="patrol_car", state="standby")
    publish(running, "unit", [unit("Fire-2", "again"), patrol])

    def marks() -> list[int]:
        """Sensors off normal and lost, cameras, units: the one on the way, for who stands by is not on it."""
        meta = {key: listening.frames[key]["meta"] for key in ("sensors", "cameras")}
        columns = {column["name"]: column for column in listening.frames["units"]["columns"]}
        sensors, cameras = meta["sensors"], meta["cameras"]
        return [sensors["off_normal"], sensors["lost"], cameras["total"], columns["x"]["length"]]

    with Wall(running) as listening:
        wait_for(lambda: {"sensors", "units", "cameras"} <= listening.frames.keys())
        comes_to(marks, [1, 0, 2, 1])


def test_the_browser_says_nothing_while_data_stream(wall: Sight, running: Running) -> None:
    wall.settle().wait("() => citywall.state().frames.units > 0")
    before = wall.state()["frames"]["units"]
    sessions = [frames for path, frames in wall.sent.items() if not path.startswith("/live/")]
    told = [len(frames) for frames in sessions]  # Bokeh tells the sizes of its figures when it lays them out
    for step in range(8):
        publish(running, "unit", [unit("Fire-2", f"s{step}", place=(step + 1) % 4)])
        wall.wait("(count) => citywall.state().frames.units > count", argument=before + step)
    assert wall.sent["/live/wall"] == []
    news = [str(frame) for frames, old in zip(sessions, told, strict=True) for frame in frames[old:]]
    assert [frame for frame in news if '"events"' in frame and '"echo"' not in frame] == []


def test_no_mark_of_a_street_lies_under_the_legend_of_the_density(wall: Sight) -> None:
    wall.settle()
    south = Atlas.read(static.path("district/atlas")).drawing.bounds.south
    between = wall.page.evaluate(
        """(south) => {
          const place = (key) => document.querySelector(`[data-cell="${key}"]`);
          const { start, end } = citywall.figure("map").y_range, map = place("map").getBoundingClientRect();
          const roots = [...place("legend").querySelectorAll("*")].map((node) => node.shadowRoot);
          const ramp = roots.map((root) => root?.querySelector(".ramp")).find((found) => found);
          const street = map.bottom - ((south - start) / (end - start)) * map.height;
          return ramp.getBoundingClientRect().top - street;
        }""",
        south,
    )
    assert between >= HALF_MARK_PX


def test_a_wall_has_no_buttons(wall: Sight) -> None:
    assert wall.count("button, input, select, a[href], [role=button]") == 0


def test_no_text_of_a_card_is_smaller_than_the_front_row_can_read(wall: Sight) -> None:
    small = {(words, size) for words, size, cell in wall.texts() if cell and size < SMALLEST_PX}
    assert {(words, size) for words, size in small if not words.startswith(CREDIT)} == set()


def test_a_routine_wall_is_quiet(wall: Sight) -> None:
    assert saturated_share(wall.page.screenshot()) <= ROUTINE_MOST


@pytest.mark.parametrize(("size", "ratio"), [(FULL_HD, 2.0), ((3840, 2160), 1.0)], ids=["dpr2", "plain"])
def test_a_wall_of_3840_by_2160_has_the_same_layout(
    wall: Sight, running: Running, browser: Any, size: tuple[int, int], ratio: float
) -> None:
    large = Sight(browser, size, ratio).open(f"{running.console}/wall").settle()

    def off() -> dict[str, object]:
        """What stands elsewhere; both pages lay out their news, one a moment after the other."""
        boxes, expected = large.boxes(), wall.settle().boxes()  # a page that lost its session starts anew
        pairs = {
            key: (boxes.get(key, NOWHERE), expected.get(key, NOWHERE))
            for key in boxes.keys() | expected.keys()
        }
        return {
            key: pair
            for key, pair in pairs.items()
            if max(abs(a - b) for a, b in zip(*pair, strict=True)) > HALF_PX
        }

    comes_to(off, {})
    errors = large.errors
    large.close()
    assert errors == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_on_an_led_wall_the_ground_beside_the_map_is_used(
    wall: Sight, running: Running, browser: Any, lang: str
) -> None:
    led = Sight(browser, LED).open(f"{running.console}/wall?lang={lang}").settle()
    led.wait("() => citywall.state().drawn.includes('heat_beside')")
    numbers = count()

    def are_pictured() -> bool:
        """Both cameras send a picture: one that was sent before the page was there may be too old by now."""
        number = next(numbers)
        publish(running, "camera", [snapshot(key, f"led-{lang}-{number}") for key in ("cam1", "cam2")])
        return bool(led.page.evaluate(PICTURES))

    wait_for(are_pictured, every=1.0)
    led.settle()
    seen = {key: box for key, box in led.boxes().items() if box[2] > 0 and box[3] > 0}
    small = [(w, px) for w, px, cell in led.texts() if cell and px < SMALLEST_PX and not w.startswith(CREDIT)]
    cut = led.page.evaluate(CUT)
    view = led.page.evaluate("(f => [f.inner_width, f.inner_height])(citywall.figure('beside'))")
    share = saturated_share(led.page.screenshot())
    errors = led.errors + led.external
    led.close()
    assert errors == []
    assert small == []
    assert cut == []
    # The map is as on 1920 x 1080; what is left has no gap wider than the grid's own.
    usual = wall.settle().boxes()
    assert max(abs(a - b) for a, b in zip(seen["map"][2:], usual["map"][2:], strict=True)) <= 2
    columns = sorted(seen[key] for key in ("queue", "map", "beside", "cameras", "duty"))
    gaps = [right[0] - left[0] - left[2] for left, right in pairwise(columns)]
    assert all(8 <= gap <= 12 for gap in gaps), gaps
    assert abs(seen["beside"][3] - seen["map"][3]) <= 2
    assert view == [seen["beside"][2] - 2, seen["beside"][3] - 2]
    assert "inset" not in seen
    assert share <= ROUTINE_MOST


def test_on_a_usual_wall_nothing_of_a_wide_one_is_seen(wall: Sight) -> None:
    boxes = wall.settle().boxes()
    assert boxes["cameras"][2:] == [0, 0]
    assert "beside" not in boxes


def test_what_only_a_wide_wall_shows_is_sent_to_wide_walls_alone(wall: Sight, running: Running) -> None:
    with Wall(running, "wall?wide=1") as wide:
        wait_for(lambda: "heat_beside" in wide.frames)
    wall.wait("() => ['heat', 'heat_core'].every((key) => key in citywall.state().frames)")
    assert "heat_beside" not in wall.state()["frames"]
    assert wall.page.evaluate("Object.keys(citywall.page.figures)") == ["map", "inset"]


def test_an_english_wall_has_english_words_beside_the_data(running: Running, browser: Any) -> None:
    english = Sight(browser).open(f"{running.console}/wall?lang=en")
    english.settle().wait_for_words("queue", "Yushan Road")

    def chinese() -> set[str]:
        """Chinese words that stand there and are no data; what is shown was told a moment before."""
        before, texts, after = data_words(english), english.texts(), data_words(english)
        return {run for words, _, _ in texts for run in HAN.findall(words) if run not in before + after}

    comes_to(chinese, set())
    errors = english.errors
    english.close()
    assert errors == []


def data_words(sight: Sight) -> str:
    """Everything that the live socket told: data, which stay in the language that they came in."""
    keys = [card.key for card in CARDS]
    views = "(keys) => JSON.stringify(keys.map(citywall.card).map((v) => [v.scalars, [...v.rows]]))"
    return str(sight.page.evaluate(views, keys))


def test_calibrate_shows_a_ruler_three_lines_greys_and_colours(running: Running, browser: Any) -> None:
    sight = Sight(browser).open(
        f"{running.console}/wall?calibrate&wall_m=4&view_m=8", "() => document.querySelector('.ruler')"
    )
    assert sight.count(".ruler span") == 21
    assert sight.count(".calibrate p") == 3
    assert sight.count(".swatches") == 2
    assert sight.errors == []
    sight.close()


def test_two_walls_get_the_same_bytes(running: Running) -> None:
    with Wall(running) as one, Wall(running) as other:
        start = len(one.beats)
        for step in range(6):
            publish(running, "unit", [unit("Fire-2", f"t{step}", place=step % 4)])
        wait_for(lambda: len(one.beats) > start + 2 and len(other.beats) > 2)
    beat = next(text for text in other.texts if text.startswith('{"beat"'))
    said = [texts[texts.index(beat) :] for texts in (one.texts, other.texts)]
    length = min(map(len, said))
    assert length >= 2
    assert said[0][:length] == said[1][:length]
    frames = [{raw for raw in w.raw if not raw.startswith(b"{")} for w in (one, other)]
    assert len(frames[0] & frames[1]) >= 6


def test_who_opens_the_wall_later_sees_the_same_rows(wall: Sight, running: Running) -> None:
    with Wall(running) as late:
        comes_to(
            lambda: late.views["queue"]["order"] == wall.page.evaluate("citywall.card('queue').order"), True
        )


def test_a_warning_stands_with_its_moment_or_is_counted_and_two_storms_have_a_line(
    wall: Sight, running: Running
) -> None:
    told = [
        warning("gale", info={"event": "大风", "headline": "大风橙色预警", "expires": None}),
        warning("hail", info={"event": "冰雹", "headline": "冰雹红色预警", "onset": moment(120)}),
        warning("fog", info={"event": "大雾", "headline": "大雾黄色预警"}),
    ]
    storms = [storm(f"s{n}", name=f"T{n}") for n in range(3)]
    publish(running, "warning", [*told, *storms])
    wall.wait_for_words("storm", "另有2个台风")
    comes_to(lambda: wall.page.locator(".card-storm .chip:visible").count(), 3)
    flags, more = wall.page.locator(".card-header .flag:visible"), wall.page.locator(".card-header .more")

    def stands() -> str:
        """'' when the flags that have room stand there whole and the others of the four are counted."""
        words, box = flags.all_inner_texts(), ".getBoundingClientRect().right"
        right = flags.evaluate_all(f"nodes => nodes.map(n => [n{box}, n.parentNode{box}])")
        checks = {
            "first": bool(words and re.fullmatch(r"大风橙色预警\s*推定至.*\d\d:\d\d", words[0])),
            "moments": all(re.search(r"\d\d:\d\d", flag) for flag in words),
            "widths": flags.evaluate_all("nodes => nodes.every(n => n.lastChild.offsetWidth > 0)"),
            "room": all(flag <= row + HALF_PX for flag, row in right),
            "more": more.all_inner_texts() == [f"另有{4 - len(words)}"],
        }
        return " ".join(name for name, is_so in checks.items() if not is_so)

    comes_to(stands, "")
