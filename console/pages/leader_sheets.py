"""The hand-over sheet of two leaders, filled from the state (domain §4.7)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from city.clocks.timestamps import parse
from city.state.leader_records import LeaderItem
from city.state.ledger_state import LedgerState
from city.state.response_records import LEVELS
from city.views.response.forecasts_seen import next_forecasts, warned_forecasts
from console.pages.printed_sheets import PrintedSheets
from layouts.sheets import LeaderSheet, Section, draw_leader_handover

__all__ = ["LeaderSheets"]

AHEAD_S = 12 * 3600.0
"""How far ahead the weather is told."""
TOPICS_S = 12 * 3600.0
TOPICS = 5
ROMAN = dict(zip(LEVELS, ("—", "Ⅳ", "Ⅲ", "Ⅱ", "Ⅰ"), strict=True))
ORDERED = ("order",)
KINDS = (("level", ("level", "proposal")), ("tasks", ("task",)), ("rulings", ("ruling",)),
         ("orders", ORDERED), ("waiting", ("support", "relocation")))  # fmt: skip
"""Section → the kinds of items that it has."""


class LeaderSheets(PrintedSheets):
    """Draws the hand-over of two leaders."""

    def handover(self, id_: str, lang: str) -> str | None:
        """Return the sheet of a hand-over between leaders, None for one that there is not."""
        ledger = self._state().ledger
        held = ledger.leader_handovers.get(id_)
        if held is None:
            return None
        now, told = ledger.clock.at(self._clock()), self._words[lang]
        items = [
            Section(section, [self._item(one, told) for one in held.items if one.kind in kinds])
            for section, kinds in KINDS
        ]
        more = [
            Section("weather", list(self._weather(ledger, told, lang, now))),
            Section("shelters", list(self._shelters(ledger, told))),
            Section("topics", list(self._topics(ledger, told, now))),
        ]
        return draw_leader_handover(LeaderSheet(
            lang=lang, title=self._title[lang], id=id_, drafted=self._signed(held.drafted),
            figures={key: value for key, value in held.figures.items() if f"leader.figure.{key}" in told},
            sections=[*items, *more], watch=held.watch, outgoing=self._signed(held.outgoing),
            incoming=self._signed(held.incoming), printed=self._moment(now),
        ))  # fmt: skip

    def _item(self, item: LeaderItem, told: Mapping[str, str]) -> str:
        """Return an item in words, the same as the page says it, with who acknowledged it."""
        names = item.names
        holder = names.get("holder", "")
        values: dict[str, Any] = {
            "level": _roman(names.get("rank")), "before": _roman(names.get("before")),
            "since": self._at(names.get("since_at")), "due": self._at(names.get("due_at")),
            "issued": self._at(names.get("issued_at")), "n": names.get("n", ""),
            "agency": _place(told, names.get("agency", "")), "street": _place(told, names.get("street", "")),
            "holder": _place(told, holder), "state": told.get(f"task_state.{names.get('state')}", ""),
            "what": told.get(f"class.{names.get('kind')}.{names.get('code')}")
            or told.get(f"task.{names.get('words')}") or names.get("no", ""),
            "support": told.get(f"leader.support.{names.get('support')}", "").format(n=names.get("n", "")),
        }  # fmt: skip
        text = told[f"leader.item.{item.kind}"].format(**values)
        return f"★ {text}" + (f" ✓ {self._signed(item.answered)}" if item.answered else "")

    def _weather(self, ledger: LedgerState, told: Mapping[str, str], lang: str, now: float) -> Iterator[str]:
        yield from self._warnings(ledger, lang, now)
        held = (*ledger.forecasts.values(), *warned_forecasts(ledger.warnings.values(), self._rules, now))
        for ahead in sorted(next_forecasts(held, now), key=lambda one: one.at):
            if ahead.at <= now + AHEAD_S:
                place = told.get(f"water_station.{ahead.place}") or _place(told, ahead.place)
                line = "" if ahead.line is None else told["band.line"].format(line=f"{ahead.line:.2f}")
                drill = f"{told['band.drill']} " if ahead.exercise else ""
                value = f"{ahead.value:.{2 if ahead.unit == 'm' else 0}f} {ahead.unit}"
                if ahead.place == self._rules.district:
                    place = told["band.whole"]
                text = told[f"band.next.{ahead.kind}"].format(
                    t=self._time(ahead.at), place=place, value=value
                )
                yield f"{drill}{text}{line}"

    def _shelters(self, ledger: LedgerState, told: Mapping[str, str]) -> Iterator[str]:
        occupied = [
            figure.value
            for situation in ledger.situations.values()
            for key, figure in situation.figures.items()
            if key.startswith("shelter.") and key.endswith(".occupied")
        ]
        if occupied:
            yield told["leader.sheet.in_shelters"].format(n=f"{sum(occupied):,.0f}", places=len(occupied))

    def _topics(self, ledger: LedgerState, told: Mapping[str, str], now: float) -> Iterator[str]:
        """Yield the classes of which most cases were reported in the last hours; no word of a report."""
        counts = Counter(
            (case.kind, case.code)
            for case in list(ledger.cases.values())
            if now - case.at <= TOPICS_S and case.code
        )
        for (kind, code), count in counts.most_common(TOPICS):
            yield f"{told.get(f'class.{kind}.{code}', code)} {count}"

    def _at(self, told: str | None) -> str:
        return self._time(parse(told)) if told else ""


def _roman(rank: str | None) -> str:
    return ROMAN[LEVELS[int(rank)]] if rank in ("0", "1", "2", "3", "4") else ""


def _place(told: Mapping[str, str], code: str) -> str:
    return told.get(f"street.{code}") or told.get(f"agency.{code}") or code
