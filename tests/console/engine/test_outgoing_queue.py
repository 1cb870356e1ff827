"""What must leave leaves once its time to undo is over; what was undone does not, or is taken back."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from structlog.testing import capture_logs

from city.clocks.timestamps import parse
from city.state.ledger_state import Item
from console.commands.config import config
from console.engine.outgoing_queue import KEPT, Outbox, read_adapters, read_participants
from console.orders.refusal_texts import Reasons
from feeds.ledger.ledger import LedgerUnavailable
from feeds.storage.embedded_servers import EmbeddedServers
from feeds.writeback.contract import Delivery
from feeds.writeback.open311 import Open311
from feeds.writeback.webhook import Webhook
from layouts.catalogues import Names, catalogue
from tests.feeds.writeback.receiver import Receiver, receiver
from tests.order_taking import CHEN, INTAKE, Taking, taking

SYSTEM = "12345"
REASONS = Reasons(catalogue("zh", Names()), "Asia/Shanghai")


class ManualClock:
    """Machine time that a test moves on."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@pytest.fixture
async def city(servers: EmbeddedServers, tmp_path: Path) -> AsyncIterator[Taking]:
    async with taking(servers, tmp_path) as made:
        await made.report("a", external=[{"system": SYSTEM, "no": "H-7"}])
        yield made


@pytest.fixture
def other() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def outbox_to(city: Taking, clock: ManualClock, url: str, *systems: str) -> Outbox:
    adapters = {system: Webhook(url, b"s", timeout_s=1.0) for system in systems}
    return Outbox(city.ledger, city.store, adapters, reasons=REASONS, clock=clock)


async def undone_on_its_way(city: Taking, clock: ManualClock, other: Receiver, outbox: Outbox) -> None:
    """Undo an act while the other system holds the word of it, and let that answer then."""
    clock.ahead = 21.0
    other.gate.clear()
    await outbox.step()
    await until(lambda: bool(other.asked))
    assert "done" in await city.give(CHEN, "undo", "a")
    other.gate.set()
    await outbox.settled()
    await city.folded()


async def step(city: Taking, outbox: Outbox) -> None:
    await outbox.step()
    await outbox.settled()
    await city.folded()


