"""How an order becomes a fact: once, durable before it is shown, answered the same for ever."""

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from city.access import Person
from city.facts.chain import verify
from city.folding.store import Store
from city.state.row_keys import row_key_of
from console.orders.fold_waiting import FoldWaiter
from console.orders.order_service import REFUSALS_A_MINUTE, Orders
from feeds.storage.embedded_servers import EmbeddedServers
from tests.gateways import restarted
from tests.order_taking import (
    CHEN,
    INTAKE,
    LEAD,
    PHONE,
    STAND_IN,
    WATER,
    Taking,
    order,
    read_test_rules,
    taking,
    types,
)
from tests.running import PATIENCE_S


@pytest.fixture
async def city(servers: EmbeddedServers, tmp_path: Path) -> AsyncIterator[Taking]:
    async with taking(servers, tmp_path) as made:
        yield made


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A console waits for what it has not folded, and for its log, however busy the machine is."""
    monkeypatch.setattr("console.orders.fold_waiting.CATCH_UP_S", PATIENCE_S)
    monkeypatch.setattr("console.orders.order_service.RETRY_S", PATIENCE_S)


async def another_console(city: Taking) -> tuple[Store, Orders]:
    """Return a console that is ready, and its store, which folds nothing by itself."""
    behind = Store()
    behind.commit(await city.ledger.read(0))
    orders = city.console(behind)
    assert await orders.ready()
    return behind, orders


async def test_an_order_is_signed_and_in_the_ledger_when_it_is_answered(city: Taking) -> None:
    [case] = await city.report("a")
    answer = await city.orders.take(CHEN, order("escalate", "a", 0, id_="one", reason="三次来电"))
    [fact] = await city.facts("CaseEscalated")
    assert answer == {
        "command_id": "one",
        "done": {
            "position": str(fact.position), "version": 1, "facts": [{"type": "CaseEscalated", "v": 1}],
            "undo_until": pytest.approx(fact.recorded_at + 20.0),
        },
    }  # fmt: skip
    assert (fact.actor, fact.role, fact.seat, fact.shift) == ("chen", "duty_officer", "1", "day")
    assert fact.subject == f"case:{case.key}"
    assert (fact.data["command"], fact.data["name"], fact.data["version"]) == ("one", "陈××", 1)


async def test_a_case_is_meant_by_its_mark_too(city: Taking) -> None:
    [case] = await city.report("a")
    meant = order("escalate", "a", 0) | {"subject": f"case:~{row_key_of(case.key)}"}
    assert "done" in await city.orders.take(CHEN, meant)
    assert (await city.facts("CaseEscalated"))[0].subject == f"case:{case.key}"


async def test_the_same_command_id_gets_the_same_answer_and_changes_nothing(city: Taking) -> None:
    await city.report("a")
    first = await city.give(CHEN, "escalate", "a", again="one")
    head = await city.ledger.head()
    assert await city.orders.take(CHEN, order("escalate", "a", 0, id_="one")) == first
    assert await city.orders.take(CHEN, order("escalate", "a", 7, id_="one")) == first
    # Even what is no order at all: the id is done.
    assert await city.orders.take(CHEN, {"command_id": "one", "verb": 7}) == first
    assert await city.ledger.head() == head


async def test_the_same_id_of_another_account_is_another_order(city: Taking) -> None:
    await city.report("a", "b")
    await city.give(CHEN, "escalate", "a", again="one")
    assert "done" in await city.give(LEAD, "escalate", "b", again="one")


async def test_of_a_hundred_clicks_one_wins_and_the_others_are_told_who(city: Taking) -> None:
    await city.report("a")
    clicks = [city.orders.take(CHEN, order("escalate", "a", 0, id_=f"k{i}")) for i in range(99)]
    answers = await asyncio.gather(city.orders.take(LEAD, order("escalate", "a", 0, id_="k")), *clicks)
    won = [answer for answer in answers if "done" in answer]
    lost = [answer["refused"] for answer in answers if "refused" in answer]
    assert len(won) == 1
    assert {refused["code"] for refused in lost} == {"conflict"}
    [fact] = await city.facts("CaseEscalated")
    told = {"by": fact.data["name"], "at": fact.recorded_at, "did": "CaseEscalated", "to": fact.data["to"]}
    assert [refused["winner"] for refused in lost] == [told] * 99


async def test_of_three_hundred_clicks_at_once_all_the_others_are_told_who_won(city: Taking) -> None:
    await city.report("a")
    clicks = [city.orders.take(CHEN, order("escalate", "a", 0, id_=f"k{i}")) for i in range(300)]
    answers = await asyncio.gather(*clicks)
    assert len([answer for answer in answers if "done" in answer]) == 1
    lost = [answer["refused"] for answer in answers if "refused" in answer]
    assert [(one["code"], one["winner"]["by"]) for one in lost] == [("conflict", CHEN.name)] * 299


async def test_three_hundred_refusals_at_once_are_all_told_why(city: Taking) -> None:
    await city.report("a")
    clicks = [city.orders.take(WATER, order("escalate", "a", 0, id_=f"k{i}")) for i in range(300)]
    assert {answer["refused"]["code"] for answer in await asyncio.gather(*clicks)} == {"not_allowed"}


async def test_a_remark_means_the_same_whatever_was_done_a_moment_before(city: Taking) -> None:
    await city.report("a")
    said = [order("comment", "a", 0, text=str(number)) for number in range(40)]
    answers = await asyncio.gather(
        city.orders.take(CHEN, order("escalate", "a", 0)),
        *(city.orders.take((CHEN, LEAD)[number % 2], one) for number, one in enumerate(said)),
        city.orders.take(INTAKE, order("report_rule_error", "a", 0, text="归属有误")),
    )
    assert [answer for answer in answers[1:] if "done" not in answer] == []
    assert len(await city.facts("CommentAdded")) == 40
    versions = [fact.data["version"] for fact in await city.facts() if "version" in fact.data]
    assert versions == list(range(1, len(versions) + 1))


async def test_two_leaders_who_sign_at_one_time_both_sign(city: Taking) -> None:
    out, come = (
        Person(account, name, ("rotating_leader",), on_shift=("rotating_leader",))
        for account, name in (("xia", "夏××"), ("ye", "叶××"))
    )
    about = {"subject": "leader_handover:202611291800"}
    drafted = await city.orders.take(
        out,
        {"command_id": "d", "verb": "draft_leader_handover", "version": 0, "args": {"figures": {}}, **about},
    )
    assert drafted["done"]["version"] == 1
    await city.folded()
    sign = {"verb": "sign_leader_handover", "version": 1, **about}
    answers = await asyncio.gather(
        city.orders.take(out, {"command_id": "o", "args": {"side": "outgoing"}, **sign}),
        city.orders.take(come, {"command_id": "i", "args": {"side": "incoming"}, **sign}),
        city.orders.take(out, {"command_id": "o2", "args": {"side": "outgoing"}, **sign}),
    )
    assert ["done" in answer for answer in answers] == [True, True, False]
    assert answers[2]["refused"]["code"] == "not_now"
    assert [fact.data["side"] for fact in await city.facts("LeaderHandoverSigned")] == [
        "outgoing",
        "incoming",
    ]


async def test_a_remark_for_which_there_is_no_turn_is_asked_for_again_not_lost(
    city: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.orders.order_service.TRIES_AT_ANY_VERSION", 1)
    await city.report("a")
    behind, orders = await another_console(city)
    await city.give(CHEN, "escalate", "a")
    busy = await orders.take(LEAD, order("comment", "a", 0, id_="one", text="x"))
    assert (busy["refused"]["code"], busy["refused"]["key"]) == ("read_only", "order_read_only")
    behind.commit(await city.ledger.read(0))
    assert "done" in await orders.take(LEAD, order("comment", "a", 0, id_="one", text="x"))


async def test_a_refusal_is_a_fact_under_its_own_id_and_stays(city: Taking) -> None:
    await city.report("a")
    await city.give(LEAD, "escalate", "a")
    late = await city.orders.take(CHEN, order("escalate", "a", 0, id_="late"))
    [fact] = await city.facts("CommandRefused")
    assert (fact.actor, fact.subject) == ("chen", "case:hotline/a")
    assert (fact.data["verb"], fact.data["code"], fact.data["command"]) == ("escalate", "conflict", "late")
    await city.folded()
    assert await city.orders.take(CHEN, order("escalate", "a", 1, id_="late")) == late
    assert late["refused"]["winner"]["by"] == LEAD.name
    assert city.case("a").file.version == 1


async def test_one_without_the_right_is_refused_and_it_is_on_record(city: Taking) -> None:
    await city.report("a")
    answer = await city.orders.take(WATER, order("escalate", "a", 0))
    assert answer["refused"]["code"] == "not_allowed"
    assert types(await city.facts("CommandRefused", "CaseEscalated")) == ["CommandRefused"]


async def test_refusals_beyond_sixty_a_minute_are_answered_but_not_written(city: Taking) -> None:
    await city.report("a")
    for number in range(REFUSALS_A_MINUTE + 5):
        answer = await city.orders.take(WATER, order("escalate", "a", 0, id_=f"x{number}"))
        assert answer["refused"]["code"] == "not_allowed"
    assert len(await city.facts("CommandRefused")) == REFUSALS_A_MINUTE
    assert city.orders.counts["refusals_unwritten"] == 5
    assert "done" in await city.give(CHEN, "escalate", "a")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"command_id": "x" * 65}, "command_id"), ({"command_id": "a\nb"}, "command_id"),
        ({"command_id": None}, "command_id"), ({"verb": ["file"]}, "verb"), ({"verb": "\ud800"}, "verb"),
        ({"subject": 5}, "subject"), ({"subject": "case:" + "x" * 400}, "subject"),
        ({"version": "1"}, "version"), ({"version": True}, "version"), ({"version": -1}, "version"),
        ({"args": []}, "args"), ({"args": {"text": "x" * 40_000}}, "args"),
        ({"args": {"a": [[[[[[[1]]]]]]]}}, "args"), ({"args": {"text": "\ud800"}}, "args"),
        ({"args": {"colour": "red"}}, "colour"), ({"verb": "conquer"}, "verb"),
    ],
)  # fmt: skip
async def test_what_is_no_order_is_refused_naming_the_field_and_written_nowhere(
    city: Taking, changes: dict[str, Any], field: str
) -> None:
    await city.report("a")
    head = await city.ledger.head()
    answer = await city.orders.take(CHEN, order("escalate", "a", 0, id_="one") | changes)
    assert answer["refused"]["code"] == "bad_args"
    assert answer["refused"]["names"]["field"] == field
    assert await city.ledger.head() == head


@pytest.mark.parametrize("envelope", [None, 7, "escalate", [], {}])
async def test_an_envelope_that_is_none_is_refused(city: Taking, envelope: Any) -> None:
    answer = await city.orders.take(CHEN, envelope)
    assert (answer["command_id"], answer["refused"]["code"]) == ("", "bad_args")


@pytest.mark.parametrize("subject", ["case:nobody/1", "case:~0123456789ab", "incident:1", "wall:no wall!"])
async def test_an_unknown_subject_is_refused_and_written_nowhere(city: Taking, subject: str) -> None:
    verb = "show" if subject.startswith("wall") else "escalate"
    args = {"kind": "view", "view": [0, 1, 0, 1]} if verb == "show" else {}
    envelope = order(verb, "a", 0, **args) | {"subject": subject}
    answer = await city.orders.take(CHEN, envelope)
    assert answer["refused"]["code"] == "unknown_subject"
    assert await city.facts() == []


@pytest.mark.usefixtures("patient")
async def test_one_who_knows_a_newer_version_than_this_console_is_waited_for(city: Taking) -> None:
    await city.report("a")
    behind, orders = await another_console(city)
    await city.give(CHEN, "escalate", "a")
    waiting = asyncio.create_task(orders.take(LEAD, order("comment", "a", 1, text="已联系")))
    await asyncio.sleep(0.1)
    behind.commit(await city.ledger.read(0))
    assert "done" in await waiting


async def test_what_this_console_never_hears_of_is_a_conflict_not_a_wait_for_ever(city: Taking) -> None:
    await city.report("a")
    _, orders = await another_console(city)
    await city.give(CHEN, "escalate", "a")
    answer = await orders.take(LEAD, order("escalate", "a", 1))
    assert answer["refused"]["code"] == "conflict"


async def test_a_console_that_has_not_caught_up_takes_no_orders(city: Taking) -> None:
    """An empty state knows no roster: whoever is on no shift would seem to be on one."""
    await city.report("a")
    fresh = Store()
    orders = city.console(fresh)
    answer = await orders.take(CHEN, order("escalate", "a", 0, id_="one"))
    assert (answer["refused"]["code"], answer["refused"]["key"]) == ("read_only", "order_read_only")
    assert not await orders.ready()
    fresh.commit(await city.ledger.read(0))
    assert await orders.ready()
    assert "done" in await orders.take(CHEN, order("escalate", "a", 0, id_="one"))


async def test_an_order_that_was_done_is_told_as_done_by_a_console_that_just_started(city: Taking) -> None:
    await city.report("a")
    first = await city.give(CHEN, "escalate", "a", again="one")
    starting = city.console(Store())
    assert not await starting.ready()
    assert await starting.starting("chen", order("escalate", "a", 0, id_="one")) == first
    other = await starting.starting("chen", order("escalate", "a", 0, id_="two"))
    assert (other["refused"]["code"], other["refused"]["key"]) == ("read_only", "order_read_only")
    assert starting.counts == {"done": 1, "read_only": 1}


async def test_an_order_that_was_done_is_told_as_done_to_one_who_is_signed_out_since(city: Taking) -> None:
    await city.report("a")
    first = await city.give(CHEN, "escalate", "a", again="one")
    assert await city.orders.signed_out("chen", order("escalate", "a", 0, id_="one")) == first
    for account, command_id in (("chen", "two"), ("li", "one")):
        answer = await city.orders.signed_out(account, order("escalate", "a", 0, id_=command_id))
        assert (answer["refused"]["code"], answer["refused"]["key"]) == ("not_allowed", "order_signed_out")
    unknown = await city.orders.signed_out("", order("escalate", "a", 0, id_="one"))
    assert (unknown["refused"]["code"], unknown["refused"]["key"]) == ("read_only", "order_unknown")
    assert len(await city.facts("CaseEscalated")) == 1


async def test_one_who_is_signed_out_is_not_shown_the_person_by_an_old_id(city: Taking) -> None:
    ref = city.people.ref("hotline", "a")
    city.people.put([(ref, {"name": "王小明", "phone": PHONE})], now=1.0)
    await city.report("a", reporter_ref=ref)
    assert (await city.give(INTAKE, "reveal", "a", purpose="call_back", again="look"))["done"]["person"]
    answer = await city.orders.signed_out("wu", order("reveal", "a", 0, id_="look"))
    assert answer["done"]["person"] is None


async def test_nobody_is_told_that_an_order_was_not_done_while_the_log_is_away(
    city: Taking, servers: EmbeddedServers
) -> None:
    await city.report("a")
    await city.give(CHEN, "escalate", "a", again="one")
    os.kill(servers.log_pid, signal.SIGKILL)
    answer = await city.orders.signed_out("chen", order("escalate", "a", 0, id_="one"))
    assert (answer["refused"]["code"], answer["refused"]["key"]) == ("read_only", "order_unknown")
    assert await restarted(servers) == ["log"]


async def test_the_loser_of_a_race_between_two_consoles_is_told_the_winner(city: Taking) -> None:
    await city.report("a")
    _, orders = await another_console(city)
    await city.give(CHEN, "escalate", "a")
    answer = await orders.take(LEAD, order("escalate", "a", 0))
    assert answer["refused"]["winner"]["by"] == CHEN.name
    assert answer["refused"]["winner"]["did"] == "CaseEscalated"


async def test_a_decider_that_meets_an_unknown_fact_takes_no_orders_but_says_what_was_done(
    city: Taking,
) -> None:
    await city.report("a")
    first = await city.give(CHEN, "escalate", "a", again="one")
    await city.append("future", ("CaseTeleported", "case:hotline/a", {}))
    await city.folded()
    answer = await city.orders.take(CHEN, order("comment", "a", 1, text="x"))
    assert answer["refused"]["code"] == "read_only"
    assert await city.orders.take(CHEN, order("escalate", "a", 1, id_="one")) == first


async def test_the_person_is_in_this_answer_alone_and_the_look_is_on_record(city: Taking) -> None:
    ref = city.people.ref("hotline", "a")
    city.people.put([(ref, {"name": "王小明", "phone": PHONE})], now=1.0)
    await city.report("a", reporter_ref=ref)
    answer = await city.give(INTAKE, "reveal", "a", purpose="call_back", again="look")
    assert answer["done"]["person"] == {"name": "王小明", "phone": PHONE}
    [fact] = await city.facts("PersonRevealed")
    assert (fact.actor, fact.data["purpose"], fact.data["ref"]) == ("wu", "call_back", ref)
    assert all(PHONE not in row.body.decode() for row in await city.ledger.read(0))
    assert await city.orders.take(INTAKE, order("reveal", "a", 0, id_="look")) == answer
    refused = await city.give(CHEN, "reveal", "a", purpose="call_back")
    assert refused["refused"]["code"] == "not_allowed"


async def test_who_handles_a_mirrored_case_is_shown_its_reporter(city: Taking) -> None:
    ref = city.people.ref("hotline", "a")
    city.people.put([(ref, {"name": "王小明", "phone": PHONE})], now=1.0)
    short = read_test_rules().agencies["sw"].short
    await city.report("a", reporter_ref=ref, mirror={"state": "handling", "agency": short})
    answer = await city.give(WATER, "reveal", "a", purpose="on_site")
    assert answer["done"]["person"] == {"name": "王小明", "phone": PHONE}


async def test_an_erased_person_is_nobody(city: Taking) -> None:
    ref = city.people.ref("hotline", "a")
    city.people.put([(ref, {"name": "王小明", "phone": PHONE})], now=1.0)
    await city.report("a", reporter_ref=ref)
    city.people.erase(ref, now=2.0)
    answer = await city.give(INTAKE, "reveal", "a", purpose="call_back")
    assert answer["done"]["person"] is None


async def test_one_who_lost_the_right_is_not_shown_the_person_by_an_old_id(city: Taking) -> None:
    ref = city.people.ref("hotline", "a")
    city.people.put([(ref, {"name": "王小明", "phone": PHONE})], now=1.0)
    await city.report("a", reporter_ref=ref)
    await city.give(INTAKE, "reveal", "a", purpose="call_back", again="look")
    moved = msgspec.structs.replace(INTAKE, roles=("evaluator",))
    answer = await city.orders.take(moved, order("reveal", "a", 0, id_="look"))
    assert answer["done"]["person"] is None


async def test_an_unreadable_people_store_costs_the_person_not_the_answer(city: Taking) -> None:
    await city.report("a", reporter_ref="p_1")
    city.people.close()
    with pytest.raises(sqlite3.ProgrammingError):
        city.people.get(["p_1"])
    answer = await city.give(INTAKE, "reveal", "a", purpose="call_back")
    assert answer["done"]["person"] is None


async def test_a_stand_in_keeps_off_while_a_person_is_at_the_case(city: Taking) -> None:
    [case] = await city.report("a")
    mark = row_key_of(case.key)
    city.presence.look(mark, "chen", CHEN.name)
    answer = await city.orders.take(STAND_IN, order("escalate", "a", 0))
    assert (answer["refused"]["code"], answer["refused"]["key"]) == ("not_now", "person_at_it")
    city.presence.leave(mark, "chen", CHEN.name)
    assert "done" in await city.give(STAND_IN, "escalate", "a")


@pytest.mark.parametrize("verb", ["comment", "make_safe"])
async def test_an_agencys_stand_in_keeps_off_too(city: Taking, verb: str) -> None:
    [case] = await city.report("a")
    city.presence.look(row_key_of(case.key), "chen", CHEN.name)
    responder = msgspec.structs.replace(WATER, account="agency-sw", automated=True)
    answer = await city.orders.take(responder, order(verb, "a", 0, text="已到场"))
    assert answer["refused"]["key"] == "person_at_it"


async def test_a_stand_in_keeps_off_for_a_minute_after_a_person_acted(city: Taking) -> None:
    await city.report("a", "b")
    await city.give(LEAD, "comment", "a", text="我来处理")
    assert (await city.give(STAND_IN, "escalate", "a"))["refused"]["key"] == "person_at_it"
    assert "done" in await city.give(STAND_IN, "escalate", "b")
    assert "done" in await city.give(CHEN, "escalate", "a")


async def test_a_persons_order_goes_before_the_stand_ins_that_wait(city: Taking) -> None:
    keys = [f"s{number}" for number in range(200)]
    await city.report("a", *keys)
    stand_ins = [
        asyncio.create_task(city.orders.take(STAND_IN, order("comment", key, 0, text=key))) for key in keys
    ]
    await asyncio.sleep(0)
    person = asyncio.create_task(city.orders.take(CHEN, order("comment", "a", 0, text="person")))
    answers = [await person, *await asyncio.gather(*stand_ins)]
    done = [int(answer["done"]["position"]) for answer in answers]
    # One call of the script may have been under way before the person's came.
    before = [position for position in done[1:] if position < done[0]]
    assert len(before) <= 64


@pytest.mark.usefixtures("patient")
async def test_an_outcome_that_is_unknown_is_asked_for_again_until_it_is_known(
    city: Taking, servers: EmbeddedServers
) -> None:
    await city.report("a")
    os.kill(servers.log_pid, signal.SIGKILL)
    waiting = asyncio.create_task(city.orders.take(CHEN, order("escalate", "a", 0)))
    await asyncio.sleep(0.4)
    assert not waiting.done()
    assert await restarted(servers) == ["log"]
    assert "done" in await waiting
    assert len(await city.facts("CaseEscalated")) == 1


async def test_a_log_that_stays_away_is_said_and_the_same_id_settles_it_later(
    city: Taking, servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.orders.order_service.RETRY_S", 0.5)
    await city.report("a")
    os.kill(servers.log_pid, signal.SIGKILL)
    answer = await city.orders.take(CHEN, order("escalate", "a", 0, id_="one"))
    assert (answer["refused"]["code"], answer["refused"]["key"]) == ("read_only", "order_unknown")
    assert await restarted(servers) == ["log"]
    assert "done" in await city.orders.take(CHEN, order("escalate", "a", 0, id_="one"))


@pytest.mark.usefixtures("patient")
async def test_a_frozen_log_costs_the_wait_and_nothing_is_done_twice(
    city: Taking, servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.orders.appender.CALL_S", 0.3)
    await city.report("a")
    os.kill(servers.log_pid, signal.SIGSTOP)
    waiting = asyncio.create_task(city.orders.take(CHEN, order("escalate", "a", 0)))
    await asyncio.sleep(1.0)
    os.kill(servers.log_pid, signal.SIGCONT)
    assert "done" in await waiting
    assert len(await city.facts("CaseEscalated")) == 1


async def test_an_answer_does_not_end_with_the_socket_that_asked(city: Taking) -> None:
    await city.report("a")
    asking = asyncio.create_task(city.orders.take(CHEN, order("escalate", "a", 0, id_="one")))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert "done" in await city.orders.take(CHEN, order("escalate", "a", 0, id_="one"))
    assert len(await city.facts("CaseEscalated")) == 1


async def test_an_old_answer_is_found_in_the_segments_when_the_stream_was_trimmed(
    city: Taking, tmp_path: Path
) -> None:
    from feeds.ledger.closing import close_segments  # used here alone
    from feeds.ledger.ledger import Ledger
    from feeds.ledger.segments import Segments

    await city.report("a")
    first = await city.give(CHEN, "escalate", "a", again="one")
    for number in range(30):
        await city.give(CHEN, "comment", "a", text=str(number))
    segments = Segments(tmp_path / "ledger")
    await close_segments(city.ledger, segments, keep_facts=5, keep_s=1e9, now=2e9)
    url = city.ledger.client.connection_pool.connection_kwargs["path"]
    reading = await Ledger.open(f"unix://{url}", segments=tmp_path / "ledger")
    city.ledger, before = reading, city.ledger
    answer = await city.console(city.store).take(CHEN, order("escalate", "a", 0, id_="one"))
    city.ledger = before
    await reading.close()
    assert answer == first


async def test_the_chain_is_good_behind_it_all(city: Taking) -> None:
    await city.report("a", "b")
    for person in (CHEN, WATER, Person("x", "x", ())):
        for key in ("a", "b"):
            await city.give(person, "escalate", key)
    assert verify(await city.ledger.read(0)) == await city.ledger.head()


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("subject", ["shift:310115-2026-11-23-day", "camera:c1"])
async def test_an_act_that_the_next_request_needs_is_waited_for(city: Taking, subject: str) -> None:
    await city.report("a")
    behind, _ = await another_console(city)
    await city.give(CHEN, "escalate", "a")
    head, _ = await city.ledger.head()
    waiting = asyncio.create_task(FoldWaiter(city.ledger, behind).acted(subject, head))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    behind.commit(await city.ledger.read(behind.state.ledger.position))
    await asyncio.wait_for(waiting, 1.0)
    assert behind.state.ledger.position == head


async def test_an_act_on_a_shift_is_folded_when_it_is_answered_so_that_the_next_command_has_its_authority(
    city: Taking,
) -> None:
    behind, orders = await another_console(city)
    asked = {
        "command_id": "in", "verb": "call", "subject": "shift:310115-2026-11-23-day", "version": 0,
        "args": {"to": "seat:cg"},
    }  # fmt: skip
    taken = asyncio.create_task(orders.take(CHEN, asked))
    await asyncio.sleep(0.3)
    assert not taken.done()  # this console has not folded the act yet
    behind.commit(await city.ledger.read(behind.state.ledger.position))
    answer = await asyncio.wait_for(taken, PATIENCE_S)
    assert int(answer["done"]["position"]) == behind.state.ledger.position
