"""A real HTTP server that takes what is written back: it can refuse, be slow, drip and die."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """What was received as (path, headers, body); ``answers`` are statuses to give first, then 200.

    ``asked`` are the ids that came in, in order, taken or not; ``gate`` closed means that nobody is answered;
    ``refused`` are the ids that are answered 503 however often they come.
    """

    def __init__(self, port: int = 0) -> None:
        self.received: list[tuple[str, dict[str, str], bytes]] = []
        self.asked: list[str] = []
        self.answers: list[int] = []
        self.refused: set[str] = set()
        self.gate = threading.Event()
        self.gate.set()
        self.body = b"{}"
        self.pause_s = 0.0
        self.drip_s = 0.0
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                key = self.headers.get("Idempotency-Key", "")
                receiver.asked.append(key)
                time.sleep(receiver.pause_s)
                receiver.gate.wait()
                status = receiver.answers.pop(0) if receiver.answers else 200
                status = 503 if key in receiver.refused else status
                if status < 300:
                    receiver.received.append((self.path, dict(self.headers), body))
                self.send_response(status)
                self.send_header("Content-Length", str(len(receiver.body)))
                if status in (301, 302, 307):
                    self.send_header("Location", f"{receiver.url}/elsewhere")
                self.end_headers()
                for byte in receiver.body:
                    time.sleep(receiver.drip_s)
                    self.wfile.write(bytes([byte]))

            def log_message(self, *_: Any) -> None:
                return

            def handle(self) -> None:
                try:
                    super().handle()
                except OSError:
                    return  # the client had enough

        return Handler


@contextmanager
def receiver(port: int = 0) -> Iterator[Receiver]:
    made = Receiver(port)
    try:
        yield made
    finally:
        made.close()
