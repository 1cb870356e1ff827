"""Admission: reads what a handshake asks for and checks that its token allows it."""

import ipaddress
from collections.abc import Callable
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
from websockets.http11 import Request

from feeds.gateway.subscription_starts import Since, read_since
from feeds.protocol.cursors import BadCursor
from feeds.protocol.rights import Claims
from feeds.protocol.topics import TOPICS

__all__ = ["LOOPBACK", "SUBPROTOCOL", "Admission", "Refused", "admit"]

SUBPROTOCOL: Final = "citywall.v1"
_BEARER = "bearer."
_PUBLISH, _SUBSCRIBE = "/v1/publish/", "/v1/subscribe"

LOOPBACK: Final = Claims("loopback", frozenset({"subscribe:*"}))
"""Rights of a client on 127.0.0.1 without a token, if the settings allow it."""


class Admission(msgspec.Struct, frozen=True, eq=False):
    """An accepted handshake: publishing to one topic or subscribing to several."""

    claims: Claims
    publishes: str = ""
    topics: tuple[str, ...] = ()
    since: Since = Since()


class Refused(Exception):
    """The handshake is refused with this HTTP status."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = int(status)
        self.phrase = status.phrase


def admit(
    request: Request,
    *,
    peer: str,
    look_up: Callable[[str], Claims | None],
    open_loopback: bool,
) -> Admission:
    """Return what a request is allowed to do; raises Refused."""
    parts = urlsplit(request.path)
    publishes = parts.path.startswith(_PUBLISH)
    if not publishes and parts.path != _SUBSCRIBE:
        raise Refused(HTTPStatus.NOT_FOUND, "expected /v1/publish/<topic> or /v1/subscribe")
    token = _token(request)
    if token is not None:
        claims = look_up(token)
    else:
        claims = LOOPBACK if open_loopback and not publishes and _is_local(request, peer) else None
    if claims is None:
        raise Refused(HTTPStatus.UNAUTHORIZED, "token missing, unknown or revoked")
    if publishes:
        return _publishing(claims, unquote(parts.path.removeprefix(_PUBLISH)))
    return _subscribing(claims, parts.query)


def _publishing(claims: Claims, topic: str) -> Admission:
    if topic not in TOPICS:
        raise Refused(HTTPStatus.NOT_FOUND, f"topic: expected one of {', '.join(TOPICS)}")
    if not claims.may("publish", topic):
        raise Refused(HTTPStatus.FORBIDDEN, f"this token may not publish to {topic}")
    return Admission(claims, publishes=topic)


def _subscribing(claims: Claims, query: str) -> Admission:
    asked = parse_qs(query, keep_blank_values=True)
    topics = tuple(dict.fromkeys(name for text in asked.get("topics", ()) for name in text.split(",")))
    unknown = [topic for topic in topics if topic not in TOPICS]
    if not topics or unknown:
        raise Refused(HTTPStatus.BAD_REQUEST, f"topics: expected some of {', '.join(TOPICS)}")
    for topic in topics:
        if not claims.may("subscribe", topic):
            raise Refused(HTTPStatus.FORBIDDEN, f"this token may not subscribe to {topic}")
    since = asked.get("since", [])
    if len(since) > 1:
        raise Refused(HTTPStatus.BAD_REQUEST, "since: given more than once")
    past = asked.get("past", [])
    if past not in ([], ["1"]):
        raise Refused(HTTPStatus.BAD_REQUEST, f"past: expected 1, got {','.join(past)[:40]!r}")
    try:
        start = read_since(since[0] if since else None, topics)
        return Admission(claims, topics=topics, since=msgspec.structs.replace(start, past=bool(past)))
    except BadCursor as error:
        raise Refused(HTTPStatus.BAD_REQUEST, str(error)) from error


def _token(request: Request) -> str | None:
    """Return the token from the header or the subprotocol, None when there is none."""
    headers = request.headers.get_all("Authorization")
    if headers:
        scheme, _, token = headers[0].partition(" ")
        return token.strip() if scheme.lower() == "bearer" and len(headers) == 1 else ""
    for line in request.headers.get_all("Sec-WebSocket-Protocol"):
        for offered in line.split(","):
            if offered.strip().startswith(_BEARER):
                return offered.strip().removeprefix(_BEARER)
    return None


def _is_local(request: Request, peer: str) -> bool:
    """Whether the peer is on this machine, without a proxy and without a web page of another host."""
    try:
        loopback = ipaddress.ip_address(peer).is_loopback
    except ValueError:
        return False
    forwarded = any(name in request.headers for name in ("Forwarded", "X-Forwarded-For"))
    origins = request.headers.get_all("Origin")
    return loopback and not forwarded and all(_is_local_page(origin) for origin in origins)


def _is_local_page(origin: str) -> bool:
    host = urlsplit(origin).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
