"""Rights of a token: its client, what it may do, and the streets to which it is limited."""

import re
from typing import Final, Protocol

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from feeds.protocol.topics import PUBLISHED, TOPICS

__all__ = ["ANYWHERE", "Claims", "Scope", "StreetFinder", "check_client", "check_right"]

ANYWHERE: Final = ":anywhere"
_CLIENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class StreetFinder(Protocol):
    """The part of the district's streets that scopes need (``city.places.streets.Streets``)."""

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of all streets."""
        ...

    def of(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.int16]:
        """Return for each WGS84 point its index into ``codes``, -1 outside all streets."""
        ...


class Claims(msgspec.Struct, frozen=True):
    """The content of a token; ``streets`` empty means no limit by place."""

    client: str
    rights: frozenset[str]
    streets: tuple[str, ...] = ()
    token: bytes = b""
    account: str = ""

    def may(self, verb: str, topic: str) -> bool:
        """Whether ``publish`` or ``subscribe`` is allowed on a topic."""
        return bool(self._granting(verb, topic))

    def anywhere(self, verb: str, topic: str) -> bool:
        """Whether records without a position are accepted or delivered."""
        return not self.streets or any(r.endswith(ANYWHERE) for r in self._granting(verb, topic))

    @property
    def reads_person(self) -> bool:
        """Whether reporters are delivered."""
        return "read:person" in self.rights

    def _granting(self, verb: str, topic: str) -> list[str]:
        named = {f"{verb}:{topic}"} | ({"subscribe:*"} if verb == "subscribe" else set())
        return [right for right in self.rights if right.removesuffix(ANYWHERE) in named]


class Scope(msgspec.Struct, frozen=True):
    """The streets to which a token is limited."""

    finder: StreetFinder
    streets: frozenset[str]

    def holds(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
        """Return for each WGS84 point whether it is in one of the streets; False for NaN."""
        inside = [i for i, code in enumerate(self.finder.codes) if code in self.streets]
        return np.isin(self.finder.of(lon, lat), inside)


def check_client(name: str) -> str:
    """Return the name of a client if it is valid; raises ValueError."""
    if not _CLIENT.fullmatch(name):
        message = f"name: expected 1 to 64 of A–Z a–z 0–9 . _ - (a letter or digit first), got {name!r}"
        raise ValueError(message)
    return name


def check_right(right: str) -> str:
    """Return a right if the protocol knows it; raises ValueError."""
    known = {f"publish:{topic}" for topic in PUBLISHED} | {f"subscribe:{t}" for t in TOPICS}
    known |= {"subscribe:*", "view:wall", "view:briefing", "view:metrics"}
    if right.removesuffix(ANYWHERE) not in known and right not in ("read:person", "command"):
        expected = "publish:<topic>, subscribe:<topic|*>, view:<page> or read:person"
        message = f"right: expected {expected}, got {right!r}"
        raise ValueError(message)
    return right
