"""What is wrong with an atlas is named."""

import json

import pytest

import static
from layers.atlas.checks import check_atlas


@pytest.fixture
def broken(tmp_path):
    """A copy of the built-in atlas, and a function that changes one of its files."""
    for path in static.path("district/atlas").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())

    def change(name, edit):
        document = json.loads((tmp_path / name).read_text(encoding="utf-8"))
        edit(document)
        (tmp_path / name).write_text(json.dumps(document), encoding="utf-8")
        return [f"{problem.where}: {problem.what}" for problem in check_atlas(tmp_path, in_china=True)]

    return change


def test_the_built_in_atlas_has_no_problem():
    assert check_atlas(static.path("district/atlas")) == []


def test_a_missing_file_is_named(tmp_path):
    assert [problem.where for problem in check_atlas(tmp_path)] == [
        str(tmp_path / "atlas.json"),
        str(tmp_path / "streets.geojson"),
    ]


def test_an_unreadable_atlas_is_a_problem(broken):
    assert "form 0, expected 1" in broken("atlas.json", lambda atlas: atlas.update(form=0))[0]


def streets(edit):
    return "streets.geojson", lambda document: edit(document["features"])


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (streets(lambda all_: all_.clear()), "features: no street in it"),
        (streets(lambda all_: all_[3]["properties"].pop("name")), "features[3] 310115008: name is missing"),
        (streets(lambda all_: all_.append(all_[0])), "code 310115004 is given to 2 streets"),
        (streets(lambda all_: all_.append(all_[0])), "潍坊新村街道 and 潍坊新村街道 overlap by 100.0%"),
        (streets(lambda all_: all_.pop(0)), "street 310115004 is missing here"),
        (
            streets(lambda all_: all_[0]["geometry"]["coordinates"][0].pop()),
            "features[0] 310115004: a ring is not closed",
        ),
        (
            streets(lambda all_: all_[0].update(geometry={"type": "Point", "coordinates": [1, 2]})),
            "features[0] 310115004: geometry is not a Polygon",
        ),
        (
            streets(
                lambda all_: all_[0]["geometry"].update(coordinates=[[[2, 48], [3, 48], [3, 49], [2, 48]]])
            ),
            "features[0] 310115004: lies outside China",
        ),
        (
            ("atlas.json", lambda atlas: atlas.update(labels=[])),
            "atlas.json: street 310115004 潍坊新村街道 has no label",
        ),
        (
            ("atlas.json", lambda atlas: atlas.update(attribution="", schematic=False)),
            "atlas.json: attribution is missing",
        ),
    ],
)
def test_each_fault_is_named(broken, change, problem):
    assert any(problem in found for found in broken(*change))
