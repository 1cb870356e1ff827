"""The builder makes one session's page of a layout, a language and the parts that all sessions share."""

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import panel as pn

import static
from layers.fields.heat_choices import CHOICES
from layouts import theme
from layouts.catalogues import Names, catalogue, streets
from layouts.page_parts import Page, PageParts, inert
from layouts.pages import Layout
from layouts.session_echo import SessionEcho
from layouts.session_messages import OnMessage, SessionMessages

__all__ = ["PageSettings", "Visitor", "build"]

PAGE: Final = Path(__file__).parent / "page.html"


class PageSettings(msgspec.Struct, frozen=True):
    """What a page needs of its deployment. ``build`` versions static files and forces reloads."""

    build: str
    title: Mapping[str, str]
    """Language → name of the centre."""
    timezone: str
    live: str = "/live"
    """Base path of the live sockets: a page connects to ``<live>/<page>``, with a scope to ``…/<scope>``."""
    static_url: str = "/citywall/static"
    health: str = "/healthz"
    names: Names = msgspec.field(default_factory=Names)
    has_grids: bool = False
    """Whether the district has unit grids; the search then accepts grid codes."""
    outline: str = ""
    """The district's outline as an SVG path in a square of 1000, for the title picture."""
    phone: str = ""
    """Telephone of the duty room, for agencies; '' = none."""
    inset: str = "sw"
    """Corner of the map where the inset is placed: sw, se, nw or ne."""


class Visitor(msgspec.Struct, frozen=True):
    """Who opened a page: name and role's key, shown to them only, and the receiver of their messages.

    ``person_mark`` is their id in the rows' ``acted_by`` (``city.views.case_view``). ``verbs`` are those that
    they may use when the page is opened; the page has buttons for these only. ``holder`` is the agency or
    street that they act for.
    """

    on_message: OnMessage
    name: str = ""
    role: str = ""
    seat: str = ""
    person_mark: str = ""
    verbs: tuple[str, ...] = ()
    holder: str = ""


@functools.cache
def _skeleton() -> Any:
    """Return the page's template, compiled once: compiling costs as much as all cards together."""
    return Page(PAGE.read_text(encoding="utf-8")).template


def build(
    layout: Layout,
    *,
    lang: str,
    parts: PageParts,
    settings: PageSettings,
    visitor: Visitor | None = None,
    scope: str = "",
    wide: bool = False,
) -> pn.Template:
    """Return the page for one session; ``scope`` is that of a page with scopes.

    ``wide``: the page's live socket also brings the frames of the figures that only a wide canvas shows.

    ``parts`` are those of all sessions. Without a ``visitor`` the page gives no commands. Raises KeyError for
    an unsupported language.
    """
    template = Page(_skeleton())
    template.add_panel("session_echo", SessionEcho(width=0, height=0, margin=0))  # type: ignore[no-untyped-call]  # Panel has no types
    if visitor is not None:
        messages = SessionMessages(visitor.on_message, width=0, height=0, margin=0)
        template.add_panel("session_messages", messages)
    live = "/".join(filter(None, (settings.live, layout.key, scope)))
    page = {
        "build": settings.build, "channel": layout.key, "scope": scope, "lang": lang,
        "zone": settings.timezone, "live": live + ("?wide=1" if wide else ""),
        "health": settings.health, "static": settings.static_url,
        "title": settings.title, "streets": [] if layout.words else streets(settings.names),
        "figures": parts.figures,
        "words": _words(layout, lang, settings.names), "sheets": layout.sheets,
        "phone": settings.phone if layout.scoped else "",
        "heats": CHOICES if "heat_map" in layout.scripts else {},
        "has_grids": settings.has_grids, "wide_from": layout.wide and layout.wide.from_px,
        "person": visitor and {name: getattr(visitor, name) for name in Visitor.__struct_fields__[1:]},
    }  # fmt: skip
    variables = {
        "layout": layout, "heading": settings.title[lang], "lang": lang, "build": settings.build,
        "present": list(parts.figures), "static_url": settings.static_url,
        "page": inert(page), "parts": parts.text, "tokens": theme.css(),
        "takes_commands": visitor is not None,
        "scripts": [static.script("js", name) for name in layout.scripts],
        "inset": settings.inset, "titles": settings.title, "outline": settings.outline,
    }  # fmt: skip
    for name, value in variables.items():
        template.add_variable(name, value)
    return template


def _words(layout: Layout, lang: str, names: Names) -> dict[str, str]:
    words = catalogue(lang, names)
    return {key: text for key, text in words.items() if not layout.words or key.startswith(layout.words)}
