"""Notes: facts that the engine appends to the ledger because rules and auditors need them.

They record the tables and rights in force, the city's clock, and sources that are lost or back. Two engines
may run at the same time: each note expects the version of its subject that this engine has folded, so that
it is written once.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, cast

import structlog

from city.access import SHIFT_ROLES
from city.clocks.freshness import freshness
from city.clocks.timestamps import iso
from city.duty.roster import read_roster
from city.duty.roster_checks import RosterFault, told
from city.facts.fact import body_of
from console.accounts.grant_facts import account_notes
from console.deployment.district import read_rows
from console.live.feed_follower import Follower
from feeds.ledger.ledger import LAST_POSITIONS, Act, Ledger
from feeds.people.accounts import Accounts
from feeds.people.tokens import TokenStore

__all__ = ["ACTOR", "Notes"]

log = structlog.get_logger()

ACTOR = "engine"
NO_BEAT_S = 10.0
"""Without a beat for this long, nothing is known about the sources."""
NOBODY = [{"role": role} for role in sorted(SHIFT_ROLES)]
"""The roster noted when none was ever readable: rows without names, so nobody has a shift's authority."""


class Notes:
    """Compares the present settings with the folded state and appends the differences.

    ``tables`` maps each table to its SHA-256; ``outlets`` are the systems with an adapter,
    ``participants`` those that take part in exercises; ``faults`` finds those of a roster that can be read.
    """

    def __init__(
        self, data_dir: Path, follower: Follower, ledger: Ledger, *,
        clock: Callable[[], float], city_rate: float, tables: Mapping[str, str],
        outlets: tuple[str, ...] = (), participants: tuple[str, ...] = (),
        faults: Callable[[list[dict[str, str]]], Iterable[RosterFault]] = lambda _: (),
    ) -> None:  # fmt: skip
        self._data = data_dir
        self._follower = follower
        self._ledger = ledger
        self._clock = clock
        self._rate = city_rate
        self._tables = tables
        self._outlets = outlets
        self._participants = participants
        self._faults = faults
        self._tokens = TokenStore(data_dir)
        self._accounts = Accounts(data_dir)
        self._accounts_noted = 0
        self._noted: set[str] = set()
        self._roster_refused = ""

    async def step(self) -> None:
        """Append the notes that are missing. Raises LedgerUnavailable, RedisError."""
        await self._note_clock()
        await self._note_roster()
        await self._note_tables()
        await self._note_outlets()
        await self._note_sources()
        await self._note_tokens()
        await self._note_accounts()

    def close(self) -> None:
        """Close the files."""
        self._tokens.close()
        self._accounts.close()

    async def _note_clock(self) -> None:
        clock = self._follower.store.state.ledger.clock
        if clock.rate == self._rate:
            return
        now = self._clock()
        data = {"city0": iso(clock.at(now)), "machine0": iso(now), "rate": self._rate}
        await self._changed("CityClockSet", "city:clock", data)

    async def _note_roster(self) -> None:
        """Note a changed roster. A faulty one is refused; the previous one stays in force.

        Gaps do not refuse a file: they are logged when it is loaded.
        """
        known = self._follower.store.state.ledger.tables
        try:
            rows, sha256 = _roster(self._data)
            if known.get("roster") not in (None, sha256):
                self._check(rows)
        except (ValueError, OSError) as error:
            self._log_roster(str(error))
            if "roster" in known:
                return
            rows, sha256 = NOBODY, ""
        else:
            self._log_roster("")
        if known.get("roster") != sha256:
            await self._changed("RosterLoaded", "table:roster", {"sha256": sha256, "rows": rows})

    def _check(self, rows: list[dict[str, str]]) -> None:
        """Log the gaps of a roster. Raises ValueError that names its other faults by row and column."""
        found = tuple(self._faults(rows))
        wrong = [fault for fault in found if fault.what != "gap"]
        if wrong:
            raise ValueError("; ".join(map(told, wrong)))
        if found:
            log.warning("roster_gaps", gaps=[told(fault) for fault in found])

    def _log_roster(self, refused: str) -> None:
        if refused and refused != self._roster_refused:
            log.error("roster_refused", reason=refused)
        elif self._roster_refused and not refused:
            log.info("roster_read_again")
        self._roster_refused = refused

    async def _note_tables(self) -> None:
        known = self._follower.store.state.ledger.tables
        for table, sha256 in self._tables.items():
            if known.get(table) != sha256:
                await self._changed("TableLoaded", f"table:{table}", {"table": table, "sha256": sha256})

    async def _note_outlets(self) -> None:
        """Note which systems have an adapter, and which of them take part in exercises."""
        ledger = self._follower.store.state.ledger
        wanted = (frozenset(self._outlets), frozenset(self._participants))
        if (ledger.outlets, ledger.exercise_outlets) != wanted:
            data = {"systems": list(self._outlets), "exercise": list(self._participants)}
            await self._changed("OutletsSet", "city:outlets", data)

    async def _note_sources(self) -> None:
        """Note each source once when it is lost and once when it returns."""
        state = self._follower.store.state
        now = self._clock()
        if self._follower.beat_at is None or now - self._follower.beat_at > NO_BEAT_S:
            return  # our connection to the gateway is down; the sources may be well
        noted = state.ledger.lost_sources
        for name, source in state.measured.sources.items():
            if source.heard_at is None:
                continue
            lost = freshness(source.heard_at, source.interval_s, now) == "lost"
            if lost == (name in noted):
                continue
            kind = "SourceLost" if lost else "SourceBack"
            since = iso(source.heard_at if lost else noted[name])
            if await self._changed(kind, f"source:{name}", {"source": name, "since": since}):
                log.warning("source_lost" if lost else "source_back", source=name, since=since)

    async def _note_tokens(self) -> None:
        """Note every grant and revocation of a token."""
        for token in self._tokens.list():
            about = {"number": token.number, "client": token.client}
            granted = {**about, "rights": token.rights, "streets": token.streets, "account": token.account}
            await self._once("TokenGranted", f"token:{token.number}", granted)
            if token.revoked_at is not None:
                revoked = {**about, "at": iso(token.revoked_at)}
                await self._once("TokenRevoked", f"token:{token.number}", revoked)

    async def _note_accounts(self) -> None:
        """Note every change of an account and its rights, in order."""
        for note in account_notes(self._accounts, self._accounts_noted):
            body = body_of(note.kind, note.subject, ACTOR, note.data)
            await self._ledger.append([Act(note.command_id, (body,))])
            self._accounts_noted = note.number

    async def _once(self, kind: str, subject: str, data: dict[str, Any]) -> None:
        """Append a note that exists at most once per subject."""
        command_id = f"{kind}:{subject.removeprefix('token:')}"
        if command_id not in self._noted:
            await self._ledger.append([Act(command_id, (body_of(kind, subject, ACTOR, data),))])
            self._noted.add(command_id)

    async def _changed(self, kind: str, subject: str, data: dict[str, Any]) -> bool:
        """Append a change of a subject; return False when its last note is not folded yet."""
        version = await self._ledger.version(subject)
        last = await cast("Any", self._ledger.client.hget(LAST_POSITIONS, subject))
        if int(last or 0) > self._follower.store.state.ledger.position:
            return False
        command_id = f"{kind}:{subject}:{version + 1}"
        body = body_of(kind, subject, ACTOR, data)
        await self._ledger.append([Act(command_id, (body,), ((subject, version),))])
        return True


def _roster(data_dir: Path) -> tuple[list[dict[str, str]], str]:
    """Return the roster's rows, checked, and the file's SHA-256. Raises ValueError, OSError."""
    rows, sha256 = read_rows(data_dir, "roster.csv")
    read_roster(rows)
    return [{name: cell or "" for name, cell in row.items()} for row in rows], sha256
