"""The timeline of a report: which facts are told, and that nothing typed is."""

import json
import string
from pathlib import Path
from typing import Any

import pytest

from city.facts.fact import Fact
from city.folding.fold import apply
from city.state.ledger_state import LedgerState
from console.after_action.timeline import FactNames, Words
from layouts.catalogues import Names, catalogue

RECORDED = Path(__file__).parents[2] / "recordings" / "facts"
TYPED = "孩子差点掉下去<b>"
TOLD = sorted(
    key.removeprefix("after_action.fact.") for key in catalogue("zh", Names()) if "after_action.fact." in key
)


def words(lang: str) -> Words:
    return Words(catalogue(lang, Names()), lambda at: f"<{at:.0f}>")


def recorded(kind: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((RECORDED / f"{kind}.1.json").read_text(encoding="utf-8"))
    return body


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", TOLD)
def test_each_told_fact_exists_and_its_typed_text_is_left_out(kind: str, lang: str) -> None:
    body = recorded(kind)
    typed = dict.fromkeys(("text", "words", "title", "visit", "watch", "record", "note"), TYPED)
    fact = Fact(1, 0.0, kind, 1, body["subject"], body["actor"], {**body["data"], **typed}, body["role"])
    told = words(lang)
    text = told.told[f"after_action.fact.{kind}"].format_map(FactNames(LedgerState(), fact, told))
    assert text
    assert TYPED not in text


@pytest.mark.parametrize("kind", TOLD)
def test_a_text_names_only_what_its_fact_holds(kind: str) -> None:
    data = recorded(kind)["data"]
    template = catalogue("zh", Names())[f"after_action.fact.{kind}"]
    names = {name for _, name, _, _ in string.Formatter().parse(template) if name}
    assert names <= {"subject", *data}


def test_a_case_is_told_by_its_class_and_street_and_never_by_its_title() -> None:
    state, told = LedgerState(), words("zh")
    record = {
        "id": "1", "client": "hotline", "channel": "hotline_12345", "title": TYPED, "description": TYPED,
        "category": {"kind": "component", "code": "0101", "mapped": {"code": "0101"}}, "lon": 121.5,
        "lat": 31.24, "at": "2026-09-16T01:00:00+00:00", "received": "2026-09-16T01:00:00+00:00",
    }  # fmt: skip
    data = {"record": record, "street": "310115005"}
    apply(state, Fact(1, 0.0, "CaseReported", 1, "case:hotline/1", "hotline", data))
    made = Fact(2, 0.0, "MadeSafe", 1, "case:hotline/1", "s005", {"minutes": 41, "text": TYPED}, "system")
    text = told.told["after_action.fact.MadeSafe"].format_map(FactNames(state, made, told))
    assert text == "上水井盖缺失 · 陆家嘴 先行处置完成，41 分"
