"""An invented case history of any size, from the demo's streets, classes, channels and daily rhythm."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from city.dispatch.tables.categories import Category
from feeds.history.case_columns import CODES, SCHEMA, to_metres
from feeds.sources.demo.cases.rhythm import CHANNELS, HOURS, Rhythm
from feeds.sources.demo.chance import dice
from feeds.sources.demo.ground import Ground

__all__ = ["invented_history"]

AT_ONCE: Final = 500_000
PLACES: Final = 20_000
CLASSES: Final = 4_000
"""How many places, and pairs of class and channel, the demo's generator draws; rows choose among them."""
SPREAD_M: Final = 60.0
AGENCIES: Final = ("lh", "cg", "sz", "jt", "sw", "fg", "hb", "dl")
DAY_S: Final = 86_400
URGENT: Final = 0.04
OPEN_DAYS: Final = 3
ZONE_S: Final = 28_800


def invented_history(
    ground: Ground, categories: list[Category], *, cases: int, days: int, until: float, seed: int
) -> Iterator[tuple[str, pa.Table]]:
    """Yield (UTC month, rows) of ``cases`` reports in the ``days`` before ``until`` (epoch seconds).

    Equal arguments give equal rows. A month may come in several tables. Raises ValueError for counts below 1.
    """
    if cases < 1 or days < 1:
        message = f"cases, days: expected 1 or more, got {cases}, {days}"
        raise ValueError(message)
    rng = np.random.default_rng([seed, 7])
    draw = dice(seed, "history")
    places = [ground.place(draw) for _ in range(PLACES)]
    rhythm = Rhythm(categories)
    by_hour = [_classes(rhythm, draw, hour) for hour in range(24)]
    at_xy = np.array([to_metres(place.lon, place.lat) for place in places])
    streets = np.array([place.code for place in places])
    share = np.asarray(HOURS)
    for begin in range(0, cases, AT_ONCE):
        count = min(AT_ONCE, cases - begin)
        # Tables follow each other in time, so that a month's rows stand in few files.
        window = (begin / cases * days, (begin + count) / cases * days)
        day = np.floor(rng.uniform(*window, count))
        hour = rng.choice(24, size=count, p=share / share.sum())
        local = until // DAY_S * DAY_S - ZONE_S - (days - day) * DAY_S
        at = local + hour * 3600 + rng.integers(0, 3600, count)
        place = rng.integers(0, PLACES, count)
        pick = rng.integers(0, CLASSES, count)
        category = np.empty(count, dtype=object)
        source = np.empty(count, dtype=object)
        for number in range(24):
            rows = hour == number
            category[rows] = by_hour[number][0][pick[rows]]
            source[rows] = by_hour[number][1][pick[rows]]
        x, y = (at_xy[place] + rng.normal(0, SPREAD_M, (count, 2))).T
        yield from _months(
            rng, at, x, y, until,
            codes={
                "category": category, "agency": _agencies(rng, streets[place], count),
                "street": streets[place], "source": source,
                "urgency": np.where(rng.random(count) < URGENT, "urgent", "normal"),
            },
        )  # fmt: skip


def _classes(rhythm: Rhythm, draw: "object", hour: int) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    channels = [rhythm.channel(draw) for _ in range(CLASSES)]  # type: ignore[arg-type]  # the demo's dice
    classes = [rhythm.category(draw, channel.name, hour).key for channel in channels]  # type: ignore[arg-type]
    clients = {channel.name: channel.client for channel in CHANNELS}
    return np.array(classes, dtype=object), np.array([clients[c.name] for c in channels], dtype=object)


def _agencies(rng: np.random.Generator, streets: NDArray[np.str_], count: int) -> NDArray[np.object_]:
    """Half of the cases stay with their street, the others go to an agency."""
    agencies = np.array(AGENCIES, dtype=object)[rng.integers(0, len(AGENCIES), count)]
    return np.where(rng.random(count) < 0.5, streets.astype(object), agencies)


def _months(
    rng: np.random.Generator, at: NDArray[np.float64], x: NDArray[np.float64], y: NDArray[np.float64],
    until: float, codes: dict[str, NDArray[np.object_]],
) -> Iterator[tuple[str, pa.Table]]:  # fmt: skip
    took = rng.lognormal(10.4, 1.1, len(at))  # median about nine hours
    closed = at + took
    is_open = (closed > until) | (rng.random(len(at)) < 0.002)
    in_time = np.where(is_open, -1, (took <= rng.choice([DAY_S, 3 * DAY_S, 7 * DAY_S], len(at))).astype(int))
    frame = pd.DataFrame(
        {
            "at": pd.to_datetime(at.astype("int64"), unit="s", utc=True),
            "closed_at": pd.to_datetime(np.where(is_open, np.nan, np.floor(closed)), unit="s", utc=True),
            "x": x.astype("float32"), "y": y.astype("float32"),
            **{name: pd.Categorical(codes[name]) for name in CODES},
            "in_time": in_time.astype("int8"),
        }
    )  # fmt: skip
    frame = frame.sort_values("at", kind="stable")
    for month, rows in frame.groupby(frame["at"].dt.strftime("%Y-%m"), sort=True):
        yield str(month), pa.Table.from_pandas(rows, schema=SCHEMA, preserve_index=False)
