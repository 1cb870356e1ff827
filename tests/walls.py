"""A wall without a browser: it listens to the live socket and puts the views together as live.js does."""

import json
import threading
from typing import Any, Self

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.running import PATIENCE_S, Running, wait_for

View = dict[str, Any]


class Wall:
    """Everything that the live socket said, as bytes and put together; a context manager."""

    def __init__(self, running: Running, channel: str = "wall", cookie: str = "") -> None:
        url = f"{running.console.replace('http', 'ws')}/live/{channel}"
        headers = {"Cookie": cookie, "Origin": running.console} if cookie else {}
        self._socket = connect(
            url, max_size=None, open_timeout=PATIENCE_S, ping_timeout=PATIENCE_S, additional_headers=headers
        )
        self.raw: list[bytes] = []
        self.texts: list[str] = []
        self.beats: list[dict[str, Any]] = []
        self.views: dict[str, View] = {}
        self.frames: dict[str, dict[str, Any]] = {}
        self.hello: dict[str, Any] = {}
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        wait_for(lambda: self.beats and self.views)
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        self._thread.join(10)

    def _listen(self) -> None:
        try:
            for message in self._socket:
                self._take(message)
        except ConnectionClosed:
            pass

    def _take(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            self.raw.append(message)
            length = int.from_bytes(message[:4], "little")
            header = json.loads(message[4 : 4 + length])
            # A frame that did not change is told by its age alone.
            same = self.frames.get(header["frame"]) if header.get("same") else None
            self.frames[header["frame"]] = {**same, "as_of": header["as_of"]} if same else header
            return
        self.raw.append(message.encode())
        self.texts.append(message)
        news = json.loads(message)
        self.hello = news.get("hello", self.hello)
        if "beat" in news:
            self.beats.append(news["beat"])
        for key, change in news.get("views", {}).items():
            self._mend(key, change)

    def _mend(self, key: str, change: dict[str, Any]) -> None:
        old = {"scalars": {}, "rows": {}, "order": []} if change["whole"] else self.views[key]
        rows = {k: v for k, v in {**old["rows"], **change["set"]}.items() if k not in change["del"]}
        order = [k for k in change.get("order", old["order"]) if k in rows]
        self.views[key] = {"scalars": {**old["scalars"], **change["scalars"]}, "rows": rows, "order": order}

    def rows(self, card: str) -> dict[str, dict[str, Any]]:
        rows: dict[str, dict[str, Any]] = self.views[card]["rows"]
        return rows

    def scalar(self, card: str, name: str) -> Any:
        return self.views[card]["scalars"].get(name)

    @property
    def feed(self) -> tuple[str, bool]:
        """What the newest beat says of the feeds, and whether the log is down."""
        beat = self.beats[-1]
        return beat["feed"], beat["log_down"]
