"""The duty log of a time: entries, lines of facts, corrections and search."""

from city.duty.log_pages import duty_log
from city.state.duty_records import DutyEntry, Signature
from city.state.ledger_state import LedgerState, LogLine


def entry(position: int, at: float, text: str, **more: object) -> DutyEntry:
    told = {"kind": "report", "refs": (), "shift": "s", "seat": "", "corrects": 0, **more}
    return DutyEntry(
        position=position, at=at, text=text, signed=Signature("li", "李××（值班员）", at), **told
    )  # type: ignore[arg-type]


STATE = LedgerState(
    entries=[
        entry(1, 10.0, "三人受困", refs=("case:hotline/1",)),
        entry(4, 40.0, "两人受困", corrects=1),
        entry(5, 50.0, "一人受困，已救出", corrects=4),
        entry(6, 60.0, "Visitor from the city", kind="visit", seat="D-1"),
    ],
    log=[
        LogLine(20.0, "log.post_called", {"post": "seat:cg", "deputy": "赵××（副科长）"}, 2),
        LogLine(45.0, "log.source_lost", {"source": "iot"}, 4),
    ],
)


def positions(span: tuple[float, float] = (0.0, 100.0), query: str = "") -> list[tuple[int, str]]:
    say = {"log.post_called": "呼叫副岗", "log.source_lost": "断线源"}
    rows = duty_log(STATE, span, query, say=lambda key, _: say[key])
    return [(row.position, row.kind) for row in rows]


def test_entries_and_lines_of_facts_are_in_one_order_newest_first() -> None:
    assert positions() == [
        (6, "visit"), (5, "report"), (4, "fact"), (4, "report"), (2, "fact"), (1, "report"),
    ]  # fmt: skip
    assert positions((20.0, 45.0)) == [(4, "report"), (2, "fact")]


def test_a_corrected_entry_is_shown_with_its_corrections_and_theirs() -> None:
    rows = {(row.position, row.kind): row for row in duty_log(STATE, (0.0, 20.0))}
    assert [one.text for one in rows[1, "report"].corrections] == ["两人受困", "一人受困，已救出"]
    every = {(row.position, row.kind): row for row in duty_log(STATE, (0.0, 100.0))}
    assert every[4, "fact"].corrections == ()  # a fact at the position of an entry is another row
    assert every[4, "report"].corrects == 1


def test_the_search_finds_words_of_texts_facts_names_references_and_corrections() -> None:
    assert positions(query="visitor CITY") == [(6, "visit")]
    assert positions(query="副岗") == [(2, "fact")]
    assert positions(query="赵××") == [(2, "fact")]
    assert positions(query="hotline/1") == [(1, "report")]
    assert positions(query="已救出") == [(5, "report"), (4, "report"), (1, "report")]
    assert positions(query="李×× 救出 受困") == [(5, "report"), (4, "report"), (1, "report")]
    assert positions(query="nothing") == []
