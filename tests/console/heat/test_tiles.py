import asyncio
import threading

import pytest

from console.heat.tiles import KEPT, Tiles


async def test_many_who_ask_at_once_wait_for_one_drawing() -> None:
    tiles, gate, drawn = Tiles(), threading.Event(), []

    def draw() -> bytes:
        gate.wait(10)
        drawn.append(1)
        return b"png"

    asked = [asyncio.create_task(tiles.get("a", draw)) for _ in range(20)]
    await asyncio.sleep(0)
    asked[0].cancel()  # one browser left: the others still get it
    gate.set()
    assert await asyncio.gather(*asked[1:]) == [b"png"] * 19
    assert await tiles.get("a", draw) == b"png"
    assert len(drawn) == 1


async def test_a_drawing_that_failed_is_tried_again() -> None:
    tiles = Tiles()

    def fail() -> bytes:
        raise ValueError("no such tile")

    with pytest.raises(ValueError, match="no such tile"):
        await tiles.get("a", fail)
    assert await tiles.get("a", lambda: b"png") == b"png"


async def test_tiles_that_nobody_asks_for_are_forgotten() -> None:
    tiles = Tiles()
    for number in range(KEPT + 1):
        await tiles.get(number, lambda: b"png")
    await tiles.get(KEPT, lambda: b"other")
    await tiles.get(0, lambda: b"other")
    assert tiles.drawn == KEPT + 2
