"""Which warnings are in force, computed from all messages together; their order does not matter (CAP 1.2)."""

from collections.abc import Container, Iterable, Mapping
from typing import Literal

import msgspec

from city.state.warning_records import Area, Info, WarningMessage
from city.warnings.signals import OTHER

__all__ = ["Standing", "in_force", "standing"]

Topic = tuple[str, str, str]
State = Literal["in_force", "announced", "over"]


class Standing(msgspec.Struct, frozen=True):
    """One area of one statement, and when it ends: as stated, or earlier when another message ends it."""

    warned: WarningMessage
    info: Info
    area: Area
    ends: float

    @property
    def assumed(self) -> bool:
        """Whether its end is assumed: the office gave none, and no message has ended it."""
        return self.info.assumed and self.ends == self.info.ends

    def state(self, now: float) -> State:
        """Return its state at a city time (epoch seconds)."""
        if self.warned.sent > now or self.ends <= now:
            return "over"
        return "in_force" if self.info.begins <= now else "announced"


def in_force(messages: Iterable[WarningMessage], now: float) -> tuple[Standing, ...]:
    """Return what is in force at a city time (epoch seconds)."""
    return tuple(one for one in standing(messages, now) if one.state(now) == "in_force")


def standing(
    messages: Iterable[WarningMessage], now: float, *, says: Container[str] = ("warns",),
    of: WarningMessage | None = None,
) -> tuple[Standing, ...]:  # fmt: skip
    """Return what is in force or announced at ``now`` (city epoch seconds), ordered by key.

    A whole message ends when an Update references it, directly or through a chain of references, or when a
    later message cancels any message of its chain; an Update sent after the cancellation is new. An area of
    a statement ends when the same office issues another signal of the same hazard for it (from the time that
    one takes effect), or lifts the hazard there. A lifting that names a colour does not end a worse one.
    ``says``: which statements are wanted; forecasts (``tells``) are no warnings. ``of``: only those of this
    one of the messages.
    """
    every = tuple(messages)
    asked = every if of is None else (of,)
    live = sorted((one for one in asked if one.ends > now), key=lambda one: one.key)
    if not live:
        return ()
    first = min(one.sent for one in live)
    later = [one for one in every if one.sent >= first]
    chains = _Chains(every)
    enders = [one for one in later if one.references and (one.kind == "Cancel" or _replaces(one))]
    topics: dict[Topic, list[tuple[float, WarningMessage, Info]]] = {}
    for one in later:
        for info in one.infos:
            topics.setdefault(_topic(one, info), []).append((max(one.sent, info.begins), one, info))
    for rivals in topics.values():
        rivals.sort(key=lambda rival: rival[0])
    found = []
    for one in live:
        ended = min((by.sent for by in enders if chains.ends(by, one)), default=float("inf"))
        for info in one.infos:
            if info.says not in says:
                continue
            rivals = topics[_topic(one, info)]
            for area in info.areas or (Area(),):
                ends = min(info.ends, ended, _ended_by(rivals, one, info, area))
                if ends > now:
                    found.append(Standing(one, info, area, ends))
    return tuple(found)


def _topic(warned: WarningMessage, info: Info) -> Topic:
    hazard = info.hazard if info.hazard != OTHER else f"={info.event}"
    return warned.status, warned.sender, hazard


def _replaces(warned: WarningMessage) -> bool:
    return warned.kind == "Update" and bool(warned.infos)


def _ended_by(
    rivals: list[tuple[float, WarningMessage, Info]], one: WarningMessage, info: Info, area: Area
) -> float:
    """Return when another statement of the office on the hazard ends this area of ``one``; inf for never.

    The rivals are ordered by their moment, so the first that ends it is the earliest.
    """
    for moment, by, other in rivals:
        if moment >= info.ends:
            break  # it ends before by itself
        if (
            by.key != one.key
            and (_supersedes(by, other, one) or _lifts(by, other, one, info))
            and _covers(other, area)
        ):
            return moment
    return float("inf")


def _supersedes(by: WarningMessage, other: Info, one: WarningMessage) -> bool:
    # Two warnings of an unknown hazard may be different things: only references replace one.
    return other.says == "warns" and other.hazard != OTHER and by.sent > one.sent


def _lifts(by: WarningMessage, other: Info, one: WarningMessage, info: Info) -> bool:
    # A message with references ends only the messages that it references.
    named = bool(by.references)
    worse = other.rank and info.rank > other.rank
    return other.says == "lifts" and not named and not worse and by.sent >= one.sent


def _covers(other: Info, area: Area) -> bool:
    """Whether a statement includes an area; a lifting without areas includes all."""
    if other.says == "lifts" and not other.areas:
        return True
    if any(_same(new, area) for new in other.areas or (Area(),)):
        return True
    codes = {code for new in other.areas for code in new.codes}
    return bool(area.codes) and not area.rings and set(area.codes) <= codes


def _same(new: Area, old: Area) -> bool:
    """Whether two areas are the same: by outline, else by code, else by name."""
    if new.rings and old.rings:
        return {_open(ring) for ring in new.rings} == {_open(ring) for ring in old.rings}
    if {scheme for scheme, _ in new.codes} & {scheme for scheme, _ in old.codes}:
        return set(old.codes) <= set(new.codes)
    if not (new.names or old.names):
        return not (new.rings or old.rings or new.codes or old.codes)
    return bool({name.casefold() for name in new.names} & {name.casefold() for name in old.names})


def _open(ring: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    return ring[:-1] if ring[0] == ring[-1] else ring


class _Chains:
    """Direct and indirect references between messages."""

    def __init__(self, messages: Iterable[WarningMessage]) -> None:
        self._named: Mapping[str, tuple[str, ...]] = {
            one.key: one.references for one in messages if one.references
        }
        self._kept: dict[str, frozenset[str]] = {}

    def before(self, key: str) -> frozenset[str]:
        """Return the keys that a message references, directly or through others."""
        if key not in self._kept:
            found: set[str] = set()
            waiting = list(self._named.get(key, ()))
            while waiting:
                name = waiting.pop()
                if name not in found:
                    found.add(name)
                    waiting += self._named.get(name, ())
            self._kept[key] = frozenset(found)
        return self._kept[key]

    def ends(self, by: WarningMessage, one: WarningMessage) -> bool:
        """Whether a message with references ends another one, which is in its chain and not newer."""
        if by.key == one.key or by.status != one.status or by.sent < one.sent:
            return False
        if one.key in self.before(by.key):
            return by.key not in self.before(one.key)  # messages that reference each other end nothing
        closes = by.kind == "Cancel" or all(info.says == "lifts" for info in by.infos)
        return closes and not self.before(one.key).isdisjoint(by.references)
