"""Folding warnings: how a CAP message becomes part of the state (domain A.5)."""

import re
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any, Final, Literal, NamedTuple

import msgspec

from city.clocks.timestamps import parse
from city.facts.fact import Fact
from city.state.ledger_state import LedgerState
from city.state.warning_records import Area, Info, ToldForecast, WarningMessage
from city.warnings.areas import areas_of, listed, named_values
from city.warnings.signals import OTHER, RANKS, SEVERITIES, colour_in, colour_of, hazard_of, is_lifting
from city.warnings.told_forecasts import ForecastError, told_forecasts

__all__ = ["ASSUMED_S", "USUAL_S", "fold_warning"]

USUAL_S: Final = 24 * 3600.0
"""Assumed duration of a signal whose office gives no end: signals are issued for 24 hours [J]."""

ASSUMED_S: Final = {"thunder": 6 * 3600.0, "hail": 6 * 3600.0, "rainstorm": 12 * 3600.0}
"""The assumed duration for hazards that end sooner [J]."""

LONGEST_S: Final = 366 * 86_400.0
"""A later end is a filler and counts as no end."""

_COLOUR_OF: Final = {severity: colour for colour, severity in SEVERITIES.items()}
_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")


class _DecodedInfo(NamedTuple):
    """A decoded ``info``, its language, and whether the message states its colour."""

    language: str
    info: Info
    printed: bool


def fold_warning(state: LedgerState, fact: Fact) -> WarningMessage | None:
    """Keep a message that warns the public or ends an earlier warning, and return it.

    Returns None for any other message, and for one that is known already.

    Only positive evidence counts: CAP status Actual (or Exercise, which is marked), scope Public or missing
    (CAP 1.0), and msgType Alert, Update or Cancel. All other messages stay in the ledger only. Which warnings
    are in force follows from all kept messages together (:mod:`city.warnings.in_force`), so their order does
    not matter. Of two messages with the same identifier, the newer one counts.
    """
    record = fact.data["record"]
    status, kind, scope = record.get("status"), record.get("msgType"), record.get("scope")
    public = status in ("Actual", "Exercise") and scope in (None, "", "Public")
    if not public or kind not in ("Alert", "Update", "Cancel"):
        return None
    warned = _warned(record, status, kind)
    held = state.warnings.get(warned.key)
    if held is not None and _newness(held) >= _newness(warned):
        return None
    state.warnings[warned.key] = warned
    state.warnings_received.setdefault(warned.key, state.clock.at(fact.recorded_at))
    return warned


def _newness(warned: WarningMessage) -> tuple[float, bool, int, bytes]:
    """Return the sort key of messages with one identifier; of one time, the more complete one is newer."""
    return warned.sent, warned.kind == "Cancel", len(warned.infos), msgspec.msgpack.encode(warned)


def _warned(
    record: Mapping[str, Any],
    status: Literal["Actual", "Exercise"],
    kind: Literal["Alert", "Update", "Cancel"],
) -> WarningMessage:
    sent = parse(str(record["sent"]))
    zone = datetime.fromisoformat(str(record["sent"])).tzinfo
    references = tuple(dict.fromkeys(_referenced(record)))
    decoded = [
        _DecodedInfo(_language(info), _info(info, sent, zone), bool(_printed_colour(info)))
        for info in listed(record.get("info"))
        if isinstance(info, Mapping)
    ]
    infos = _translated(decoded)
    if kind == "Cancel":
        says: Literal["lifts", "doubts"] = "doubts" if references else "lifts"
        infos = [msgspec.structs.replace(info, says=says) for info in infos]
    sender = str(record["sender"])
    ends = max((info.ends for info in infos if info.says in ("warns", "tells")), default=0.0)
    key = f"{sender}/{record['identifier']}"
    return WarningMessage(key, sender, status, kind, sent, references, tuple(infos), ends)


def _referenced(record: Mapping[str, Any]) -> list[str]:
    """Return the keys that CAP's ``references`` ("sender,identifier,sent …") names."""
    parts = [one.split(",") for one in str(record.get("references") or "").split()]
    return [f"{found[0]}/{found[1]}" for found in parts if len(found) >= 2]


def _info(info: Mapping[str, Any], sent: float, zone: tzinfo | None) -> Info:
    event, headline = str(info.get("event") or ""), str(info.get("headline") or "")
    codes = tuple(value for _, value in named_values(info.get("eventCode")))
    hazard = hazard_of(event, headline, codes=codes)
    says = _says(info, headline)
    colour = _printed_colour(info)
    if not colour and says != "lifts":  # the severity of a lifting does not describe the lifted signal
        colour = _COLOUR_OF.get(str(info.get("severity") or ""), "")
    begins = max(sent, *(_moment(info.get(name), zone)[0] or sent for name in ("effective", "onset")))
    ends, assumed = _moment(info.get("expires"), zone)
    if ends is None or ends > begins + LONGEST_S or (assumed and ends <= begins):
        ends, assumed = begins + ASSUMED_S.get(hazard, USUAL_S), True
    areas = areas_of(info)
    forecasts = _forecasts(info, areas)
    if forecasts and says == "warns" and not colour:
        says = "tells"
    return Info(
        says=says,
        event=event.strip().casefold()[:80],
        hazard=hazard,
        colour=colour,
        rank=RANKS.get(colour, 0),
        headlines={_language(info): (headline or event)[:80]},
        sender_name=str(info.get("senderName") or "")[:40],
        begins=begins,
        ends=ends,
        assumed=assumed,
        areas=areas,
        forecasts=forecasts,
    )


