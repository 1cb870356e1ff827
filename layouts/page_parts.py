"""The parts of a page that are the same for every session: its cards and figures, made once, sent as text.

The browser makes its models of them by itself (a standalone document of Bokeh). A session has none of them:
opening a page costs the same whatever is on it.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
import panel as pn
from bokeh.core.json_encoder import serialize_json
from bokeh.document import Document
from panel.io.document import init_doc
from panel.io.resources import LOCAL_DIST, patch_model_css
from panel.io.state import set_curdoc

import static
from layouts.cards.component import CardComponent
from layouts.page_grid import Cell, Layout

__all__ = ["Page", "PageParts", "inert", "make_parts"]

PANELS: Final = f"/{LOCAL_DIST.strip('/')}/"
"""Where Panel serves its own style sheets."""


PREFIX: Final = "part-"
"""Begins the id of every model of the parts: no session has such."""


class PageParts(msgspec.Struct, frozen=True):
    """``text`` is the document and where its roots stand, as inert JSON; ``figures``: cell → its name."""

    text: str
    figures: Mapping[str, str]


class Page(pn.Template):
    """A template that adds all its parts to the document in one step.

    Panel adds one root at a time, and Bokeh traverses the whole document after each: on our page that is
    two thirds of the cost of opening it.
    """

    def fill(self, document: Document) -> None:
        """Add all parts to a document that belongs to no session."""
        self._init_doc(document, location=False)

    def _init_doc(self, doc: Any = None, *given: Any, **named: Any) -> Any:
        document = init_doc(doc or pn.state.curdoc)
        with document.models.freeze():
            return super()._init_doc(document, *given, **named)

    def __repr__(self) -> str:
        """Return a short text: Panel computes it again for every part added, for use in notebooks."""
        return f"<{type(self).__name__} of {len(self._render_items)} parts>"


class Figure(pn.pane.Bokeh):
    """A figure of a page, without Panel's search for callbacks that name its id; ours name none."""

    def _get_model(self, doc: Any, root: Any = None, parent: Any = None, comm: Any = None) -> Any:
        if root is None:
            return self.get_root(doc, comm)
        self._models[root.ref["id"]] = (self.object, parent)
        return self.object


def make_parts(
    layout: Layout, *, figures: Mapping[str, Any], static_url: str = "/citywall/static", build: str = ""
) -> PageParts:
    """Return the cards of a layout and the figures, by the keys of its figure cells, for every session.

    A cell without a figure is left out.
    """
    template = Page("")
    for cell in layout.cells("card"):
        template.add_panel(cell.key, _component(cell, f"{static_url}/@{build}"))
    shown = [cell for cell in layout.cells("figure") if cell.key in figures]
    for cell in shown:
        figure = figures[cell.key]
        figure.name = figure.name or f"figure:{cell.key}"
        sizing = {"sizing_mode": "stretch_both"} if cell.grow else {}
        template.add_panel(cell.key, Figure(figure, margin=0, **sizing))  # type: ignore[no-untyped-call]  # Panel has no types
    document, names = Document(), {cell.key: figures[cell.key].name for cell in shown}
    with set_curdoc(document):
        template.fill(document)
    for root in document.roots:
        patch_model_css(root, dist_url=PANELS)
    places = {f"{PREFIX}{root.id}": f"part-{root.name}" for root in document.roots}
    item = {"docid": "parts", "roots": places, "root_ids": list(places), "use_for_title": False}
    made: dict[str, Any] = _with_own_ids({**document.to_json(deferred=False)})
    # Bokeh lists every model class of the process; a page gets those that it uses and no other.
    used = set(_types_in(made["roots"]))
    made["defs"] = [one for one in made["defs"] if one["name"] in used]
    text = serialize_json({"docs": {"parts": made}, "items": [item]})
    return PageParts(_escaped(text), names)


def _with_own_ids(value: Any) -> Any:
    """Return a document's JSON with the ids of its models, and the references to them, prefixed.

    Bokeh counts models from one on in each process. Parts that another process made (they are kept on disk)
    would share ids with the models of a session, and a browser finds models by their id.
    """
    if isinstance(value, list | tuple):
        return [_with_own_ids(part) for part in value]
    if not isinstance(value, dict):
        return value
    found = {name: _with_own_ids(part) for name, part in value.items()}
    if value.get("type") == "object" or value.keys() == {"id"}:
        found["id"] = f"{PREFIX}{value['id']}"
    return found


def _types_in(value: Any) -> Iterator[str]:
    """Yield the names of the model classes in a document's JSON."""
    if isinstance(value, dict):
        if value.get("type") == "object":
            yield value["name"]
        for part in value.values():
            yield from _types_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from _types_in(part)


def _component(cell: Cell, modules: str) -> CardComponent:
    return CardComponent(  # type: ignore[no-untyped-call]  # Panel has no types
        card=cell.key,
        module=f"{modules}/{static.script('esm', cell.key)}",
        sizing_mode="stretch_both" if cell.grow else "stretch_width",
        margin=0,
    )


def inert(page: dict[str, Any]) -> str:
    """Return JSON escaped so that no text in it can end the script element that contains it."""
    return _escaped(json.dumps(page, ensure_ascii=False, separators=(",", ":")))


def _escaped(text: str) -> str:
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
