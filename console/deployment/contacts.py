"""Contacts: whom the duty page can call, read from ``contacts.csv`` of the data dir. No wall gets them.

Columns: ``key`` (``seat:<agency code>``, ``unit:<id>``, ``street:<code>``, ``village:<code>`` or
``person:<post or display name>``), ``name`` and ``phone``. The link of a contact is made by the template
``call`` of ``[duty]`` in city.toml: ``tel:{phone}``, ``sip:{phone}@pbx.example`` or the address of a
telephony server.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote

import msgspec

from city.state.duty_records import CALL_KINDS
from console.deployment.district import DistrictError, read_rows

__all__ = ["CALL", "Contact", "read_contacts"]

CALL: Final = "tel:{phone}"
SCHEMES: Final = ("tel:", "sip:", "sips:", "callto:", "https://", "http://")
FILE: Final = "contacts.csv"


class Contact(msgspec.Struct, frozen=True):
    """A person or place that can be called; ``url`` is the link that dials."""

    key: str
    name: str
    url: str


def read_contacts(data_dir: Path, call: str = CALL) -> dict[str, Contact]:
    """Return the contacts by key, in the table's order. Raises DistrictError naming row and column."""
    if "{phone}" not in call or not call.startswith(SCHEMES):
        message = f"city.toml: duty.call: expected a link such as {CALL} ({', '.join(SCHEMES)}), got {call!r}"
        raise DistrictError(message)
    found: dict[str, Contact] = {}
    for number, contact in _contacts(read_rows(data_dir, FILE)[0], call):
        if contact.key in found:
            raise DistrictError(f"{FILE}: row {number}, key: {contact.key!r} is there twice")
        found[contact.key] = contact
    return found


def _contacts(rows: Iterable[Mapping[str, str]], call: str) -> Iterable[tuple[int, Contact]]:
    for number, row in enumerate(rows, start=2):
        key, name, phone = ((row.get(column) or "").strip() for column in ("key", "name", "phone"))
        kind, _, rest = key.partition(":")
        if kind not in CALL_KINDS or not rest:
            message = (
                f"{FILE}: row {number}, key: expected one of {CALL_KINDS}, a colon and a code, got {key!r}"
            )
            raise DistrictError(message)
        if not phone or not set(phone) <= set("0123456789+-*#() "):
            raise DistrictError(f"{FILE}: row {number}, phone: expected a telephone number, got {phone!r}")
        yield number, Contact(key, name, call.replace("{phone}", quote(phone.replace(" ", ""), safe="+*")))
