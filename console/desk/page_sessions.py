"""Page sessions: pass each page's messages to its session and send back the answers."""

import asyncio
from collections.abc import Callable
from typing import Any, Final, Protocol

import structlog

from city.access import Person, may_open, may_order
from city.views.case_view import account_mark
from console.accounts.authorization import Viewer
from console.accounts.seats import Seats
from console.accounts.sessions import Sessions
from console.deployment.roster import person_of_account
from console.desk.agency_session import AgencyServices, AgencySession
from console.desk.desk_session import DeskServices, DeskSession
from console.orders.order_session import OrderSession
from layouts.builder import Visitor

__all__ = ["WALL_VERBS", "PageSessions"]

log = structlog.get_logger()

UNDER_WAY: Final = 64
"""The most messages of one page in progress. Further ones are dropped; a page sends its orders again."""
FIRST_ROLES: Final = (
    "rotating_leader", "duty_leader", "shift_lead", "duty_officer", "dispatcher", "intake_officer",
)  # fmt: skip

WALL_VERBS: Final = frozenset({
    "clear", "dispatch", "escalate", "file", "reassign", "remind", "send_for_ruling", "send_unit", "show",
    "undo",
})  # fmt: skip
"""The verbs that a seat may order from a wall: those of its rows' buttons, and what it shows.

Everybody in the hall can read a wall, and a seat has only a short PIN: all other verbs need a desk.
"""

Say = Callable[[dict[str, Any]], None]


class _Session(Protocol):
    async def handle(self, message: dict[str, Any]) -> dict[str, Any] | None: ...

    def close(self) -> None: ...


class PageSessions:
    """Creates the visitor of a page: its person, and the session of its orders. Call it on the event loop."""

    def __init__(
        self, services: DeskServices, agencies: AgencyServices, sessions: Sessions, seats: Seats, *,
        zone_offset_s: int,
    ) -> None:  # fmt: skip
        self._services, self._agencies = services, agencies
        self._sessions, self._seats = sessions, seats
        self._zone_offset_s = zone_offset_s
        self._loop = asyncio.get_running_loop()

    def of(self, viewer: Viewer, panel: str) -> tuple[Visitor, Callable[[], None]]:
        """Return the visitor of a page, and the function to call when the page is closed.

        ``panel`` is the id of the Panel session.
        """
        if viewer.page == "wall":
            return self._at_wall(viewer, panel)
        session = self._session(viewer)
        page = _Page(session, self._loop)
        person = self._person(viewer, used=False)
        if person is None:
            return Visitor(page.take), page.close
        visitor = Visitor(
            page.take, person.name, _first_role(person), person.seat, account_mark(person.account),
            session.verbs(person), person.holder,
        )  # fmt: skip
        return visitor, page.close

    def _session(self, viewer: Viewer) -> OrderSession:
        def person_of(used: bool) -> Person | None:
            return self._person(viewer, used=used)

        def owner() -> str:
            return self._sessions.owner(viewer.session)

        def forbids(person: Person, verb: str) -> str:
            return "" if may_order(person, viewer.page, viewer.scope) else "reads_only"

        if viewer.page == "desk":
            return DeskSession(self._services, person_of, owner=owner)
        if viewer.page in ("agency", "street"):
            return AgencySession(self._agencies, viewer.page, viewer.scope, person_of, owner=owner)
        asks = {"duty": self._services.duty, "leader": self._services.leader}.get(viewer.page)
        return OrderSession(self._services.orders, person_of, owner=owner, forbids=forbids, asks=asks)

    def _person(self, viewer: Viewer, *, used: bool) -> Person | None:
        """Return the person of a page now; None when their session has ended or the page is not theirs."""
        services, sessions = self._services, self._sessions
        state, now = services.state(), services.clock()
        if used:
            person = sessions.person(viewer.session, state, now)
        else:
            account = sessions.account(viewer.session, now)
            person = person_of_account(account, state, now, zone_offset_s=self._zone_offset_s)
        is_theirs = person is not None and may_open(person, viewer.page, viewer.scope)
        return person if is_theirs else None

    def _at_wall(self, viewer: Viewer, panel: str) -> tuple[Visitor, Callable[[], None]]:
        """Return the visitor of a wall; it has no person until a seat signs in."""
        page = _Page(_WallSession(self._services, self._seats, viewer, panel), self._loop)
        return Visitor(page.take), page.close


class _WallSession:
    """A wall's session: a seat signs in by PIN, orders, and leaves. It answers no questions about cases."""

    def __init__(self, services: DeskServices, seats: Seats, viewer: Viewer, panel: str) -> None:
        self._services, self._seats = services, seats
        self._viewer, self._panel = viewer, panel
        self._last = ""
        self._orders = OrderSession(
            services.orders, self._person, owner=lambda: self._last, forbids=_forbidden_on_wall
        )

    def _person(self, used: bool) -> Person | None:
        person = self._seats.person(self._panel, self._services.state(), used=used)
        self._last = person.account if person is not None else self._last
        return person

    async def handle(self, message: dict[str, Any]) -> dict[str, Any] | None:
        """Return the answer to a message, None for none."""
        if "seat" in message:
            return await self._sit(message["seat"])
        if "leave" in message:
            self._seats.leave(self._panel)
            return {"seated": None, "why": ""}
        if message.get("used") is True:  # somebody moves the pointer: restart the seat's idle time
            self._person(True)
        return await self._orders.handle(message) if "act" in message else None

    def close(self) -> None:
        """Lock the wall: its page is closed."""
        self._seats.leave(self._panel)

    async def _sit(self, message: Any) -> dict[str, Any]:
        fields = message if isinstance(message, dict) else {}
        seated = await self._seats.sit(
            self._panel, fields.get("account"), fields.get("pin"), state=self._services.state(),
            remote=self._viewer.remote,
        )  # fmt: skip
        person = seated.person
        if person is None:
            return {"seated": None, "why": seated.why}
        shown = {
            "name": person.name, "role": _first_role(person), "person_mark": account_mark(person.account),
            "verbs": list(self._orders.verbs(person)),
        }  # fmt: skip
        return {"seated": shown, "why": ""}


def _forbidden_on_wall(person: Person, verb: str) -> str:
    return "" if verb in WALL_VERBS else "wall_verb"


class _Page:
    """One page's messages in progress.

    Bokeh calls a page's functions on the console's event loop or, since 3.10, on its own threads. This class
    moves each call to the event loop, in order.
    """

    def __init__(self, session: _Session, loop: asyncio.AbstractEventLoop) -> None:
        self._session = session
        self._loop = loop
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_gone = False

    def take(self, message: dict[str, Any], say: Say) -> None:
        """Accept a message of the page; ``say`` sends to the page. May be called on any thread."""
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
        except Exception as error:  # boundary of a page: log the error; the page asks again
            log.error("page_message_failed", exc_info=error)

    def close(self) -> None:
        """Send nothing more to a closed page. Its orders continue. May be called on any thread."""
        self._loop.call_soon_threadsafe(self._close)

    def _close(self) -> None:
        self._is_gone = True
        self._session.close()


def _first_role(person: Person) -> str:
    """Return the role that a page shows for its person: the highest one on shift, else the first."""
    held = person.on_shift or person.roles
    return next((role for role in FIRST_ROLES if role in held), next(iter(person.roles), ""))
