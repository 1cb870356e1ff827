"""``citywall district new``: from an empty folder to a district that is good, in China and elsewhere."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import static
from city.dispatch.tables.linkage_tables import KINDS_FILE
from console.cli import citywall
from console.demo import supervisor
from console.deployment.calendars import read_calendars
from console.deployment.decision_rules import read_decision_rules
from console.deployment.display_names import names_of
from console.deployment.district import is_built_in, read_district, read_rows, table_path
from console.deployment.settings import Settings, read_settings
from console.deployment.table_files import TABLES
from layouts.catalogues import catalogue
from tests.other_district import PUDONG, named_in


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(citywall, [str(part) for part in arguments])


def ward(code: str, name: str, west: float, south: float) -> dict[str, Any]:
    corners = [
        (west, south),
        (west + 0.1, south),
        (west + 0.1, south + 0.1),
        (west, south + 0.1),
        (west, south),
    ]
    return {
        "type": "Feature", "properties": {"WARD": code, "TITLE": name},
        "geometry": {"type": "Polygon", "coordinates": [[list(corner) for corner in corners]]},
    }  # fmt: skip


FILLED = {
    'code = ""': 'code = "TP-9"',
    'timezone = ""': 'timezone = "Pacific/Auckland"',
    'en = ""': 'en = "Tidepool"',
}


@pytest.fixture
def tidepool(tmp_path: Path) -> Path:
    """A district made as the how-to says, of two wards in the South Pacific."""
    folder = tmp_path / "tidepool"
    assert run("district", "new", folder).exit_code == 0
    text = (folder / "city.toml").read_text(encoding="utf-8")
    for empty, full in FILLED.items():
        assert empty in text
        text = text.replace(empty, full)
    (folder / "city.toml").write_text(text, encoding="utf-8")
    wards = {"type": "FeatureCollection", "features": [
        ward("N", "North Ward", -120.2, -40.1), ward("S", "South Ward", -120.2, -40.2),
    ]}  # fmt: skip
    (folder / "map" / "wards.geojson").write_text(json.dumps(wards), encoding="utf-8")
    plan = 'attribution = "Tidepool Council"\n[files]\n'
    plan += '"wards.geojson" = { role = "streets", code = "WARD", name = "TITLE" }\n'
    (folder / "map" / "atlas.toml").write_text(plan, encoding="utf-8")
    done = run("atlas", "import", folder / "map", "--data-dir", folder)
    assert (done.exit_code, done.output.splitlines()[0]) == (
        0, "2 features in 1 files: 2 streets; 0 left out, 0 read with a change",
    )  # fmt: skip
    return folder


def test_starter_files_lead_from_one_named_gap_to_the_next(tmp_path: Path) -> None:
    assert run("district", "new", tmp_path / "a").exit_code == 0
    places = {"street_places.csv", "water_lines.csv", "rain_lines.csv"}
    others = {"city.toml", "roster.csv", "contacts.csv", "README.md", "map"} | places
    files = {KINDS_FILE, "linkage"} | others
    assert set(TABLES) | files == {path.name for path in (tmp_path / "a").iterdir()}
    checked = run("config", "check", "--data-dir", tmp_path / "a")
    assert checked.exit_code == 1
    assert "city.toml: code: expected for every district" in checked.output


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    done = run("district", "new", tmp_path)
    assert done.exit_code == 1
    assert "expected an empty folder" in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_district_outside_china_is_good(tidepool: Path) -> None:
    assert run("config", "check", "--data-dir", tidepool).output == "good\n"


def test_it_has_its_own_clock_and_calendar_and_nothing_of_the_built_in_one(tidepool: Path) -> None:
    district = read_district(tidepool)
    assert (district.name, district.timezone) == ({"zh": "Tidepool", "en": "Tidepool"}, "Pacific/Auckland")
    assert (district.sources, district.limits, district.holidays) == ({}, {}, "none")
    calendar, _ = read_calendars(tidepool)
    assert (calendar.holidays, calendar.make_up_days, calendar.known_years) == (frozenset(),) * 3
    rules = read_decision_rules(district, tidepool)
    assert rules.streets == {"N": "North Ward", "S": "South Ward"}
    assert rules.street_of(-120.15, -40.15) == "S"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_word_of_a_page_is_of_the_built_in_district(tidepool: Path, lang: str) -> None:
    words = catalogue(lang, names_of(read_settings({}, data_dir=tidepool), read_district(tidepool)))
    assert (words["street.N"], words["agency.S"]) == ("North Ward", "South Ward")
    assert named_in(json.dumps(words, ensure_ascii=False)) == []


@pytest.mark.parametrize(
    "name", ["agencies.csv", "roster.csv", "register.csv", "city_objects.csv", "sites.csv"]
)
def test_a_table_that_is_taken_out_is_not_the_built_in_one(tidepool: Path, name: str) -> None:
    (tidepool / name).unlink()
    told = table_path(tidepool, name).read_text(encoding="utf-8")
    assert named_in(told) == []
    assert read_rows(tidepool, name)[1] != read_rows(tidepool.parent, name)[1]


def test_the_words_that_are_looked_for_are_those_of_the_built_in_district(tmp_path: Path) -> None:
    assert len(PUDONG) > 100
    told = static.path("tables/agencies.csv").read_text(encoding="utf-8")
    assert "浦东" in named_in(told)
    assert is_built_in(tmp_path)


def test_a_map_of_another_district_without_a_city_toml_is_refused_by_name(tidepool: Path) -> None:
    (tidepool / "city.toml").unlink()
    checked = run("config", "check", "--data-dir", tidepool)
    assert checked.exit_code == 1
    assert "city.toml: code: the atlas is of another district than 310115 (street N)" in checked.output


def test_a_map_without_the_list_of_its_streets_takes_no_other_list(tidepool: Path) -> None:
    (tidepool / "atlas" / "streets.csv").unlink()
    checked = run("config", "check", "--data-dir", tidepool)
    assert checked.exit_code == 1
    assert "streets.csv: missing; import the map again" in checked.output


def test_an_agency_with_the_code_of_a_street_is_named(tidepool: Path) -> None:
    with (tidepool / "agencies.csv").open("a", encoding="utf-8") as file:
        file.write("N,North depot,北,North,contractor,no,no,300,\n")
    checked = run("config", "check", "--data-dir", tidepool)
    assert "agencies.csv, row 36, code: N is the code of a street, or reserved" in checked.output


def test_a_year_of_which_the_table_has_days_is_known_and_workdays_are_the_districts(tidepool: Path) -> None:
    rows = "*,2026-02-06,rest,,,Waitangi Day\n*,,work,08:00,16:30,\n"
    with (tidepool / "calendars.csv").open("a", encoding="utf-8") as file:
        file.write(rows)
    text = (tidepool / "city.toml").read_text(encoding="utf-8")
    (tidepool / "city.toml").write_text(
        text.replace("# workdays", 'workdays = ["sun", "mon", "tue", "wed", "thu"]\n# workdays'),
        encoding="utf-8",
    )
    calendar, _ = read_calendars(tidepool)
    assert (calendar.holidays, calendar.known_years) == ({"2026-02-06"}, {2026})
    assert (calendar.periods, calendar.weekdays) == (((28_800, 59_400),), {6, 0, 1, 2, 3})


@pytest.mark.parametrize("example", ["quillhaven"])
def test_an_example_is_good_as_it_is_shipped(tmp_path: Path, example: str) -> None:
    assert run("district", "new", tmp_path / "x", "--example", example).exit_code == 0
    assert run("config", "check", "--data-dir", tmp_path / "x").output == "good\n"
    shutil.rmtree(tmp_path / "x" / "map")
    files = [path for path in (tmp_path / "x").rglob("*") if path.is_file()]
    assert [(path.name, named_in(path.read_text(encoding="utf-8"))) for path in files] == [
        (path.name, []) for path in files
    ]


@pytest.mark.parametrize(
    ("arguments", "says_demo", "has_feeds"),
    [([], True, True), (["--no-feeds"], False, False), (["--district", "quillhaven"], True, False)],
)
def test_the_demo_invents_records_for_the_built_in_district_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says_demo: bool, has_feeds: bool
) -> None:
    assert started(monkeypatch, tmp_path / "x", *arguments) == (says_demo, has_feeds)
    assert started(monkeypatch, tmp_path / "x", *arguments) == (says_demo, has_feeds)  # and goes on there


def test_the_demo_of_a_district_of_ones_own_says_nothing_is_invented(
    tidepool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert started(monkeypatch, tidepool) == (False, False)


def started(monkeypatch: pytest.MonkeyPatch, data_dir: Path, *arguments: str) -> tuple[bool, bool]:
    """Whether the pages of a demo would say 演示, and whether it would have feeds."""
    found: list[tuple[bool, bool]] = []

    class Seen:
        def __init__(self, settings: Settings, *, feeds: bool, **_: Any) -> None:
            found.append((settings.demo, feeds))

        async def run(self) -> None:
            return None

    monkeypatch.setattr(supervisor, "Demo", Seen)
    done = run("demo", "--data-dir", data_dir, *arguments)
    assert done.exit_code == 0, done.output
    return found[0]


@pytest.mark.parametrize("kind", ["js", "esm", "css"])
def test_no_script_and_no_style_names_the_built_in_district(kind: str) -> None:
    paths = sorted(static.path(kind).rglob("*"))
    assert paths
    assert [(path.name, named_in(path.read_text(encoding="utf-8"))) for path in paths if path.is_file()] == [
        (path.name, []) for path in paths if path.is_file()
    ]


def test_a_folder_without_streets_is_refused_and_the_map_before_stays(tidepool: Path) -> None:
    before = (tidepool / "atlas" / "atlas.json").read_bytes()
    none = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {}, "geometry": None}],
    }
    (tidepool / "map" / "wards.geojson").write_text(json.dumps(none), encoding="utf-8")
    done = run("atlas", "import", tidepool / "map", "--data-dir", tidepool)
    assert done.exit_code == 1
    assert "wards.geojson: features[0]: geometry is null; left out" in str(done.exception)
    assert (tidepool / "atlas" / "atlas.json").read_bytes() == before
