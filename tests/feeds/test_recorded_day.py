"""A recorded day of 6,000 cases: exported, and computed once more by pandas from the export alone."""

from datetime import datetime
from pathlib import Path

import pytest

from city.indicators.compute import indicators
from feeds.ledger.audit_export import export
from feeds.ledger.ledger import Ledger
from feeds.ledger.segments import Segments
from tests import export_indicators as independent
from tests.day import DAY, HOUR, RandomDay

CASES = 6000
BEGIN = datetime.fromisoformat("2026-06-09T00:00:00+08:00").timestamp()
END, NOW = BEGIN + DAY, BEGIN + 36 * HOUR
PERIOD = (BEGIN, END)
WANTED = {f"K{number:02}" for number in range(1, 18)} | {"K24"}


@pytest.mark.timeout(600)
async def test_the_export_gives_the_same_indicators(ledger: Ledger, tmp_path: Path) -> None:
    life = RandomDay(BEGIN, CASES).run(NOW)
    assert (life.state.refused, life.state.unknown) == ({}, {})
    # The day has what the indicators must not stumble over.
    states = {case.file.state for case in life.state.cases.values()}
    assert states >= {"voided", "transferred_up", "suspended", "returned", "handling"}
    assert "CaseReassigned" in {told["type"] for told in life.told("ActUndone")}
    assert any(case.file.commanded_by and case.file.supervised_by for case in life.state.cases.values())
    segments = Segments(tmp_path)
    segments.write(life.rows)

    ours = indicators(life.state, PERIOD, now=NOW, zone_offset_s=8 * 3600, calendar=life.rules.calendar)

    table = "".join([line async for line in export(ledger, segments, form="csv")])
    theirs = independent.indicators(independent.Recorded(table, BEGIN, END, NOW))

    assert independent.names(theirs) == WANTED
    assert theirs["K01"] >= CASES
    rates = {key: value for key, value in theirs.items() if isinstance(value, tuple)}
    assert {key: (ours[key].numerator, ours[key].denominator) for key in rates} == rates
    assert min(whole for _, whole in rates.values()) >= 20  # every rate of the day says something
    assert {key: ours[key].value for key in theirs} == {
        key: value if value is None else pytest.approx(value, abs=0.06)
        for key, value in independent.percents(theirs).items()
    }
