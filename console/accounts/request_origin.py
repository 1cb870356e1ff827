"""Where a request comes from: its address, its scheme, and whether a page of ours sent it."""

import ipaddress
from typing import Any
from urllib.parse import urlsplit

__all__ = ["is_https", "is_own_page", "is_this_machine", "remote_of"]

PROXY_HEADERS = frozenset({"x-forwarded-for", "forwarded", "x-real-ip", "via"})


def is_this_machine(request: Any) -> bool:
    """Whether the request (Tornado's) comes from a loopback address and from behind no proxy."""
    # Bokeh's copy of a request holds its headers in a plain dict: the case of a name counts there.
    if any(name.lower() in PROXY_HEADERS for name in request.headers):
        return False
    return _is_loopback(request.remote_ip)


def remote_of(request: Any) -> str:
    """Return the address that tries are counted for.

    A proxy on this machine is believed about whom it speaks for; anybody else only about themselves. Of
    several hops the last counts: it is the one that our own proxy wrote.
    """
    if _is_loopback(request.remote_ip):
        told = request.headers.get("X-Forwarded-For", "") or request.headers.get("X-Real-IP", "")
        last = told.rsplit(",", 1)[-1].strip()
        try:
            return str(ipaddress.ip_address(last))
        except ValueError:
            pass
    return str(request.remote_ip)


def is_https(request: Any) -> bool:
    """Whether the browser speaks TLS, to us or to a proxy on this machine."""
    told = request.headers.get("X-Forwarded-Proto", "") if _is_loopback(request.remote_ip) else ""
    return bool((told or request.protocol) == "https")


def is_own_page(request: Any, origins: frozenset[str], origin: str | None = None) -> bool:
    """Whether ``Origin`` (else ``Referer``) names our own host or one of the settings; without both, no."""
    headers = request.headers
    told = origin or headers.get("Origin") or headers.get("Referer") or ""
    try:
        host = urlsplit(told).netloc.lower()
    except ValueError:
        return False
    return bool(host) and (host == headers.get("Host", "").lower() or host in origins)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
