"""The report of a replay: totals that add up, and everything left out, changed or refused."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from feeds.ledger.audit_export import FORMULA
from feeds.sources.contract import Remark

__all__ = ["Group", "Report", "write_csv"]

COLUMNS = ("kind", "where", "column", "reason", "value")
PLACES = 3


class Group(NamedTuple):
    """Equal remarks: kind (``left out``, ``changed``, ``refused``), their number, and the first places."""

    kind: str
    times: int
    column: str
    reason: str
    places: list[str]

    def __str__(self) -> str:
        where = ", ".join(self.places) + (", …" if self.times > len(self.places) else "")
        column = f"{self.column}: " if self.column else ""
        text = f"{self.kind} {self.times} × {column}{self.reason} ({where})"
        # Text from a file must not send control characters to the terminal.
        return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


class Report(msgspec.Struct):
    """The report of a replay.

    When everything was sent, ``read`` (items of the source) = accepted + known + refused + left out. With
    ``unfold`` an item may be sent in several steps: ``further`` counts those after the first. ``later``
    counts statuses that are in the future when a history is shifted to now. ``refused`` are the gateway's
    rejections, by the record's id and the path in it.
    """

    name: str
    topic: str
    read: int = 0
    accepted: int = 0
    known: int = 0
    later: int = 0
    refused: list[Remark] = []
    remarks: list[Remark] = []

    @property
    def answered(self) -> int:
        """How many records the gateway answered."""
        return self.accepted + self.known + len(self.refused)

    @property
    def left_out(self) -> int:
        """How many items the source left out."""
        return sum(remark.skipped for remark in self.remarks)

    @property
    def further(self) -> int:
        """How many of the records are further steps of an item."""
        return max(0, self.done - self.read)

    @property
    def unsent(self) -> int:
        """How many items were read, but neither left out nor answered nor in the future."""
        return max(0, self.read - self.done)

    @property
    def done(self) -> int:
        """How many items and further steps are finished."""
        return self.answered + self.left_out + self.later

    def entries(self) -> Iterator[tuple[str, Remark]]:
        """Yield each remark and refusal with its kind."""
        yield from ((("left out" if remark.skipped else "changed"), remark) for remark in self.remarks)
        yield from (("refused", remark) for remark in self.refused)

    def groups(self) -> list[Group]:
        """Return equal remarks grouped, most frequent first."""
        found: dict[tuple[str, str, str], Group] = {}
        for kind, remark in self.entries():
            key = (kind, remark.column, remark.reason)
            group = found.setdefault(key, Group(kind, 0, remark.column, remark.reason, []))
            places = group.places
            if len(places) < PLACES:
                places.append(f"{remark.where}: {remark.value}" if remark.value else remark.where)
            found[key] = group._replace(times=group.times + 1)
        return sorted(found.values(), key=lambda group: -group.times)

    def __str__(self) -> str:
        further = f" and {self.further} further steps" if self.further else ""
        later = f" + {self.later} still to come" if self.later else ""
        unsent = f" + {self.unsent} not sent" if self.unsent else ""
        return (
            f"{self.name}: read {self.read}{further} = {self.accepted} accepted + {self.known} known already"
            f" + {len(self.refused)} refused + {self.left_out} left out{later}{unsent}"
        )


def write_csv(path: Path, entries: Iterable[tuple[str, Remark]]) -> None:
    """Write one row for each entry left out, changed or refused, in UTF-8 with a BOM for spreadsheets."""
    with path.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for kind, remark in entries:
            cells = (kind, remark.where, remark.column, remark.reason, remark.value)
            writer.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
