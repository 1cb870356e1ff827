"""``POST /v1/photo``: a photo from another system's person (a handheld app), to be named by a later command.

The command that names it goes over ``/v1/command``. A photo that no fact names is deleted after a day.
"""

from typing import Final

import structlog
from tornado.web import stream_request_body

from city.access import Person, acting_role
from city.commands.command import Refusal
from console.accounts.request_origin import remote_of
from console.live.encoding import encode_text
from console.orders.answers import for_outside
from console.orders.command_socket import CommandSockets, token_of
from console.orders.rate_limit import RateLimit
from console.pages.evidence_handlers import WITH_PHOTOS, EvidenceServices
from console.pages.http_handlers import PlainHandler
from feeds.storage.photo_files import LARGEST_BYTES, PhotoRefused

__all__ = ["PhotoUploadHandler", "PhotoUploads"]

log = structlog.get_logger()

A_MINUTE: Final = 60


class PhotoUploads:
    """Services of the handler. An account stores at most ``A_MINUTE`` photos a minute."""

    def __init__(self, sockets: CommandSockets, evidence: EvidenceServices) -> None:
        self.sockets, self.evidence = sockets, evidence
        self.limit = RateLimit(A_MINUTE, 60.0)


@stream_request_body
class PhotoUploadHandler(PlainHandler):
    """The body is the photo's file; the answer is ``{"photo": <sha256>}``, or a refusal as of a command.

    The token is that of ``/v1/command``. The body is read only when its person may give a command with
    photos.
    """

    def initialize(self, uploads: PhotoUploads) -> None:
        """Store the services."""
        self._uploads = uploads
        self._body = bytearray()
        self._person: Person | None = None

    async def prepare(self) -> None:
        """Refuse before the body is read."""
        length = self.request.headers.get("Content-Length", "")
        if self.request.method != "POST":
            return self.send_error(405)
        status, person = await self._sender()
        if person is None:
            log.warning("photo_refused", status=status, remote=remote_of(self.request))
            if status == 401:
                self.set_header("WWW-Authenticate", 'Bearer realm="citywall"')
            return self.send_error(status)
        if not length.isdigit():
            return self.send_error(411)
        if int(length) > LARGEST_BYTES:
            return self.send_error(413)
        if not self._uploads.limit.spend(person.account, self._uploads.evidence.sessions.clock()):
            return self.send_error(429)
        self._person = person
        return None

    async def _sender(self) -> tuple[int, Person | None]:
        """Return the person of the token, or the status with which the request is refused."""
        sockets = self._uploads.sockets
        token = token_of(self.request.headers)
        claims = sockets.claims(token) if token else None
        if claims is None:
            return 401, None
        if "command" not in claims.rights or not claims.account:
            return 403, None
        if not await sockets.orders.ready():
            return 503, None
        person = sockets.person_of(claims.account)
        if person is None or not any(acting_role(person, verb) for verb in WITH_PHOTOS):
            return 403, None
        return 200, person

    def data_received(self, chunk: bytes) -> None:
        """Collect the body."""
        self._body += chunk

    async def post(self) -> None:
        """Store the photo."""
        assert self._person is not None
        self.set_header("Content-Type", "application/json")
        try:
            name = await self._uploads.evidence.store(bytes(self._body))
        except PhotoRefused as error:
            await self._refuse(
                422, Refusal("bad_args", str(error), {"field": "body", "of_photos": "photos", "n": 1})
            )
        except OSError as error:
            log.error("photo_not_stored", reason=str(error))
            await self._refuse(503, Refusal("read_only", "photo_not_stored"))
        else:
            self.set_status(201)
            self.finish(encode_text({"photo": name}))

    async def _refuse(self, status: int, refusal: Refusal) -> None:
        self.set_status(status)
        answer = await self._uploads.sockets.orders.not_taken("", {}, refusal)
        self.finish(encode_text(for_outside({"refused": answer["refused"]})))
