"""Sign-in and sign-out: our own handlers, a form without scripts, and sessions stored on the server."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote, urlsplit

import structlog
from tornado.web import RequestHandler

from city.access import PAGES, SCOPED, may_open, own_scope
from console.accounts.authorization import SESSION_COOKIE, Authorization, viewing_person
from console.accounts.credentials import Credentials
from console.accounts.form_tokens import FORM_COOKIE, FormTokens
from console.accounts.request_origin import is_https, is_own_page, remote_of
from console.accounts.sessions import Sessions
from console.pages.http_handlers import PlainHandler
from feeds.people.accounts import Account
from layouts.sign_in import POLICY, SignInPage, draw

__all__ = [
    "FirstPageHandler", "SignInHandler", "SignInServices", "SignOutHandler", "own_path", "show_sign_in",
    "sign_in_patterns",
]  # fmt: skip

log = structlog.get_logger()

FIRST_PAGES: Final = ("desk", "duty", "street", "agency", "check", "station", "wall")


class SignInServices:
    """Services of the sign-in handlers, created once by the composition root."""

    def __init__(
        self, sessions: Sessions, credentials: Credentials, authorization: Authorization, *, secret: bytes,
        title: Mapping[str, str], build: str, origins: frozenset[str],
        scopes: Mapping[str, Mapping[str, str]] | None = None,
        scopes_of: Callable[[str], Iterable[str]] = lambda page: (),
    ) -> None:  # fmt: skip
        self.sessions = sessions
        self.credentials = credentials
        self.authorization = authorization
        self.forms = FormTokens(secret)
        self.title = title
        self.build = build
        self.origins = origins
        self.scopes = scopes or {}
        """Language → code of an agency or street → its short name."""
        self.scopes_of = scopes_of
        """Page → the scopes that there are."""


def sign_in_patterns(services: SignInServices) -> list[Any]:
    """Return the URL patterns for ``extra_patterns``."""
    return [
        (r"/sign-in", SignInHandler, {"services": services}),
        (r"/sign-out", SignOutHandler, {"services": services}),
        (rf"/({'|'.join(SCOPED)})/?", OwnScopeHandler, {"services": services}),
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


def show_sign_in(
    services: SignInServices, handler: RequestHandler, *, next_: str, said: str = "", given: str = "",
    refused: str = "", why: str = "", scopes: tuple[str, ...] = (),
) -> None:  # fmt: skip
    """Send the form, or the signed-in person and their pages. The caller sets the status.

    ``next_`` is the path after sign-in, ``refused`` the page (and scope: ``agency/sz``) that is not opened to
    them; ``why`` is the catalogue key below ``sign_in.`` of another reason than their role. ``scopes`` are
    addresses such as ``agency/sz`` to list with their names.
    """
    lang = _lang_of(handler)
    # After a failed sign-in the form is shown again, even when somebody is signed in.
    account = None if said else _account_of(services, handler)
    page = SignInPage(
        lang=lang,
        centre=services.title[lang],
        build=services.build,
        form=_form_token(services, handler, "sign-out" if account else "sign-in"),
        next=own_path(next_),
        said=said,
        given=given,
        refused=refused,
        why=why,
        name=account.display if account else "",
        roles=account.rights.roles if account else (),
        pages=_pages_of(account) if account else (),
        scopes=tuple((path, _name_of(services, lang, path)) for path in scopes),
    )
    handler.set_header("Content-Type", "text/html; charset=utf-8")
    handler.set_header("Content-Security-Policy", POLICY)
    handler.finish(draw(page))


def _account_of(services: SignInServices, handler: RequestHandler) -> Account | None:
    found: Account | None = services.sessions.account(
        services.authorization.session_of(handler.request), services.sessions.clock()
    )
    return found


def _lang_of(handler: RequestHandler) -> str:
    asked = handler.get_query_argument("lang", "zh")
    return asked if asked in ("zh", "en") else "zh"


def _form_token(services: SignInServices, handler: RequestHandler, purpose: str) -> str:
    """Return a form token for this browser; sets its form cookie when it has none."""
    cookie = handler.get_cookie(FORM_COOKIE, "") or ""
    if not 16 <= len(cookie) <= 64:
        cookie = services.forms.new_cookie()
        secure = is_https(handler.request)
        handler.set_cookie(FORM_COOKIE, cookie, httponly=True, samesite="Strict", secure=secure)
    return services.forms.token(cookie, purpose, services.sessions.clock())


class _FormHandler(PlainHandler):
    """Base of both handlers: checks where a form was sent from."""

    PURPOSE = ""

    def initialize(self, services: SignInServices) -> None:
        """Store the services."""
        self._services = services

    def _is_own_form(self) -> bool:
        """Whether one of our pages sent this form, from this browser, within an hour."""
        if not is_own_page(self.request, self._services.origins):
            log.warning("form_refused", why="origin", path=self.request.path, remote=remote_of(self.request))
            return False
        cookie = self.get_cookie(FORM_COOKIE, "") or ""
        token = self.get_body_argument("form", "")
        if not self._services.forms.is_good(token, cookie, self.PURPOSE, self._services.sessions.clock()):
            log.warning("form_refused", why="token", path=self.request.path, remote=remote_of(self.request))
            return False
        return True


class SignInHandler(_FormHandler):
    """``/sign-in``: shows and processes the form. ``next=`` accepts only our own pages."""

    PURPOSE = "sign-in"

    def get(self) -> None:
        """Show the form or the signed-in person."""
        show_sign_in(self._services, self, next_=self.get_query_argument("next", ""))

    async def post(self) -> None:
        """Check form, name and password; open a new session and redirect."""
        wanted = own_path(self.get_body_argument("next", ""))
        if not self._is_own_form():
            self.set_status(403)
            show_sign_in(self._services, self, next_=wanted, said="stale")
            return
        given = self.get_body_argument("account", "")[:64]
        secret = self.get_body_argument("password", "", strip=False)
        remote = remote_of(self.request)
        proof = await self._services.credentials.prove(given, secret, remote=remote)
        if proof.account is None:
            self.set_status(429 if proof.wait_s else 401)
            said = "waits" if proof.wait_s else "failed"
            show_sign_in(self._services, self, next_=wanted, said=said, given=given)
            return
        session = await asyncio.to_thread(self._change_session, proof.account.name, remote)
        self.set_cookie(
            SESSION_COOKIE, session, httponly=True, samesite="Lax", path="/", secure=is_https(self.request)
        )
        self.clear_cookie(FORM_COOKIE)
        self.redirect(wanted or _first_page(proof.account), status=303)

    def _change_session(self, account: str, remote: str) -> str:
        """End the browser's old session and open a new one: every sign-in gets a new id."""
        sessions = self._services.sessions
        sessions.end(self.get_cookie(SESSION_COOKIE, "") or "", sessions.clock())
        return sessions.open(account, now=sessions.clock(), remote=remote)


