from pathlib import Path
from typing import Any

import msgspec
import pytest

from city.dispatch.tables.water_lines import WaterLines
from console.deployment.district import District, read_district
from console.deployment.settings import read_settings
from console.pages.kept_parts import FOLDER, KeptParts
from console.pages.page_content import MapPageContent
from layers.atlas.atlas import Atlas
from layouts.page_parts import PageParts
from tests.running import DRAWN_PAGES


class Desk:
    """A desk's content of one start; ``drawn`` counts how often its map was drawn."""

    def __init__(self, data: Path, *, build: str = "b1", district: District | None = None) -> None:
        known = district or read_district(data)
        kept = KeptParts(data, known, WaterLines(), build_id=build)
        self.drawn = 0
        self._content = MapPageContent(
            read_settings({}, data_dir=data), known, Atlas.read(known.atlas_dir), build_id=build, page="desk",
            kept=kept,
        )  # fmt: skip
        figures = self._content._figures

        def counted(*given: Any) -> dict[str, Any]:
            self.drawn += 1
            return figures(*given)

        self._content._figures = counted  # type: ignore[method-assign]

    def parts(self, lang: str = "zh") -> PageParts:
        return self._content._parts(lang, "", wide=False)


def files(data: Path) -> list[Path]:
    return sorted((data / FOLDER).iterdir())


def test_a_second_start_takes_the_parts_that_the_first_one_drew(tmp_path: Path) -> None:
    first, second = Desk(tmp_path), Desk(tmp_path)
    drawn = {lang: first.parts(lang) for lang in ("zh", "en")}
    assert drawn["zh"] != drawn["en"]
    assert {lang: second.parts(lang) for lang in ("zh", "en")} == drawn
    assert (first.drawn, second.drawn) == (2, 0)


@pytest.mark.parametrize("changed", ["build", "limits", "map"])
def test_parts_of_another_program_or_map_are_drawn_anew_and_replaced(tmp_path: Path, changed: str) -> None:
    Desk(tmp_path).parts()
    [before] = files(tmp_path)
    known = read_district(tmp_path)
    other = {
        "build": known,
        "limits": msgspec.structs.replace(known, limits={}),
        "map": msgspec.structs.replace(known, atlas_dir=_moved(known.atlas_dir, tmp_path / "other")),
    }[changed]
    again = Desk(tmp_path, build="b2" if changed == "build" else "b1", district=other)
    again.parts()
    assert again.drawn == 1
    [after] = files(tmp_path)
    assert after != before


def _moved(atlas: Path, to: Path) -> Path:
    """Return a copy of an atlas of which one file changed without effect on what is drawn."""
    to.mkdir()
    for path in atlas.iterdir():
        (to / path.name).write_bytes(path.read_bytes())
    (to / "note.txt").write_text("changed")
    return to


def test_what_another_console_is_writing_for_the_same_program_stays(tmp_path: Path) -> None:
    Desk(tmp_path).parts()
    [path] = files(tmp_path)
    partial = path.with_suffix(".1.partial")
    partial.write_bytes(path.read_bytes())
    path.unlink()
    Desk(tmp_path).parts()
    assert files(tmp_path) == sorted([path, partial])


def test_the_consoles_of_all_tests_share_this_folder() -> None:
    assert DRAWN_PAGES == FOLDER


@pytest.mark.parametrize("damage", [b"", b"no zstd", None])
def test_a_damaged_file_is_drawn_anew(tmp_path: Path, damage: bytes | None) -> None:
    drawn = Desk(tmp_path).parts()
    [path] = files(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    again = Desk(tmp_path)
    assert again.parts().figures == drawn.figures
    assert again.drawn == 1
    assert Desk(tmp_path).parts() == again.parts()


def test_a_folder_that_cannot_be_written_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "snapshots").write_text("not a folder")
    desk = Desk(tmp_path)
    assert desk.parts().text
    assert desk.drawn == 1
