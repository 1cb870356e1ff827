"""Two consoles on one ledger and one data dir, as on two machines: together they are as one."""

import asyncio
import copy
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from city.state.row_keys import row_key_of
from feeds.clients.commander import Answer, Commander
from feeds.storage.sqlite import SEVERAL_MACHINES
from tests.invented import case, publish
from tests.people import PASSWORD, Cast
from tests.running import Running, free_port, wait_for
from tests.signed_in import Visitor
from tests.walls import Wall

Both = tuple[Running, Running, Cast]


@contextmanager
def another_console(running: Running, mount: Path) -> Iterator[Running]:
    """A second console, which finds the data dir at another place, as a mount on another machine."""
    mount.symlink_to(running.data, target_is_directory=True)
    other = copy.copy(running)
    other.settings = msgspec.structs.replace(running.settings, port=free_port(), data_dir=mount)
    other._children = {}
    other.start("console", wait=False)
    try:
        running.wait_until_ready()
        other.wait_until_ready()
        yield other
    finally:
        other.end("console")


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        data = Path(folder) / "district"
        data.mkdir()
        (data / SEVERAL_MACHINES).touch()
        running = Running(data)
        try:
            with Cast(running) as cast:
                running.start(wait=False)
                with another_console(running, Path(folder) / "mount") as other:
                    publish(running, "case", [case("a"), case("b"), case("c")])
                    cast.wait_for_type("RosterLoaded")
                    yield running, other, cast
        finally:
            running.stop()


def signed_in(running: Running, who: str = "chen") -> Visitor:
    visitor = Visitor(running.console)
    assert visitor.sign_in(who, PASSWORD).status in (302, 303)
    return visitor


def orders(cast: Cast, consoles: tuple[Running, ...], *order: Any, command_id: str) -> list[Answer]:
    """Give the same order to each console at the same moment."""

    async def give(running: Running) -> Answer:
        url = running.console.replace("http", "ws")
        async with Commander(url, cast.tokens["chen"]) as commander:
            return await commander.send(*order, command_id=command_id)

    async def give_all() -> list[Answer]:
        return list(await asyncio.gather(*map(give, consoles)))

    return asyncio.run(give_all())


def test_an_order_at_one_is_seen_at_the_other_by_the_same_session(both: Both) -> None:
    here, there, cast = both
    cookie = signed_in(here).cookie
    key = row_key_of("hotline/a")
    with Wall(here, "desk", cookie) as mine, Wall(there, "desk", cookie) as other:
        for desk in (mine, other):
            wait_for(lambda desk=desk: key in desk.rows("desk_queue"))
        cast.done("chen", "escalate", "hotline/a", 0)
        for desk in (mine, other):
            wait_for(lambda desk=desk: desk.rows("desk_queue")[key].get("version", 0) >= 1)
        wait_for(lambda: mine.rows("desk_queue").keys() == other.rows("desk_queue").keys())


def test_one_command_id_at_both_happens_once(both: Both) -> None:
    here, there, cast = both
    order = ("comment", "case:hotline/b", 0, {"text": "只一次"})
    answers = orders(cast, (here, there), *order, command_id="twice")
    done = [answer.done for answer in answers]
    assert done[0] is not None
    assert done[1] is not None
    assert done[0].position == done[1].position
    written = [fact for fact in cast.all_facts() if fact["type"] == "CommentAdded"]
    assert [fact["data"]["command"] for fact in written] == ["twice"]


def test_two_orders_on_one_version_have_one_winner(both: Both) -> None:
    _, there, cast = both
    first = cast.order("chen", "escalate", "hotline/c", 0)
    [second] = orders(cast, (there,), "escalate", "case:hotline/c", 0, {}, command_id="late")
    assert first.done is not None
    assert second.refused is not None
    assert second.refused.code == "conflict"
    assert second.refused.winner is not None
    assert second.refused.winner.by == "陈××（值班员）"


def test_who_signs_out_at_one_is_out_at_the_other(both: Both) -> None:
    here, there, _ = both
    visitor = signed_in(here, "li")
    elsewhere = Visitor(there.console)
    elsewhere.cookies = visitor.cookies
    assert elsewhere.get("/desk").status == 200
    assert visitor.post("/sign-out", {"form": visitor.get("/sign-in").form}).status == 303
    assert elsewhere.get("/desk").status != 200


def test_both_are_ready_and_say_the_same_head(both: Both) -> None:
    for console in both[:2]:
        wait_for(lambda console=console: console.ready_problems() == set())
