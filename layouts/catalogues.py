"""The catalogues: every text of the screens, by language, as one flat table of key → text.

``layouts/words/<lang>/*.json`` hold the product's texts, one file per subject; names of classes, agencies,
streets and sources come from a deployment's tables and settings.
"""

import csv
import json
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

import static

__all__ = ["LANGUAGES", "Names", "catalogue", "holder_names", "own_words", "streets"]

LANGUAGES: Final = ("zh", "en")
FOLDER: Final = Path(__file__).parent / "words"


class Names(msgspec.Struct, frozen=True):
    """The files of a deployment's names; the defaults are the built-in district's."""

    categories: Path = msgspec.field(default_factory=lambda: static.path("tables/categories.csv"))
    metrics: Path = msgspec.field(default_factory=lambda: static.path("tables/metrics.csv"))
    agencies: Path = msgspec.field(default_factory=lambda: static.path("tables/agencies.csv"))
    water_lines: Path = msgspec.field(default_factory=lambda: static.path("tables/water_lines.csv"))
    roads: Path | None = msgspec.field(default_factory=lambda: static.path("district/roads.csv"))
    offices: Path | None = msgspec.field(default_factory=lambda: static.path("district/offices.csv"))
    streets: Path = msgspec.field(default_factory=lambda: static.path("district/streets.csv"))
    sources: Mapping[str, Mapping[str, str]] = {}
    """Client name → language → label."""
    plans: tuple[Path, ...] = msgspec.field(
        default_factory=lambda: tuple(sorted(static.path("plans").glob("*.toml")))
    )
    """The response plans: their tasks have their texts in them."""


def catalogue(lang: str, names: Names) -> dict[str, str]:
    """Return all texts in a language.

    Keys of tables: ``class.<kind>.<code>``, ``metric.<code>``, ``street.<code>``,
    ``agency.<holder code or short Chinese name>``, ``road.<Chinese name>`` and
    ``name_office.<Chinese name>`` (not in Chinese),
    ``source.<client>``, ``water_station.<station>``, ``task.plan.<plan>.<code>`` and ``plan.<plan>``. Raises
    KeyError for an unsupported language.
    """
    if lang not in LANGUAGES:
        message = f"expected a language of {LANGUAGES}, got {lang!r}"
        raise KeyError(message)
    zh = lang == "zh"
    words = own_words(lang)
    for row in _rows(names.categories):
        words[f"class.{row['kind']}.{row['code']}"] = row["name_zh" if zh else "name_en"]
    for row in _rows(names.metrics):
        words[f"metric.{row['code']}"] = row["name_zh" if zh else "name_en"]
    for row in _rows(names.agencies):
        # By code as a holder of our own cases, by short name as other systems send it.
        for name in (row["code"], row["short_zh"]):
            words[f"agency.{name}"] = row["short_zh" if zh else "short_en"]
    for row in _rows(names.streets):
        words[f"street.{row['code']}"] = row["short" if zh else "english"]
        # A street holds cases like an agency, under its code or its short Chinese name.
        for name in (row["code"], row["short"]):
            words[f"agency.{name}"] = row["short" if zh else "english"]
    words |= {
        f"water_station.{row['station']}": row["name_zh" if zh else "name_en"]
        for row in _rows(names.water_lines)
    }
    if not zh:
        words |= _english(names.roads, "road", "road") | _english(names.offices, "office", "name_office")
    for client, labels in names.sources.items():
        if lang in labels:
            words[f"source.{client}"] = labels[lang]
    for path in names.plans:
        words |= _plan_words(tomllib.loads(path.read_text(encoding="utf-8-sig")), lang)
    return words


def _english(table: Path | None, column: str, prefix: str) -> dict[str, str]:
    """Return the English names of a table that only English pages have."""
    rows = _rows(table) if table is not None else ()
    return {f"{prefix}.{row.get(column)}": row["english"] for row in rows if row.get("english")}


def _plan_words(plan: Mapping[str, Any], lang: str) -> dict[str, str]:
    """Return the name of a plan and the texts of its tasks."""
    words = {f"plan.{plan['id']}": plan["name"][lang]}
    for task in plan["task"]:
        key = f"plan.{plan['id']}.{task['code']}"
        words[f"task.{key}"] = task[lang]
        words[f"task_short.{key}"] = task.get(f"short_{lang}") or task[lang]
    return words


def holder_names(names: Names, codes: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return language → code of an agency or street → its short name, in the order of ``codes``."""
    wanted = tuple(codes)
    return {
        lang: {code: words.get(f"agency.{code}", code) for code in wanted}
        for lang in LANGUAGES
        for words in (catalogue(lang, names),)
    }


def own_words(lang: str) -> dict[str, str]:
    """Return the product's texts in one language, of all files. Raises ValueError on a duplicate key."""
    words: dict[str, str] = {}
    for path in sorted((FOLDER / lang).glob("*.json")):
        texts: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        twice = words.keys() & texts.keys()
        if twice:
            message = f"{path.name}: {', '.join(sorted(twice))} is in another file too"
            raise ValueError(message)
        words |= texts
    return words


def streets(names: Names) -> list[str]:
    """Return the codes of the district's streets in the order of their cells."""
    return sorted(row["code"] for row in _rows(names.streets))


def _rows(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))
