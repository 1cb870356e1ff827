"""A browser for tests that keeps cookies and signs in by the real form; redirects are not followed."""

import html
import http.client
import re
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from tests.running import PATIENCE_S

FORM = re.compile(r'name="form" value="([^"]+)"')


class Answer:
    """One answer of a console."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status, self.headers = response.status, response.headers
        self.body = response.read()
        self.text = self.body.decode("utf-8", "replace")

    @property
    def location(self) -> str:
        return self.headers["Location"] or ""

    @property
    def form(self) -> str:
        found = FORM.search(self.text)
        return html.unescape(found.group(1)) if found else ""


class Visitor:
    """Somebody with a browser at ``console`` (``http://host:port``)."""

    def __init__(self, console: str, **headers: str) -> None:
        self.console = console
        self.headers = headers
        self.cookies: dict[str, str] = {}

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask("GET", path, None, headers)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> Answer:
        sent = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.console, **headers}
        return self._ask("POST", path, urlencode(fields), sent)

    def sign_in(self, account: str, password: str, next_: str = "/desk") -> Answer:
        form = self.get("/sign-in").form
        return self.post("/sign-in", {"account": account, "password": password, "next": next_, "form": form})

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        address = urlsplit(self.console)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=PATIENCE_S)
        sent = {**self.headers, **headers}
        if self.cookies:
            sent["Cookie"] = self.cookie
        connection.request(method, path, body, {name: value for name, value in sent.items() if value})
        answer = Answer(connection.getresponse())
        connection.close()
        for line in answer.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
                if morsel["expires"].startswith("Mon, 01 Jan 1") or not morsel.value:
                    del self.cookies[name]
        return answer
