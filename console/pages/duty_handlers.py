"""What can be taken from the duty page: the roster as a table and as a calendar, and the printed sheets.

Every handler needs the right to the duty page. Typed text (class P2) is on a sheet only for those who may
read it.
"""

import csv
import io
from collections.abc import Callable
from typing import Any, Final

from city.access import Person
from city.personal_data import may_read_words
from console.accounts.authorization import Authorization, viewing_person
from console.accounts.sessions import Sessions
from console.pages.duty_sheets import DutySheets
from console.pages.http_handlers import PlainHandler
from layouts.sheets import POLICY

__all__ = ["DutyFiles", "duty_patterns"]

COLUMNS: Final = ("role", "name", "seat", "deputy", "from", "to", "count", "days")
"""Columns of a roster without rows; else those of its first row."""


class DutyFiles:
    """Services of the handlers. ``roster`` returns the rows of the table in force."""

    def __init__(
        self, authorization: Authorization, sessions: Sessions, *, sheets: DutySheets,
        roster: Callable[[], list[dict[str, str]]],
    ) -> None:  # fmt: skip
        self._authorization = authorization
        self._sessions = sessions
        self.sheets = sheets
        self.roster = roster

    def person(self, request: Any) -> Person | None:
        """Return the person who may see the duty page with this request, None (counted) for nobody."""
        viewer = self._authorization.viewer(request, "duty")
        account = self._sessions.account(viewer.session, self._sessions.clock()) if viewer else None
        return viewing_person(account) if account is not None else None


def duty_patterns(files: DutyFiles) -> list[Any]:
    """Return the URL patterns for ``extra_patterns``."""
    given = {"files": files}
    return [
        (r"/duty/roster\.csv", RosterTableHandler, given),
        (r"/duty/roster\.ics", RosterCalendarHandler, given),
        (r"/duty/handover/([A-Za-z0-9_-]{1,60})", HandoverSheetHandler, given),
        (r"/duty/daily/(\d{4}-\d{2}-\d{2})", DailySheetHandler, given),
    ]


class _DutyHandler(PlainHandler):
    """A handler for who may see the duty page."""

    def initialize(self, files: DutyFiles) -> None:
        """Store the services."""
        self._files = files
        self._person: Person | None = None

    def prepare(self) -> None:
        """Refuse a request without the right to the duty page."""
        self._person = self._files.person(self.request)
        if self._person is None:
            self.send_error(403)

    def _lang(self) -> str:
        return "en" if self.get_query_argument("lang", "zh") == "en" else "zh"

    def _reads_words(self) -> bool:
        return self._person is not None and may_read_words(self._person)

    def _file(self, name: str, kind: str, data: bytes) -> None:
        self.set_header("Content-Type", kind)
        self.set_header("Content-Disposition", f'attachment; filename="{name}"')
        self.finish(data)

    def _sheet(self, page: str | None) -> None:
        if page is None:
            self.send_error(404)
            return
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Security-Policy", POLICY)
        self.finish(page)


class RosterTableHandler(_DutyHandler):
    """``/duty/roster.csv``: the table in force, to be edited and loaded again."""

    def get(self) -> None:
        """Send the table, with a mark by which spreadsheets know UTF-8."""
        self._file("roster.csv", "text/csv; charset=utf-8", table(self._files.roster()))


class RosterCalendarHandler(_DutyHandler):
    """``/duty/roster.ics``: the planned duties as iCalendar (RFC 5545)."""

    def get(self) -> None:
        """Send the calendar."""
        self._file("roster.ics", "text/calendar; charset=utf-8", self._files.sheets.calendar(self._lang()))


class HandoverSheetHandler(_DutyHandler):
    """``/duty/handover/<shift>``: the hand-over sheet, one A4 page."""

    def get(self, shift: str) -> None:
        """Send the sheet of a shift with a draft."""
        self._sheet(self._files.sheets.handover(shift, self._lang(), words=self._reads_words()))


class DailySheetHandler(_DutyHandler):
    """``/duty/daily/<day>``: the day's duty report, one A4 page."""

    async def get(self, day: str) -> None:
        """Send the saved report, else a draft with the day's figures."""
        self._sheet(await self._files.sheets.daily(day, self._lang(), words=self._reads_words()))


def table(rows: list[dict[str, str]]) -> bytes:
    """Return rows as CSV in UTF-8 with a byte order mark."""
    out = io.StringIO(newline="")
    names = list(dict.fromkeys(name for row in rows for name in row)) or list(COLUMNS)
    writer = csv.DictWriter(out, names, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")
