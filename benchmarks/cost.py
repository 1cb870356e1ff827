"""Processor time of processes and of the machine, read from /proc."""

import os
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """User and system seconds of a process and its reaped children."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(int(value) for value in fields[11:15]) / TICK


def processor_time() -> tuple[float, float]:
    """Processor seconds since the start, of all processors: stolen by the host, and total."""
    fields = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]
    return int(fields[7]) / TICK, sum(map(int, fields)) / TICK


def percentile(values: list[float], share: float) -> float:
    """The value below which ``share`` of the values lie; NaN without any."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
