"""What leaves, and what an adapter promises."""

from typing import Protocol

import msgspec

__all__ = ["Adapter", "Delivery", "NotDelivered"]


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to tell another system. ``id`` is the same however often it is sent.

    ``number`` is the case's number in *their* system ('' = they have none), ``state`` the case's state at
    our side, ``text`` words for people, ``recall_of`` the id of what this takes back. Moments are ISO 8601.
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


class NotDelivered(Exception):  # named for what is so
    """It did not arrive, or nobody knows. ``again``: whether sending it later may help."""

    def __init__(self, reason: str, *, again: bool) -> None:
        super().__init__(reason)
        self.again = again


class Adapter(Protocol):
    """Carries deliveries to one system. Blocks for at most its time-out: call it in a thread."""

    @property
    def kind(self) -> str:
        """Its name in city.toml."""
        ...

    def deliver(self, delivery: Delivery) -> str:
        """Deliver and return what the other side said of it (a short text). Raises NotDelivered."""
        ...
