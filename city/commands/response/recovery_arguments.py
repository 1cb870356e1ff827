"""Arguments of the verbs of the recovery list."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from city.commands.argument_types import Args, Code, Text

__all__ = ["RECOVERY_ARGS", "AssignRecovery", "FinishRecovery"]

Key = Annotated[str, Meta(min_length=1, max_length=300)]


class FinishRecovery(Args, frozen=True):
    """``item``: key of the item; ``text``: what was done."""

    item: Key
    text: Text | None = None


class AssignRecovery(Args, frozen=True):
    """``to``: code of the agency or street that finishes the item, or ``centre``."""

    item: Key
    to: Code
    text: Text | None = None


RECOVERY_ARGS: Mapping[str, type[Args]] = {
    "finish_recovery": FinishRecovery, "assign_recovery": AssignRecovery,
}  # fmt: skip
"""Verb → its arguments."""
