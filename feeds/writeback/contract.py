"""The messages to other systems, and the interface of an adapter."""

from typing import Protocol

import msgspec

__all__ = ["Adapter", "Delivery", "NotDelivered"]


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One message to another system. ``id`` is the same for every attempt.

    ``number`` is the case's number in *their* system ('' = none), ``state`` the case's state in ours,
    ``text`` a text for people, ``recall_of`` the id of the message that this one revokes. Times are ISO 8601.
    """

    id: str
    system: str
    kind: str
    case: str
    number: str
    state: str
    text: str
    at: str
    names: dict[str, str] = {}
    recall_of: str = ""


class NotDelivered(Exception):
    """The message did not arrive, or the outcome is unknown. ``again``: a later attempt may succeed."""

    def __init__(self, reason: str, *, again: bool) -> None:
        super().__init__(reason)
        self.again = again


class Adapter(Protocol):
    """Sends deliveries to one system. Blocks for at most its time-out: call it in a thread."""

    @property
    def kind(self) -> str:
        """Its name in city.toml."""
        ...

    def deliver(self, delivery: Delivery) -> str:
        """Deliver and return the other system's answer (a short text). Raises NotDelivered."""
        ...
