"""The people of a story: accounts, the shift that they are on, the orders they give, the pages they open."""

import asyncio
import io
import secrets
import tempfile
import threading
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

import msgspec
from PIL import Image
from playwright.sync_api import Browser

from city.clocks.city_clock import CityClock
from city.clocks.timestamps import iso
from city.facts.fact import body_of
from feeds.clients.commander import Answer, Commander, Done
from feeds.clients.publisher import Record
from feeds.ledger.ledger import Act, Ledger
from feeds.people.accounts import Accounts
from feeds.people.tokens import TokenStore
from feeds.storage.photo_files import PhotoFiles, read_photo
from tests.console.browser import FULL_HD, Sight
from tests.invented import publish
from tests.photos import with_stored
from tests.quick import QUICK
from tests.running import PATIENCE_S, Running, wait_for

SHANGHAI = ZoneInfo("Asia/Shanghai")
PASSWORD = "Yangjing-2156-road"
PIN = "480215"
LOOKS = 20
"""So often a person looks at a subject again whose news come between the look and the order."""
STREET, OTHER_STREET = "310115008", "310115114"

CENTRE = {
    "chen": ("陈××（值班员）", ["duty_officer"]),
    "li": ("李××（值班员）", ["duty_officer"]),
    "gu": ("顾××（值班长）", ["shift_lead"]),
    "wang": ("王××（副区长）", ["duty_leader"]),
    "xia": ("夏××（副区长）", ["rotating_leader"]),
    "ye": ("叶××（区长）", ["commander"]),
    "intake": ("何××（受理员）", ["intake_officer"]),
    "dispatcher": ("方××（派遣员）", ["dispatcher"]),
    "inspector": ("钟××（监督员）", ["inspector"]),
    "presenter": ("梅××（讲解员）", ["presenter"]),
}
ROSTER = """role,name,seat,deputy,from,to,count
duty_officer,陈××（值班员）,,李××（值班员）,00:00,00:00,
duty_officer,李××（值班员）,,陈××（值班员）,00:00,00:00,
shift_lead,顾××（值班长）,,陆××（副值班长）,00:00,00:00,
duty_leader,王××（副区长）,,周××（区政府办副主任）,00:00,00:00,
"""


@contextmanager
def story(
    holders: dict[str, str] | None = None, *, roster: str = "", leads: dict[str, str] | None = None,
    flood_office: dict[str, str] | None = None,
) -> Iterator["Cast"]:  # fmt: skip
    """Run a whole Citywall with everybody of a story in it; the arguments as :class:`Cast` takes them."""
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        running = Running(Path(folder))
        with Cast(running, holders, roster=roster, leads=leads, flood_office=flood_office) as people:
            try:
                running.start()
                # The engine notes it a moment after the console is ready.
                people.wait_for_type("RosterLoaded")
                yield people
            finally:
                running.stop()


