"""Signing in and out: our own handlers, a form without a script, a session that the server keeps."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import structlog

from city.access import PAGES, Person, may_open
from console.credentials import Credentials
from console.doors import SESSION_COOKIE, Doors
from console.forms import FORM_COOKIE, Forms
from console.http import PlainHandler
from console.remote import is_https, is_own_page, remote_of
from console.sessions import Sessions
from feeds.accounts import Account
from layouts.sign_in import POLICY, SignInPage, draw

__all__ = ["SignInDesk", "SignInHandler", "SignOutHandler", "own_path", "sign_in_patterns"]

log = structlog.get_logger()

FIRST_PAGES: Final = ("desk", "wall")


class SignInDesk:
    """What both handlers need: put together once by the composition root."""

    def __init__(
        self, sessions: Sessions, credentials: Credentials, doors: Doors, *, secret: bytes,
        title: Mapping[str, str], build: str, origins: frozenset[str],
    ) -> None:  # fmt: skip
        self.sessions = sessions
        self.credentials = credentials
        self.doors = doors
        self.forms = Forms(secret)
        self.title = title
        self.build = build
        self.origins = origins


def sign_in_patterns(desk: SignInDesk) -> list[Any]:
    """Return the handlers for ``extra_patterns``."""
    return [
        (r"/sign-in", SignInHandler, {"desk": desk}),
        (r"/sign-out", SignOutHandler, {"desk": desk}),
    ]


def own_path(text: str, otherwise: str = "") -> str:
    """Return the path (with its query) when it leads to one of our pages, else ``otherwise``."""
    if not text.startswith("/") or text[1:2] in ("/", "\\") or "\\" in text or not text.isprintable():
        return otherwise
    try:
        parts = urlsplit(text)
    except ValueError:
        return otherwise
    if parts.scheme or parts.netloc or parts.path.split("/")[1] not in PAGES or ".." in parts.path:
        return otherwise
    return parts.path + (f"?{parts.query}" if parts.query else "")


class _FormHandler(PlainHandler):
    """What both have in common: language, form cookie and token, the check of who sent a form."""

    PURPOSE = ""

    def initialize(self, desk: SignInDesk) -> None:
        """Take what the composition root put together."""
        self._desk = desk

    def set_default_headers(self) -> None:
        """Allow the page its style sheet and its form."""
        super().set_default_headers()
        self.set_header("Content-Security-Policy", POLICY)

    @property
    def _lang(self) -> str:
        asked = self.get_query_argument("lang", "zh")
        return asked if asked in ("zh", "en") else "zh"

    def _is_own_form(self) -> bool:
        """Whether a page of ours sent this form, from this browser, within the hour."""
        if not is_own_page(self.request, self._desk.origins):
            log.warning("form_refused", why="origin", path=self.request.path, remote=remote_of(self.request))
            return False
        cookie = self.get_cookie(FORM_COOKIE, "") or ""
        token = self.get_body_argument("form", "")
        if not self._desk.forms.is_good(token, cookie, self.PURPOSE, self._desk.sessions.clock()):
            log.warning("form_refused", why="token", path=self.request.path, remote=remote_of(self.request))
            return False
        return True

    def _form_token(self, purpose: str) -> str:
        """Return a token for this browser, giving it its cookie when it has none."""
        cookie = self.get_cookie(FORM_COOKIE, "") or ""
        if not 16 <= len(cookie) <= 64:
            cookie = self._desk.forms.new_cookie()
            self.set_cookie(
                FORM_COOKIE, cookie, httponly=True, samesite="Strict", secure=is_https(self.request)
            )
        return self._desk.forms.token(cookie, purpose, self._desk.sessions.clock())

    def _show(self, *, next_: str, said: str = "", given: str = "", account: Account | None = None) -> None:
        lang = self._lang
        page = SignInPage(
            lang=lang,
            centre=self._desk.title[lang],
            build=self._desk.build,
            form=self._form_token("sign-out" if account else "sign-in"),
            next=next_,
            said=said,
            given=given,
            name=account.display if account else "",
        )
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(draw(page))


class SignInHandler(_FormHandler):
    """``/sign-in``: the form, and what becomes of it. ``next=`` leads to a page of our own only."""

    PURPOSE = "sign-in"

    def get(self) -> None:
        """Show the form, or who is signed in."""
        desk = self._desk
        account = desk.sessions.account(desk.doors.session_of(self.request), desk.sessions.clock())
        wanted = own_path(self.get_query_argument("next", ""))
        self._show(next_=wanted or (_first_page(account) if account else ""), account=account)

    async def post(self) -> None:
        """Check form, name and password; open a new session and go on."""
        wanted = own_path(self.get_body_argument("next", ""))
        if not self._is_own_form():
            self.set_status(403)
            self._show(next_=wanted, said="stale")
            return
        given = self.get_body_argument("account", "")[:64]
        secret = self.get_body_argument("password", "", strip=False)
        remote = remote_of(self.request)
        proof = await self._desk.credentials.prove(given, secret, remote=remote)
        if proof.account is None:
            self.set_status(429 if proof.wait_s else 401)
            self._show(next_=wanted, said="waits" if proof.wait_s else "failed", given=given)
            return
        session = await asyncio.to_thread(self._change_session, proof.account.name, remote)
        self.set_cookie(
            SESSION_COOKIE, session, httponly=True, samesite="Lax", path="/", secure=is_https(self.request)
        )
        self.clear_cookie(FORM_COOKIE)
        self.redirect(wanted or _first_page(proof.account) or "/sign-in", status=303)

    def _change_session(self, account: str, remote: str) -> str:
        """End the session that the browser had and open a new one: an id never outlives a sign-in."""
        sessions = self._desk.sessions
        sessions.end(self.get_cookie(SESSION_COOKIE, "") or "", sessions.clock())
        return sessions.open(account, now=sessions.clock(), remote=remote)


class SignOutHandler(_FormHandler):
    """``/sign-out``: GET asks by a form (a link may lead here), POST ends the session."""

    PURPOSE = "sign-out"

    def get(self) -> None:
        """Show who is signed in, with the button."""
        self.redirect(f"/sign-in?lang={self._lang}")

    async def post(self) -> None:
        """End the session, forget its cookie."""
        if not self._is_own_form():
            self.send_error(403)
            return
        sessions = self._desk.sessions
        session = self.get_cookie(SESSION_COOKIE, "") or ""
        ended = await asyncio.to_thread(sessions.end, session, sessions.clock())
        log.info("signed_out", ended=ended, remote=remote_of(self.request))
        self.clear_cookie(SESSION_COOKIE, path="/")
        self.redirect(f"/sign-in?lang={self._lang}", status=303)


def _first_page(account: Account) -> str:
    """Return where somebody lands who asked for no page, '' when no page is theirs yet."""
    looker = Person(account.name, account.display, account.rights.roles)
    return next((f"/{page}" for page in FIRST_PAGES if may_open(looker, page)), "")
