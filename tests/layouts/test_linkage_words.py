"""The words of linkage: every code has its text, and the matrix's words are short."""

import pytest

from city.dispatch.tables.linkage_tables import INCIDENT_CLASSES, VERIFIERS
from city.state.linkage_records import EVIDENCE, GRADES, INCIDENT_STATES, PRIORITIES, TASK_STATES
from layouts.catalogues import LANGUAGES, own_words

WORDS = {lang: own_words(lang) for lang in LANGUAGES}


@pytest.mark.parametrize(
    ("group", "codes"),
    [
        ("incident_state", INCIDENT_STATES), ("incident_class", INCIDENT_CLASSES),
        ("task_state", TASK_STATES),
        ("grade", GRADES), ("priority", PRIORITIES), ("evidence", EVIDENCE), ("verifier", VERIFIERS),
    ],
)  # fmt: skip
def test_every_code_has_its_word(group: str, codes: tuple[str, ...]) -> None:
    assert [code for code in codes if f"{group}.{code}" not in WORDS["zh"]] == []


def test_every_task_has_a_short_form() -> None:
    for words in WORDS.values():
        tasks = {key.partition(".")[2] for key in words if key.startswith("task.")}
        assert tasks
        assert tasks == {key.partition(".")[2] for key in words if key.startswith("task_short.")}


def test_the_short_form_fits_its_cell() -> None:
    short = {lang: [w for key, w in WORDS[lang].items() if key.startswith("task_short.")] for lang in WORDS}
    assert [word for word in short["zh"] if len(word) > 6] == []
    assert [word for word in short["en"] if len(word) > 16] == []


def test_the_columns_of_the_matrix_have_the_words_of_the_trade() -> None:
    columns = ("issued", "acknowledged", "set_out", "arrived", "done", "verified")
    heads = {lang: [WORDS[lang][f"linkage.column.{column}"] for column in columns] for lang in LANGUAGES}
    assert heads["zh"] == ["下达", "签收", "出动", "到场", "完成", "核实"]
    assert heads["en"] == ["Ordered", "Acked", "Left", "Arrived", "Done", "Verified"]
