"""The sign-in page: plain HTML with a form, no script, no Panel; every value in it is escaped."""

import base64
import hashlib
from html import escape
from typing import Final
from urllib.parse import quote

import msgspec

from layouts import theme
from layouts.catalogues import own_words

__all__ = ["POLICY", "SignInPage", "draw"]

POLICY: Final = (
    "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "style-src 'self' 'sha256-"
    + base64.b64encode(hashlib.sha256(theme.css().encode()).digest()).decode()
    + "'"
)
"""Content-Security-Policy of the page: allows our style sheet and the table of tokens only."""

_PAGE: Final = """<!DOCTYPE html>
<html lang="{html_lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark">
<title>{title} · {centre}</title>
<style>{tokens}</style>
<link rel="stylesheet" href="/citywall/static/css/sign_in.css?v={build}">
</head>
<body>
<main>
<p class="centre">{centre}</p>
<h1>{title}</h1>
{refused}{body}
<p class="rules">{rules}</p>
<p class="other"><a href="{other_href}">{other}</a></p>
</main>
</body>
</html>
"""
_FORM: Final = """<form method="post" action="/sign-in?lang={lang}" autocomplete="on">
<input type="hidden" name="form" value="{form}">
<input type="hidden" name="next" value="{next}">
<p class="said" role="alert">{said}</p>
<label for="account">{account}</label>
<input id="account" name="account" value="{given}" autocomplete="username" autocapitalize="none"
  spellcheck="false" maxlength="64" required{focus_account}>
<label for="password">{password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="256"
  required{focus_password}>
<button type="submit">{go}</button>
</form>"""
_SIGNED_IN: Final = """<p class="as">{who}</p>
<p class="roles">{roles}</p>
<p class="on">{pages}</p>
{scopes}<form method="post" action="/sign-out?lang={lang}">
<input type="hidden" name="form" value="{form}">
<button type="submit">{out}</button>
</form>"""


class SignInPage(msgspec.Struct, frozen=True):
    """The content of one sign-in page.

    ``form`` is its token, ``next`` the path to open after the sign-in, ``said`` a catalogue key below
    ``sign_in.`` ('' = no error), ``given`` the account as typed. ``name`` is the person already signed in,
    ``roles`` their roles, ``pages`` the pages that they may open (``desk``, ``agency/sz``), ``refused`` the
    page that they may not, and ``why`` the catalogue key of another reason than their role. ``scopes`` are
    the addresses below ``/`` and names of a page's scopes that they may read.
    """

    lang: str
    centre: str
    build: str
    form: str
    next: str
    said: str = ""
    given: str = ""
    name: str = ""
    roles: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    refused: str = ""
    why: str = ""
    scopes: tuple[tuple[str, str], ...] = ()


def draw(page: SignInPage) -> str:
    """Return the page's HTML. Raises KeyError for an unsupported language or a missing text."""
    words = {key.removeprefix("sign_in."): escape(text) for key, text in own_words(page.lang).items()}
    body = _signed_in(page, words) if page.name else _form(page, words)
    reason = page.why or ("refused" if page.name else "closed")
    refused = words[reason].format(page=_named(page.refused, words), path=escape(page.refused))
    other_lang = "en" if page.lang == "zh" else "zh"
    onward = f"&next={quote(page.next, safe='')}"
    return _PAGE.format(
        html_lang="zh-CN" if page.lang == "zh" else page.lang,
        title=words["signed_in" if page.name else "title"],
        centre=escape(page.centre),
        tokens=theme.css(),
        build=escape(page.build),
        refused=f'<p class="said" role="alert">{refused}</p>' if page.refused else "",
        body=body,
        rules=words["rules"],
        other=words["other"],
        other_href=escape(
            f"/{page.refused}?lang={other_lang}" if page.refused else f"/sign-in?lang={other_lang}{onward}"
        ),
    )


def _form(page: SignInPage, words: dict[str, str]) -> str:
    return _FORM.format(
        lang=page.lang,
        form=escape(page.form),
        next=escape(page.next),
        said=words[page.said] if page.said else "",
        given=escape(page.given),
        focus_account="" if page.given else " autofocus",
        focus_password=" autofocus" if page.given else "",
        account=words["account"],
        password=words["password"],
        go=words["go"],
    )


def _signed_in(page: SignInPage, words: dict[str, str]) -> str:
    roles = words["list.comma"].join(words.get(f"role.{role}", escape(role)) for role in page.roles)
    return _SIGNED_IN.format(
        lang=page.lang,
        who=words["as"].format(name=escape(page.name)),
        roles=words["roles"].format(roles=roles),
        pages=" ".join(_link(page, name, words) for name in page.pages) or words["no_page"],
        scopes=_scopes(page, words),
        form=escape(page.form),
        out=words["out"],
    )


def _scopes(page: SignInPage, words: dict[str, str]) -> str:
    """Return the list of a page's scopes, '' for none."""
    if not page.scopes:
        return ""
    links = " ".join(
        f'<a href="/{escape(path)}?lang={page.lang}">{escape(name)}</a>' for path, name in page.scopes
    )
    return f'<p>{words["scopes"]}</p>\n<p class="on scopes">{links}</p>\n'


def _link(page: SignInPage, name: str, words: dict[str, str]) -> str:
    # The requested address, if it is that page, with its case and filters.
    wanted = page.next if page.next.partition("?")[0] == f"/{name}" else f"/{name}?lang={page.lang}"
    return f'<a href="{escape(wanted)}">{words["open"].format(page=_named(name, words))}</a>'


def _named(name: str, words: dict[str, str]) -> str:
    kind, _, scope = name.partition("/")
    named = words.get(f"page.{kind}", escape(kind))
    return words["page_of"].format(page=named, scope=escape(scope)) if scope else named
