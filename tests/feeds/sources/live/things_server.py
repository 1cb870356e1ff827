"""A small SensorThings service: pages, $filter by time, ETags; only what the tests ask for."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from city.clocks.timestamps import iso, parse

THINGS = json.loads((Path(__file__).parents[3] / "recordings/sources/live/things.json").read_text())
PAGE = 3


class ThingsServer:
    """Holds Observations by Datastream, e.g. ``Datastreams(1)``; ``asked`` are requests with their status."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/v1.1"
        self.observations: dict[str, list[dict[str, Any]]] = {"Datastreams(1)": [], "Datastreams('t''2')": []}
        self.asked: list[tuple[str, int]] = []
        self.logins: set[str | None] = set()
        self.broken = False
        self.next_server = self.url

    def measure(self, at: float, result: Any, stream: str = "Datastreams(1)", **more: Any) -> dict[str, Any]:
        count = sum(map(len, self.observations.values())) + 1
        observation = {"@iot.id": count, "phenomenonTime": iso(at), "result": result, **more}
        self.observations[stream].append(observation)
        return observation

    def answer(self, target: str) -> Any:
        parts = urlsplit(target)
        query = parse_qs(parts.query)
        path = unquote(parts.path).removeprefix("/v1.1/")
        if path == "Things":
            return THINGS
        since = parse(re.fullmatch(r"phenomenonTime ge (\S+)", query["$filter"][0])[1])  # type: ignore[index]
        listed = self.observations[path.removesuffix("/Observations")]
        found = sorted((o for o in listed if _start(o) >= since), key=_start)
        skip = int(query.get("$skip", ["0"])[0])
        page = {"value": found[skip : skip + PAGE]}
        if found[skip + PAGE :]:
            link = re.sub(r"&\$skip=\d+", "", parts.query)
            page["@iot.nextLink"] = f"{self.next_server}/{parts.path[6:]}?{link}&$skip={skip + PAGE}"  # type: ignore[assignment]
        return page


def _start(observation: dict[str, Any]) -> float:
    return parse(observation["phenomenonTime"].partition("/")[0])


@contextmanager
def things_server(port: int) -> Iterator[ThingsServer]:
    made = ThingsServer(port)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # the library's name
            made.logins.add(self.headers.get("Authorization"))
            body = json.dumps(made.answer(self.path)).encode()
            etag = f'"{sha256(body).hexdigest()[:12]}"'
            known = self.headers.get("If-None-Match") == etag
            status = 503 if made.broken else 304 if known else 200
            made.asked.append((unquote(self.path), status))
            self.send_response(status)
            self.send_header("ETag", etag)
            self.send_header("Content-Length", "0" if status != 200 else str(len(body)))
            self.end_headers()
            if status == 200:
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
