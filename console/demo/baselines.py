"""The demo's baselines: 19,932 bands of the invented heating stations, with the shipped ones of classes."""

import csv
import gzip
import io
from pathlib import Path

import static
from feeds.sources.demo.feeds.heat import band_rows

__all__ = ["write_baselines"]

FILE = "baselines.csv"


def write_baselines(data: Path) -> None:
    """Write ``baselines.csv.gz`` into a data dir that has no such table: an edited one stays."""
    path = data / f"{FILE}.gz"
    if path.exists() or (data / FILE).exists():
        return
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    with static.path(f"tables/{FILE}").open(encoding="utf-8", newline="") as shipped:
        writer.writerows(csv.reader(shipped))
    writer.writerows(band_rows())
    # Without a time in its head the file is the same for every demo.
    packed = gzip.compress(text.getvalue().encode(), compresslevel=6, mtime=0)
    beside = path.with_suffix(".part")
    beside.write_bytes(packed)
    beside.replace(path)
