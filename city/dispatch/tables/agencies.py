"""Agencies: departments, utilities and contractors that may hold a case (``agencies.csv``).

Columns: ``code``, ``name``, ``short_zh``, ``short_en``, ``kind``, ``stationed`` (in the hall: yes | no),
``all_hours`` (yes: works by the clock), ``ack_limit_s`` (seconds to acknowledge in an emergency),
``fallback`` (the agency that stands in when it does not acknowledge a linkage task; '' = none),
``contractors`` (codes, separated by ``|``, of those whose units it may send; the column may be missing). No
rule uses ``ack_limit_s``; people do.
"""

from typing import Final

import msgspec

from city.dispatch.tables.cells import Cells, WrongCell

__all__ = ["AGENCY_KINDS", "Agency", "agency_of"]

AGENCY_KINDS: Final = ("department", "emergency", "utility", "property_manager", "contractor", "city_body")


class Agency(msgspec.Struct, frozen=True):
    """A line agency, utility or contractor of ``agencies.csv``; ``fallback`` stands in when it is silent."""

    code: str
    short: str
    kind: str
    all_hours: bool
    ack_limit_s: int = 300
    fallback: str = ""
    contractors: tuple[str, ...] = ()
    """Codes of the agencies whose units it may send as its own."""
    stationed: bool = False
    """Whether it has a seat in the hall."""


def agency_of(cells: Cells) -> Agency:
    """Read one row of ``agencies.csv``. Raises WrongCell."""
    code = cells.text("code")
    if not (code.isascii() and code.isalnum() and code[0].isalpha()):
        raise WrongCell("code", f"expected letters and digits, beginning with a letter, got {code!r}")
    return Agency(
        code=code,
        short=cells.text("short_zh"),
        kind=cells.one_of("kind", AGENCY_KINDS),
        all_hours=cells.yes("all_hours"),
        ack_limit_s=cells.whole("ack_limit_s", empty=300),
        fallback=cells.maybe("fallback"),
        contractors=cells.several("contractors"),
        stationed=cells.maybe("stationed") == "yes",
    )
