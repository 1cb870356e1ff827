"""Cases that are over: their records leave the gateway's memory when nothing happened for long.

A case is over by our own decision or by the status that its source's record has. When in doubt it is not:
every fact that is not known to leave it as it is keeps the case. Records with one external number are of one
case and leave together.
"""

from collections.abc import Callable, Iterator

import msgspec

from city.cases.fold_common import NO_AXIS
from city.state.case_file import CLOSED
from feeds.gateway.record_heads import CaseHead, head_of

__all__ = ["CasesOver"]

ENDINGS = frozenset({"CaseClosed", "CaseRejected", "CaseMerged", "CaseVoided"})
NOTES = NO_AXIS | {
    "CommandRefused", "PersonRevealed", "DetectionJoined", "OutboxDelivered", "OutboxDelayed", "OutboxFailed",
}  # fmt: skip
"""Facts that leave every case as it is."""
OWN_NOTES = NOTES | {
    "CallerContacted", "CallerCalledBack", "OrderClassified", "AppealLodged", "AppealDecided",
    "CallersJoined", "CaseReopened", "CaseReminded", "CaseOverdue", "StageLimitPassed",
}  # fmt: skip
"""Facts that leave a case of our own over (reopening makes a new one); one of its source becomes ours."""


class _Over(msgspec.Struct, array_like=True):
    recorded_at: str
    own: bool


class CasesOver(msgspec.Struct, array_like=True):
    """Which cases are over, by subject, with the time of their last fact: the earliest first."""

    over: dict[str, _Over] = {}
    first_of: dict[str, str] = {}
    """External number → subject of the first record that had it."""
    later_of: dict[str, list[str]] = {}
    """Subject of a first record → subjects of the later ones with its number."""

    def copy(self) -> "CasesOver":
        """Return a copy that later facts do not change."""
        later = {subject: list(found) for subject, found in self.later_of.items()}
        return CasesOver(dict(self.over), dict(self.first_of), later)

    def report(self, subject: str, head: CaseHead, recorded_at: str) -> None:
        """Take a record: a new case, or the newer status of a known one."""
        numbers = _numbers(head)
        first = next((self.first_of[number] for number in numbers if number in self.first_of), subject)
        for number in numbers:
            self.first_of.setdefault(number, first)
        if first != subject:
            self.later_of.setdefault(first, []).append(subject)
        self.over.pop(first, None)
        if head.mirrored_state in CLOSED:
            self.over[first] = _Over(recorded_at, own=False)

    def act(self, subject: str, kind: str, recorded_at: str) -> None:
        """Take a fact on a case that is not a record."""
        was = self.over.pop(subject, None)
        if kind in ENDINGS:
            self.over[subject] = _Over(recorded_at, own=True)
        elif was is not None and kind in (OWN_NOTES if was.own else NOTES):
            self.over[subject] = _Over(recorded_at, was.own)

    def leave(self, before: str, record_of: Callable[[str], bytes]) -> Iterator[str]:
        """Forget the cases without a fact since ``before`` (ISO 8601, UTC); yield their records' subjects.

        ``record_of`` returns the kept record of a subject, empty for none.
        """
        for first in list(self.over):  # a dict's first key would be searched behind all deleted ones
            if self.over[first].recorded_at >= before:
                return
            del self.over[first]
            for subject in (first, *self.later_of.pop(first, ())):
                self._forget_numbers(first, record_of(subject))
                yield subject

    def _forget_numbers(self, first: str, record: bytes) -> None:
        try:
            numbers = _numbers(head_of("case", record))
        except msgspec.MsgspecError:
            return  # a record of another writer
        for number in numbers:
            if self.first_of.get(number) == first:
                del self.first_of[number]


def _numbers(head: object) -> list[str]:
    """Return a record's external numbers."""
    external = head.external if isinstance(head, CaseHead) else None
    found = external if isinstance(external, list) else []
    return [f"{one.get('system')}\x1f{one['no']}" for one in found if isinstance(one, dict) and one.get("no")]
