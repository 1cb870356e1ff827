"""Printed sheets of duty: the hand-over and the day's report, each one A4 page of HTML without scripts."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final
from urllib.parse import quote

import msgspec

from layouts.catalogues import own_words

__all__ = [
    "POLICY", "DailySheet", "HandoverSheet", "LeaderSheet", "Section", "SheetItem", "draw_daily",
    "draw_handover", "draw_leader_handover",
]  # fmt: skip

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
"""Content security policy of a sheet: its own styles, nothing else."""

MOST_ITEMS: Final = 34
"""Rows that fit on one page; further ones are counted."""
LONGEST: Final = 600
"""Characters of a note or report that fit beside the other parts of a hand-over."""


class SheetItem(msgspec.Struct, frozen=True):
    """An item of the hand-over in words; ``answer`` and ``by`` are '' while it is open."""

    kind: str
    words: str
    must: bool
    answer: str = ""
    by: str = ""


class HandoverSheet(msgspec.Struct, frozen=True):
    """What is on the hand-over sheet. All times are local and in words.

    ``position`` and ``hash`` are the ledger's head at the draft: the same as ``citywall audit`` prints.
    """

    lang: str
    title: str
    shift: str
    span: str
    to: str
    items: Sequence[SheetItem]
    position: int
    hash: str
    outgoing: str = ""
    incoming: str = ""
    outgoing_lead: str = ""
    incoming_lead: str = ""
    note: str = ""
    late: str = ""
    warnings: Sequence[str] = ()
    counts: Mapping[str, str] = {}
    printed: str = ""


class DailySheet(msgspec.Struct, frozen=True):
    """What is on the day's report. ``figures``: catalogue key below ``duty.figure.`` → value."""

    lang: str
    title: str
    day: str
    figures: Mapping[str, str]
    text: str
    signed: str = ""
    printed: str = ""


class Section(msgspec.Struct, frozen=True):
    """A part of the leaders' hand-over: a catalogue key below ``leader.sheet.`` and its lines in words."""

    key: str
    lines: Sequence[str]


class LeaderSheet(msgspec.Struct, frozen=True):
    """What is on the hand-over sheet of two leaders. ``figures``: key below ``leader.figure.`` → value."""

    lang: str
    title: str
    id: str
    drafted: str
    figures: Mapping[str, str]
    sections: Sequence[Section]
    watch: str = ""
    outgoing: str = ""
    incoming: str = ""
    printed: str = ""


_STYLE: Final = """
@page { size: A4; margin: 12mm 14mm; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 182mm; padding: 6mm 0; background: #fff; color: #111;
  font: 10.5pt/1.4 "Noto Sans SC", "Source Han Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei",
  sans-serif; font-variant-numeric: tabular-nums; }
h1 { font-size: 15pt; margin: 0 0 1mm; text-align: center; }
h2 { font-size: 10.5pt; margin: 3mm 0 1mm; border-bottom: 0.3mm solid #111; }
p { margin: 0 0 1mm; overflow-wrap: anywhere; }
.sub { text-align: center; color: #444; }
table { border-collapse: collapse; width: 100%; font-size: 9.5pt; }
td, th { border: 0.2mm solid #999; padding: 0.6mm 1.6mm; text-align: left; vertical-align: top;
  overflow-wrap: anywhere; }
th { background: #f1f1f1; font-weight: 600; white-space: nowrap; }
td.must::before { content: "★ "; }
.text { white-space: pre-wrap; }
.signatures { display: grid; grid-template-columns: 1fr 1fr; gap: 8mm; margin-top: 3mm; }
.signatures div { border: 0.2mm solid #999; padding: 1.5mm 2mm; min-height: 16mm; }
footer { margin-top: 3mm; font-size: 8pt; color: #444; overflow-wrap: anywhere; }
nav { text-align: right; font-size: 9pt; }
@media print {
  body { padding: 0; max-width: none; }
  nav { display: none; }
  .page { max-height: 272mm; overflow: hidden; }
}
"""


