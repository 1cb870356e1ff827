"""The numbers that a centre may set in city.toml: ``[cases]``, ``[linkage]``, ``[duty]`` and ``[video]``."""

import math
from collections.abc import Mapping
from typing import Any, Final, TypeVar

import msgspec

from city.dispatch.decision_rules import CaseNumbers
from city.dispatch.tables.task_templates import DutyNumbers, LinkageNumbers, PriorityLimits
from city.state.linkage_records import PRIORITIES
from city.video.detection_classes import VideoNumbers
from console.deployment.district import DistrictError

__all__ = ["case_numbers", "duty_numbers", "linkage_numbers", "video_numbers"]

T = TypeVar("T", CaseNumbers, LinkageNumbers, DutyNumbers, PriorityLimits, VideoNumbers)
REMOTE_CHECKS: Final = ("video", "caller_confirmed")
SHIFTS: Final = ("day_starts", "night_starts")


def case_numbers(given: Mapping[str, Any]) -> CaseNumbers:
    """Return the numbers of cases: those of ``[cases]`` replace the defaults.

    Raises DistrictError naming the key.
    """
    numbers = _numbers("cases", given, CaseNumbers())
    unknown = [mode for mode in numbers.remote_checks if mode not in REMOTE_CHECKS]
    if unknown:
        message = (
            f"city.toml: cases.remote_checks: expected some of {', '.join(REMOTE_CHECKS)}, got {unknown}"
        )
        raise DistrictError(message)
    return numbers


def linkage_numbers(given: Mapping[str, Any]) -> LinkageNumbers:
    """Return the numbers of linkage: those of ``[linkage]`` replace the defaults.

    ``[linkage.p1]``, ``p2`` and ``p3`` hold the limits of a priority. Raises DistrictError naming the key.
    """
    told, defaults = dict(given), LinkageNumbers()
    for name in map(str.lower, PRIORITIES):
        if name in told:
            if not isinstance(told[name], dict):
                raise DistrictError(f"city.toml: linkage.{name}: expected a table of limits")
            limits = _numbers(f"linkage.{name}", told[name], getattr(defaults, name))
            _at_most(f"linkage.{name}.ack_s", limits.ack_s, limits.due_s)
            told[name] = limits
    numbers = _numbers("linkage", told, defaults)
    for key in ("repeat_share", "amber_share"):
        _at_most(f"linkage.{key}", getattr(numbers, key), 1.0)
    if numbers.escalate_share < 1.0:
        raise DistrictError(
            f"city.toml: linkage.escalate_share: expected 1 or more, got {numbers.escalate_share:g}"
        )
    return numbers


def duty_numbers(given: Mapping[str, Any]) -> DutyNumbers:
    """Return the numbers of duty: those of ``[duty]`` replace the defaults.

    ``day_starts`` and ``night_starts`` are texts HH:MM; ``call`` is no number but the template of
    ``console.deployment.contacts``. Raises DistrictError naming the key.
    """
    told = {key: value for key, value in given.items() if key != "call"}
    starts = {key: _second_of_day(f"duty.{key}", told.pop(key)) for key in SHIFTS if key in told}
    numbers = msgspec.structs.replace(_numbers("duty", told, DutyNumbers()), **starts)
    if numbers.day_starts == numbers.night_starts:
        raise DistrictError("city.toml: duty.night_starts: expected another time than day_starts")
    return numbers


def video_numbers(given: Mapping[str, Any]) -> VideoNumbers:
    """Return the numbers of screening and camera views: those of ``[video]`` replace the defaults.

    Raises DistrictError naming the key.
    """
    return _numbers("video", given, VideoNumbers())


def _numbers(section: str, given: Mapping[str, Any], defaults: T) -> T:
    known = defaults.__struct_fields__
    for key, value in given.items():
        where = f"city.toml: {section}.{key}"
        if key not in known:
            message = f"{where}: there is no such number; expected one of {', '.join(known)}"
            raise DistrictError(message)
        is_number = isinstance(value, (int, float)) and not isinstance(getattr(defaults, key), bool)
        if is_number and not (math.isfinite(value) and value > 0):
            raise DistrictError(f"{where}: expected a number above 0, got {value!r}")
    try:
        return msgspec.convert({**msgspec.structs.asdict(defaults), **given}, type(defaults))
    except msgspec.ValidationError as error:
        raise DistrictError(f"city.toml: {section}: {error}") from error


def _at_most(key: str, value: float, most: float) -> None:
    if value > most:
        raise DistrictError(f"city.toml: {key}: expected at most {most:g}, got {value:g}")


def _second_of_day(key: str, value: object) -> int:
    hour, _, minute = value.partition(":") if isinstance(value, str) else ("", "", "")
    are_digits = len(hour) == len(minute) == 2 and (hour + minute).isascii() and (hour + minute).isdigit()
    if are_digits and int(hour) < 24 and int(minute) < 60:
        return int(hour) * 3600 + int(minute) * 60
    raise DistrictError(f'city.toml: {key}: expected HH:MM such as "08:30", got {value!r}')
