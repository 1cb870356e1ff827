"""The printed hand-over of leaders: for who may see the leader's page."""

from typing import Any

from console.accounts.authorization import Authorization
from console.pages.http_handlers import PlainHandler
from console.pages.leader_sheets import LeaderSheets
from layouts.sheets import POLICY

__all__ = ["leader_patterns"]


def leader_patterns(authorization: Authorization, sheets: LeaderSheets) -> list[Any]:
    """Return the URL patterns for ``extra_patterns``."""
    given = {"authorization": authorization, "sheets": sheets}
    return [(r"/leader/handover/([A-Za-z0-9_-]{1,60})", LeaderSheetHandler, given)]


class LeaderSheetHandler(PlainHandler):
    """``/leader/handover/<id>``: the hand-over sheet of two leaders, one A4 page."""

    def initialize(self, authorization: Authorization, sheets: LeaderSheets) -> None:
        """Store the services."""
        self._authorization = authorization
        self._sheets = sheets

    def prepare(self) -> None:
        """Refuse a request without the right to the leader's page."""
        if self._authorization.viewer(self.request, "leader") is None:
            self.send_error(403)

    def get(self, id_: str) -> None:
        """Send the sheet."""
        lang = "en" if self.get_query_argument("lang", "zh") == "en" else "zh"
        page = self._sheets.handover(id_, lang)
        if page is None:
            self.send_error(404)
            return
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Security-Policy", POLICY)
        self.finish(page)
