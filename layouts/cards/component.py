"""The browser's half of every card: a Panel component that passes its element to the card's module."""

from typing import ClassVar

import panel as pn
import param

import static

__all__ = ["CardComponent"]


class CardComponent(pn.custom.JSComponent):
    """A card on a page. ``module`` is the address of the ESM file that draws it."""

    card = param.String(doc="Key of the card, as in layouts.pages.CARDS.")
    module = param.String(doc="Address of the card's <card>.js below static/esm on this server.")

    _esm: ClassVar[str] = static.path("esm/card.js").read_text(encoding="utf-8")