class SignOutHandler(_FormHandler):
    """``/sign-out``: GET shows a form (a link may lead here), POST ends the session."""

    PURPOSE = "sign-out"

    def get(self) -> None:
        """Redirect to the page with the signed-in person and the sign-out button."""
        self.redirect(f"/sign-in?lang={_lang_of(self)}")

    async def post(self) -> None:
        """End the session and delete its cookie."""
        if not self._is_own_form():
            self.send_error(403)
            return
        sessions = self._services.sessions
        session = self.get_cookie(SESSION_COOKIE, "") or ""
        ended = await asyncio.to_thread(sessions.end, session, sessions.clock())
        log.info("signed_out", ended=ended, remote=remote_of(self.request))
        self.clear_cookie(SESSION_COOKIE, path="/")
        self.redirect(f"/sign-in?lang={_lang_of(self)}", status=303)


class FirstPageHandler(PlainHandler):
    """``/``: redirects to the first page that the person may open, or to the sign-in page."""

    def initialize(self, services: SignInServices) -> None:
        """Store the services."""
        self._services = services

    def get(self) -> None:
        """Redirect with the same language."""
        account = _account_of(self._services, self)
        self.redirect(f"{_first_page(account) if account else '/sign-in'}?lang={_lang_of(self)}")


class OwnScopeHandler(PlainHandler):
    """``/agency``: redirects to the page of the signed-in person's own scope, or lists those to read."""

    def initialize(self, services: SignInServices) -> None:
        """Store the services."""
        self._services = services

    def get(self, page: str) -> None:
        """Redirect with the same query, list the scopes, or say that the address must name one."""
        account = _account_of(self._services, self)
        query = f"?{self.request.query}" if self.request.query else ""
        if account is None:
            self.redirect(f"/sign-in?next={quote(f'/{page}{query}', safe='')}")
            return
        person = viewing_person(account)
        scope = own_scope(person, page)
        if scope:
            self.redirect(f"/{page}/{quote(scope, safe='')}{query}")
            return
        known = self._services.scopes_of(page)
        scopes = tuple(f"{page}/{code}" for code in known if may_open(person, page, code))
        if scopes:
            show_sign_in(self._services, self, next_="", scopes=scopes)
            return
        self.set_status(404)
        show_sign_in(self._services, self, next_="", refused=page, why="which_scope")


def _name_of(services: SignInServices, lang: str, path: str) -> str:
    """Return the name of a scope; a workstation has none but its code."""
    code = path.rpartition("/")[2]
    return services.scopes[lang].get(code, code)


def _first_page(account: Account) -> str:
    """Return the default page of an account; ``/sign-in`` tells an account without pages that it has none."""
    return next((f"/{page}" for page in _pages_of(account)), "/sign-in")


def _pages_of(account: Account) -> tuple[str, ...]:
    """Return the pages that an account may open; of a page with scopes their own one."""
    person = viewing_person(account)
    scopes = ((page, own_scope(person, page)) for page in FIRST_PAGES)
    return tuple(
        f"{page}/{scope}" if scope else page for page, scope in scopes if may_open(person, page, scope)
    )
