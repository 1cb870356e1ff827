"""Open311: sends a case's status back to its source system, in the style of GeoReport v2.

``POST <url>/servicerequestupdates.json``, a form like GeoReport's own: ``jurisdiction_id``, ``api_key``,
``update_id``, ``service_request_id``, ``status`` (open or closed), ``updated_datetime``, ``description``.
"""

from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from city.state.case_file import CLOSED
from feeds.writeback.contract import Delivery, NotDelivered
from feeds.writeback.post import TIMEOUT_S, check_url, post

__all__ = ["Open311"]

PATH: Final = "/servicerequestupdates.json"
LONGEST: Final = 4000


class Open311:
    """Sends one Open311 server the status of the cases that it reported to us, and of no others."""

    kind = "open311"

    def __init__(
        self, url: str, secret: bytes = b"", *, jurisdiction: str = "", timeout_s: float = TIMEOUT_S
    ) -> None:
        self._url = check_url(url).rstrip("/") + PATH
        self._key = secret.decode("utf-8").strip()
        self._jurisdiction = jurisdiction
        self._timeout_s = timeout_s

    def deliver(self, delivery: Delivery) -> str:
        """Post one status; return the update's id in the other system. Raises NotDelivered."""
        if not delivery.number:
            raise NotDelivered("the case has no number in that system", again=False)
        form = {
            "jurisdiction_id": self._jurisdiction, "api_key": self._key, "update_id": delivery.id,
            "service_request_id": delivery.number,
            "status": "closed" if delivery.state in CLOSED else "open",
            "updated_datetime": delivery.at, "description": delivery.text[:LONGEST],
        }  # fmt: skip
        body = urlencode({name: value for name, value in form.items() if value}).encode()
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "Accept": "application/json", "Idempotency-Key": delivery.id,
        }  # fmt: skip
        return _update_id(post(self._url, body, headers, timeout_s=self._timeout_s))


def _update_id(said: str) -> str:
    """Return the server's id of the update, "accepted" without one: a 2xx status is enough."""
    try:
        answer: Any = msgspec.json.decode(said)
        first = answer[0] if isinstance(answer, list) else answer
        return str(first.get("update_id") or first.get("service_request_id") or "accepted")[:80]
    except (msgspec.MsgspecError, AttributeError, IndexError):
        return "accepted"
