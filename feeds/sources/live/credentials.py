"""Tokens and passwords: from a secrets file or the environment, never from the source's own file or a log."""

import re
import stat
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
import structlog

from feeds.sources.contract import SourceError

__all__ = ["Credentials", "Login", "read_credentials", "variable"]

PREFIX = "CITYWALL_SOURCE_"

log = structlog.get_logger(__name__)


class Login(msgspec.Struct, frozen=True):
    """A user and a password; its text shows neither."""

    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return "Login(…)"


class Credentials(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The secrets of one source: the gateway's token, the broker's login, the HTTP server's login."""

    token: str = ""
    user: str = ""
    password: str = ""
    http_user: str = ""
    http_password: str = ""

    def __repr__(self) -> str:
        return "Credentials(…)"

    @property
    def broker(self) -> Login:
        """The login of the broker."""
        return Login(self.user, self.password)

    @property
    def http(self) -> Login:
        """The login of the HTTP server."""
        return Login(self.http_user, self.http_password)


def variable(source: str, field: str) -> str:
    """Return the environment variable of a secret: ``CITYWALL_SOURCE_<SOURCE>_<FIELD>``."""
    return PREFIX + re.sub(r"[^A-Z0-9]", "_", f"{source}_{field}".upper())


def read_credentials(
    sources: Iterable[str], path: Path | None, environment: Mapping[str, str]
) -> dict[str, Credentials]:
    """Return the secrets of each source; a variable has priority over the file. Raises SourceError.

    No text of an error holds a secret.
    """
    tables = {} if path is None else _read(path)
    found = {}
    for source in sources:
        given = tables.get(source, Credentials())
        for field in Credentials.__struct_fields__:
            if value := environment.get(variable(source, field)):
                given = msgspec.structs.replace(given, **{field: value})
        if not given.token:
            where = f"[{source}] in {path.name}" if path else variable(source, "token")
            message = f"{source}: token: expected a token of the gateway in {where}"
            raise SourceError(message)
        found[source] = given
    return found


def _read(path: Path) -> dict[str, Credentials]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"secrets: {path}: {error.strerror}"
        raise SourceError(message) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        # The parser's own words may quote a secret.
        message = f"secrets: {path}: expected TOML with one table per source"
        raise SourceError(message) from None
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        log.warning("secrets_readable_by_others", path=str(path), expected="chmod 600")
    try:
        return msgspec.convert(table, dict[str, Credentials])
    except msgspec.ValidationError as error:
        message = f"secrets: {path}: {error}"
        raise SourceError(message) from None
