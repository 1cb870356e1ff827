"""The demo's past: lived through by the real rules, put into an empty ledger once, and never half."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from city.clocks.timestamps import iso, parse
from city.facts.chain import GENESIS
from city.folding.store import Store
from city.indicators.compute import indicators
from console.demo import past
from console.demo.accounts import demo_secrets
from console.demo.past import BEGINS, ENDS, Moment, Past, generate_past
from console.deployment.settings import Settings, read_settings
from console.live.snapshots import Snapshots, kept_days
from feeds.gateway.deliveries import fact_of
from feeds.gateway.ledger_rows import LedgerRows
from feeds.ledger.audit import verify_ledger
from feeds.ledger.ledger import Act, Ledger
from feeds.ledger.segments import Segments
from feeds.protocol.cursors import read_cursor
from feeds.sources.demo.cases.story import Story
from feeds.sources.demo.district import DemoDistrict
from feeds.storage.embedded_servers import EmbeddedServers
from tests.chains import row

UNTIL = parse("2026-11-20T15:00:00+08:00")  # a Friday
MIDNIGHT = UNTIL - 15 * 3600


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("past")
    demo_secrets(folder)
    return folder


def some(until: float, each: int) -> list[Story]:
    """Return every so manieth story of the week before a moment."""
    return DemoDistrict.shipped().past(until)[::each]


@pytest.fixture(scope="module")
def lived(data: Path) -> Iterator[tuple[Past, list[Moment]]]:
    past = Past(data, UNTIL, seed=1)
    yield past, asyncio.run(past.generate(some(UNTIL, 2)))
    past.close()


def test_every_act_of_the_past_is_allowed_and_every_fact_is_folded(lived: tuple[Past, list[Moment]]) -> None:
    past, _ = lived
    ledger = past.store.state.ledger
    assert past.refusals == []
    assert (ledger.unknown, ledger.refused) == ({}, {})
    assert len(ledger.cases) > 300


def test_the_moments_go_on_and_end_with_the_present(lived: tuple[Past, list[Moment]]) -> None:
    at = [moment for moment, _ in lived[1]]
    assert at == sorted(at)
    assert UNTIL - 7 * 86_400 < at[0] < UNTIL - 6 * 86_400
    assert UNTIL - 300 < at[-1] <= UNTIL


def test_cases_are_in_all_states_at_the_end_with_moments_of_their_own(
    lived: tuple[Past, list[Moment]],
) -> None:
    cases = lived[0].store.state.ledger.cases.values()
    states = Counter(case.state for case in cases)
    assert all(states[state] for state in ("reported", "dispatched", "handling", "handled", "closed"))
    assert not any(case.file.imported or not case.file.own for case in cases)
    safe = [case.file.make_safe for case in cases if case.file.make_safe is not None]
    took = [task.done_at - task.ordered_at for task in safe if task.done_at is not None]
    assert min(took) > 60
    assert len({round(span / 60) for span in took}) > 8
    left = Counter(round(case.due_at - UNTIL) for case in cases if case.is_open and case.due_at)
    assert len(left) > 20


def test_the_gateway_knows_of_the_same_cases_that_they_are_over(lived: tuple[Past, list[Moment]]) -> None:
    past, moments = lived
    rows, bodies = LedgerRows(), (body for _, acts in moments for act in acts for body in act.bodies)
    for number, body in enumerate(bodies, 1):
        entry = row(number, GENESIS, body)
        rows.fold(entry, fact_of(entry))
    over = {f"case:{case.key}" for case in past.store.state.ledger.cases.values() if not case.is_open}
    assert len(over) > 100
    assert set(rows.cases.over) == over


def test_the_indicators_of_the_day_have_figures(lived: tuple[Past, list[Moment]]) -> None:
    ledger = lived[0].store.state.ledger
    found = indicators(ledger, (MIDNIGHT, UNTIL), now=UNTIL, zone_offset_s=28_800)
    assert [
        key for key in ("K01", "K02", "K03", "K04", "K08", "K09", "K14") if found[key].value is None
    ] == []


@pytest.fixture
def settings(tmp_path: Path, servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch) -> Settings:
    demo_secrets(tmp_path)
    stories = DemoDistrict.past
    monkeypatch.setattr(DemoDistrict, "past", lambda self, now: stories(self, now)[::25])
    return read_settings({}, data_dir=tmp_path, log_url=servers.log_url, city_rate=2.0)


async def test_the_ledger_gets_it_once_verifies_and_goes_on_at_the_present(
    settings: Settings, ledger: Ledger
) -> None:
    facts = await generate_past(settings, scale=1, seed=1)
    assert facts == (await ledger.head())[0] > 200
    assert await generate_past(settings, scale=1, seed=1) == 0
    verdict = await verify_ledger(ledger, Segments(settings.data_dir / "ledger"), ())
    assert (verdict.ok, verdict.position) == (True, facts)
    store = Store()
    while rows := await ledger.read(store.state.ledger.position):
        store.commit(rows)
    state = store.state.ledger
    assert state.clock.rate == 2.0
    assert abs(state.clock.at(state.clock.machine0) - state.clock.machine0) < 1
    assert all(-1 < case.recorded_at - case.at < 300 for case in state.cases.values())
    assert (state.refused, state.unknown, state.outbox) == ({}, {}, {})


async def test_whoever_follows_goes_on_behind_it(settings: Settings, ledger: Ledger) -> None:
    facts = await generate_past(settings, scale=1, seed=1)
    newest = Snapshots(settings.data_dir / "snapshots").newest(kept_days(settings))
    assert newest is not None
    state, cursor = newest
    assert (state.position, state.hash) == await ledger.head()
    places = read_cursor(cursor, frozenset({"case", "warning", "ops"})).places
    assert {place.ledger for place in places.values()} == {facts}


async def test_a_past_that_was_cut_off_is_taken_away_and_begun_anew(
    settings: Settings, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = ledger.append

    async def cut_off(*_: object, **__: object) -> None:
        body = past._clock_body(UNTIL, iso(UNTIL))
        await append([Act(BEGINS, (body,))])
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(past, "_append", cut_off)
        with pytest.raises(asyncio.CancelledError):
            await generate_past(settings, scale=1, seed=1)
    assert (await ledger.head())[0] == 1
    assert not await ledger.done(ENDS)
    facts = await generate_past(settings, scale=1, seed=1)
    assert facts == (await ledger.head())[0] > 200
    assert await ledger.done(ENDS) == facts


async def test_a_ledger_that_others_began_gets_no_past(settings: Settings, ledger: Ledger) -> None:
    await ledger.append([Act("theirs", (past._clock_body(UNTIL, iso(UNTIL)),))])
    assert await generate_past(settings, scale=1, seed=1) == 0
    assert (await ledger.head())[0] == 1
