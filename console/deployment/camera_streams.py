"""The camera streams of a deployment: ``cameras.toml``, and their passwords in a file of its own."""

import stat
import tomllib
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

import msgspec

from city.video.privacy import PRIVACY_CLASSES
from feeds.sources.streams import SCHEMES, Stream

__all__ = ["CAMERAS_FILE", "SECRETS_FILE", "CameraFileError", "read_streams", "read_token"]

CAMERAS_FILE: Final = "cameras.toml"
SECRETS_FILE: Final = "camera-secrets.toml"
MOST_FPS: Final = 5.0


class CameraFileError(ValueError):
    """A file of cameras cannot be used; the text names file, camera and key, and no secret."""


class _Secret(msgspec.Struct, forbid_unknown_fields=True):
    user: str = ""
    password: str = ""
    address: str = ""


def read_streams(cameras: Path, secrets: Path) -> tuple[Stream, ...]:
    """Return the streams of a file of cameras. Raises CameraFileError, OSError."""
    table = _table(cameras).get("cameras", {})
    if not isinstance(table, dict) or not table:
        raise CameraFileError(f"{cameras.name}: expected tables [cameras.<id>]")
    kept = _secrets(secrets)
    unknown = sorted(kept.keys() - table.keys())
    if unknown:
        raise CameraFileError(f"{secrets.name}: {unknown[0]}: there is no such camera in {cameras.name}")
    return tuple(_stream(cameras.name, name, given, kept.get(name)) for name, given in table.items())


def read_token(secrets: Path) -> str:
    """Return the gateway's token in the file of secrets, '' for none. Raises CameraFileError, OSError."""
    token = _private(secrets).get("token", "") if secrets.exists() else ""
    if not isinstance(token, str):
        raise CameraFileError(f"{secrets.name}: token: expected a text")
    return token


def _stream(file: str, name: str, given: Any, secret: _Secret | None) -> Stream:
    where = f"{file}: cameras.{name}"
    if not isinstance(given, dict):
        raise CameraFileError(f"{where}: expected a table")
    address = (secret.address if secret else "") or given.get("address", "")
    try:
        if "camera" in given:
            raise CameraFileError(f"{where}.camera: the table's name is the camera's id")
        unknown = sorted(given.keys() - set(Stream.__struct_fields__))
        if unknown:
            raise CameraFileError(f"{where}.{unknown[0]}: there is no such key")
        stream = msgspec.convert({**given, "camera": name, "address": ""}, Stream)
    except msgspec.ValidationError as error:
        raise CameraFileError(f"{where}: {error}") from None
    if urlsplit(str(given.get("address", ""))).password is not None:
        message = f"{where}.address: expected no password; put it into {SECRETS_FILE}"
        raise CameraFileError(message)
    if not isinstance(address, str) or urlsplit(address).scheme not in SCHEMES:
        raise CameraFileError(f"{where}.address: expected an address of {', '.join(SCHEMES)}")
    if stream.privacy not in PRIVACY_CLASSES:
        raise CameraFileError(f"{where}.privacy: expected one of {', '.join(PRIVACY_CLASSES)}")
    if not 0 < stream.fps <= MOST_FPS:
        raise CameraFileError(f"{where}.fps: expected a number above 0 and at most {MOST_FPS:g}")
    return msgspec.structs.replace(stream, address=_with_password(address, secret))


def _with_password(address: str, secret: _Secret | None) -> str:
    if secret is None or not secret.user:
        return address
    parts = urlsplit(address)
    who = f"{quote(secret.user, safe='')}:{quote(secret.password, safe='')}"
    return parts._replace(netloc=f"{who}@{parts.netloc.rpartition('@')[2]}").geturl()


def _secrets(path: Path) -> dict[str, _Secret]:
    if not path.exists():
        return {}
    table = {name: value for name, value in _private(path).items() if name != "token"}
    try:
        return msgspec.convert(table, dict[str, _Secret])
    except msgspec.ValidationError:
        # Not the message: it may repeat a value.
        message = f"{path.name}: expected tables [<camera>] with user and password, or address"
        raise CameraFileError(message) from None


def _private(path: Path) -> dict[str, Any]:
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise CameraFileError(f"{path}: others can read it; expected mode 0600 (chmod 600)")
    return _table(path)


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CameraFileError(f"{path.name}: no TOML: {type(error).__name__}") from None
