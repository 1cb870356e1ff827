"""A page's session: executes the orders and answers the questions of one page for its person."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import structlog

from city.access import Person, verbs_of
from city.commands.command import Refusal
from console.orders.order_service import Orders
from console.orders.per_subject_queue import PerSubjectQueues

__all__ = ["Answerer", "OrderSession", "Reply", "all_verbs"]

log = structlog.get_logger()

Reply = dict[str, Any]
Answerer = Callable[[Person, Reply], Awaitable[Reply]]
"""Answers one kind of question: ``answer(person, asked) -> fields of the reply``."""
MOST_SHOWN: Final = 20


def all_verbs(person: Person, verb: str) -> str:
    """Refuse no verb: the rights of the person decide."""
    return ""


class OrderSession:
    """One page's session.

    ``person_of(used)`` returns, for every message, the person of the page; None = nobody, or the page is no
    longer open to them. ``used`` is True when somebody did something; an open page alone does not count as
    use. ``owner`` returns the page's present or former account ('' = unknown). ``forbids(person, verb)``
    returns the catalogue key below ``refusal.`` of a verb that this page does not take, '' = it takes it.
    ``asks``: what is asked → who answers it; ``verbs`` is answered on every page.
    """

    def __init__(
        self, orders: Orders, person_of: Callable[[bool], Person | None], *, owner: Callable[[], str] = str,
        forbids: Callable[[Person, str], str] = all_verbs, asks: Mapping[str, Answerer] | None = None,
    ) -> None:  # fmt: skip
        self._orders = orders
        self._person_of = person_of
        self._owner = owner
        self._forbids = forbids
        self._asks: dict[str, Answerer] = {"verbs": self._may, **(asks or {})}
        self._queues = PerSubjectQueues()

    async def handle(self, message: dict[str, Any]) -> Reply | None:
        """Return the answer to a message, None for none. Never raises because of invalid input."""
        if "act" in message:
            return {"answer": await self._act(message["act"])}
        if "ask" in message:
            return {"reply": await self._ask(message["ask"])}
        return None

    def verbs(self, person: Person) -> tuple[str, ...]:
        """Return the verbs that a person may order on this page now."""
        return tuple(verb for verb in verbs_of(person) if not self._forbids(person, verb))

    def close(self) -> None:
        """Do nothing more: the page is closed."""

    async def _act(self, envelope: Any) -> Reply:
        fields = envelope if isinstance(envelope, dict) else {}
        orders = self._orders
        async with self._queues.on(fields.get("subject")):
            if not await orders.ready():
                return await orders.starting(self._owner(), envelope)
            person = self._person_of(True)
            if person is None:
                return await orders.signed_out(self._owner(), envelope)
            verb = fields.get("verb")
            forbidden = self._forbids(person, verb) if isinstance(verb, str) else ""
            if forbidden:
                return await orders.not_taken(person.account, envelope, Refusal("not_allowed", forbidden))
            return await orders.take(person, envelope)

    async def _ask(self, asked: Any) -> Reply:
        asked = asked if isinstance(asked, dict) else {}
        number = asked.get("id")
        person = self._person_of(self._is_new(asked))
        answer = self._asks.get(str(asked.get("what")))
        if person is None:
            return {"id": number, "refused": "order_signed_out"}
        if answer is None or not self._is_ready():
            return {"id": number, "refused": "unknown_question" if answer is None else "not_yet"}
        try:
            return {"id": number, **await answer(person, asked)}
        except Exception as error:  # boundary of a question: log and refuse it; the page continues
            log.error("ask_failed", what=str(asked.get("what"))[:MOST_SHOWN], exc_info=error)
            return {"id": number, "refused": "failed"}

    def _is_ready(self) -> bool:
        """Whether questions can be answered already."""
        return True

    def _is_new(self, asked: Reply) -> bool:
        """Whether a question shows that somebody did something: pages also repeat their questions."""
        return False

    async def _may(self, person: Person, asked: Reply) -> Reply:
        """Return the verbs that the person may order now: a shift may begin or end while a page is open."""
        return {"verbs": list(self.verbs(person))}
