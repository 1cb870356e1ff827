"""Pictures of detections: the blurred copy is for screens, the original is sealed."""

from pathlib import Path

import pytest

from feeds.people.detection_pictures import DetectionPictures
from feeds.people.encryption import Unreadable
from tests.feeds.storage.test_camera_pictures import grey, stripes

ID, OTHER = "0a1b2c3d4e5f-1", "0a1b2c3d4e5f-2"


def test_the_copy_is_blurred_and_the_original_needs_the_key(tmp_path: Path) -> None:
    files = DetectionPictures(tmp_path)
    assert files.copy(ID) is None
    files.put(ID, stripes(), 1_800_000_000.0, box=(0.0, 0.0, 0.1, 0.1))
    found = files.copy(ID)
    assert found is not None
    assert found[1] == 1_800_000_000.0
    assert grey(found[0])[:, 120:].std() < 8
    assert files.original(ID) == stripes()
    sealed = (tmp_path / "detections" / f"{ID}.sealed").read_bytes()
    assert b"JFIF" not in sealed
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "detections").iterdir()} == {0o600}


def test_a_sealed_picture_cannot_stand_for_another_detection(tmp_path: Path) -> None:
    files = DetectionPictures(tmp_path)
    files.put(ID, stripes(), 0.0)
    folder = tmp_path / "detections"
    (folder / f"{ID}.sealed").rename(folder / f"{OTHER}.sealed")
    with pytest.raises(Unreadable):
        files.original(OTHER)


def test_the_first_picture_of_a_detection_stays(tmp_path: Path) -> None:
    files = DetectionPictures(tmp_path)
    files.put(ID, stripes(), 5.0)
    files.put(ID, stripes(), 9.0)
    assert files.original(ID) == stripes()


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "0a1b2c3d4e5f", "x" * 400])
def test_a_name_that_is_no_id_has_no_picture(tmp_path: Path, name: str) -> None:
    assert DetectionPictures(tmp_path).copy(name) is None
