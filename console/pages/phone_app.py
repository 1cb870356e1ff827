"""The pages in the field as apps of a phone: manifest, service worker, and the page without network.

All of it is public and holds no data: what a person may see comes from the page alone, when it is online.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from console.pages.http_handlers import PlainHandler
from console.pages.page_handlers import POLICY
from layouts import theme
from layouts.catalogues import Names, catalogue
from layouts.pages import LAYOUTS
from static import path as static_path
from static import script as static_script

__all__ = ["PhoneApp", "phone_patterns"]

APPS: Final = tuple(layout.key for layout in LAYOUTS if layout.installable)
STATIC: Final = "/citywall/static"
WORDS: Final = (
    "agency.", "break.", "class.", "code.fault.", "desk.good", "desk.resend", "detail.", "field.", "order.",
    "photo.", "refusal.", "time.", "unit.", "work.",
)  # fmt: skip
"""Beginnings of the texts that the page without network needs."""
OWN: Final = "default-src 'self'"
"""A worker fetches by the policy that it came with."""
SHEETS: Final = ("cards", "people_cards", "agency_cards", "field_cards")


class PhoneApp:
    """What the handlers send; made once. ``title``: language → name of the centre."""

    def __init__(self, *, build: str, title: Mapping[str, str], names: Names, zone: str) -> None:
        self._build, self._title, self._zone = build, title, zone
        self._words = {lang: _some(catalogue(lang, names)) for lang in ("zh", "en")}

    def manifest(self, page: str) -> bytes:
        """Return the web app manifest of a page."""
        words = self._words["zh"]
        icon = f"{STATIC}/icons/app-{{}}.png?v={self._build}"
        told = {
            "name": f"{words[f'field.app.{page}']} · {self._title['zh']}",
            "short_name": words[f"field.app.{page}"], "lang": "zh-CN", "start_url": f"/{page}/",
            "id": f"/{page}/", "scope": f"/{page}/", "display": "standalone", "orientation": "portrait",
            "background_color": "#0B1017", "theme_color": "#0B1017",
            "icons": [
                {"src": icon.format(size), "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any"}
                for size in (192, 512)
            ],
        }  # fmt: skip
        return json.dumps(told, ensure_ascii=False).encode()

    def worker(self) -> bytes:
        """Return the service worker of this build."""
        text = static_path(static_script("js", "phone_worker")).read_text(encoding="utf-8")
        return text.replace('"BUILD"', json.dumps(self._build)).encode()

    def offline(self) -> bytes:
        """Return the page that the worker shows when the server cannot be reached."""
        page = {
            "build": self._build, "static": STATIC, "title": self._title, "zone": self._zone,
            "words": self._words, "sheets": SHEETS,
        }  # fmt: skip
        data = json.dumps(page, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
        own = f"{STATIC}/@{self._build}"
        scripts = "".join(
            f'<script src="{STATIC}/{static_script("js", name)}?v={self._build}"></script>\n'
            for name in ("grammar", "mend", "phone_memory")
        )
        return f"""<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{self._words["zh"]["field.app.offline"]}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="dark">
<style>{theme.css()}</style>
<link rel="stylesheet" href="{STATIC}/css/base.css?v={self._build}">
<link rel="stylesheet" href="{STATIC}/css/field.css?v={self._build}">
<script type="application/json" id="citywall-offline">{data}</script>
{scripts}<script type="module" src="{own}/{static_script("js", "offline")}"></script>
</head><body><main id="page" class="page-offline"></main></body></html>
""".encode()


def phone_patterns(app: PhoneApp) -> list[Any]:
    """Return the URL patterns for ``extra_patterns``."""
    script, page = "text/javascript; charset=utf-8", "text/html; charset=utf-8"
    return [
        (r"/phone-worker\.js", SentHandler, {"content": app.worker, "kind": script, "policy": OWN}),
        (r"/offline", SentHandler, {"content": app.offline, "kind": page, "policy": POLICY}),
        (
            rf"/({'|'.join(APPS)})\.webmanifest", SentHandler,
            {"content": app.manifest, "kind": "application/manifest+json"},
        ),
    ]  # fmt: skip


class SentHandler(PlainHandler):
    """Sends what ``content`` returns for the parts of the address."""

    def initialize(self, content: Callable[..., bytes], kind: str, policy: str = "") -> None:
        """Store what is sent."""
        self._content, self._kind, self._policy = content, kind, policy

    def get(self, *parts: str) -> None:
        """Send it; a browser asks each time whether there is a newer one."""
        self.set_header("Content-Type", self._kind)
        self.set_header("Cache-Control", "no-cache")
        if self._policy:
            self.set_header("Content-Security-Policy", self._policy)
        self.finish(self._content(*parts))


def _some(words: Mapping[str, str]) -> dict[str, str]:
    return {key: text for key, text in words.items() if key.startswith(WORDS)}
