"""Evidence photos of linkage tasks: a command that comes with its photos, and the photos of a task.

The command goes the way of every command. Only the photos take this way: they are larger than a message.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import msgspec
import structlog
from tornado.httputil import HTTPFile, parse_body_arguments
from tornado.web import stream_request_body

from city.access import Person, may_order, may_see_evidence
from city.clocks.timestamps import iso
from city.commands.command import Refusal
from city.state.ledger_state import CityState
from city.state.linkage_records import Task
from console.accounts.authorization import Authorization, viewing_person
from console.accounts.request_origin import is_own_page, remote_of
from console.accounts.sessions import Sessions
from console.live.encoding import encode_text
from console.orders.order_service import Orders
from console.pages.http_handlers import PlainHandler
from feeds.storage.photo_files import LARGEST_BYTES, Photo, PhotoFiles, PhotoRefused, read_photo
from layouts.pages import SCOPE

__all__ = ["EvidenceServices", "evidence_patterns"]

log = structlog.get_logger()

MOST_PHOTOS: Final = 4
MOST_BYTES: Final = MOST_PHOTOS * LARGEST_BYTES + 65_536
AT_ONCE: Final = 2
"""Photos that are drawn anew at the same time; each may need 200 MB meanwhile."""


class EvidenceServices(msgspec.Struct, frozen=True):
    """Services of the handlers. ``zone_offset_s``: of a photo's time that does not say its own."""

    orders: Orders
    sessions: Sessions
    authorization: Authorization
    photos: PhotoFiles
    state: Callable[[], CityState]
    origins: frozenset[str]
    zone_offset_s: int
    photo_slots: asyncio.Semaphore = msgspec.field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    def task(self, subject: Any) -> Task | None:
        """Return the task of a subject ``task:<id>``, None for none."""
        return self.state().ledger.tasks.get(str(subject).removeprefix("task:"))


def evidence_patterns(services: EvidenceServices) -> list[Any]:
    """Return the URL patterns for ``extra_patterns``."""
    return [
        (rf"/evidence/({SCOPE})", EvidenceHandler, {"services": services}),
        (r"/evidence/([^/]+)/([0-9a-f]{64})\.jpg", PhotoHandler, {"services": services}),
    ]


@stream_request_body
class EvidenceHandler(PlainHandler):
    """``POST /evidence/<code>``: a command about a task of that agency, with one to four photos.

    ``multipart/form-data`` with ``act``, the command's envelope, and the files ``photo``; the answer is
    ``{"answer": …}`` as on the page's own session. The body is read only when the sender may send it.
    """

    def initialize(self, services: EvidenceServices) -> None:
        """Store the services."""
        self._services = services
        self._body = bytearray()
        self._person: Person | None = None

    async def prepare(self) -> None:
        """Refuse before the body is read."""
        services, code = self._services, self.path_args[0]
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
            if person is None or not may_order(person, "agency", code):
                log.warning("evidence_refused", why="right", scope=code, remote=remote_of(self.request))
                self.send_error(401 if person is None else 403)
                return
            self._person = person

    def data_received(self, chunk: bytes) -> None:
        """Collect the body."""
        self._body += chunk

    async def post(self, code: str) -> None:
        """Store the photos and execute the command."""
        assert self._person is not None
        envelope, files = self._parts()
        answer = await self._answer(self._person, envelope, files)
        self.set_header("Content-Type", "application/json")
        self.finish(encode_text({"answer": answer}))

    def _parts(self) -> tuple[Any, list[bytes]]:
        """Return the envelope (None when it cannot be read) and the files."""
        fields: dict[str, list[bytes]] = {}
        files: dict[str, list[HTTPFile]] = {}
        try:
            parse_body_arguments(
                self.request.headers.get("Content-Type", ""), bytes(self._body), fields, files
            )
            envelope = msgspec.json.decode(fields["act"][0])
        except (KeyError, ValueError, RecursionError):  # msgspec's error is a ValueError
            return None, []
        return envelope, [file["body"] for file in files.get("photo", ())]

    async def _answer(self, person: Person, envelope: Any, files: list[bytes]) -> dict[str, Any]:
        services = self._services
        wrong = self._wrong(person, envelope, files)
        if wrong is not None:
            return await services.orders.not_taken(person.account, envelope, wrong)
        try:
            async with services.photo_slots:
                photos = [
                    await asyncio.to_thread(read_photo, file, zone_offset_s=services.zone_offset_s)
                    for file in files
                ]
            names = [await asyncio.to_thread(services.photos.put, photo) for photo in photos]
        except PhotoRefused as error:
            return await services.orders.not_taken(person.account, envelope, Refusal("bad_args", str(error)))
        except OSError as error:
            log.error("evidence_not_stored", reason=str(error))
            refusal = Refusal("read_only", "photo_not_stored")
            return await services.orders.not_taken(person.account, envelope, refusal)
        args = {
            **envelope["args"], "photos": names,
            "photo_facts": [_facts(name, photo) for name, photo in zip(names, photos, strict=True)],
        }  # fmt: skip
        return await services.orders.take(person, {**envelope, "args": args})

    def _wrong(self, person: Person, envelope: Any, files: list[bytes]) -> Refusal | None:
        """Return why nothing is stored for an envelope and its files, None when it is."""
        if not isinstance(envelope, dict) or not isinstance(envelope.get("args"), dict):
            return Refusal("bad_args", "order_field", {"field": "act", "expected": "an envelope with args"})
        if envelope.get("verb") != "finish_task" or not 1 <= len(files) <= MOST_PHOTOS:
            names = {"field": "photo", "expected": f"finish_task with 1 to {MOST_PHOTOS} photos"}
            return Refusal("bad_args", "order_field", names)
        task = self._services.task(envelope.get("subject"))
        if task is None:
            return Refusal("unknown_subject", "unknown_task")
        if task.agency != person.holder:
            return Refusal("not_allowed", "task_of_other", {"at_holder": task.agency})
        return None


def _facts(name: str, photo: Photo) -> dict[str, Any]:
    """Return what the file says of its shot, without what it does not say."""
    taken_at = None if photo.taken_at is None else iso(photo.taken_at)
    told = {"photo": name, "taken_at": taken_at, "lon": photo.lon, "lat": photo.lat}
    return {field: value for field, value in told.items() if value is not None}


class PhotoHandler(PlainHandler):
    """``GET /evidence/<task>/<sha256>.jpg``: a photo of a task, for those to whom the task is open."""

    def initialize(self, services: EvidenceServices) -> None:
        """Store the services."""
        self._services = services

    async def get(self, name: str, sha256: str) -> None:
        """Send the photo. Who may not see the task does not learn whether there is one."""
        services = self._services
        session = services.authorization.session_of(self.request)
        account = services.sessions.account(session, services.sessions.clock())
        task = services.task(name)
        if account is None or not _is_open(viewing_person(account), task):
            services.authorization.refused += 1
            self.send_error(403)
            return
        jpeg = None
        if task is not None and sha256 in task.result.photos:
            jpeg = await asyncio.to_thread(services.photos.read, sha256)
        if jpeg is None:
            self.send_error(404)
            return
        self.set_header("Content-Type", "image/jpeg")
        self.finish(jpeg)


def _is_open(person: Person, task: Task | None) -> bool:
    agency, street = (task.agency, task.place.street) if task is not None else ("", "")
    return may_see_evidence(person, agency, street)