class Cast:
    """Everybody of a story, on a :class:`Running`; call before its processes start."""

    def __init__(
        self, running: Running, holders: dict[str, str] | None = None, *, roster: str = "",
        leads: dict[str, str] | None = None, flood_office: dict[str, str] | None = None,
    ) -> None:  # fmt: skip
        """``holders``: login → agency code, street code or ``village:<street code>``; ``leads``: login → name
        of further shift leads, ``flood_office``: of duty leaders of the flood office."""
        self.running = running
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._commanders: dict[str, Commander] = {}
        self.tokens: dict[str, str] = {}
        (running.data / "roster.csv").write_text(roster or ROSTER, encoding="utf-8")
        self._enrol(running.data, holders or {}, leads or {}, flood_office or {})

    def _enrol(
        self, data: Path, holders: dict[str, str], leads: dict[str, str], flood_office: dict[str, str]
    ) -> None:  # fmt: skip
        accounts, tokens = Accounts(data, QUICK), TokenStore(data)
        told = {name: (display, roles, {}) for name, (display, roles) in CENTRE.items()}
        told |= {name: (display, ["shift_lead"], {}) for name, display in leads.items()}
        told |= {
            name: (display, ["agency_duty_leader"], {"agency": "sw"})
            for name, display in flood_office.items()
        }
        for name, holder in holders.items():
            kind, _, code = holder.rpartition(":")
            is_street = code.isdigit()
            role = "village_operator" if kind else "street_operator" if is_street else "agency_operator"
            told[name] = (f"{name}××", [role], {"street" if is_street else "agency": code})
        for name, (display, roles, rights) in told.items():
            accounts.create(name, display, roles=roles, now=1.0, password=PASSWORD, pin=PIN, **rights)
            self.tokens[name] = tokens.create(name, ["command"], now=1.0, account=name)
        accounts.close()
        tokens.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for commander in self._commanders.values():
            self.wait(commander.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def wait(self, work: Coroutine[Any, Any, Any], seconds: float = PATIENCE_S) -> Any:
        """Run a coroutine in the story's own loop and return what it gives."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(seconds)

    def order(self, who: str, verb: str, key: str, version: int, **args: Any) -> Answer:
        """Give a command on a case as :meth:`send` does; ``key`` is the case's key."""
        return self.send(who, verb, f"case:{key}", version, **args)

    async def _send(
        self, who: str, verb: str, subject: str, version: int, args: dict[str, Any], id_: str = ""
    ) -> Answer:
        if who not in self._commanders:
            url = self.running.console.replace("http", "ws")
            commander = Commander(url, self.tokens[who])
            self._commanders[who] = await commander.__aenter__()
        args = with_stored(self.running.data, args)
        return await self._commanders[who].send(verb, subject, version, args, command_id=id_)

    def done(self, who: str, verb: str, key: str, version: int, **args: Any) -> int:
        """Give a command that must be done; return the case's new version."""
        answer = self.order(who, verb, key, version, **args)
        assert answer.done is not None, (who, verb, answer.refused)
        return answer.done.version

    def send(self, who: str, verb: str, subject: str, version: int, **args: Any) -> Answer:
        """Give a command on any subject over ``/v1/command``.

        A console that did not decide is asked again with the same id: what was done is told, not done twice.
        """
        id_ = secrets.token_hex(8)

        def decided() -> Answer | None:
            answer: Answer = self.wait(self._send(who, verb, subject, version, args, id_))
            return None if answer.refused is not None and answer.refused.code == "read_only" else answer

        found: Answer = wait_for(decided, every=0.2)
        return found

    def give(self, who: str, verb: str, subject: str, version: int, **args: Any) -> Done:
        """Give a command that must be done."""
        answer = self.send(who, verb, subject, version, **args)
        assert answer.done is not None, (who, verb, answer.refused)
        return answer.done

    def does(self, who: str, verb: str, subject: str, **args: Any) -> Done:
        """Give a command that must be done, at the version of the subject's newest fact.

        The engine may write of the subject in between, and a busy console may not have read what the ledger
        holds of it: the person looks and orders again.
        """
        version = self.version(subject)
        for _ in range(LOOKS):
            answer = self.send(who, verb, subject, version, **args)
            if answer.done is not None:
                return answer.done
            assert answer.refused is not None
            before, version = version, self.version(subject)
            may_repeat = version > before or answer.refused.winner is None
            assert (answer.refused.code, may_repeat) == ("conflict", True), (who, verb, answer.refused)
        raise AssertionError((who, verb, answer.refused))

    def version(self, subject: str) -> int:
        """Return the version of a subject after its newest fact."""
        told = [fact["data"].get("version", 0) for fact in self.all_facts() if fact["subject"] == subject]
        return max(told, default=0)

    def photo(self, shade: int = 90) -> str:
        """Store a photo as its agency's page does; return its id. Another shade is another photo."""
        drawn = io.BytesIO()
        Image.new("RGB", (8, 8), (shade, shade, shade)).save(drawn, "PNG")
        return PhotoFiles(self.running.data).put(read_photo(drawn.getvalue(), zone_offset_s=0))

    def set_city(self, moment: str) -> None:
        """Put the city's clock on a local moment (``2026-11-20T21:58``); it runs on at the usual rate."""
        self.wait(self._set_city(datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI).timestamp()))

    async def _set_city(self, epoch: float) -> None:
        machine = datetime.now(tz=SHANGHAI).timestamp()
        clock = CityClock(epoch, machine)
        data = {"city0": iso(clock.city0), "machine0": iso(clock.machine0), "rate": clock.rate}
        await self._append(f"drill:{epoch}:{machine}", body_of("CityClockSet", "city:clock", "drill", data))

    def happened(self, **facts: tuple[str, dict[str, Any]]) -> None:
        """Append the first facts of new subjects: type → (subject, data); wait until they are folded."""
        bodies = [body_of(kind, subject, "drill", data) for kind, (subject, data) in facts.items()]
        new = tuple((subject, 0) for subject, _ in facts.values())
        self.wait(self._append(f"drill:{datetime.now(tz=SHANGHAI).timestamp()}", *bodies, new=new))

    async def _append(self, command: str, *bodies: bytes, new: tuple[tuple[str, int], ...] = ()) -> None:
        ledger = await Ledger.open(self.running.settings.log_url)
        [answer] = await ledger.append([Act(command, bodies, new)])
        await ledger.close()
        while await asyncio.to_thread(self._folded) < answer.position:  # noqa: ASYNC110  # another process's state
            await asyncio.sleep(0.05)

    def _folded(self) -> int:
        """Return the position up to which the console has folded."""
        told = self.running.get("/metrics")[1].decode()
        return next(
            (int(float(line.split()[1])) for line in told.splitlines()
             if line.startswith("citywall_ledger_position ")), 0,
        )  # fmt: skip

    def report(self, records: Sequence[Record]) -> None:
        """Publish cases and wait until the console has folded them: they can be ordered of."""
        ack = publish(self.running, "case", records)
        assert (ack.accepted, ack.rejected) == (len(records), [])
        head = self.wait(self._head())
        wait_for(lambda: self._folded() >= head)

    async def _head(self) -> int:
        ledger = await Ledger.open(self.running.settings.log_url)
        position, _ = await ledger.head()
        await ledger.close()
        return position

    def facts(self, key: str) -> list[dict[str, Any]]:
        """Return the bodies of all facts on a case, oldest first."""
        return [body for body in self.all_facts() if body["subject"] == f"case:{key}"]

    def all_facts(self) -> list[dict[str, Any]]:
        """Return the bodies of all facts, oldest first, each with its ``recorded_at``."""
        found: list[dict[str, Any]] = self.wait(self._facts())
        return found

    async def _facts(self) -> list[dict[str, Any]]:
        ledger = await Ledger.open(self.running.settings.log_url)
        found, after = [], 0
        while rows := await ledger.read(after):
            after = rows[-1].position
            found += [{**msgspec.json.decode(row.body), "recorded_at": row.recorded_at} for row in rows]
        await ledger.close()
        return found

    def wait_for(self, subject: str, kind: str, seconds: float = PATIENCE_S) -> dict[str, Any]:
        """Wait until a subject has a fact of a type; return the newest."""

        def newest() -> dict[str, Any] | None:
            facts = (f for f in reversed(self.all_facts()) if f["subject"] == subject)
            return next((f for f in facts if f["type"] == kind), None)

        return wait_for(newest, seconds, 0.2)

    def wait_for_type(self, kind: str, seconds: float = PATIENCE_S, *, actor: str = "") -> dict[str, Any]:
        """Wait until there is a fact of a type (of an actor, if one is named); return the newest.

        Earlier tests of a module write facts, too: name the actor or the subject of the one that is meant.
        """

        def newest() -> dict[str, Any] | None:
            facts = (f for f in reversed(self.all_facts()) if actor in ("", f["actor"]))
            return next((f for f in facts if f["type"] == kind), None)

        return wait_for(newest, seconds, 0.2)

    def wait_for_fact(self, key: str, kind: str, seconds: float = PATIENCE_S) -> dict[str, Any]:
        """Wait until a case has a fact of a type; return the newest."""

        def newest() -> dict[str, Any] | None:
            return next((f for f in reversed(self.facts(key)) if f["type"] == kind), None)

        return wait_for(newest, seconds, 0.2)

    def desk(self, browser: Browser, who: str, size: tuple[int, int] = FULL_HD, page: str = "desk") -> Sight:
        """Sign in as somebody in a new browser context; wait until the desk, or another page, has started."""
        return Sight(browser, size).sign_in(self.running.console, who, PASSWORD, page).started()


def beside(place: tuple[float, float], *, metres: float) -> tuple[float, float]:
    """Return the point so many metres north of a WGS84 point."""
    return place[0], place[1] + metres / 111_195
