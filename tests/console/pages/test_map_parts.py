"""The parts of a page with a map are whole before its channel drew anything."""

import json
import re
from typing import Any

import pytest
from bokeh.models import Range1d

from console.deployment.decision_rules import read_decision_rules
from console.deployment.district import read_district
from console.deployment.settings import read_settings
from console.pages.leader_content import LeaderContent
from console.pages.page_content import MAPS, MapPageContent
from layers.atlas.atlas import Atlas
from layers.street_map import OnMap
from layouts.page_parts import PREFIX
from tests.seen_factory import NOW, camera, case, readings, seen, units


def contents(page: str, tmp_path: Any) -> MapPageContent:
    known = read_district(tmp_path)
    rules, settings = read_decision_rules(known, tmp_path), read_settings({}, data_dir=tmp_path)
    made = LeaderContent if page == "leader" else MapPageContent
    return made(
        settings, known, Atlas.read(known.atlas_dir), build_id="b", page=page, stations=rules.water_lines
    )


def sources(text: str) -> dict[str, Any]:
    """Return the sources of layers in a page's parts: name → columns."""
    found: dict[str, Any] = {}

    def read(value: Any) -> None:
        if isinstance(value, list):
            for one in value:
                read(one)
        elif isinstance(value, dict):
            if value.get("name") == "ColumnDataSource":
                given = value.get("attributes", {})
                name = given.get("name") or ""
                if name.partition(":")[0] in ("layer", "inset", "beside"):
                    found[name] = dict(given["data"]["entries"])
            for one in value.values():
                read(one)

    read(json.loads(text))
    return found


def rows(column: Any) -> int:
    return len(column) if isinstance(column, list) else int(column["shape"][0])


@pytest.mark.parametrize("page", list(MAPS))
def test_whoever_comes_first_has_the_sources_of_all_layers(page: str, tmp_path: Any) -> None:
    content = contents(page, tmp_path)
    wide = page == "wall"
    for lang in ("zh", "en"):
        found = sources(content._parts(lang, "", wide).text)
        # Call-outs are HTML; the names in the other language are not on this page.
        left_out = {"callouts", "labels" if lang == "en" else "labels_en"}
        shown = [layer for layer in content.layers if layer.key not in left_out]
        expected = {f"{getattr(layer, 'prefix', 'layer')}:{layer.key}" for layer in shown}
        assert expected <= set(found)
        # They have no rows: nothing that was drawn once is taken as present.
        assert [name for name in expected if any(rows(column) for column in found[name].values())] == []


@pytest.mark.parametrize("page", list(MAPS))
def test_no_model_of_the_parts_has_an_id_that_a_session_may_have(page: str, tmp_path: Any) -> None:
    text = contents(page, tmp_path)._parts("zh", "", wide=True).text
    simple = Range1d().id[0]  # Bokeh's ids: a letter and a number, counted in each process
    assert re.findall(rf'"{simple}[0-9]+"', text) == []
    ids = set(re.findall(r'"id": ?"([^"]+)"', text))
    assert ids
    assert {one for one in ids if not one.startswith(PREFIX)} == set()


@pytest.mark.parametrize("page", list(MAPS))
def test_the_parts_do_not_depend_on_what_the_channel_drew(page: str, tmp_path: Any) -> None:
    content, other = contents(page, tmp_path), contents(page, tmp_path)
    busy = seen(
        cases=(case("p", urgency="critical"), case("n")), readings=readings({"value": 30.0}, {"lost": True}),
        units=units({}, {"lost": True}), cameras=(camera(),),
    )  # fmt: skip
    for layer in other.layers:
        layer.frame(OnMap(busy) if page == "leader" else busy, NOW)
    first, second = (sources(one._parts("zh", "", wide=False).text) for one in (content, other))
    assert {name: set(columns) for name, columns in first.items()} == {
        name: set(columns) for name, columns in second.items()
    }
