"""Keys of posts: ``shift_lead``, ``seat:<agency code>``, ``sub_centre:<street code>`` and so on.

A second person in a role of the centre has the key ``<role>:2``, a third ``<role>:3``.
"""

import re
from typing import Final

__all__ = ["CENTRE_ROLES", "HELD_POSTS", "holder_of_post", "is_post_key", "role_of_post"]

CENTRE_ROLES: Final = ("duty_leader", "rotating_leader", "shift_lead", "duty_officer")
HELD_POSTS: Final = ("seat", "sub_centre", "workstation")
_KEY: Final = re.compile(
    rf"(?:{'|'.join(CENTRE_ROLES)})(?::[2-9])?|(?:{'|'.join(HELD_POSTS)}):[A-Za-z0-9_.-]{{1,60}}"
)


def is_post_key(key: str) -> bool:
    """Whether a text has the form of a post's key."""
    return _KEY.fullmatch(key) is not None


def role_of_post(key: str) -> str:
    """Return the role of a post's key: the part before the colon."""
    return key.partition(":")[0]


def holder_of_post(key: str) -> str:
    """Return the code of the agency, street or workstation of a post, '' for a post of the centre."""
    role, _, code = key.partition(":")
    return code if role in HELD_POSTS else ""