def _forecasts(info: Mapping[str, Any], areas: tuple[Area, ...]) -> tuple[ToldForecast, ...]:
    """Return what a statement forecasts; the gateway refuses what is wrong, an old record may have it."""
    try:
        return told_forecasts(info, areas)
    except ForecastError:
        return ()


def _says(info: Mapping[str, Any], headline: str) -> Literal["warns", "tells", "lifts", "doubts"]:
    if (
        "AllClear" in listed(info.get("responseType"))
        or info.get("urgency") == "Past"
        or is_lifting(headline)
    ):
        return "lifts"
    return "doubts" if info.get("certainty") == "Unlikely" else "warns"


def _printed_colour(info: Mapping[str, Any]) -> str:
    """Return the colour that the issuer states: in a parameter, the headline or, in China, the severity."""
    colours = [v for name, v in named_values(info.get("parameter")) if name.lower() in ("colour", "color")]
    found = colour_of(colours[0]) if colours else ""
    return found or colour_in(str(info.get("headline") or "")) or colour_of(str(info.get("severity") or ""))


def _moment(value: object, zone: tzinfo | None) -> tuple[float | None, bool]:
    """Return a time and whether its offset is assumed: a time without one is read in the zone of ``sent``."""
    try:
        found = datetime.fromisoformat(str(value or ""))
        naive = found.tzinfo is None
        return (found.replace(tzinfo=zone) if naive else found).timestamp(), naive
    except (ValueError, OverflowError):
        return None, True


def _language(info: Mapping[str, Any]) -> str:
    """Return the primary language of an ``info`` ("zh"); without one, it is detected from its text."""
    language = str(info.get("language") or "").strip().lower().replace("_", "-").split("-")[0]
    words = str(info.get("headline") or "") + str(info.get("event") or "")
    return language or ("zh" if _CHINESE.search(words) else "en")


def _translated(decoded: list[_DecodedInfo]) -> list[Info]:
    """Join translations: the n-th ``info`` of one language translates the n-th of another."""
    by_language: dict[str, list[_DecodedInfo]] = {}
    for one in decoded:
        by_language.setdefault(one.language, []).append(one)
    rows = list(zip(*by_language.values(), strict=False))
    whole = len({len(infos) for infos in by_language.values()}) <= 1
    if whole and all(_alike([one.info for one in row]) for row in rows):
        return [_joined(row) for row in rows]
    return [_with_hazard(one, decoded) for one in decoded]


def _alike(row: list[Info]) -> bool:
    """Whether infos of several languages can be one statement: one hazard, the same number of areas."""
    return len({info.hazard for info in row} - {OTHER}) <= 1 and len({len(info.areas) for info in row}) == 1


def _joined(decoded: tuple[_DecodedInfo, ...]) -> Info:
    """Merge the translations of one statement; a field missing in one is taken from another."""
    row = [one.info for one in decoded]
    # A colour stated in one language takes precedence over one derived from CAP's severity in another.
    coloured = [one.info for one in decoded if one.printed] or row
    worst = max(coloured, key=lambda info: (info.says == "warns", info.rank))
    return msgspec.structs.replace(
        worst,
        says="warns" if any(info.says == "warns" for info in row) else worst.says,
        hazard=next((info.hazard for info in row if info.hazard != OTHER), OTHER),
        headlines={language: text for info in row for language, text in info.headlines.items()},
        sender_name=next((info.sender_name for info in row if info.sender_name), ""),
        begins=min(info.begins for info in row),
        ends=max(info.ends for info in row if info.assumed == all(one.assumed for one in row)),
        assumed=all(info.assumed for info in row),
        areas=tuple(_one_area(areas) for areas in zip(*(info.areas for info in row), strict=True)),
        forecasts=tuple(dict.fromkeys(told for info in row for told in info.forecasts)),
    )


def _one_area(areas: tuple[Area, ...]) -> Area:
    names = tuple(dict.fromkeys(name for area in areas for name in area.names))
    codes = tuple(sorted({code for area in areas for code in area.codes}))
    return Area(names, codes, tuple(dict.fromkeys(ring for area in areas for ring in area.rings)))


def _with_hazard(one: _DecodedInfo, decoded: list[_DecodedInfo]) -> Info:
    """Give an info without a known hazard the hazard of its translations, if they name exactly one."""
    named = {other.info.hazard for other in decoded if other.language != one.language} - {OTHER}
    if one.info.hazard != OTHER or len(named) != 1:
        return one.info
    return msgspec.structs.replace(one.info, hazard=named.pop())
