"""The timeline of a response: what happened, when, and by whom, in the words of the catalogue.

Which facts appear, and with which of their fields, the catalogue says (``after_action.fact.<type>``). No text
that a caller or an officer typed is among them.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import msgspec

from city.clocks.timestamps import parse
from city.facts.fact import Fact
from city.state.ledger_state import LedgerState
from city.state.response_records import CITY
from city.warnings.signals import OTHER
from console.after_action.episode import Episode

__all__ = ["Entry", "FactNames", "Words", "timeline"]

KEY: Final = "after_action.fact."
MANY: Final = "after_action.many."
HOUR_S: Final = 3600.0
FEW: Final = 3
"""So many lines of cases of one kind in an hour are told one by one."""
_WORDS: Final = {
    "to": "agency",
    "agency": "agency",
    "holder": "agency",
    "street": "street",
    "kind": "incident",
}
"""Field of a fact → prefix of the catalogue's keys of its codes."""
_LISTS: Final = ("parties", "streets", "holders", "items")
_TYPED: Final = ("text", "words", "title", "visit", "watch", "record", "note")
"""Fields that hold what somebody typed: never shown."""


class Entry(msgspec.Struct, frozen=True):
    """One line: city time (epoch seconds), kind (a fact's type, warning, level), text, who ('' = by rule)."""

    at: float
    kind: str
    text: str
    by: str = ""


class Words(msgspec.Struct, frozen=True):
    """The catalogue of a language, and how a city time is written."""

    told: Mapping[str, str]
    moment: Callable[[float], str]

    def say(self, key: str, **names: object) -> str:
        """Return a text with its names put in."""
        return self.told[key].format(**names)

    def code(self, prefix: str, code: str) -> str:
        """Return what a code is called, the code itself when nobody named it."""
        return self.told.get(f"{prefix}.{code}", code)

    def level(self, rank: int) -> str:
        """Return what a response level is called; 0 = none."""
        return self.told[f"after_action.level.{rank}"]


def timeline(state: LedgerState, episode: Episode, words: Words) -> tuple[Entry, ...]:
    """Return all lines in order of time; what is told of many cases in one hour is one line."""
    found = [*_warnings(state, episode, words), *_facts(state, episode, words)]
    return tuple(sorted(_gathered(found, words), key=lambda one: one.at))


def _warnings(state: LedgerState, episode: Episode, words: Words) -> Iterator[Entry]:
    first = episode.facts[0][0] if episode.facts else episode.begins
    for one in state.warnings.values():
        if not first <= one.sent <= min(episode.ends, episode.now):
            continue
        for info in one.infos:
            if info.says == "tells":
                continue
            hazard = info.event if info.hazard == OTHER else words.code("hazard", info.hazard)
            colour = words.code("colour", info.colour) if info.colour else ""
            key = "warning_over" if one.kind == "Cancel" or info.says == "lifts" else "warning"
            yield Entry(one.sent, "warning", words.say(f"after_action.{key}", hazard=hazard, colour=colour),
                        info.sender_name)  # fmt: skip


def _gathered(found: list[Entry], words: Words) -> Iterator[Entry]:
    """Yield the lines; those of one kind that stand for more than a few cases in an hour are counted."""
    hours: dict[tuple[str, float], list[Entry]] = {}
    for one in found:
        if MANY + one.kind in words.told:
            hours.setdefault((one.kind, one.at // HOUR_S), []).append(one)
        else:
            yield one
    for (kind, _), ones in hours.items():
        if len(ones) <= FEW:
            yield from ones
        else:
            first, last = min(one.at for one in ones), max(one.at for one in ones)
            text = words.say(MANY + kind, n=len(ones), until=words.moment(last)[-5:])
            yield Entry(first, kind, text, words.say("after_action.several"))


def _facts(state: LedgerState, episode: Episode, words: Words) -> Iterator[Entry]:
    for at, fact in episode.facts:
        text = words.told.get(KEY + fact.type)
        if text is not None and _belongs(at, fact, state, episode):
            yield Entry(at, fact.type, text.format_map(FactNames(state, fact, words)), _by(fact, words))


def _belongs(at: float, fact: Fact, state: LedgerState, episode: Episode) -> bool:
    """Whether a fact is of this response: what led to it, and all that happened from then on.

    An exercise beside a real response, and a real one beside an exercise, have reports of their own.
    """
    kind, _, id_ = fact.subject.partition(":")
    if kind == "response":
        own = episode.response.id
        return id_ == own or (id_.startswith(f"{CITY}/") and id_.split("/")[1:] == own.split("/")[1:])
    if at < episode.begins:
        return False
    exercise = episode.response.id.endswith("/exercise")
    if kind == "task" and id_ in state.tasks:
        return state.tasks[id_].is_exercise == exercise
    if kind == "incident" and id_ in state.incidents:
        return state.incidents[id_].is_exercise == exercise
    return True


def _by(fact: Fact, words: Words) -> str:
    name = str(fact.data.get("name") or "")
    return name if fact.role != "system" else words.told["after_action.by_rule"]


class FactNames(dict[str, str]):
    """The names in a fact's text, made when they are asked for; a field that is not there is '–'."""

    def __init__(self, state: LedgerState, fact: Fact, words: Words) -> None:
        super().__init__()
        self._state, self._fact, self._words = state, fact, words

    def __missing__(self, name: str) -> str:
        words, data = self._words, self._fact.data
        if name == "subject":
            return _subject(self._state, self._fact.subject, words)
        value: Any = data.get(name)
        if name in _TYPED or value in (None, ""):
            return "–"
        if name in ("rank", "rank_before"):
            return words.level(int(value))
        if name == "why":
            return words.told.get(f"after_action.why.{value}", str(value))
        if name in _LISTS:
            return words.told["after_action.and"].join(words.code("agency", str(one)) for one in value)
        if name == "count_items":
            return str(len(data.get("items") or ()))
        if name in _WORDS:
            return words.code(_WORDS[name], str(value))
        if name.endswith(("_at", "_by", "deadline")):
            return words.moment(parse(str(value)))
        if isinstance(value, float):
            return f"{value:g}"
        return str(value)


def _subject(state: LedgerState, subject: str, words: Words) -> str:
    """Return what a fact is about: an underpass, a task's agency and place, a case's class and street."""
    kind, _, id_ = subject.partition(":")
    if kind == "device" and id_ in state.devices:
        return state.devices[id_].name
    if kind == "task" and id_ in state.tasks:
        task = state.tasks[id_]
        what = words.told.get(f"task.{task.words}", "") if task.words else ""
        return " · ".join(part for part in (task.no, words.code("agency", task.agency), what) if part)
    if kind == "case" and id_ in state.cases:
        case = state.cases[id_]
        street = words.code("street", case.place.street)
        return " · ".join((words.code("class", f"{case.kind}.{case.code}"), street))
    if kind == "incident" and id_ in state.incidents:
        incident = state.incidents[id_]
        where = incident.place.road or words.code("street", incident.place.street)
        return " · ".join(part for part in (words.code("incident", incident.kind), where) if part)
    if kind == "response":
        jurisdiction = id_.partition("/")[0]
        whole = "city" if jurisdiction == CITY else "district"
        return words.told.get(f"street.{jurisdiction}", words.told[f"after_action.jurisdiction.{whole}"])
    return id_
