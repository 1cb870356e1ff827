"""Warnings of the invented city as CAP 1.2, always marked as an exercise."""

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from city.clocks.timestamps import iso
from feeds.sources.demo.chance import ZONE_S, dice, stamp

__all__ = ["SENDER", "Weather", "local_time"]

SENDER: Final = "weather.demo.invalid"
_HOUR: Final = 3600
_CHANCE: Final = 0.12  # of a new warning in an hour
_LAST_S: Final = 4 * _HOUR
_BEFORE_START_S: Final = 19 * 60
_ZONE: Final = timezone(timedelta(seconds=ZONE_S))

# event, colour word, colour, severity, what is expected
_KINDS: Final = (
    ("暴雨", "蓝色", "blue", "Minor", "6小时内本区部分街镇累积雨量可达50毫米以上"),
    ("大风", "蓝色", "blue", "Minor", "24小时内本区平均风力可达6级，阵风8级"),
    ("雷电", "黄色", "yellow", "Moderate", "6小时内本区可能发生雷电活动"),
    ("大雾", "黄色", "yellow", "Moderate", "12小时内本区部分地区能见度低于500米"),
)


class Weather:
    """The issuing office: call ``in_force`` once at the start, then ``due``."""

    def __init__(self, *, seed: int) -> None:
        self._seed = seed

    def in_force(self, now: float) -> list[dict[str, Any]]:
        """Return the rainstorm warning in force at ``now`` (epoch seconds); it changes every hour."""
        sent = now // _HOUR * _HOUR - _BEFORE_START_S
        return [self._warning(sent, _KINDS[0])]

    def due(self, since: float, until: float) -> list[dict[str, Any]]:
        """Return the warnings sent in (since, until], epoch seconds."""
        found = []
        for hour in range(int(since // _HOUR), int(until // _HOUR) + 1):
            rng = dice(self._seed, "warning", hour)
            sent = hour * _HOUR + rng.randrange(120, 3480)
            if rng.random() < _CHANCE and since < sent <= until:
                found.append(self._warning(sent, rng.choice(_KINDS)))
        return found

    def _warning(self, sent: float, kind: tuple[str, str, str, str, str]) -> dict[str, Any]:
        event, word, colour, severity, expected = kind
        identifier = f"demo-{self._seed}-{stamp(sent)}-{colour}-{_KINDS.index(kind)}"
        said = stamp(sent, "%Y年%m月%d日%H时%M分")
        return {
            "id": identifier,
            "at": iso(sent),
            "identifier": identifier,
            "sender": SENDER,
            "sent": local_time(sent),
            "status": "Exercise",
            "msgType": "Alert",
            "scope": "Public",
            "note": "演示",
            "info": [
                {
                    "language": "zh-CN",
                    "category": ["Met"],
                    "event": event,
                    "urgency": "Expected",
                    "severity": severity,
                    "certainty": "Likely",
                    "effective": local_time(sent),
                    "onset": local_time(sent),
                    "expires": local_time(sent + _LAST_S),
                    "senderName": "浦东新区气象台（演示）",
                    "headline": f"{event}{word}预警（演示）",
                    "description": f"演示：{said}发布{event}{word}预警，预计{expected}。",
                    "parameter": list(_parameters(colour)),
                    "area": [
                        {
                            "areaDesc": "浦东新区",
                            "geocode": [{"valueName": "GB/T 2260", "value": "310115"}],
                        }
                    ],
                }
            ],
        }


def _parameters(colour: str) -> Iterable[dict[str, str]]:
    yield {"valueName": "colour", "value": colour}
    yield {"valueName": "exercise", "value": "demo"}


def local_time(at: float) -> str:
    """Return epoch seconds as the city's local time with its offset, as CAP wants it."""
    return datetime.fromtimestamp(at, _ZONE).isoformat(timespec="seconds")
