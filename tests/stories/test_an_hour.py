"""An hour of the demo left alone: cases live and close by the rules, and every figure can be recomputed."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from city.clocks.timestamps import iso, parse
from city.facts.fact import body_of, read_fact
from console.demo.accounts import demo_secrets, demo_users
from feeds.ledger.ledger import Act, Ledger
from tests.running import Running, wait_for
from tests.signed_in import Visitor
from tests.walls import Wall

BEGIN = parse("2026-11-24T06:45:00+08:00")  # a Tuesday, before the rush
RATE = 80.0
HOUR_S = 3600.0 / RATE

LONGEST_S = 240.0

LIVED = {
    "CaseFiled", "CaseRejected", "CaseVerified", "CaseDispatched", "CaseSigned", "CaseReturned", "MadeSafe",
    "RulingOpened", "OwnershipRuled", "CaseHandled", "CaseChecked", "CaseClosed", "CallerContacted",
}  # fmt: skip
"""What must happen within an hour."""
DISPATCHED, OPEN = 300, 300
"""So many cases are dispatched within the hour, and are open at its end."""

NEXT = {
    "VerificationRequested": "verifying", "CaseVerified": "reported", "CaseFiled": "filed",
    "CaseRejected": "rejected", "CaseMerged": "merged", "CaseDispatched": "dispatched",
    "CaseReassigned": "dispatched", "CaseSigned": "handling", "CaseReturned": "returned",
    "CaseTransferredUp": "transferred_up", "CaseHandled": "handled", "CaseResumed": "handling",
    "CaseClosed": "closed", "CaseVoided": "voided",
}  # fmt: skip
"""Fact → the state that it puts a case into: what an auditor knows, without any of our code."""
OVER = {"closed", "rejected", "merged", "voided"}


class Auditor:
    """The cases as the lines of ``audit export`` tell them."""

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        self.lines = lines
        self.types = Counter(line["type"] for line in lines)
        self.states: dict[str, str] = {}
        self.urgencies: dict[str, str] = {}
        for line in lines:
            self._read(line["type"], line["subject"], line["data"])

    def _read(self, kind: str, subject: str, data: dict[str, Any]) -> None:
        if kind == "CaseReported":
            record = data["record"]
            self.states[subject] = record.get("mirror", {}).get("state", "reported")
            self.urgencies[subject] = record.get("urgency", "normal")
        self.states[subject] = self._next(kind, data, self.states.get(subject, ""))
        self.urgencies[subject] = data.get("urgency") or self.urgencies.get(subject, "")

    @staticmethod
    def _next(kind: str, data: dict[str, Any], before: str) -> str:
        if kind == "RulingOpened":
            return before if data["held"] else "ruling"
        if kind == "SuspensionDecided":
            return "suspended" if data["approved"] else before
        if kind == "CaseChecked":
            return before if data["passed"] else "handling"
        return NEXT.get(kind, before)

    @property
    def open(self) -> list[str]:
        cases = [(subject, state) for subject, state in self.states.items() if subject.startswith("case:")]
        return [subject for subject, state in cases if state not in OVER]

    @property
    def critical(self) -> int:
        return sum(self.urgencies[subject] == "critical" for subject in self.open)

    def count(self, state: str) -> int:
        return sum(told == state for told in self.states.values())


def run(running: Running, *command: str) -> str:
    """Return what a command of the CLI says about the running city."""
    done = subprocess.run(
        [sys.executable, "-m", "console.cli", *command], check=True, capture_output=True, text=True,
        env={**os.environ, **running.settings.environment()}, timeout=180,
    )  # fmt: skip
    return done.stdout


async def set_clock(url: str) -> None:
    """Let city time begin at BEGIN now."""
    ledger = await Ledger.open(url)
    data = {"city0": iso(BEGIN), "machine0": iso(time.time()), "rate": RATE}
    await ledger.append([Act("clock:story", (body_of("CityClockSet", "city:clock", "story", data),))])
    await ledger.close()


async def an_hour(url: str) -> None:
    """Wait for an hour of city time; longer on a machine that is too busy to play it in time."""
    ledger = await Ledger.open(url)
    begun, position = time.monotonic(), 0
    seen: Counter[str] = Counter()

    def is_over() -> bool:
        passed = time.monotonic() - begun
        has_lived = seen.keys() >= LIVED and seen["CaseDispatched"] > DISPATCHED
        return passed >= (HOUR_S if has_lived else LONGEST_S)

    while not is_over():
        while rows := await ledger.read(position):
            seen.update(read_fact(row.position, row.recorded_at, row.body).type for row in rows)
            position = rows[-1].position
        await asyncio.sleep(1.0)
    await ledger.close()


@pytest.fixture(scope="module")
def running(quick_passwords: None) -> Iterator[Running]:
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        whole = Running(Path(folder), city_rate=RATE, demo=True)
        try:
            demo_secrets(Path(folder))
            whole.start()
            asyncio.run(set_clock(whole.servers.log_url))
            whole.start("feeds")
            yield whole
        finally:
            whole.stop()


@pytest.fixture(scope="module")
def auditor(running: Running) -> Auditor:
    """What the ledger holds after an hour; then nothing more happens."""
    asyncio.run(an_hour(running.servers.log_url))
    running.end("feeds")
    running.end("engine")
    lines = run(running, "audit", "export").splitlines()
    return Auditor([json.loads(line) for line in lines])


@pytest.mark.timeout(600)  # more than LONGEST_S and the start of all processes
def test_within_an_hour_cases_go_all_the_ways(auditor: Auditor) -> None:
    assert LIVED - auditor.types.keys() == set()
    assert auditor.types["CaseDispatched"] > DISPATCHED


def test_those_who_act_are_the_invented_citys_people_each_in_their_own_role(auditor: Auditor) -> None:
    roles = {(line["type"], line["role"]) for line in auditor.lines if line.get("role")}
    assert {
        ("CaseFiled", "intake_officer"), ("CaseSigned", "agency_operator"), ("CaseSigned", "street_operator"),
        ("CaseChecked", "inspector"), ("OwnershipRuled", "duty_leader"),
    } <= roles  # fmt: skip


def test_no_command_was_malformed_or_beyond_its_senders_rights(running: Running, auditor: Auditor) -> None:
    refused = [json.loads(line) for line in running.log_text().splitlines() if '"act_refused"' in line]
    codes = Counter((line["verb"], line["code"]) for line in refused)
    assert {code for _, code in codes} <= {"not_now", "conflict", "read_only"}, codes
    assert sum(codes.values()) < 0.02 * sum(auditor.types.values())


def test_the_walls_figures_are_those_of_the_export(running: Running, auditor: Auditor) -> None:
    with Wall(running) as wall:
        wanted = len(auditor.open), auditor.count("ruling"), auditor.critical
        figures = (("queue", "total"), ("act", "ruling"), ("act", "critical"))
        wait_for(
            lambda: tuple(wall.scalar(*one) for one in figures) == wanted,
            why_not=lambda: (wanted, [wall.scalar(*one) for one in figures]),
        )
    assert len(auditor.open) > OPEN


def test_the_desks_figures_are_those_of_the_export(running: Running, auditor: Auditor) -> None:
    night = next(user for user in demo_users(running.data) if user.name == "officer2")
    officer = Visitor(running.console)
    officer.sign_in(night.name, night.password)
    with Wall(running, "desk", officer.cookie) as desk:
        wait_for(lambda: desk.scalar("desk_queue", "all") == len(auditor.open))
        assert desk.scalar("desk_queue", "ruling") == auditor.count("ruling")
        assert desk.scalar("desk_queue", "critical") == auditor.critical
        unseen = auditor.count("reported") + auditor.count("verifying")
        assert desk.scalar("desk_queue", "reported") == unseen
        last = parse(auditor.lines[-1]["recorded_at"])
        wait_for(lambda: (desk.scalar("desk_indicators", "at") or 0.0) > last, 180)
        told = desk.rows("desk_indicators")
    assert told["K10"]["numerator"] == auditor.types["CaseClosed"]
    checked = {line["subject"] for line in auditor.lines if line["type"] == "CaseChecked"}
    assert told["K09"]["denominator"] == len(checked)
    assert told["K12"]["value"] == auditor.count("ruling")


def test_the_chain_is_whole(running: Running, auditor: Auditor) -> None:
    told = run(running, "audit", "verify")
    assert told.startswith(f"good: {len(auditor.lines)} facts")
