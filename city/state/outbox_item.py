"""A message to another system, as the outbox keeps it."""

import msgspec

__all__ = ["Item"]


class Item(msgspec.Struct, frozen=True):
    """A message to another system, not to be sent before a machine time.

    ``case`` is a case's key, or the id of the task that ``subject`` (``task:<id>``, else '') names; ``at``
    the machine time of its fact (0 in an old snapshot); ``tries`` counts failed tries. One of an exercise
    (``is_exercise``) says so in its text and goes to participants only.
    """

    id: str
    case: str
    kind: str
    to: str
    text: str
    names: dict[str, str]
    not_before: float
    position: int
    recall_of: str = ""
    tries: int = 0
    at: float = 0.0
    subject: str = ""
    is_exercise: bool = False
