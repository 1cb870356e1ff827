"""The demo's villages: about as many squares as there are workstations, each in its street."""

from pathlib import Path

from city.places.unit_grids import village_of_code
from console.demo.villages import FIRST, write_villages
from console.deployment.district import GRIDS, read_district, read_grids, read_streets


def test_each_street_has_villages_in_it_and_an_edited_file_stays(tmp_path: Path) -> None:
    write_villages(tmp_path)
    grids, streets = read_grids(tmp_path), read_streets(read_district(tmp_path))
    assert 1200 < len(grids.villages) < 1450
    assert {f"{code}{FIRST + 1}" for code in streets.codes} <= grids.villages
    code = grids.code_of(121.545, 31.240)
    assert village_of_code(code)[:9] == streets.code_of(121.545, 31.240)
    (tmp_path / GRIDS).write_text("edited")
    write_villages(tmp_path)
    assert (tmp_path / GRIDS).read_text() == "edited"
