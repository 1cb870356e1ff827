"""The static files of a server over HTTP: ours, Bokeh's and Panel's, compressed once for all."""

from pathlib import Path
from typing import Any, ClassVar, Final

from bokeh.embed.bundle import extension_dirs
from bokeh.server.views.multi_root_static_handler import MultiRootStaticHandler
from bokeh.server.views.static_handler import StaticHandler as BokehHandler
from tornado.web import RequestHandler

import static
from console.pages.http_handlers import SAFE_HEADERS, YEAR_S, PlainHandler
from console.pages.packed_files import PackedFiles

__all__ = ["static_patterns"]

KINDS: Final = {
    ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
    ".png": "image/png", ".ogg": "audio/ogg",
}  # fmt: skip


class _Packed(RequestHandler):
    """A request for a file; without a range, because a compressed file has none of the file's own."""

    _mark = ""

    async def send(self, files: PackedFiles, path: Path, kind: str, *, immutable: bool) -> None:
        """Send a file in an encoding that the client accepts; 304 when it has it."""
        try:
            found = await files.get(path, self.request.headers.get("Accept-Encoding", ""))
        except OSError:
            self.send_error(404)
            return
        self._mark = found.mark
        self.set_header("Content-Type", kind)
        self.set_header("Vary", "Accept-Encoding")
        if found.encoding:
            self.set_header("Content-Encoding", found.encoding)
        if immutable:
            self.set_header("Cache-Control", f"public, max-age={YEAR_S}, immutable")
        self.finish(found.data)

    def compute_etag(self) -> str | None:
        """Return the mark of the file: Tornado would compute it of every answer anew."""
        return self._mark or None


class StaticHandler(_Packed, PlainHandler):
    """``/citywall/static/…``: shipped files; public, they hold no data.

    Immutable with ``?v=`` or below ``@<build>/``: a module there imports its relative addresses from the same
    build. Elsewhere it is asked for each time, and sent when it changed.
    """

    ROOT = Path(static.__file__).parent.resolve()
    SERVED: ClassVar[frozenset[str]] = frozenset({"css", "js", "esm", "vendor", "icons", "sounds"})

    def initialize(self, files: PackedFiles) -> None:
        """Store the files."""
        self._files = files

    async def get(self, name: str) -> None:
        """Send one file of the served folders."""
        if "\0" in name:  # not a path
            self.send_error(404)
            return
        build, _, below = name.partition("/") if name.startswith("@") else ("", "", name)
        path = (self.ROOT / below).resolve()
        inside = path.is_relative_to(self.ROOT) and path.relative_to(self.ROOT).parts
        if not inside or inside[0] not in self.SERVED or not path.is_file():
            self.send_error(404)
            return
        kind = KINDS.get(path.suffix, "application/octet-stream")
        await self.send(self._files, path, kind, immutable=bool(build or self.get_query_argument("v", "")))


class _LibraryHandler(_Packed):
    """A file of a library; where it is, and that it is inside, is Tornado's to find."""

    _files: PackedFiles

    def set_default_headers(self) -> None:
        """Set the headers against sniffing and framing."""
        self.clear_header("Server")
        for name, value in SAFE_HEADERS.items():
            self.set_header(name, value)

    async def get(self, path: str, include_body: bool = True) -> None:  # Tornado's form
        """Send one file. Tornado itself leaves the body out of the answer to a HEAD."""
        if "\0" in path:  # not a path
            self.send_error(404)
            return
        found: Any = self
        found.path = found.parse_url_path(path)
        where = found.validate_absolute_path(found.root, found.get_absolute_path(found.root, found.path))
        if where is None:
            self.send_error(404)
            return
        found.absolute_path = where
        version = self.get_query_argument("v", "")
        await self.send(self._files, Path(where), found.get_content_type(), immutable=bool(version))


class BokehFiles(_LibraryHandler, BokehHandler):
    """``/static/…``: BokehJS."""

    def initialize(self, files: PackedFiles, path: str) -> None:  # type: ignore[override]  # Bokeh gives the path
        """Store the files and their root."""
        super().initialize(path)
        self._files = files


class ExtensionFiles(_LibraryHandler, MultiRootStaticHandler):
    """``/static/extensions/<library>/…``: what Panel and others bring along."""

    def initialize(self, files: PackedFiles) -> None:  # type: ignore[override]  # the roots are Bokeh's own
        """Store the files and their roots."""
        super().initialize(root=extension_dirs)  # type: ignore[arg-type]  # it reads them only
        self._files = files


def static_patterns() -> list[Any]:
    """Return the handlers of all static files of a server, in place of Bokeh's."""
    files = {"files": PackedFiles()}
    return [
        (r"/citywall/static/(.+)", StaticHandler, files),
        (r"/static/extensions/(.*)", ExtensionFiles, files),
        (r"/static/(.*)", BokehFiles, files),
    ]
