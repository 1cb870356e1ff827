"""Hands: what comes from a page's hand goes to its session, and the answers go back."""

import asyncio
from collections.abc import Callable
from typing import Any, Final, Protocol

import structlog

from city.access import Person, verbs_of
from city.views.case_view import account_mark
from console.accounts.authorization import Viewer
from console.accounts.seats import Seats
from console.accounts.sessions import Sessions
from console.deployment.roster import person_of_account
from console.desk.desk_session import DeskServices, DeskSession
from layouts.builder import Visitor

__all__ = ["WALL_VERBS", "PageSessions"]

log = structlog.get_logger()

UNDER_WAY: Final = 64
"""Messages of one page under way at once; one beyond is not heard, and a page sends an order again."""
FIRST_ROLES: Final = (
    "rotating_leader", "duty_leader", "shift_lead", "duty_officer", "dispatcher", "intake_officer",
)  # fmt: skip

WALL_VERBS: Final = frozenset({
    "clear", "dispatch", "escalate", "file", "reassign", "remind", "send_for_ruling", "send_unit", "show",
    "undo",
})  # fmt: skip
"""What a seat may order from a wall: what its rows have buttons for, and what is shown on it.

Everybody in the hall reads a wall, and a seat has a short PIN: for all else there are desks.
"""

Say = Callable[[dict[str, Any]], None]


class _Session(Protocol):
    async def handle(self, message: dict[str, Any]) -> dict[str, Any] | None: ...

    def close(self) -> None: ...


class PageSessions:
    """Makes the visitor of a page: who they are, and where their orders go. Made on the console's loop."""

    def __init__(
        self, counter: DeskServices, sessions: Sessions, seats: Seats, *, zone_offset_s: int
    ) -> None:
        self._counter = counter
        self._sessions, self._seats = sessions, seats
        self._zone_offset_s = zone_offset_s
        self._loop = asyncio.get_running_loop()

    def at_desk(self, viewer: Viewer) -> tuple[Visitor, Callable[[], None]]:
        """Return who opened a desk, and what to call when the page is gone."""
        sessions, counter = self._sessions, self._counter

        def person_of(used: bool) -> Person | None:
            state, now = counter.state(), counter.clock()
            if used:
                return sessions.person(viewer.session, state, now)
            account = sessions.account(viewer.session, now)
            return person_of_account(account, state, now, zone_offset_s=self._zone_offset_s)

        desk = DeskSession(counter, person_of, owner=lambda: sessions.owner(viewer.session))
        page = _Page(desk, self._loop)
        person = person_of(False)
        if person is None:
            return Visitor(page.take), page.close
        role = _first_role(person)
        visitor = Visitor(
            page.take, person.name, role, person.seat, account_mark(person.account), verbs_of(person)
        )  # fmt: skip
        return visitor, page.close

    def at_wall(self, viewer: Viewer, panel: str) -> tuple[Visitor, Callable[[], None]]:
        """Return the visitor of a wall, whom nobody knows until a seat signs in on it."""
        page = _Page(_WallSession(self._counter, self._seats, viewer, panel), self._loop)
        return Visitor(page.take), page.close


class _WallSession:
    """A wall's session: a seat signs in by PIN, orders, and leaves. Nothing is told: walls hold no words."""

    def __init__(self, counter: DeskServices, seats: Seats, viewer: Viewer, panel: str) -> None:
        self._counter, self._seats = counter, seats
        self._viewer, self._panel = viewer, panel
        self._last = ""
        self._desk = DeskSession(counter, self._person, owner=lambda: self._last, verbs=WALL_VERBS)

    def _person(self, used: bool) -> Person | None:
        person = self._seats.person(self._panel, self._counter.state(), used=used)
        self._last = person.account if person is not None else self._last
        return person

    async def handle(self, message: dict[str, Any]) -> dict[str, Any] | None:
        """Return the answer to a message, None when it has none."""
        if "seat" in message:
            return await self._sit(message["seat"])
        if "leave" in message:
            self._seats.leave(self._panel)
            return {"seated": None, "why": ""}
        if message.get("used") is True:  # somebody moves the pointer: the seat's clock starts anew
            self._person(True)
        return await self._desk.handle(message) if "act" in message else None

    def close(self) -> None:
        """Lock the wall: its page is gone."""
        self._seats.leave(self._panel)
        self._desk.close()

    async def _sit(self, told: Any) -> dict[str, Any]:
        told = told if isinstance(told, dict) else {}
        seated = await self._seats.sit(
            self._panel, told.get("account"), told.get("pin"), state=self._counter.state(),
            remote=self._viewer.remote,
        )  # fmt: skip
        person = seated.person
        if person is None:
            return {"seated": None, "why": seated.why}
        told = {
            "name": person.name, "role": _first_role(person), "hand": account_mark(person.account),
            "verbs": [verb for verb in verbs_of(person) if verb in WALL_VERBS],
        }  # fmt: skip
        return {"seated": told, "why": ""}


class _Page:
    """One page's messages under way.

    Bokeh calls a page's functions on the console's loop or, since 3.10, on threads of its own; all that they
    lead to happens on the loop, in their order.
    """

    def __init__(self, session: _Session, loop: asyncio.AbstractEventLoop) -> None:
        self._session = session
        self._loop = loop
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_gone = False

    def take(self, message: dict[str, Any], say: Say) -> None:
        """Take a message from the page's hand; ``say`` sends to it. May be called on any thread."""
        self._loop.call_soon_threadsafe(self._take, message, say)

    def _take(self, message: dict[str, Any], say: Say) -> None:
        if self._is_gone or len(self._tasks) >= UNDER_WAY:
            return
        task = self._loop.create_task(self._answer(message, say))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, message: dict[str, Any], say: Say) -> None:
        try:
            answer = await self._session.handle(message)
            if answer is not None and not self._is_gone:
                say(answer)
        except Exception as error:  # the boundary of a page: what fails is said here, the page asks again
            log.error("hand_failed", exc_info=error)

    def close(self) -> None:
        """Say nothing more: the page is gone. What it ordered goes on. May be called on any thread."""
        self._loop.call_soon_threadsafe(self._close)

    def _close(self) -> None:
        self._is_gone = True
        self._session.close()


def _first_role(person: Person) -> str:
    """Return the role that a page calls its person by: the highest that counts now, else any."""
    held = person.on_shift or person.roles
    return next((role for role in FIRST_ROLES if role in held), next(iter(person.roles), ""))
