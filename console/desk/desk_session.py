"""A desk's session: executes the orders and answers the questions of one page for its person."""

from collections.abc import Callable, Mapping
from heapq import nsmallest
from typing import Any, Final

import msgspec

from city.access import Person, acting_role
from city.cases.relaxed import relaxed
from city.commands.command import Now
from city.commands.response.situation.figures import CENTRE
from city.commands.subjects import find_key
from city.dispatch.decision_rules import DecisionRules
from city.personal_data import may_read_words
from city.places.distance import metres
from city.state.ledger_state import Case, CityState
from city.state.row_keys import row_key_of
from city.views.case_view import account_mark
from city.views.desk_seen import DeskCase, DeskSeen
from city.views.holders.own_reports import OwnReports
from console.desk.case_sheet import CaseSheets, registered
from console.desk.case_story import CaseStories
from console.desk.level_questions import level_press, level_run
from console.desk.linkage_questions import incident_sheet, linkage_preview
from console.desk.nearby import cameras_near, same_near, units_near
from console.desk.search import Search, place_of
from console.orders.allowed_verbs import actions
from console.orders.order_service import Orders
from console.orders.order_session import Answerer, OrderSession, Reply
from console.orders.presence import Presence
from layouts.cards.agency.zero_report import report_form
from layouts.cards.desk.desk_queue import (
    FILTERS,
    MOST,
    ORDERS,
    WAITING,
    desk_row,
    matches,
    order_key,
    waiting_row,
)

__all__ = ["DeskServices", "DeskSession"]


LONGEST_WORDS: Final = 60


class DeskServices:
    """Services shared by all desk sessions of a console.

    ``seen`` returns the desk channel's last view. ``duty``, ``leader``: questions about duty,
    and of leaders → who answers them.
    """

    def __init__(
        self, orders: Orders, presence: Presence, *, state: Callable[[], CityState], rules: DecisionRules,
        stories: CaseStories, search: Search, seen: Callable[[], DeskSeen | None], clock: Callable[[], float],
        duty: Mapping[str, Answerer] | None = None, leader: Mapping[str, Answerer] | None = None,
    ) -> None:  # fmt: skip
        self.orders = orders
        self.presence = presence
        self.state = state
        self.rules = rules
        self.stories = stories
        self.search = search
        self.sheets = CaseSheets(rules, stories.name_of)
        self.reports = OwnReports(rules)
        self.clock = clock
        self.duty = dict(duty or {})
        self.leader = dict(leader or {})
        self._seen = seen

    @property
    def seen(self) -> DeskSeen | None:
        """What every desk sees now, None before the first look."""
        return self._seen()

    def case(self, mark: object) -> Case | None:
        """Return the case of a mark."""
        return find_key(self.state().ledger, mark) if isinstance(mark, str) and mark else None


