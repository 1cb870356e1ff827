"""Photos of acts: a command that comes with its photos, and the photos of a task or a case.

The command goes the way of every command. Only the photos take this way: they are larger than a message.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
import structlog
from tornado.httputil import HTTPFile, parse_body_arguments
from tornado.web import stream_request_body

from city.access import Person, acting_role, may_order
from city.commands.argument_types import Args
from city.commands.arguments import ARGS
from city.commands.cases.rights import at_wall
from city.commands.command import Refusal
from city.dispatch.decision_rules import DecisionRules
from city.dispatch.villages import of_own_village
from city.personal_data import may_see_case_photo, may_see_evidence
from city.state.ledger_state import Case, CityState
from city.state.linkage_records import Task
from console.accounts.authorization import Authorization, viewing_person
from console.accounts.request_origin import is_own_page, remote_of
from console.accounts.sessions import Sessions
from console.live.encoding import encode_text
from console.orders.order_service import Orders
from console.pages.http_handlers import PlainHandler
from feeds.storage.photo_files import LARGEST_BYTES, PhotoFiles, PhotoRefused, read_photo
from layouts.pages import SCOPE

__all__ = ["WITH_PHOTOS", "EvidenceServices", "evidence_patterns"]

log = structlog.get_logger()

MOST_PHOTOS: Final = 6
MOST_BYTES: Final = MOST_PHOTOS * LARGEST_BYTES + 65_536
AT_ONCE: Final = 2
"""Photos that are drawn anew at the same time; each may need 200 MB meanwhile."""
WITH_PHOTOS: Final = frozenset({
    "finish_task", "make_safe", "feedback", "verify", "check", "self_handle", "transfer_level", "report",
    "add_photos",
})  # fmt: skip
IN_THE_FIELD: Final = frozenset({
    "not_my_list", "sign_in", "sign_out", "answer_call_out", "record_numbers", "record_patrol",
})  # fmt: skip
"""Verbs without photos that a phone keeps while it has no network, and sends in order with the others."""
VERBS: Final = {
    "agency": WITH_PHOTOS, "street": WITH_PHOTOS, "check": WITH_PHOTOS | IN_THE_FIELD,
    "station": WITH_PHOTOS | IN_THE_FIELD,
}  # fmt: skip
"""Page → the verbs that it may send this way."""
FILES: Final = {"photo": "photos", "before": "photos_before", "after": "photos_after"}
"""Name of a file in the form → argument that holds its photos' ids."""


class EvidenceServices(msgspec.Struct, frozen=True):
    """Services of the handlers. The zone of ``rules`` is that of a photo's time that does not say its own."""

    orders: Orders
    sessions: Sessions
    authorization: Authorization
    photos: PhotoFiles
    state: Callable[[], CityState]
    origins: frozenset[str]
    rules: DecisionRules
    photo_slots: asyncio.Semaphore = msgspec.field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def store(self, file: bytes) -> str:
        """Draw a photo anew and store it; return its SHA-256. Raises PhotoRefused, OSError."""
        async with self.photo_slots:
            photo = await asyncio.to_thread(read_photo, file, zone_offset_s=self.rules.zone_offset_s)
        return await asyncio.to_thread(self.photos.put, photo)

    def task(self, name: str) -> Task | None:
        """Return the task with an id, None for none."""
        return self.state().ledger.tasks.get(name)

    def case(self, mark: str) -> Case | None:
        """Return the case with a mark, None for none."""
        ledger = self.state().ledger
        return ledger.cases.get(ledger.by_mark.get(mark, ""))


def evidence_patterns(services: EvidenceServices) -> list[Any]:
    """Return the URL patterns for ``extra_patterns``."""
    return [
        (rf"/evidence/({'|'.join(VERBS)})/({SCOPE})", EvidenceHandler, {"services": services}),
        (r"/evidence/([^/]+)/([0-9a-f]{64})\.jpg", PhotoHandler, {"services": services}),
        (r"/evidence/case/([^/]+)/([0-9a-f]{64})\.jpg", CasePhotoHandler, {"services": services}),
    ]


