import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from city.clocks.timestamps import parse
from city.facts.chain import canonical
from city.facts.fact import body_of
from city.state.row_keys import row_key_of
from feeds.ledger.audit_export import COLUMNS, PEOPLE_COLUMNS, Filter, Form, export
from feeds.ledger.closing import close_segments
from feeds.ledger.ledger import Act, Ledger
from feeds.ledger.segments import Segments

CLOCK = {"city0": "2026-11-20T08:00:00+08:00", "machine0": "2026-01-01T00:00:00+00:00", "rate": 1.0}
REPORT = {
    "record": {
        "id": "c1", "client": "hotline", "channel": "hotline_12345", "at": "2026-11-20T08:00:00+08:00",
        "title": "=cmd|' /C calc'!A0", "lon": 121.5, "lat": 31.2, "reporter_ref": "p_1",
        "category": {"kind": "component", "code": "x", "mapped": {"code": "0101"}},
    },
    "street": "310115004",
}  # fmt: skip
FILED = {
    "version": 1,
    "command": "a",
    "kind": "component",
    "code": "0101",
    "fix_by_at": "2026-11-20T10:00:00+08:00",
}
REVEALED = {"ref": "p_1", "purpose": "call_back", "fields": ["name", "phone"], "text": ""}


@pytest.fixture
async def rows(ledger: Ledger) -> Ledger:
    """A short ledger: the clock, two cases, a reveal, a body that is no fact, and formulas."""
    signed: Any = {"role": "intake_officer", "seat": "A1", "shift": "day"}
    await ledger.append(
        [
            Act("1", (body_of("CityClockSet", "city:clock", "engine", CLOCK),)),
            Act("2", (body_of("CaseReported", "case:hotline/c1", "hotline", REPORT),)),
            Act("3", (body_of("CaseReported", "case:hotline/c2", "hotline", REPORT),)),
            Act(
                "4",
                (body_of("CaseFiled", "case:hotline/c1", "=HYPERLINK(1)", FILED, **signed, reason="-1+1"),),
            ),
            Act("5", (body_of("PersonRevealed", "case:hotline/c1", "u7", REVEALED, **signed),)),
            Act("6", (b"\xff no fact",)),
            Act("7", (canonical({"type": "Noted", "v": 1, "actor": "＋1", "data": {"a": 'x,"y"\n字'}}),)),
        ]
    )
    return ledger  # fmt: skip


async def lines(ledger: Ledger, folder: Path, form: Form = "jsonl", **only: Any) -> list[str]:
    return [line async for line in export(ledger, Segments(folder), form=form, only=Filter(**only))]


async def table(ledger: Ledger, folder: Path, **only: Any) -> list[dict[str, str]]:
    text = "".join(await lines(ledger, folder, "csv", **only))
    return list(csv.DictReader(io.StringIO(text)))


async def test_every_fact_is_told_with_all_of_its_data(rows: Ledger, tmp_path: Path) -> None:
    told = [json.loads(line) for line in await lines(rows, tmp_path)]
    assert [line["position"] for line in told] == [1, 2, 3, 4, 5, 6, 7]
    assert told[3]["data"] == FILED
    assert told[5]["data"] == "\ufffd no fact"
    assert (await rows.head())[1] == told[-1]["hash"]


async def test_what_is_archived_is_told_too(rows: Ledger, tmp_path: Path) -> None:
    now = parse((await rows.read(6))[0].recorded_at)
    await close_segments(rows, Segments(tmp_path), keep_facts=3, keep_s=1e6, now=now)
    assert Segments(tmp_path).last() > 0
    told = [json.loads(line)["position"] for line in await lines(rows, tmp_path)]
    assert told == [1, 2, 3, 4, 5, 6, 7]


async def test_moments_and_codes_have_columns_of_their_own(rows: Ledger, tmp_path: Path) -> None:
    _, report, _, filed, *_ = await table(rows, tmp_path)
    assert tuple(report) == COLUMNS
    assert (report["at"], report["channel"]) == ("2026-11-20T08:00:00+08:00", "hotline_12345")
    assert (report["kind"], report["code"], report["street"]) == ("component", "0101", "310115004")
    assert (report["lon"], report["lat"]) == ("121.5", "31.2")
    assert (filed["fix_by_at"], filed["version"]) == ("2026-11-20T10:00:00+08:00", "1")
    assert (filed["role"], filed["seat"], filed["shift"]) == ("intake_officer", "A1", "day")
    assert json.loads(filed["data"]) == FILED


async def test_city_time_stands_beside_the_ledgers_own(rows: Ledger, tmp_path: Path) -> None:
    """The clock is known though its own row is not asked for."""
    [last] = await table(rows, tmp_path, after=6)
    ahead = parse(CLOCK["city0"]) - parse(CLOCK["machine0"])  # type: ignore[arg-type]
    assert parse(last["city_at"]) == pytest.approx(parse(last["recorded_at"]) + ahead, abs=1e-5)


async def test_no_cell_is_a_formula(rows: Ledger, tmp_path: Path) -> None:
    told = await table(rows, tmp_path)
    assert (told[3]["actor"], told[3]["reason"], told[6]["actor"]) == ("'=HYPERLINK(1)", "'-1+1", "'＋1")
    cells = [cell for row in told for cell in row.values()]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋"))] == []
    assert json.loads(told[6]["data"]) == {"a": 'x,"y"\n字'}


async def test_a_number_below_zero_stays_a_number(ledger: Ledger, tmp_path: Path) -> None:
    await ledger.append([Act("1", (body_of("Noted", "x", "y", {"late_s": -3.5}),))])
    assert [row["late_s"] for row in await table(ledger, tmp_path)] == ["-3.5"]


@pytest.mark.parametrize(
    ("only", "positions"),
    [
        ({"case": "hotline/c1"}, [2, 4, 5]),
        ({"case": row_key_of("hotline/c2")}, [3]),
        ({"case": f"case:~{row_key_of('hotline/c2')}"}, [3]),
        ({"case": "city:clock"}, []),
        ({"types": frozenset({"CaseFiled", "Noted"})}, [4, 7]),
        ({"after": 5}, [6, 7]),
        ({"since": 4e9}, []),
        ({"until": 1e9}, []),
        ({"since": 1e9, "until": 4e9, "case": "hotline/c1", "types": frozenset({"CaseFiled"})}, [4]),
    ],
)  # fmt: skip
async def test_only_what_is_asked_for_is_told(
    rows: Ledger, tmp_path: Path, only: dict[str, Any], positions: list[int]
) -> None:
    assert [json.loads(line)["position"] for line in await lines(rows, tmp_path, **only)] == positions


async def test_since_is_included_and_until_is_not(rows: Ledger, tmp_path: Path) -> None:
    moment = parse((await rows.read(3))[0].recorded_at)  # all seven were one append: one stamp
    assert len(await lines(rows, tmp_path, since=moment)) == 7
    assert await lines(rows, tmp_path, until=moment) == []


async def test_who_saw_which_personal_field_is_told_field_by_field(rows: Ledger, tmp_path: Path) -> None:
    told = await table(rows, tmp_path, people=True)
    assert [tuple(row) for row in told] == [PEOPLE_COLUMNS] * 2
    assert [(r["actor"], r["subject"], r["ref"], r["field"], r["purpose"]) for r in told] == [
        ("u7", "case:hotline/c1", "p_1", "name", "call_back"),
        ("u7", "case:hotline/c1", "p_1", "phone", "call_back"),
    ]
    assert [json.loads(line)["field"] for line in await lines(rows, tmp_path, people=True)] == [
        "name",
        "phone",
    ]