class DeskSession(OrderSession):
    """One desk's session: also answers questions about cases, and tells the others which case is open here.

    The arguments are those of :class:`OrderSession`.
    """

    def __init__(
        self, services: DeskServices, person_of: Callable[[bool], Person | None], *,
        owner: Callable[[], str] = str,
    ) -> None:  # fmt: skip
        asks: dict[str, Answerer] = {
            "case": self._case, "rows": self._rows, "merge": self._merge, "classes": self._classes,
            "indicator": self._indicator, "linkage_preview": self._preview, "incident": self._incident,
            "level_press": self._level_press, "level_run": self._level_run,
            "holder_report": self._holder_report,
            **services.duty,
        }  # fmt: skip
        super().__init__(services.orders, person_of, owner=owner, asks=asks)
        self._services = services
        self._asked: dict[str, tuple[str, ...]] = {"case": ("",), "rows": ("", "all", "left")}
        self._looking: tuple[str, str, str] | None = None

    async def handle(self, message: dict[str, Any]) -> Reply | None:
        """Return the answer to a message, None for none. Never raises because of invalid input."""
        if "looking" in message and "act" not in message and "ask" not in message:
            self._look(message["looking"])
        return await super().handle(message)

    def close(self) -> None:
        """End the presence of this page: it is closed."""
        self._leave()

    def _is_ready(self) -> bool:
        return self._services.seen is not None

    def _is_new(self, asked: Reply) -> bool:
        # A page repeats its questions: one that differs from the last of its kind was asked by hand.
        what = str(asked.get("what"))
        if what == "case":
            question: tuple[str, ...] = (str(asked.get("mark") or ""),)
        elif what == "rows":
            question = (_words(asked), _chosen(asked), _ordered(asked))
        else:
            return False
        before, self._asked[what] = self._asked[what], question
        return question != before

    def _look(self, mark: Any) -> None:
        person, case = self._person_of(False), self._services.case(mark)
        if person is None or case is None:
            self._leave()
            return
        looking = (row_key_of(case.key), person.account, person.name)
        if looking != self._looking:
            self._leave()
        self._looking = looking
        self._services.presence.look(*looking)

    def _leave(self) -> None:
        if self._looking is not None:
            self._services.presence.leave(*self._looking)
        self._looking = None

    async def _case(self, person: Person, asked: Reply) -> Reply:
        services = self._services
        case, seen = services.case(asked.get("mark")), services.seen
        if case is None or seen is None:
            return {"case": None}
        state, now = services.state(), services.clock()
        story = await services.stories.read(case.file.story, state.ledger.clock_of)
        now_both = Now(now, state.ledger.clock.at(now))
        nearby = {
            "units": units_near(seen.units, case, services.rules),
            "cameras": cameras_near(state, case, now),
        }
        sheet = services.sheets.sheet(case, seen, words=may_read_words(person)) | {
            "presence": services.presence.present(row_key_of(case.key)),
            "story": story,
            "nearby": nearby,
            "register": registered(state.ledger, case),
            "skip_rules": relaxed(state.ledger, "skip_rules", now_both.city) is not None,
            "actions": actions(state.ledger, case, person, services.rules, now_both),
        }
        return {"case": sheet}

    async def _rows(self, person: Person, asked: Reply) -> Reply:
        services, seen = self._services, self._services.seen
        assert seen is not None
        if _chosen(asked) in WAITING:
            return self._waiting(seen, _chosen(asked), asked.get("after"))
        order, words = order_key(_ordered(asked)), _words(asked)
        person_mark, city = account_mark(person.account), seen.clock.at(services.clock())
        # One row per place, as on the channel; a search finds every report.
        cases = await self._worded(seen, person, words) if words else _rowed(seen)
        found = [case for case in cases if matches(case, _chosen(asked), city=city, person_mark=person_mark)]
        total, after = len(found), asked.get("after")
        last = next((order(case) for case in found if case.key == after), None)
        if last is not None:
            found = [case for case in found if order(case) > last]
        rows = [self._row(case, seen) for case in nsmallest(MOST, found, key=order)]
        return {"rows": rows, "total": total}

    def _waiting(self, seen: DeskSeen, waits: str, after: object) -> Reply:
        """Return the rows of callers who wait, those who wait longest first."""
        services = self._services
        services.sheets.use(seen.deferral)
        due = seen.hotline.contact if waits == "contact" else seen.hotline.call_back
        begin = next((place + 1 for place, one in enumerate(due) if one.key == after), 0)
        rows = [
            list(waiting_row(services.sheets.seen(case), seen, waits, one.at))
            for one in due[begin : begin + MOST] if (case := services.case(one.key)) is not None
        ]  # fmt: skip
        return {"rows": rows, "total": len(due)}

    async def _worded(self, seen: DeskSeen, person: Person, words: str) -> list[DeskCase]:
        """Return the cases that the search finds; closed ones, which the channel does not hold, come last.

        ``@lon,lat,metres`` finds the open cases of a place.
        """
        services = self._services
        place = place_of(words)
        if place is not None:
            lon, lat, radius = place
            return [case for case in seen.cases if metres(lon, lat, case.lon, case.lat) <= radius]
        state = services.state()
        keys = await services.search.find(state, person, words, services.rules)
        cases, by_mark = state.ledger.cases, state.ledger.by_mark
        found = [case for case in seen.cases if by_mark.get(case.key) in keys]
        over = keys.difference(by_mark.get(case.key, "") for case in found)
        return found + [services.sheets.seen(cases[key]) for key in over if key in cases]

    def _row(self, case: DeskCase, seen: DeskSeen) -> list[Any]:
        return list(desk_row(case, seen))

    async def _merge(self, person: Person, asked: Reply) -> Reply:
        case, seen = self._services.case(asked.get("mark")), self._services.seen
        if case is None or seen is None:
            return {"candidates": []}
        alike = (one.key for one in seen.cases if (one.kind, one.code) == (case.kind, case.code))
        others = [other for mark in alike if (other := self._services.case(mark)) is not None]
        return {"candidates": same_near(others, case, self._services.rules.numbers)}

    async def _classes(self, person: Person, asked: Reply) -> Reply:
        rules = self._services.rules
        return {
            "classes": [
                {
                    "kind": one.kind, "code": one.code, "minor": one.minor_zh, "hazard": one.hazard,
                    "name_zh": one.name_zh, "name_en": one.name_en,
                    "standards": [msgspec.structs.asdict(s) for s in rules.standards_of(one.kind, one.code)],
                }
                for one in rules.categories.values()
            ]
        }  # fmt: skip

    async def _preview(self, person: Person, asked: Reply) -> Reply:
        """Return the tasks that starting linkage would issue; see ``linkage_questions``."""
        services, seen = self._services, self._services.seen
        assert seen is not None
        case = services.case(asked.get("case"))
        state, now = services.state().ledger, services.clock()
        return linkage_preview(state, seen.units, asked, case, person, services.rules, now)

    async def _incident(self, person: Person, asked: Reply) -> Reply:
        services = self._services
        state, now = services.state().ledger, services.clock()
        incident = state.incidents.get(str(asked.get("incident")))
        if incident is None:
            return {"incident": None}
        at = Now(now, state.clock.at(now))
        return {"incident": incident_sheet(state, incident, person, services.rules, at)}

    async def _holder_report(self, person: Person, asked: Reply) -> Reply:
        """Return the form of a holder's zero report, as on its own page: it was told by telephone."""
        services, holder = self._services, str(asked.get("holder"))
        known = holder in services.rules.streets or holder in services.rules.agencies
        if not known or acting_role(person, "send_zero_report") not in CENTRE:
            return {"form": None}
        scalars, rows = report_form(holder, services.reports.see(services.state(), holder))
        return {"form": {"scalars": scalars, "rows": rows}}

    async def _level_press(self, person: Person, asked: Reply) -> Reply:
        """Return which proposals the person may decide on now; see ``level_questions``."""
        services = self._services
        return level_press(services.state().ledger, person, services.rules)

    async def _level_run(self, person: Person, asked: Reply) -> Reply:
        """Return what a change of level would start; see ``level_questions``."""
        services = self._services
        state, now = services.state().ledger, services.clock()
        return level_run(state, asked, person, services.rules, Now(now, state.clock.at(now)))

    async def _indicator(self, person: Person, asked: Reply) -> Reply:
        seen = self._services.seen
        found = seen.indicators.get(str(asked.get("name"))) if seen is not None else None
        if found is None or seen is None:
            return {"indicator": None}
        return {"indicator": {**msgspec.to_builtins(found), "at": seen.indicators_at}}


def _rowed(seen: DeskSeen) -> list[DeskCase]:
    return [case for case in seen.cases if case.key not in seen.duplicate_marks]


def _words(asked: Reply) -> str:
    return str(asked.get("words") or "").strip()[:LONGEST_WORDS]


def _chosen(asked: Reply) -> str:
    return next((name for name in FILTERS if name == asked.get("filter")), "all")


def _ordered(asked: Reply) -> str:
    return next((name for name in ORDERS if name == asked.get("order")), "left")