@stream_request_body
class EvidenceHandler(PlainHandler):
    """``POST /evidence/<page>/<scope>``: a command of that page with at most six photos.

    ``multipart/form-data`` with ``act``, the command's envelope, and the files ``photo``, ``before`` and
    ``after``; the answer is ``{"answer": …}`` as on the page's own session. The body is read only when the
    sender may give commands on the page and one that takes photos.
    """

    def initialize(self, services: EvidenceServices) -> None:
        """Store the services."""
        self._services = services
        self._body = bytearray()
        self._person: Person | None = None

    async def prepare(self) -> None:
        """Refuse before the body is read."""
        services, (page, scope) = self._services, self.path_args
        if self.request.method != "POST":
            self.send_error(405)
        elif not is_own_page(self.request, services.origins):
            log.warning("evidence_refused", why="origin", remote=remote_of(self.request))
            self.send_error(403)
        elif not self.request.headers.get("Content-Length", "").isdigit():
            self.send_error(411)
        elif int(self.request.headers["Content-Length"]) > MOST_BYTES:
            self.send_error(413)
        else:
            await services.orders.ready()
            session = services.authorization.session_of(self.request)
            person = services.sessions.person(session, services.state(), services.sessions.clock())
            may = person is not None and may_order(person, page, scope) and _has_role(person, page)
            if not may:
                log.warning(
                    "evidence_refused", why="right", page=page, scope=scope, remote=remote_of(self.request)
                )
                services.authorization.refused += 1
                self.send_error(401 if person is None else 403)
                return
            self._person = person

    def data_received(self, chunk: bytes) -> None:
        """Collect the body."""
        self._body += chunk

    async def post(self, page: str, scope: str) -> None:
        """Store the photos and execute the command."""
        assert self._person is not None
        envelope, files = self._parts()
        answer = await self._answer(self._person, page, envelope, files)
        self.set_header("Content-Type", "application/json")
        self.finish(encode_text({"answer": answer}))

    def _parts(self) -> tuple[Any, dict[str, list[bytes]]]:
        """Return the envelope (None when it cannot be read), and the files by their argument."""
        fields: dict[str, list[bytes]] = {}
        files: dict[str, list[HTTPFile]] = {}
        try:
            parse_body_arguments(
                self.request.headers.get("Content-Type", ""), bytes(self._body), fields, files
            )
            envelope = msgspec.json.decode(fields["act"][0])
        except (KeyError, ValueError, RecursionError):  # msgspec's error is a ValueError
            return None, {}
        named = ((FILES.get(name, name), some) for name, some in files.items())
        return envelope, {field: [file["body"] for file in some] for field, some in named}

    async def _answer(
        self, person: Person, page: str, envelope: Any, files: Mapping[str, list[bytes]]
    ) -> dict[str, Any]:
        services = self._services
        wrong = _wrong(person, page, envelope, files)
        if wrong is not None:
            return await services.orders.not_taken(person.account, envelope, wrong)
        named: dict[str, list[str]] = {}
        which: dict[str, Any] = {}
        try:
            for field, some in files.items():
                for number, file in enumerate(some, start=1):
                    which = {"field": field, "of_photos": field, "n": number}
                    named.setdefault(field, []).append(await services.store(file))
        except PhotoRefused as error:
            refusal = Refusal("bad_args", str(error), which)
            return await services.orders.not_taken(person.account, envelope, refusal)
        except OSError as error:
            log.error("evidence_not_stored", reason=str(error))
            refusal = Refusal("read_only", "photo_not_stored")
            return await services.orders.not_taken(person.account, envelope, refusal)
        return await services.orders.take(person, {**envelope, "args": {**envelope["args"], **named}})


def _has_role(person: Person, page: str) -> bool:
    return any(acting_role(person, verb) for verb in VERBS[page])


def _wrong(person: Person, page: str, envelope: Any, files: Mapping[str, list[bytes]]) -> Refusal | None:
    """Return why nothing is stored for an envelope and its files, None when it is."""
    if not isinstance(envelope, dict) or not isinstance(envelope.get("args"), dict):
        return _bad("act", "an envelope with args")
    verb = envelope.get("verb")
    if verb not in VERBS[page]:
        return _bad("verb", f"one of {', '.join(sorted(VERBS[page]))}")
    fields = set(ARGS.get(verb, Args).__struct_fields__).intersection(FILES.values())
    if not fields.issuperset(files) or sum(map(len, files.values())) > MOST_PHOTOS:
        taken = [name for name, field in FILES.items() if field in fields]
        return _bad("photo", f"at most {MOST_PHOTOS} files: {', '.join(taken)}")
    role = at_wall(person, verb)
    return role if isinstance(role, Refusal) else None


def _bad(field: str, expected: str) -> Refusal:
    return Refusal("bad_args", "order_field", {"field": field, "expected": expected})


class PhotoHandler(PlainHandler):
    """``GET /evidence/<task>/<sha256>.jpg``: a photo of a task, for those to whom the task is open."""

    def initialize(self, services: EvidenceServices) -> None:
        """Store the services."""
        self._services = services

    async def get(self, name: str, sha256: str) -> None:
        """Send the photo. Who may not see the task does not learn whether there is one."""
        task = self._services.task(name)
        agency, street = (task.agency, task.place.street) if task is not None else ("", "")
        is_its = task is not None and sha256 in task.result.photos
        await self._send(lambda person: may_see_evidence(person, agency, street), sha256, is_its=is_its)

    async def _send(self, is_open: Callable[[Person], bool], sha256: str, *, is_its: bool) -> None:
        services = self._services
        session = services.authorization.session_of(self.request)
        account = services.sessions.account(session, services.sessions.clock())
        if account is None or not is_open(viewing_person(account)):
            services.authorization.refused += 1
            self.send_error(403)
            return
        jpeg = await asyncio.to_thread(services.photos.read, sha256) if is_its else None
        if jpeg is None:
            self.send_error(404)
            return
        self.set_header("Content-Type", "image/jpeg")
        self.finish(jpeg)


class CasePhotoHandler(PhotoHandler):
    """``GET /evidence/case/<mark>/<sha256>.jpg``: a photo of a case, for those to whom the case is open."""

    async def get(self, name: str, sha256: str) -> None:
        """Send the photo. Who may not see the case does not learn whether there is one."""
        case = self._services.case(name)
        holders, street = (case.file.holders, case.place.street) if case is not None else (frozenset(), "")
        is_its = case is not None and any(photo.sha256 == sha256 for photo in case.file.photos)
        rules = self._services.rules

        def is_open(person: Person) -> bool:
            of_village = of_own_village(rules, person, case) if case is not None else None
            return may_see_case_photo(person, holders, street, of_village=of_village)

        await self._send(is_open, sha256, is_its=is_its)
