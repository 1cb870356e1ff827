"""Rights of an account: roles, agency or street, area; checked when they are granted."""

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from city.access import AXES, ROLES

__all__ = ["Rights", "check_name", "check_rights"]

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")
_CODE: Final = re.compile(r"[A-Za-z0-9_-]{1,16}")
HELD: Final = {"agency_operator": "agency", "street_operator": "street", "village_operator": "street"}
"""Roles that act for a holder, and the field that must name the holder."""


class Rights(msgspec.Struct, frozen=True):
    """The granted part of an account; ``streets`` empty = the whole district."""

    display: str
    roles: tuple[str, ...]
    agency: str = ""
    street: str = ""
    streets: tuple[str, ...] = ()
    seat: str = ""


def check_name(name: str) -> str:
    """Return the name of an account if it is valid. Raises ValueError."""
    if not _NAME.fullmatch(name):
        message = f"name: expected 2 to 32 of a-z, 0-9, '.', '_', '-', got {name!r}"
        raise ValueError(message)
    return name


def check_rights(
    display: str, roles: Iterable[str], *, agency: str = "", street: str = "",
    streets: Iterable[str] = (), seat: str = "",
) -> Rights:  # fmt: skip
    """Return these rights in order. Raises ValueError naming the field and what was expected.

    A display name is surname and title only, as on the roster: 陈××（值班员）.
    """
    wanted = tuple(role for role in ROLES if role in set(roles))
    odd = set(roles) - set(AXES) | ({"system"} & set(roles))
    if odd or not wanted:
        message = f"roles: expected some of {', '.join(ROLES)}, got {', '.join(sorted(odd)) or 'none'}"
        raise ValueError(message)
    if "presenter" in wanted and (len(wanted) > 1 or agency or street):
        message = "roles: expected presenter alone, without an agency or street: visitors see that screen"
        raise ValueError(message)
    for field, text, longest in (("display", display, 40), ("seat", seat, 20)):
        if len(text) > longest or not text.isprintable() or text != text.strip():
            message = f"{field}: expected at most {longest} printable characters, got {text!r}"
            raise ValueError(message)
    if not display:
        message = "display: expected surname and title, got nothing"
        raise ValueError(message)
    for field, code in (("agency", agency), ("street", street), *(("streets", code) for code in streets)):
        if (code or field == "streets") and not _CODE.fullmatch(code):
            message = f"{field}: expected a code, got {code!r}"
            raise ValueError(message)
    for role in wanted:
        if role in HELD and not {"agency": agency, "street": street}[HELD[role]]:
            message = f"{HELD[role]}: a {role} needs one"
            raise ValueError(message)
    if agency and street:
        message = "street: an account acts for an agency or for a street, not for both"
        raise ValueError(message)
    return Rights(display, wanted, agency, street, tuple(sorted(set(streets))), seat)
