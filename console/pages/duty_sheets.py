"""The printed sheets of duty, filled from the state."""

import asyncio
from collections.abc import Mapping

import msgspec

from city.clocks.timestamps import parse
from city.commands.duty.planning import seat_codes
from city.duty.periods import periods
from city.duty.presence import relieved_by
from city.duty.roster import read_roster
from city.indicators.duty_figures import daily_figures
from city.state.duty_records import HandoverItem, Shift
from city.state.ledger_state import LedgerState
from console.deployment.roster_calendar import calendar_of
from console.pages.printed_sheets import PrintedSheets
from layouts.sheets import DailySheet, HandoverSheet, SheetItem, draw_daily, draw_handover

__all__ = ["DutySheets"]

CALENDAR_S = 35 * 86_400.0
"""How far ahead the calendar of the roster goes."""
LEVELS = ("", "shift_lead", "duty_leader", "district")


class DutySheets(PrintedSheets):
    """Draws the hand-over, the daily report and the calendar of duties."""

    def handover(self, shift_id: str, lang: str, *, words: bool) -> str | None:
        """Return the sheet of a shift's hand-over, None for a shift without a draft.

        ``words``: whether the reader may read the typed note.
        """
        ledger = self._state().ledger
        shift = ledger.shifts.get(shift_id)
        draft = shift.handover if shift is not None else None
        if shift is None or draft is None:
            return None
        after = relieved_by(ledger, shift)
        now = ledger.clock.at(self._clock())
        told = self._words[lang]
        late = told["duty_page.sheet.late"].format(n=round(shift.late_s / 60)) if shift.late_s >= 60 else ""
        return draw_handover(HandoverSheet(
            lang=lang, title=self._title[lang], shift=shift.id, span=self._span(shift, lang),
            to=self._span(after, lang) if after is not None else "—",
            items=[self._item(item, lang) for item in sorted(draft.items, key=lambda one: not one.must)],
            position=draft.position, hash=draft.hash,
            outgoing=self._signed(draft.outgoing), incoming=self._signed(draft.incoming),
            outgoing_lead=_lead(shift), incoming_lead=_lead(after),
            note=draft.note if words else "", late=late, counts=self._counts(ledger, shift, now),
            warnings=self._warnings(ledger, lang, now), printed=self._moment(now),
        ))  # fmt: skip

    async def daily(self, day: str, lang: str, *, words: bool) -> str | None:
        """Return the sheet of a day's report, saved or as a draft; None for no date."""
        ledger = self._state().ledger
        now, report = ledger.clock.at(self._clock()), ledger.reports.get(day)
        figures: Mapping[str, str] = report.figures if report is not None else {}
        if not figures:
            try:
                figures = await asyncio.to_thread(
                    daily_figures, ledger, day, zone_offset_s=self._rules.zone_offset_s
                )
            except ValueError:
                return None
        signed = report.signed if report is not None else None
        return draw_daily(DailySheet(
            lang=lang, title=self._title[lang], day=day, figures=figures,
            text=report.text if report is not None and words else "", signed=self._signed(signed),
            printed=self._moment(now),
        ))  # fmt: skip

    def calendar(self, lang: str) -> bytes:
        """Return the planned duties of the next days as iCalendar; none for an unreadable roster."""
        ledger, rules, words, now = self._state().ledger, self._rules, self._words[lang], self._clock()
        begins = ledger.clock.at(now)
        try:
            roster = read_roster(ledger.roster)
        except ValueError:
            roster = ()
        found = periods(
            roster, ledger.overrides.values(), begins, begins + CALENDAR_S, codes=seat_codes(rules),
            zone_offset_s=rules.zone_offset_s,
        )  # fmt: skip
        return calendar_of(
            found,
            district=rules.district,
            now=now,
            deputy_word=words["duty_page.roster.deputy"],
            post_name=lambda key: post_name(key, words),
        )

    def _counts(self, ledger: LedgerState, shift: Shift, now: float) -> dict[str, str]:
        """Return the figures of the shift so far, by the keys of the daily report."""
        tasks = [one for one in ledger.tasks.values() if shift.starts_at <= one.issued_at <= now]
        return {
            "open": str(sum(case.is_open for case in list(ledger.cases.values()))),
            "incidents": str(sum(one.is_open for one in ledger.incidents.values())),
            "tasks": str(len(tasks)),
            "tasks_late": str(sum(bool(one.overdue) for one in tasks)),
        }

    def _item(self, item: HandoverItem, lang: str) -> SheetItem:
        words = self._words[lang]
        signed = item.answered
        return SheetItem(
            words.get(f"duty_page.handover.kind.{item.kind}", item.kind), self._item_words(item, words),
            item.must,
            words[f"duty_page.handover.answer.{item.answer}"] if item.answer else "",
            f"{signed.name} {self._time(signed.at)}" if signed is not None else "",
        )  # fmt: skip

    def _item_words(self, item: HandoverItem, words: Mapping[str, str]) -> str:
        """Return an item in words; a name that ends in ``_at`` is a time, told as the clock shows it."""
        told = {
            name: self._time(parse(value)) if name.endswith("_at") else value
            for name, value in item.names.items()
        }
        return item_words(msgspec.structs.replace(item, names=told), words)

    def _span(self, shift: Shift, lang: str) -> str:
        words = self._words[lang]
        return words["duty_page.shift_span"].format(
            kind=f"{self._moment(shift.starts_at)[:10]} {words[f'shift.{shift.kind}']}",
            **{"from": self._time(shift.starts_at), "to": self._time(shift.ends_at)},
        )


def item_words(item: HandoverItem, words: Mapping[str, str]) -> str:
    """Return an item of a hand-over in words, the same as ``static/esm/duty/duty_handover.js`` shows it."""
    names = dict(item.names)
    what = {
        "incident": f"incident.{names.get('kind')}", "task": f"task.{names.get('words')}",
    }.get(item.kind, f"class.{names.get('kind')}.{names.get('code')}")  # fmt: skip
    label = names.get("label", "")
    level = LEVELS[int(names["level"])] if names.get("level", "") in "123" and names.get("level") else ""
    named = {
        **names, "what": words.get(what, ""),
        "label": words.get(f"source.{label}" if item.kind == "source" else f"road.{label}", label),
        "street": words.get(f"street.{names.get('street')}", ""),
        "agency": words.get(f"agency.{names.get('agency')}", names.get("agency", "")),
        "grade": words.get(f"grade.{names.get('grade')}", names.get("grade", "")),
        "level": words.get(f"role.{level}", ""),
    }  # fmt: skip
    key = item.words if item.words.startswith("handover.") else f"handover.{item.words}"
    text = _fill(words.get(key, key), named)
    return f"{text} · {named['agency']} {named['what']}".rstrip(" ·") if item.kind == "task" else text


def post_name(key: str, words: Mapping[str, str]) -> str:
    """Return a post in words; its key is that of ``city.state.duty_records.Post``."""
    role, _, code = key.partition(":")
    holder = words.get(f"agency.{code}") or words.get(f"street.{code}") or code
    return words.get(f"post.{role}", role).replace("{holder}", holder)


def _fill(text: str, names: Mapping[str, str]) -> str:
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _lead(shift: Shift | None) -> str:
    post = shift.posts.get("shift_lead") if shift is not None else None
    return (post.holder or post.person) if post is not None else ""
