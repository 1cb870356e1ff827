"""A small RTSP server on loopback: H.264 within the control connection, frames made by the test."""

import base64
import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable
from fractions import Fraction

import av
import numpy as np

__all__ = ["RtspServer"]

FPS = 10


class RtspServer:
    """Serves ``rtsp://127.0.0.1:<port>/<name>``; ``picture(name, number)`` returns each frame (RGB array).

    ``unplug`` closes every connection and refuses new ones until ``plug``. ``asked`` are the request lines.
    """

    def __init__(self, picture: Callable[[str, int], np.ndarray]) -> None:
        self._picture = picture
        self.asked: list[str] = []
        self._plugged = True
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def unplug(self) -> None:
        self._plugged = False
        for connection in list(self._open):
            with contextlib.suppress(OSError):  # the reader has left
                connection.shutdown(socket.SHUT_RDWR)

    def plug(self) -> None:
        self._plugged = True

    def close(self) -> None:
        self.unplug()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            if self._plugged:
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()
            else:
                connection.close()

    def _talk(self, connection: socket.socket) -> None:
        self._open.add(connection)
        with connection, contextlib.suppress(OSError):
            self._converse(connection)
        self._open.discard(connection)

    def _converse(self, connection: socket.socket) -> None:
        stream = connection.makefile("rb")
        film = None
        while line := stream.readline().decode():
            headers = {}
            while (header := stream.readline().decode().strip()) != "":
                name, _, value = header.partition(":")
                headers[name.lower()] = value.strip()
            if "cseq" not in headers:  # cut off within a request
                return
            verb, url, _ = line.split()
            self.asked.append(line.strip())
            name = url.rsplit("/track", 1)[0].rstrip("/").rsplit("/", 1)[-1]
            film = film or Film(lambda number, name=name: self._picture(name, number))
            more, body = {}, ""
            if verb == "DESCRIBE":
                body = film.description()
                more = {"Content-Type": "application/sdp", "Content-Base": f"{url}/"}
            elif verb == "SETUP":
                more = {"Transport": "RTP/AVP/TCP;unicast;interleaved=0-1", "Session": "1"}
            elif verb == "PLAY":
                more = {"Session": "1"}
            elif verb == "OPTIONS":
                more = {"Public": "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN"}
            told = "".join(f"{key}: {value}\r\n" for key, value in more.items())
            connection.sendall(
                f"RTSP/1.0 200 OK\r\nCSeq: {headers['cseq']}\r\n{told}"
                f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
            )
            if verb == "PLAY":
                film.play(connection)
            if verb == "TEARDOWN":
                return


class Film:
    """Encodes frames and sends them as RTP packets of single NAL units."""

    def __init__(self, picture: Callable[[int], np.ndarray]) -> None:
        self._picture = picture
        codec = av.CodecContext.create("libx264", "w")
        first = picture(0)
        codec.height, codec.width = first.shape[:2]
        codec.pix_fmt, codec.time_base, codec.framerate = "yuv420p", Fraction(1, FPS), Fraction(FPS)
        codec.gop_size = 5
        codec.options = {"preset": "ultrafast", "tune": "zerolatency", "bf": "0"}
        self._codec = codec
        self._number = 0
        self._first = self._units()

    def _units(self) -> list[bytes]:
        frame = av.VideoFrame.from_ndarray(self._picture(self._number), format="rgb24")
        frame.pts = self._number
        self._number += 1
        joined = b"".join(bytes(packet) for packet in self._codec.encode(frame))
        return [unit.strip(b"\0") for unit in joined.split(b"\0\0\1") if unit.strip(b"\0")]

    def description(self) -> str:
        sets = [base64.b64encode(unit).decode() for unit in self._first if unit[0] & 31 in (7, 8)]
        return (
            "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"
            "a=rtpmap:96 H264/90000\r\n"
            f"a=fmtp:96 packetization-mode=1;sprop-parameter-sets={','.join(sets)}\r\na=control:track0\r\n"
        )

    def play(self, connection: socket.socket) -> None:
        sequence, units = 0, self._first
        while True:
            stamp = self._number * 90_000 // FPS
            for place, unit in enumerate(units):
                marker = 0x80 if place == len(units) - 1 else 0
                head = struct.pack(">BBHII", 0x80, marker | 96, sequence & 0xFFFF, stamp, 7)
                packet = head + unit
                connection.sendall(b"$" + struct.pack(">BH", 0, len(packet)) + packet)
                sequence += 1
            time.sleep(1 / FPS)
            units = self._units()
