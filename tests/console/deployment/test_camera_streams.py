"""The file of cameras and the one of their secrets: clear errors, and no secret in any of them."""

from pathlib import Path

import pytest

from console.deployment.camera_streams import CameraFileError, read_streams, read_token

CAMERAS = """
[cameras.K1]
name = "羽山路巨野路口"
lon = 121.52
lat = 31.22
address = "rtsp://10.0.0.5:554/main"
mask_zones = [[[0.0, 0.0], [0.5, 0.0], [0.5, 0.5]]]

[cameras.K2]
address = "https://10.0.0.6/live.m3u8"
privacy = "public_scene"
fps = 1.0
keyframes = false
"""
SECRETS = """
token = "the-token"
[K1]
user = "viewer"
password = "p@ss:/word"
"""


def files(
    folder: Path, cameras: str = CAMERAS, secrets: str = SECRETS, mode: int = 0o600
) -> tuple[Path, Path]:
    one, other = folder / "cameras.toml", folder / "camera-secrets.toml"
    one.write_text(cameras, encoding="utf-8")
    other.write_text(secrets, encoding="utf-8")
    other.chmod(mode)
    return one, other


def test_the_password_is_put_into_the_address_that_is_opened_alone(tmp_path: Path) -> None:
    first, second = read_streams(*files(tmp_path))
    assert first.address == "rtsp://viewer:p%40ss%3A%2Fword@10.0.0.5:554/main"
    assert "word" not in str(first.record(0.0))
    assert first.record(0.0)["mask_zones"] == [[[0.0, 0.0], [0.5, 0.0], [0.5, 0.5]]]
    assert (second.address, second.fps, second.keyframes) == ("https://10.0.0.6/live.m3u8", 1.0, False)
    assert read_token(tmp_path / "camera-secrets.toml") == "the-token"


def test_cameras_without_passwords_need_no_secrets(tmp_path: Path) -> None:
    one, other = files(tmp_path)
    other.unlink()
    assert read_streams(one, other)[0].address == "rtsp://10.0.0.5:554/main"
    assert read_token(other) == ""


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("rtsp://10.0.0.5", "rtsp://u:topsecret@10.0.0.5"), "cameras.K1.address: expected no password"),
        (("rtsp://", "file://"), "cameras.K1.address: expected an address of rtsp, rtsps, http, https"),
        (("public_scene", "open"), "cameras.K2.privacy: expected one of public_scene"),
        (("fps = 1.0", "fps = 0.0"), "cameras.K2.fps: expected a number above 0"),
        (("fps = 1.0", 'fps = "fast"'), "cameras.K2: Expected `float`"),
        (("fps = 1.0", "speed = 1.0"), "cameras.K2.speed: there is no such key"),
        (("[cameras.K1]", "[cameras.K3]"), "camera-secrets.toml: K1: there is no such camera"),
        ((CAMERAS, ""), "expected tables [cameras.<id>]"),
        (("[cameras.K1]", "[cameras.K1"), "cameras.toml: no TOML"),
    ],
)
def test_a_wrong_file_is_told_by_camera_and_key(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    with pytest.raises(CameraFileError) as error:
        read_streams(*files(tmp_path, CAMERAS.replace(*change)))
    assert told in str(error.value)
    assert "topsecret" not in str(error.value)


def test_secrets_that_others_can_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CameraFileError, match="0600"):
        read_streams(*files(tmp_path, mode=0o640))


def test_an_error_in_the_secrets_names_none(tmp_path: Path) -> None:
    with pytest.raises(CameraFileError) as error:
        read_streams(*files(tmp_path, secrets='[K1]\nuser = "viewer"\npasswort = "topsecret"\n'))
    assert "expected tables [<camera>]" in str(error.value)
    assert "topsecret" not in str(error.value)
