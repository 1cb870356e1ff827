import asyncio

import pytest
from structlog.testing import capture_logs

from city.clocks.working_time import Calendar
from city.dispatch.decision_rules import DecisionRules
from city.state.ledger_state import CityState
from console.desk.desk_projection import DeskProjection

NOW = 1_789_475_467.0  # 2026-09-15 20:31:07 in Shanghai


def rules() -> DecisionRules:
    return DecisionRules(
        district="310115", zone_offset_s=28_800, categories={}, standards={}, agencies={}, streets={},
        calendar=Calendar(all_hours=True), calendars={}, route=lambda *_: None, boundary_m=lambda *_: 0.0,
        street_of=lambda *_: "",
    )  # type: ignore[arg-type]  # fmt: skip


async def test_the_desk_sees_who_is_where_and_the_days_indicators_once_they_are_reckoned() -> None:
    projection = DeskProjection(rules(), presence=lambda: {"ab": ["陈××"]}, clock=lambda: NOW)
    state = CityState()
    before = projection(state, NOW)
    assert (before.presence, before.indicators, before.indicators_at) == ({"ab": ("陈××",)}, {}, None)
    await projection.compute(state)
    after = projection(state, NOW + 1)
    assert after.indicators_at == NOW
    assert after.indicators["K01"].value == 0


async def test_the_last_indicators_stay_when_new_ones_cannot_be_reckoned() -> None:
    projection = DeskProjection(rules(), presence=dict, clock=lambda: NOW)
    state = CityState()
    await projection.compute(state)
    state.ledger.cases["broken"] = None  # type: ignore[assignment]  # what nobody foresaw
    with capture_logs() as logs:
        await projection.compute(state)
        await projection.compute(state)
    assert [line["event"] for line in logs] == ["indicators_failed"]
    state.ledger.cases.clear()
    assert projection(state, NOW).indicators_at == NOW
    with capture_logs() as logs:
        await projection.compute(state)
    assert [line["event"] for line in logs] == ["indicators_again"]


async def test_nothing_is_reckoned_while_nobody_looks() -> None:
    projection = DeskProjection(rules(), presence=dict, clock=lambda: NOW)
    state = CityState()
    task = asyncio.create_task(projection.run(lambda: state, lambda: False))
    await asyncio.sleep(0.05)
    assert projection(state, NOW).indicators_at is None
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