async def until(seen: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not seen():  # noqa: ASYNC110  # another thread's server tells nobody
            await asyncio.sleep(0.005)


def waiting(city: Taking, to: str = "") -> list[Item]:
    return [item for item in city.store.state.ledger.outbox.values() if not to or item.to == to]


async def escalated(city: Taking) -> str:
    """Escalate the case; return whom the notice is for."""
    answer = await city.give(CHEN, "escalate", "a")
    assert "done" in answer
    return str((await city.facts("CaseEscalated"))[0].data["to"])


async def test_nothing_leaves_before_its_time_and_then_once(
    city: Taking, clock: ManualClock, other: Receiver
) -> None:
    to = await escalated(city)
    outbox = outbox_to(city, clock, other.url, to)
    await step(city, outbox)
    assert other.received == []
    clock.ahead = 21.0
    await step(city, outbox)
    await step(city, outbox)
    [(_, headers, body)] = other.received
    told = json.loads(body)
    assert (told["kind"], told["system"], told["id"]) == ("notice", to, headers["Idempotency-Key"])
    assert told["text"].startswith("升级：")
    assert waiting(city, to) == []
    [fact] = await city.facts("OutboxDelivered")
    assert fact.data == {
        "item": told["id"], "to": to, "kind": "notice", "what": "outbox.CaseEscalated", "adapter": "webhook",
        "status": "accepted",
    }  # fmt: skip


async def test_what_is_undone_in_time_never_leaves(city: Taking, clock: ManualClock, other: Receiver) -> None:
    to = await escalated(city)
    assert "done" in await city.give(CHEN, "undo", "a")
    outbox = outbox_to(city, clock, other.url, to)
    clock.ahead = 60.0
    await step(city, outbox)
    assert [json.loads(body)["kind"] for _, _, body in other.received if b"notice" in body] == []


async def test_what_was_sent_and_is_undone_is_recalled(
    city: Taking, clock: ManualClock, other: Receiver
) -> None:
    to = await escalated(city)
    outbox = outbox_to(city, clock, other.url, to)
    clock.ahead = 21.0
    await step(city, outbox)
    assert "done" in await city.give(CHEN, "undo", "a")
    await step(city, outbox)
    first, recall = (json.loads(body) for _, _, body in other.received)
    assert recall["recall_of"] == first["id"]
    assert recall["text"].startswith("撤回升级：")


async def test_what_is_undone_while_it_is_on_its_way_is_recalled_by_whatever_engine_is_there_then(
    city: Taking, clock: ManualClock, other: Receiver
) -> None:
    to = await escalated(city)
    outbox = outbox_to(city, clock, other.url, to)
    await undone_on_its_way(city, clock, other, outbox)
    await outbox.close()
    another = outbox_to(city, clock, other.url, to)
    await step(city, another)
    first, recall = (json.loads(body) for _, _, body in other.received)
    assert (recall["recall_of"], recall["text"]) == (first["id"], first["text"].replace("升级", "撤回升级"))
    await step(city, another)
    assert len(other.received) == 2


async def test_what_is_undone_while_it_is_on_its_way_and_may_have_arrived_is_recalled(
    city: Taking, clock: ManualClock, other: Receiver
) -> None:
    to = await escalated(city)
    outbox = outbox_to(city, clock, other.url, to)
    other.answers = [503]
    await undone_on_its_way(city, clock, other, outbox)
    await step(city, outbox)
    [failed] = await city.facts("OutboxFailed")
    [(_, _, body)] = other.received
    assert json.loads(body)["recall_of"] == failed.data["item"] == other.asked[0]


async def test_a_failing_system_is_tried_again_ever_later_and_told_once(
    city: Taking, clock: ManualClock, other: Receiver
) -> None:
    to = await escalated(city)
    outbox = outbox_to(city, clock, other.url, to)
    other.answers = [500, 503]
    tries = []
    for ahead in (21.0, 22.0, 23.5, 24.0, 28.0, 40.0):
        clock.ahead = ahead
        before = len(other.answers)
        await step(city, outbox)
        tries.append(before - len(other.answers) + len(other.received))
    [delayed] = await city.facts("OutboxDelayed")
    assert (delayed.data["to"], delayed.data["tries"], delayed.data["reason"]) == (to, 1, "HTTP 500: {}")
    # Tried at 21 and 23.5 in vain (2 s later), then at 28 (4 s later) with success.
    assert tries == [1, 0, 1, 0, 1, 1]
    assert len(other.received) == 1
    assert waiting(city, to) == []


async def test_a_dead_system_gets_its_mail_when_it_is_back(city: Taking, clock: ManualClock) -> None:
    to = await escalated(city)
    with receiver() as first:
        port, url = first.port, first.url
    outbox = outbox_to(city, clock, url, to)
    clock.ahead = 21.0
    await step(city, outbox)
    assert len(waiting(city, to)) == 1
    with receiver(port) as back:
        clock.ahead = 30.0
        await step(city, outbox)
        assert len(back.received) == 1


async def test_a_slow_system_does_not_hold_up_the_others_nor_is_it_asked_twice_at_once(
    city: Taking, clock: ManualClock, other: Receiver
) -> None:
    to = await escalated(city)
    await city.give(CHEN, "reject", "a", reason="no_problem")
    clock.ahead = 21.0
    with receiver() as slow:
        slow.gate.clear()
        adapters = {SYSTEM: Webhook(slow.url), to: Webhook(other.url)}
        outbox = Outbox(city.ledger, city.store, adapters, reasons=REASONS, clock=clock)
        await outbox.step()
        await until(lambda: bool(slow.asked and other.received) and not waiting(city, to))
        await city.report("b")
        await city.give(CHEN, "escalate", "b")
        clock.ahead = 60.0
        await outbox.step()
        await until(lambda: len(other.received) == 2)
        assert (len(slow.asked), slow.received) == (1, [])
        slow.gate.set()
        await outbox.settled()
        assert len(slow.received) == 1


async def test_one_case_that_a_system_does_not_take_holds_up_no_other_case(
    city: Taking, clock: ManualClock, other: Receiver
) -> None:
    await city.report("b", "c")
    to = await escalated(city)
    [fact] = await city.facts("CaseEscalated")
    await city.append("again", ("CaseEscalated", "case:hotline/a", {**fact.data, "version": 2}))
    for key in ("b", "c"):
        await city.give(CHEN, "escalate", key)
    first, _second, b, c = (item.id for item in waiting(city, to))
    other.refused = {first}
    outbox = outbox_to(city, clock, other.url, to)
    clock.ahead = 21.0
    await step(city, outbox)
    assert other.asked == [first, b, c]
    assert len(waiting(city, to)) == 2


async def test_hazards_go_first(city: Taking, clock: ManualClock, other: Receiver) -> None:
    to = await escalated(city)
    await city.report("b", urgency="critical")
    await city.give(CHEN, "escalate", "b")
    a, b = (item.id for item in waiting(city, to))
    clock.ahead = 21.0
    await step(city, outbox_to(city, clock, other.url, to))
    assert other.asked == [b, a]


async def test_a_system_that_is_down_is_not_asked_for_each_of_a_thousand_items(
    city: Taking, clock: ManualClock, other: Receiver
) -> None:
    keys = [f"k{number}" for number in range(6)]
    await city.report(*keys)
    for key in keys:
        await city.give(CHEN, "escalate", key)
    [to] = {item.to for item in waiting(city)}
    outbox = outbox_to(city, clock, other.url, to)
    other.answers = [503] * 4
    clock.ahead = 60.0
    await step(city, outbox)
    await step(city, outbox)
    assert len(other.asked) == 3
    clock.ahead += 3.0
    await step(city, outbox)
    assert len(other.asked) == 4
    clock.ahead += 60.0
    await step(city, outbox)
    assert waiting(city) == []


async def test_tries_are_counted_on_after_a_restart_and_tell_the_same(
    city: Taking, clock: ManualClock, other: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Delivery] = []
    deliver = Webhook.deliver

    def listened(adapter: Webhook, delivery: Delivery) -> str:
        told.append(delivery)
        return deliver(adapter, delivery)

    monkeypatch.setattr(Webhook, "deliver", listened)
    to = await escalated(city)
    other.answers = [500, 500, 500]
    for ahead in (21.0, 40.0):
        clock.ahead = ahead
        await step(city, outbox_to(city, clock, other.url, to))
        await city.give(INTAKE, "comment", "a", text=f"{ahead}")
        assert [item.tries for item in waiting(city, to)] == [1]
    assert len(await city.facts("OutboxDelayed")) == 1
    clock.ahead = 25 * 3600.0
    await step(city, outbox_to(city, clock, other.url, to))
    [failed] = await city.facts("OutboxFailed")
    assert failed.data["tries"] == 2
    [happened] = await city.facts("CaseEscalated")
    assert told == [told[0]] * 3
    assert parse(told[0].at) == int(happened.recorded_at)


async def test_what_was_told_and_cannot_be_written_is_written_later_and_not_told_again(
    city: Taking, clock: ManualClock, other: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = await escalated(city)
    outbox = outbox_to(city, clock, other.url, to)
    clock.ahead = 21.0

    async def gone(*_: object) -> None:
        raise LedgerUnavailable("no answer")

    with monkeypatch.context() as patched:
        patched.setattr(city.ledger, "append", gone)
        with capture_logs() as logs:
            await step(city, outbox)
            await step(city, outbox)
    assert [line["event"] for line in logs] == ["outbox_waits"]
    assert len(waiting(city, to)) == 1
    await step(city, outbox)
    assert waiting(city, to) == []
    assert len(other.asked) == 1


async def test_a_refusal_for_good_ends_the_item_and_says_why(
    city: Taking, clock: ManualClock, other: Receiver
) -> None:
    to = await escalated(city)
    outbox = outbox_to(city, clock, other.url, to)
    other.answers = [400]
    clock.ahead = 21.0
    await step(city, outbox)
    [fact] = await city.facts("OutboxFailed")
    assert fact.data["reason"].startswith("HTTP 400")
    assert fact.data["tries"] == 1
    assert waiting(city, to) == []


async def test_after_a_day_in_vain_it_is_given_up(city: Taking, clock: ManualClock, other: Receiver) -> None:
    to = await escalated(city)
    outbox = outbox_to(city, clock, other.url, to)
    other.answers = [500, 500]
    clock.ahead = 21.0
    await step(city, outbox)
    clock.ahead = 25 * 3600.0
    await step(city, outbox)
    [fact] = await city.facts("OutboxFailed")
    assert fact.data["tries"] == 2


async def test_what_has_no_adapter_is_said_to_be_kept_here(city: Taking, clock: ManualClock) -> None:
    to = await escalated(city)
    outbox = Outbox(city.ledger, city.store, {}, reasons=REASONS, clock=clock)
    clock.ahead = 21.0
    await step(city, outbox)
    await step(city, outbox)
    kept = [fact.data for fact in await city.facts("OutboxDelivered")]
    assert {(data["adapter"], data["status"]) for data in kept} == {("", KEPT)}
    assert [data["to"] for data in kept].count(to) == 1
    assert waiting(city) == []


async def test_two_engines_write_each_delivery_once(
    city: Taking, clock: ManualClock, other: Receiver
) -> None:
    to = await escalated(city)
    clock.ahead = 21.0
    both = [outbox_to(city, clock, other.url, to) for _ in range(2)]
    await asyncio.gather(*(step(city, outbox) for outbox in both))
    await city.folded()
    assert len(await city.facts("OutboxDelivered")) == 1
    assert len({headers["Idempotency-Key"] for _, headers, _ in other.received}) == 1


async def test_an_adapter_that_breaks_stops_nobody_elses_mail(
    city: Taking, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = await escalated(city)
    outbox = outbox_to(city, clock, "http://127.0.0.1:1", to)

    def broken(*_: object) -> str:
        raise KeyError("a bug")

    monkeypatch.setattr(Webhook, "deliver", broken)
    clock.ahead = 21.0
    await step(city, outbox)
    assert len(waiting(city, to)) == 1


async def test_a_cases_status_goes_back_to_where_it_came_from(
    city: Taking, clock: ManualClock, other: Receiver
) -> None:
    assert "done" in await city.give(CHEN, "reject", "a", reason="no_problem")
    adapters = {SYSTEM: Open311(other.url, b"key")}
    outbox = Outbox(city.ledger, city.store, adapters, reasons=REASONS, clock=clock)
    clock.ahead = 21.0
    await step(city, outbox)
    [(path, _, body)] = other.received
    assert path == "/servicerequestupdates.json"
    assert b"service_request_id=H-7" in body
    assert b"status=closed" in body


def test_adapters_are_read_from_the_city_toml(tmp_path: Path) -> None:
    assert read_adapters(tmp_path) == {}
    told = '[outbox.12345]\nkind = "open311"\nurl = "https://a.example/v2"\n'
    (tmp_path / "city.toml").write_text(told, encoding="utf-8")
    assert read_adapters(tmp_path)["12345"].kind == "open311"
    (tmp_path / "city.toml").write_text("outbox = 3\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"city\.toml: outbox: expected tables"):
        read_adapters(tmp_path)


def test_a_wrong_adapter_is_named_by_config_check(tmp_path: Path) -> None:
    told = '[outbox.12345]\nkind = "fax"\nurl = "https://a.example"\n'
    (tmp_path / "city.toml").write_text(told, encoding="utf-8")
    done = CliRunner().invoke(config, ["check", "--data-dir", str(tmp_path)])
    assert done.exit_code != 0
    assert "outbox.12345.kind: expected one of webhook, open311, got 'fax'" in done.output


@pytest.mark.parametrize(("participants", "sent"), [((), 0), ((SYSTEM,), 1)])
async def test_a_message_of_an_exercise_is_sent_to_participants_alone_even_if_it_was_queued(
    city: Taking, clock: ManualClock, other: Receiver, participants: tuple[str, ...], sent: int
) -> None:
    outbox = Outbox(
        city.ledger, city.store, {SYSTEM: Webhook(other.url, b"s", timeout_s=1.0)}, reasons=REASONS,
        clock=clock, participants=frozenset(participants),
    )  # fmt: skip
    assert "done" in await city.give(CHEN, "reject", "a", reason="no_problem")
    await city.folded()
    waiting = city.store.state.ledger.outbox
    for name, item in list(waiting.items()):
        waiting[name] = msgspec.structs.replace(item, is_exercise=True)
    clock.ahead = 21.0
    await step(city, outbox)
    assert len(other.received) == sent
    assert all("【演练】".encode() in body or rb"\u3010\u6f14" in body for _, _, body in other.received)
    assert city.store.state.ledger.outbox == {}


def test_participants_are_read_from_the_city_toml(tmp_path: Path) -> None:
    told = '[outbox.lh]\nkind = "webhook"\nurl = "https://a.example"\nexercise = true\n'
    told += '[outbox.dl]\nkind = "webhook"\nurl = "https://b.example"\n'
    (tmp_path / "city.toml").write_text(told, encoding="utf-8")
    assert read_participants(tmp_path) == {"lh"}
    assert set(read_adapters(tmp_path)) == {"lh", "dl"}
