"""Measures what one of each costs, for the sums of ``docs/sizing.md``: facts, measurements, unit grids.

``fact_bytes``: memory of the log server per fact, without its command id. ``record_bytes``: per measurement,
with the ids of the last ten minutes. ``grid_kb``: memory of this process per unit grid of twelve corners.
``grids_read_s``, ``grid_lookup_us``: the processor time to read all grids, and to find the one of a point.
"""

import argparse
import asyncio
import json
import tempfile
import time
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import redis

from benchmarks.invented.city_ledger import CityLedger, load
from city.places.unit_grids import UnitGrids
from feeds.storage.embedded_servers import EmbeddedServers
from feeds.telemetry.telemetry import Batch, Telemetry, digest_of

FACTS, QUICK_FACTS = 200_000, 40_000
RECORDS, BATCH, UNITS = 20_000, 50, 2000
GRIDS, CORNERS, LOOKUPS = 44_558, 12, 20_000
RECEIVED = "2026-11-30T01:30:00+00:00"


async def measure_telemetry(url: str) -> None:
    telemetry = await Telemetry.open(url)
    for number in range(RECORDS // BATCH):
        ids = [f"{number}-{i}" for i in range(BATCH)]
        records = [
            json.dumps(
                {
                    "id": id_, "at": RECEIVED, "unit": f"unit-{(number * BATCH + i) % UNITS}",
                    "lon": 121.5 + i / 1e3, "lat": 31.2, "speed": 35.2, "heading": 120, "state": "patrol",
                    "kind": "patrol_car",
                }
            ).encode()
            for i, id_ in enumerate(ids)
        ]  # fmt: skip
        digests = [digest_of("bench", id_) for id_ in ids]
        await telemetry.append("unit", [Batch("bench", RECEIVED, digests, "n" * BATCH, records)])
    await telemetry.close()


def servers(facts: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="citywall-bench-") as folder:
        embedded = EmbeddedServers(Path(folder))
        embedded.start()
        try:
            with redis.Redis.from_url(embedded.log_url) as client:

                def used() -> int:
                    return int(client.info("memory")["used_memory"])

                empty = used()
                load(embedded.log_url, CityLedger(time.time(), every=16).rows(facts))
                loaded = used()
                asyncio.run(measure_telemetry(embedded.log_url))
                measured = used()
        finally:
            embedded.stop()
    return {
        "fact_bytes": round((loaded - empty) / facts), "record_bytes": round((measured - loaded) / RECORDS),
    }  # fmt: skip


def grids(number: int) -> dict[str, float]:
    side, angles = int(number**0.5) + 1, np.linspace(0, 2 * np.pi, CORNERS + 1)
    size = 0.8 / side
    features = []
    for i in range(number):
        lon, lat = 121.0 + i % side * size, 30.7 + i // side * size
        ring = np.column_stack([lon + size / 2 * np.cos(angles), lat + size / 2 * np.sin(angles)])
        ring[-1] = ring[0]
        geometry = {"type": "Polygon", "coordinates": [ring.tolist()]}
        code = f"{310_000_000_000_000 + i}"
        features.append({"type": "Feature", "properties": {"code": code}, "geometry": geometry})
    collection = {"type": "FeatureCollection", "features": features}
    tracemalloc.start()
    begun = time.process_time()
    found = UnitGrids.from_geojson(collection)
    read_s = time.process_time() - begun
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    points = np.random.default_rng(1).uniform((121.0, 30.7), (121.8, 31.5), (LOOKUPS, 2)).tolist()
    begun = time.process_time()
    hits = sum(bool(found.code_of(lon, lat)) for lon, lat in points)
    took = time.process_time() - begun
    assert hits > LOOKUPS / 2, hits
    return {
        "grids": number, "grid_kb": round(used / number / 1000, 2), "grids_read_s": round(read_s, 1),
        "grid_lookup_us": round(took / LOOKUPS * 1e6, 1),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_FACTS} facts instead of {FACTS}")
    options = parser.parse_args()
    result: dict[str, Any] = {**servers(QUICK_FACTS if options.quick else FACTS), **grids(GRIDS)}
    print(json.dumps(result) if options.json else json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