def draw_handover(sheet: HandoverSheet) -> str:
    """Return the hand-over sheet's HTML. Raises KeyError for an unsupported language."""
    say = _Say(sheet.lang)
    shown, rest = sheet.items[:MOST_ITEMS], len(sheet.items) - MOST_ITEMS
    rows = "".join(
        f"<tr><td>{escape(item.kind)}</td><td{' class=must' if item.must else ''}>{escape(item.words)}</td>"
        f"<td>{escape(item.answer)}</td><td>{escape(item.by)}</td></tr>"
        for item in shown
    )
    more = f"<p>{say('more_items', n=str(rest))}</p>" if rest > 0 else ""
    heads = "".join(f"<th>{say(name)}</th>" for name in ("kind", "item", "answer", "by"))
    table = f"<table><tr>{heads}</tr>{rows}</table>{more}" if shown else f"<p>{say('no_items')}</p>"
    warnings = (
        "".join(f"<p>{escape(line)}</p>" for line in sheet.warnings[:3]) or f"<p>{say('no_warning')}</p>"
    )
    body = (
        f"<h1>{say('handover')}</h1><p class=sub>{escape(sheet.span)} → {escape(sheet.to)}</p>"
        f"<p class=sub>{say('leads', out=sheet.outgoing_lead or '—', come=sheet.incoming_lead or '—')}</p>"
        f"<h2>{say('counts')}</h2>{_figures(sheet.counts, say)}"
        f"<h2>{say('warnings')}</h2>{warnings}"
        f"<h2>{say('items', n=str(len(sheet.items)))}</h2>{table}"
        f"<h2>{say('note')}</h2><p class=text>{escape(sheet.note[:LONGEST]) or '—'}</p>"
        f"<div class=signatures><div>{say('outgoing')}<br>{escape(sheet.outgoing) or say('unsigned')}</div>"
        f"<div>{say('incoming')}<br>{escape(sheet.incoming) or say('unsigned')}</div></div>"
        + (f"<p>{escape(sheet.late)}</p>" if sheet.late else "")
        + f"<footer>{say('head', position=str(sheet.position), hash=sheet.hash)}<br>"
        f"{say('printed', t=sheet.printed)}</footer>"
    )
    path = f"/duty/handover/{quote(sheet.shift, safe='')}"
    return _page(sheet.lang, sheet.title, say("handover"), body, path, say)


def draw_daily(sheet: DailySheet) -> str:
    """Return the HTML of the day's report. Raises KeyError for an unsupported language."""
    say = _Say(sheet.lang)
    body = (
        f"<h1>{say('daily')}</h1><p class=sub>{escape(sheet.day)}</p>"
        f"<h2>{say('counts')}</h2>{_figures(sheet.figures, say)}"
        f"<h2>{say('report')}</h2><p class=text>{escape(sheet.text) or '—'}</p>"
        f"<footer>{escape(sheet.signed) or say('unsaved')}<br>{say('printed', t=sheet.printed)}</footer>"
    )
    return _page(sheet.lang, sheet.title, say("daily"), body, f"/duty/daily/{quote(sheet.day, safe='')}", say)


LINES_SHOWN: Final = 8
"""Lines of a section that fit beside the others; further ones are counted."""


def draw_leader_handover(sheet: LeaderSheet) -> str:
    """Return the HTML of the hand-over between two leaders. Raises KeyError for an unsupported language."""
    say = _Say(sheet.lang)
    told = say.words
    cells = "".join(
        f"<th>{escape(told[f'leader.figure.{key}'])}</th><td>{escape(value)}</td>"
        for key, value in sheet.figures.items()
    )
    parts = []
    for section in sheet.sections:
        shown, rest = section.lines[:LINES_SHOWN], len(section.lines) - LINES_SHOWN
        lines = "".join(f"<p>{escape(line)}</p>" for line in shown or [told["leader.sheet.nothing"]])
        more = f"<p>{say('more_items', n=str(rest))}</p>" if rest > 0 else ""
        parts.append(f"<h2>{escape(told[f'leader.sheet.{section.key}'])}</h2>{lines}{more}")
    body = (
        f"<h1>{escape(told['leader.sheet.title'])}</h1><p class=sub>{escape(sheet.drafted)}</p>"
        f"<table><tr>{cells}</tr></table>{''.join(parts)}"
        f"<h2>{escape(told['leader.sheet.watch'])}</h2>"
        f"<p class=text>{escape(sheet.watch[:LONGEST]) or '—'}</p>"
        f"<div class=signatures><div>{escape(told['leader.outgoing'])}<br>"
        f"{escape(sheet.outgoing) or say('unsigned')}</div><div>{escape(told['leader.incoming'])}<br>"
        f"{escape(sheet.incoming) or say('unsigned')}</div></div>"
        f"<footer>{say('printed', t=sheet.printed)}</footer>"
    )
    path = f"/leader/handover/{quote(sheet.id, safe='')}"
    return _page(sheet.lang, sheet.title, escape(told["leader.sheet.title"]), body, path, say)


class _Say:
    """Texts below ``duty_page.sheet.`` and the names of figures, escaped, with their placeholders filled."""

    def __init__(self, lang: str) -> None:
        self.words = own_words(lang)

    def __call__(self, key: str, **values: str) -> str:
        return escape(self.words[f"duty_page.sheet.{key}"].format(**values))

    def figure(self, key: str) -> str:
        return escape(self.words.get(f"duty.figure.{key}", key))


def _figures(figures: Mapping[str, str], say: "_Say") -> str:
    cells = [f"<th>{say.figure(key)}</th><td>{escape(told) or '—'}</td>" for key, told in figures.items()]
    rows = ("".join(cells[start : start + 4]) for start in range(0, len(cells), 4))
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"


def _page(lang: str, centre: str, title: str, body: str, path: str, say: "_Say") -> str:
    other = "en" if lang == "zh" else "zh"
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        f"<title>{title} · {escape(centre)}</title><style>{_STYLE}</style></head>"
        f'<body><nav><a href="{path}?lang={other}">{say("other")}</a></nav>'
        f'<main class="page"><p class=sub>{escape(centre)}</p>{body}</main></body></html>'
    )
