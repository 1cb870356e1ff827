"""Webhook: posts every delivery as JSON to one URL, signed, with an idempotency key."""

import hashlib
import hmac
from typing import Final

import msgspec

from feeds.writeback.contract import Delivery
from feeds.writeback.post import TIMEOUT_S, check_url, post

__all__ = ["SIGNATURE", "Webhook"]

SIGNATURE: Final = "Citywall-Signature"


class Webhook:
    """Posts to one URL. ``Citywall-Signature: sha256=<hex>`` is the body's HMAC-SHA256 by the shared secret.

    ``Idempotency-Key`` is the delivery's id: a receiver can ignore repeats.
    """

    kind = "webhook"

    def __init__(self, url: str, secret: bytes = b"", *, timeout_s: float = TIMEOUT_S) -> None:
        self._url = check_url(url)
        self._secret = secret
        self._timeout_s = timeout_s

    def deliver(self, delivery: Delivery) -> str:
        """Post one delivery. Raises NotDelivered."""
        body = msgspec.json.encode(delivery)
        headers = {"Content-Type": "application/json", "Idempotency-Key": delivery.id}
        if self._secret:
            headers[SIGNATURE] = "sha256=" + hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        post(self._url, body, headers, timeout_s=self._timeout_s)
        return "accepted"
