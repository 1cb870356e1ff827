"""A request of heat waits for the first look of its page's channel."""

import asyncio
from typing import Any, cast

import pytest

from console.heat import handlers
from console.heat.handlers import HeatPage, first_look


async def test_a_request_that_comes_before_the_first_look_waits_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(handlers, "LOOK_STEP_S", 0.001)
    seen: list[Any] = []
    asked = asyncio.ensure_future(first_look(HeatPage(cast("Any", None), lambda: seen[0] if seen else None)))
    await asyncio.sleep(0.005)
    assert not asked.done()
    seen.append("seen")
    assert await asked == cast("Any", "seen")


async def test_of_a_page_that_nobody_looks_at_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers, "LOOK_S", 0.01)
    monkeypatch.setattr(handlers, "LOOK_STEP_S", 0.001)
    assert await first_look(HeatPage(cast("Any", None), lambda: None)) is None
