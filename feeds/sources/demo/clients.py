"""The publishers of the invented city: one gateway client per upstream system."""

from typing import Final

import msgspec

__all__ = ["CLIENTS", "Client"]


class Client(msgspec.Struct, frozen=True):
    """An upstream system; ``every_s`` is the expected interval between batches, seconds."""

    topics: tuple[str, ...]
    label_zh: str
    label_en: str
    every_s: int


CLIENTS: Final[dict[str, Client]] = {
    "hotline": Client(("case",), "12345热线", "Hotline 12345", 120),
    "grid": Client(("case",), "网格巡查", "Grid inspectors", 120),
    "police110": Client(("case",), "110接警", "Police 110", 1800),
    "iot-water": Client(("sensor",), "物联-水务", "IoT water", 10),
    "iot-env": Client(("sensor",), "物联-环境", "IoT environment", 10),
    "iot-city": Client(("sensor", "case"), "物联-城市设施", "IoT city", 10),
    "video": Client(("camera", "case"), "视频", "Video", 10),
    "avl": Client(("unit",), "车辆定位", "Vehicle tracking", 10),
    "weather": Client(("warning",), "气象", "Weather office", 43_200),
}
"""Client name (also the token name) → its topic, title and interval."""
