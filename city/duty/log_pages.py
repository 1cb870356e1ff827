"""The duty log of a shift or day: entries of persons and the lines that facts write, in one order.

Entries are never changed. A corrected entry is shown together with its correction.
"""

from collections.abc import Callable, Iterator, Mapping

import msgspec

from city.state.duty_records import DutyEntry, Signature
from city.state.ledger_state import LedgerState, LogLine

__all__ = ["LogRow", "duty_log"]

Say = Callable[[str, Mapping[str, str]], str]
"""Returns a line's text in the words of a catalogue: ``say(key, names)``."""


class LogRow(msgspec.Struct, frozen=True):
    """A row of the duty log. ``position`` is that of its fact, ``at`` city epoch seconds.

    A row that a fact wrote has the kind ``fact`` and a catalogue key as ``text``. The text of an entry is
    as somebody typed it (class P2). ``corrections`` are the entries that correct it, oldest first.
    """

    position: int
    at: float
    kind: str
    text: str
    names: dict[str, str] = {}
    refs: tuple[str, ...] = ()
    seat: str = ""
    by: Signature | None = None
    corrects: int = 0
    corrections: tuple["LogRow", ...] = ()


def duty_log(
    state: LedgerState, span: tuple[float, float], query: str = "", *, say: Say = lambda key, names: key
) -> tuple[LogRow, ...]:
    """Return the rows of a time (city epoch seconds, without its end), newest first.

    Every word of ``query`` must be in a row or in one of its corrections, whatever the case of its letters.
    A correction is a row of its own, and is shown with the entry that it corrects.
    """
    starts_at, ends_at = span
    corrections: dict[int, list[LogRow]] = {}
    entries = [_of_entry(entry) for entry in state.entries]
    for row in entries:
        if row.corrects:
            corrections.setdefault(row.corrects, []).append(row)
    rows = [
        msgspec.structs.replace(row, corrections=_chain(row, corrections))
        for row in (*entries, *(_of_line(line) for line in state.log))
        if starts_at <= row.at < ends_at
    ]
    words = query.casefold().split()
    found = (row for row in rows if not words or _has(row, words, say))
    return tuple(sorted(found, key=lambda row: (row.at, row.position), reverse=True))


def _of_entry(entry: DutyEntry) -> LogRow:
    return LogRow(
        entry.position, entry.at, entry.kind, entry.text, {}, entry.refs, entry.seat, entry.signed,
        entry.corrects,
    )  # fmt: skip


def _of_line(line: LogLine) -> LogRow:
    return LogRow(line.position, line.at, "fact", line.text, line.names)


def _chain(row: LogRow, corrections: Mapping[int, list[LogRow]]) -> tuple[LogRow, ...]:
    """Return the corrections of an entry, and the corrections of those."""
    if row.kind == "fact":  # a fact may have the position of no entry
        return ()
    found: list[LogRow] = []
    for one in corrections.get(row.position, ()):
        found += [one, *_chain(one, corrections)]
    return tuple(found)


def _has(row: LogRow, words: list[str], say: Say) -> bool:
    told = "\n".join(_told(row, say)).casefold()
    return all(word in told for word in words)


def _told(row: LogRow, say: Say) -> Iterator[str]:
    yield say(row.text, row.names) if row.kind == "fact" else row.text
    yield from (*row.names.values(), *row.refs, row.seat, row.kind)
    if row.by:
        yield row.by.name
    for one in row.corrections:
        yield from _told(one, say)
