"""An after-action report, from a ledger's history to a file."""

import json
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from console.after_action.document import draw
from console.after_action.episode import find_episode
from console.after_action.history import History
from console.after_action.indicators import Row, indicator_rows
from console.after_action.pdf import write_pdf
from console.after_action.storm_map import outlines_of
from console.after_action.timeline import Words
from console.deployment.decision_rules import read_decision_rules
from console.deployment.display_names import names_of
from console.deployment.district import District
from console.deployment.settings import Settings
from layouts.catalogues import catalogue

__all__ = ["report_html", "told_indicators", "write_report"]


def report_html(
    history: History, settings: Settings, district: District, activation: str, *, lang: str
) -> str:
    """Return the report on an activation (an id or ``latest``) as HTML. Raises NoActivation."""
    ledger = history.state.ledger
    now = ledger.clock.at(time.time())
    episode = find_episode(history, activation, now)
    words = words_of(settings, district, lang)
    rows = indicator_rows(history.state, read_decision_rules(district, settings.data_dir), episode, words)
    document = json.loads((district.atlas_dir / "streets.geojson").read_text(encoding="utf-8"))
    outlines = outlines_of(document, lang)
    return draw(
        ledger, episode, words, title=district.name[lang], lang=lang, outlines=outlines,
        indicators=rows, made_at=now, streets=[one.code for one in outlines],
    )  # fmt: skip


def told_indicators(
    history: History, settings: Settings, district: District, activation: str, *, lang: str
) -> tuple[Row, ...]:
    """Return E01 – E13 of the response that an activation belongs to. Raises NoActivation."""
    now = history.state.ledger.clock.at(time.time())
    episode = find_episode(history, activation, now)
    rules = read_decision_rules(district, settings.data_dir)
    return indicator_rows(history.state, rules, episode, words_of(settings, district, lang))


def words_of(settings: Settings, district: District, lang: str) -> Words:
    """Return the texts of a report in a language, and how it writes times."""
    zone = ZoneInfo(district.timezone)
    return Words(
        catalogue(lang, names_of(settings, district)),
        lambda at: datetime.fromtimestamp(at, zone).strftime("%m-%d %H:%M"),
    )


def write_report(html: str, path: Path) -> None:
    """Write a report: PDF by the name's ending, else HTML. Raises NoPdf, OSError."""
    if path.suffix.lower() == ".pdf":
        write_pdf(html, path)
    else:
        path.write_text(html, encoding="utf-8")
