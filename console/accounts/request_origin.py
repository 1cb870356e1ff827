"""Origin of a request: its address, its scheme, and whether one of our pages sent it."""

import ipaddress
from typing import Any
from urllib.parse import urlsplit

__all__ = ["is_https", "is_own_page", "is_this_machine", "remote_of"]

PROXY_HEADERS = frozenset({"x-forwarded-for", "forwarded", "x-real-ip", "via"})


def is_this_machine(request: Any) -> bool:
    """Whether the request (Tornado's) comes from a loopback address and not through a proxy."""
    # Bokeh's copy of a request holds its headers in a plain dict with case-sensitive names.
    if any(name.lower() in PROXY_HEADERS for name in request.headers):
        return False
    return _is_loopback(request.remote_ip)


def remote_of(request: Any) -> str:
    """Return the address for which attempts are counted.

    The forwarding headers count only from a proxy on this machine. Of several hops the last one counts: our
    own proxy wrote it.
    """
    if _is_loopback(request.remote_ip):
        hops = request.headers.get("X-Forwarded-For", "") or request.headers.get("X-Real-IP", "")
        last = hops.rsplit(",", 1)[-1].strip()
        try:
            return str(ipaddress.ip_address(last))
        except ValueError:
            pass
    return str(request.remote_ip)


def is_https(request: Any) -> bool:
    """Whether the browser uses TLS, to us or to a proxy on this machine."""
    forwarded = request.headers.get("X-Forwarded-Proto", "") if _is_loopback(request.remote_ip) else ""
    return bool((forwarded or request.protocol) == "https")


def is_own_page(request: Any, origins: frozenset[str], origin: str | None = None) -> bool:
    """Whether ``Origin`` (else ``Referer``) names our host or one of the settings; False without both."""
    headers = request.headers
    address = origin or headers.get("Origin") or headers.get("Referer") or ""
    try:
        host = urlsplit(address).netloc.lower()
    except ValueError:
        return False
    return bool(host) and (host == headers.get("Host", "").lower() or host in origins)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
