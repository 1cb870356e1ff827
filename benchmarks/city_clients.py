"""What clients of the second mode of ``benchmarks.flow`` see: probes, heat, and those that read nothing."""

import json
import socket
import time

import numpy as np
import websockets

from benchmarks.invented.city_events import APART, MOVING, PLACE, Sent, step_of
from city.state.row_keys import row_key_of
from layers.projection import to_degrees

__all__ = ["Observer", "delays", "heat_lag", "stall", "watch"]


class Observer:
    """A client that notes when it saw which probe, and how many positions its heat counts."""

    def __init__(self) -> None:
        self.marks: list[tuple[int, int, float]] = []
        """(unit, newest probe, time)."""
        self.rows: dict[str, float] = {}
        self.heat: list[tuple[float, int]] = []
        self.total: int | None = None

    def take(self, message: str | bytes, now: float) -> None:
        if isinstance(message, str):
            view = json.loads(message).get("views", {}).get("queue")
            if view:
                self.total = view["scalars"].get("total", self.total)
                for key in view["set"]:
                    self.rows.setdefault(key, now)
            return
        length = int.from_bytes(message[:4], "little")
        header = json.loads(message[4 : 4 + length])
        if header["frame"] == "heat" and not header.get("same"):
            self.heat.append((now, header["meta"]["count"]))
        elif header["frame"] == "units" and not header.get("same"):
            columns = {column["name"]: column for column in header["columns"]}
            x, y = (
                np.frombuffer(message, "<f8", columns[name]["length"], 4 + length + columns[name]["offset"])
                for name in ("x", "y")
            )
            lon, lat = to_degrees(x, y)
            for here in zip(lon.tolist(), lat.tolist(), strict=True):
                self.marks.append((round((here[1] - PLACE[1]) / APART), step_of(here[0]), now))


async def watch(url: str, observer: Observer | None) -> None:
    async with websockets.connect(url, max_size=None, compression=None) as live:
        while True:
            message = await live.recv()
            if observer is not None:
                observer.take(message, time.time())


def stall(port: int) -> socket.socket:
    """Open a live socket that reads nothing."""
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    # Segments of a network: for those of the loopback, the server's kernel takes 3 MB before it is full.
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1400)
    one.connect(("127.0.0.1", port))
    one.sendall(
        (
            f"GET /live/wall HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n"
        ).encode()
    )
    return one


def delays(sent: Sent, observers: list[Observer]) -> list[tuple[float, float]]:
    """Return (send time, ms until it was seen) of every probe and observer."""
    found = []
    for one in observers:
        newest: dict[int, int] = {}
        for mark, step, at in one.marks:
            # A newer position tells the older ones of its unit too.
            first = newest.get(mark, sent.first + mark - MOVING) + MOVING
            times = [sent.marks[number - sent.first] for number in range(first, step + 1, MOVING)]
            found += [(sent_at, (at - sent_at) * 1000) for sent_at in times]
            newest[mark] = max(step, newest.get(mark, step))
        keys = {row_key_of(f"hotline/{key}"): at for key, at in sent.rows.items()}
        found += [(at, (one.rows[key] - at) * 1000) for key, at in keys.items() if key in one.rows]
    return found


def heat_lag(sent: Sent, observers: list[Observer]) -> float | None:
    """Return the longest time until a picture counted a batch of positions (s), None if one never did."""
    longest = 0.0
    for one in observers:
        begun = sent.positions[0][0]
        counted = [(at, count) for at, count in one.heat if at >= begun]
        base = next((count for at, count in reversed(one.heat) if at < begun), None)
        if base is None or not counted:
            return None
        turn = iter(counted)
        at, count = next(turn)
        for sent_at, upto in sent.positions:
            while count - base < upto:
                more = next(turn, None)
                if more is None:
                    return None if sent.positions[-1][0] - sent_at > 2.5 else round(longest, 2)
                at, count = more
            longest = max(longest, at - sent_at)
    return round(longest, 2)
