"""Records of what leaders decide in an emergency (domain §4.7, §5.2): support, relocation, looks, hand-over.

Times are city epoch seconds. ``version``, ``moved`` as in the other records of subjects.
"""

from typing import Final

import msgspec

from city.state.case_file import LastAct
from city.state.linkage_records import Signed

__all__ = [
    "SUPPORT_KINDS", "TRIED", "LeaderHandover", "LeaderItem", "Look", "RelocationOrder", "SupportRequest",
]  # fmt: skip

SUPPORT_KINDS: Final = (
    "people", "relocation", "pumps", "boats", "vehicles", "power", "medical", "supplies",
)  # fmt: skip
TRIED: Final = ("own_squads", "volunteers", "neighbours", "contractors")
"""What was tried on the spot before the district is asked."""


class SupportRequest(msgspec.Struct):
    """A request for support of a street or agency. Subject of its facts: ``support:<id>``.

    ``group`` is one of ``RELOCATION_GROUPS`` or '', ``street`` where it is needed, ``road`` as typed. ``to``
    is the agency that gets it when it is approved, ``backstop`` who gets it when nobody answers by
    ``answer_by``. ``text`` and ``note`` are class P2. ``state``: waiting, approved, refused, sent_back or
    forwarded.
    """

    id: str
    holder: str
    kind: str
    count: int
    street: str
    tried: tuple[str, ...]
    to: str
    backstop: str
    answer_by: float
    asked: Signed
    group: str = ""
    road: str = ""
    text: str = ""
    state: str = "waiting"
    answered: Signed | None = None
    note: str = ""
    voice_ref: str = ""
    task: str = ""
    """Id of the task that carries it out."""
    late_s: float = 0.0
    version: int = 0
    moved: int = 0
    changed: int = 0
    last: LastAct | None = None


class RelocationOrder(msgspec.Struct):
    """An order to relocate people. It needs two different people; nothing relaxes this (§4.6).

    Subject of its facts: ``relocation:<id>``. ``state``: proposed, ordered, refused or lapsed. Proposed, it
    waits: at ``confirm_by`` the commander is called, at ``deadline`` it lapses.
    """

    id: str
    streets: tuple[str, ...]
    groups: tuple[str, ...]
    deadline: float
    confirm_by: float
    proposed: Signed
    state: str = "proposed"
    confirmed: Signed | None = None
    note: str = ""
    voice_ref: str = ""
    tasks: tuple[str, ...] = ()
    called: bool = False
    late_s: float = 0.0
    version: int = 0
    moved: int = 0
    changed: int = 0
    last: LastAct | None = None


class Look(msgspec.Struct, frozen=True):
    """What an account's page showed when its person looked: the figures by key, and when."""

    at: float
    figures: dict[str, float]


class LeaderItem(msgspec.Struct, frozen=True):
    """An item that the incoming leader must acknowledge. ``names`` are codes and times, no typed text."""

    key: str
    kind: str
    names: dict[str, str] = {}
    answered: Signed | None = None


class LeaderHandover(msgspec.Struct):
    """The hand-over between two leaders. Subject of its facts: ``leader_handover:<id>``.

    ``figures``: key → value at the draft. ``watch`` is what the outgoing leader would watch (class P2).
    """

    id: str
    drafted: Signed
    items: tuple[LeaderItem, ...] = ()
    figures: dict[str, str] = {}
    watch: str = ""
    shift: str = ""
    outgoing: Signed | None = None
    incoming: Signed | None = None
    version: int = 0
    moved: int = 0
    changed: int = 0
    last: LastAct | None = None

    @property
    def open_items(self) -> tuple[LeaderItem, ...]:
        """Return the items that the incoming leader has not acknowledged."""
        return tuple(one for one in self.items if one.answered is None)

    @property
    def is_done(self) -> bool:
        """Whether both leaders have signed."""
        return self.outgoing is not None and self.incoming is not None
