"""Orders on a real ledger, folded as it grows: what tests of orders, outbox and story have in common."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from city.access import Person
from city.dispatch.decision_rules import DecisionRules
from city.facts.fact import Fact, body_of, read_fact
from city.folding.store import Store
from city.state.ledger_state import Case
from console.deployment.decision_rules import read_decision_rules
from console.deployment.district import read_district
from console.orders.order_service import Orders
from console.orders.photo_names import PhotoNames
from console.orders.presence import Presence
from console.orders.refusal_texts import Reasons
from feeds.ledger.ledger import Act, Appended, Ledger, LedgerUnavailable
from feeds.people.reporters import PeopleStore
from feeds.storage.connections import connect
from feeds.storage.embedded_servers import EmbeddedServers
from feeds.storage.photo_files import PhotoFiles
from layouts.catalogues import Names, catalogue
from tests.running import PATIENCE_S

CHEN = Person("chen", "陈××", ("duty_officer",), seat="1", shift="day", on_shift=("duty_officer",))
LEAD = Person("li", "李××", ("shift_lead",), on_shift=("shift_lead",))
INTAKE = Person("wu", "吴××", ("intake_officer",))
WATER = Person("water", "水务××", ("agency_operator",), agency="sw")
STAND_IN = Person(
    "demo-duty", "值班演示", ("duty_officer", "intake_officer"), on_shift=("duty_officer",), automated=True
)
PHONE = "13800001234"


@lru_cache
def read_test_rules() -> DecisionRules:
    nowhere = Path("/nonexistent")
    return read_decision_rules(read_district(nowhere), nowhere)


class Taking:
    """A ledger with its folding store and one console's orders."""

    def __init__(self, servers: EmbeddedServers, ledger: Ledger, data: Path) -> None:
        self.ledger = ledger
        self.store = Store()
        self.people = PeopleStore(data)
        self.photos = PhotoFiles(data)
        self.pictures = connect(servers.pictures_url)
        self.presence = Presence(self.pictures, clock=time.time)
        self.orders = self.console(self.store)

    def console(self, store: Store) -> Orders:
        """Another console's orders on the same ledger."""
        return Orders(
            self.ledger, store, rules=read_test_rules(), people=self.people, presence=self.presence,
            photos=PhotoNames(self.photos), reasons=Reasons(catalogue("zh", Names()), "Asia/Shanghai"),
            clock=time.time,
        )  # fmt: skip

    async def follow(self) -> None:
        while True:
            try:
                async for rows in self.ledger.tail(self.store.state.ledger.position):
                    self.store.commit(rows)
            except LedgerUnavailable:
                await asyncio.sleep(0.05)

    async def folded(self) -> None:
        """Wait until the store has folded all that there is."""
        head, _ = await self.ledger.head()
        async with asyncio.timeout(PATIENCE_S):
            while self.store.state.ledger.position < head:  # noqa: ASYNC110  # the store tells nobody
                await asyncio.sleep(0.002)

    async def report(self, *keys: str, **given: Any) -> list[Case]:
        """Put cases into the ledger, as the gateway does."""
        now = datetime.now(UTC).isoformat()
        acts = []
        for key in keys:
            record = {
                "id": key, "at": now, "received": now, "client": "hotline", "channel": "hotline_12345",
                "title": "井盖缺失", "category": {"kind": "component", "code": "0101"}, "lon": 121.5208,
                "lat": 31.2102, "road": "浦东南路", "street": "310115004", **given,
            }  # fmt: skip
            body = body_of("CaseReported", f"case:hotline/{key}", "source:hotline", {"record": record})
            acts.append(Act(f"pub:case:hotline:{key}", (body,)))
        await self._append(acts)
        await self.folded()
        return [self.case(key) for key in keys]

    async def _append(self, acts: list[Act]) -> None:
        """Append as the gateway does: what is unknown is sent again with the same ids."""
        while True:
            try:
                await self.ledger.append(acts)
            except LedgerUnavailable:
                await asyncio.sleep(0.05)
            else:
                return

    def case(self, key: str) -> Case:
        return self.store.state.ledger.cases[f"hotline/{key}"]

    async def give(
        self, person: Person, verb: str, key: str, *, again: str = "", **args: Any
    ) -> dict[str, Any]:
        """Give a command on a case as its sender sees it; wait until it is folded."""
        version = self.case(key).file.version
        answer = await self.orders.take(person, order(verb, key, version, id_=again, **args))
        await self.folded()
        return answer

    async def facts(self, *types: str) -> list[Fact]:
        rows = await self.ledger.read(0, count=100_000)
        facts = [read_fact(row.position, row.recorded_at, row.body) for row in rows]
        return [fact for fact in facts if not types or fact.type in types]

    async def append(self, command_id: str, *facts: tuple[str, str, dict[str, Any]]) -> Appended:
        """Put facts of somebody else's into the ledger."""
        bodies = tuple(body_of(kind, subject, "engine", data) for kind, subject, data in facts)
        [answer] = await self.ledger.append([Act(command_id, bodies)])
        assert isinstance(answer, Appended)
        return answer


_count = iter(range(1_000_000))


def order(verb: str, key: str, version: int, *, id_: str = "", **args: Any) -> dict[str, Any]:
    return {
        "command_id": id_ or f"c-{next(_count)}", "verb": verb, "subject": f"case:hotline/{key}",
        "version": version, "args": args,
    }  # fmt: skip


def types(facts: Sequence[Fact]) -> list[str]:
    return [fact.type for fact in facts]


def without_moments(answer: dict[str, Any]) -> Any:
    return msgspec.json.decode(msgspec.json.encode(answer))


@asynccontextmanager
async def taking(servers: EmbeddedServers, data: Path) -> AsyncIterator[Taking]:
    ledger = await Ledger.open(servers.log_url)
    made = Taking(servers, ledger, data)
    following = asyncio.create_task(made.follow())
    assert await made.orders.ready()
    try:
        yield made
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
        made.people.close()
        await made.pictures.aclose()
        await ledger.close()
