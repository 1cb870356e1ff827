"""A recorded day of a district: thousands of cases that live by the rules, the same for the same seed."""

import random
from typing import Any

from city.access import Person
from city.clocks.timestamps import iso
from city.commands.command import Decision
from city.state.ledger_state import Case
from tests.lives import DISPATCHER, INTAKE, LEAD, LEADER, OFFICER, Agenda, Lives, operator, somebody

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
CHANNELS = ("hotline_12345",) * 9 + ("inspector",) * 5 + ("sensor", "video_ai", "web_app", "police_110")
CLASSES = (
    ("component", "0101"), ("component", "0102"), ("component", "0123"), ("component", "0137"),
    ("event", "0110"), ("event", "0405"), ("event", "0410"), ("event", "0506"), ("event", "0112"),
)  # fmt: skip
RETURNS = ("not_my_duty", "not_my_area", "owner_unknown", "cannot_find", "wrong_category", "duplicate")
CHECKERS = tuple(somebody(f"check{number}", "inspector") for number in range(4))
WALKERS = tuple(somebody(f"walk{number}", "inspector") for number in range(4))

Act = tuple[float, str, Person, dict[str, Any]]
"""In so many seconds somebody gives an order."""


class RandomDay:
    """Cases reported over a day from ``begin`` on, then worked on until ``end`` (city epoch seconds)."""

    def __init__(self, begin: float, cases: int, *, seed: int = 1, last_year: int = 120) -> None:
        self.begin = begin
        self.lives = Lives(begin - DAY)
        self.refused = 0
        self._chance = random.Random(seed)
        self._agenda = Agenda()
        self._places = [
            (121.50 + 0.15 * self._chance.random(), 31.12 + 0.13 * self._chance.random())
            for _ in range(max(10, cases // 6))
        ]
        self._callers = [f"c_{number}" for number in range(max(5, cases // 2))]
        for number in range(last_year):
            self._report(f"history/{number}", at=begin - 365 * DAY + DAY * self._chance.random())
        for number in range(cases):
            self._agenda.add(begin + DAY * self._chance.random(), number)

    def run(self, end: float) -> Lives:
        for at, what in self._agenda.until(end):
            self.lives.now = max(self.lives.now, at)
            if isinstance(what, int):
                self._plan(self._report(f"town/{what}"))
            else:
                self._go_on(*what)
        self.lives.now = end
        return self.lives

    def _report(self, key: str, **given: Any) -> Case:
        chance = self._chance
        lon, lat = chance.choice(self._places)
        if chance.random() < 0.5:
            lon, lat = lon + 0.0003 * chance.random(), lat + 0.0003 * chance.random()
        mirror = {"mirror": {"state": "handling", "agency": "城管"}} if chance.random() < 0.03 else {}
        return self.lives.report(
            key, lon=round(lon, 6), lat=round(lat, 6), category=chance.choice(CLASSES),
            channel=chance.choice(CHANNELS), caller_ref=chance.choice(self._callers), **mirror, **given,
        )  # fmt: skip

    def _plan(self, case: Case) -> None:
        """Put what comes next on the case on the agenda: somebody's order, and the clock's."""
        if not case.file.own:
            return
        act = self._act(case)
        if act is not None:
            self._agenda.add(self.lives.now + act[0], (case, case.changed, act))
        left = self.lives.steps(case)
        if left:
            self._agenda.add(max(left[0].at, self.lives.now), (case, case.changed, left[0]))

    def _go_on(self, case: Case, changed: int, what: Any) -> None:
        if case.changed != changed:
            return  # something else came first, and it was planned anew then
        if not isinstance(what, tuple):
            self.lives.pass_step(case, what)
        else:
            answer = self.lives.do(case, what[1], what[2], **what[3])
            self.refused += not isinstance(answer, Decision)
            for fact in answer.facts if isinstance(answer, Decision) else ():
                other = self.lives.state.cases[fact.subject.removeprefix("case:")]
                if other is not case:
                    self._plan(other)
        self._plan(case)

    def _act(self, case: Case) -> Act | None:
        """Return what somebody does next on a case, None when nobody does anything."""
        file = case.file
        chance = self._chance
        if file.undo and chance.random() < 0.3:
            return 20 * chance.random(), "undo", OFFICER, {}
        if file.supervised and file.acknowledged_at is None and chance.random() < 0.5:
            return self._wait(5), "acknowledge", LEADER, {}
        if chance.random() < 0.02 and file.is_open:
            return self._wait(20), "escalate", OFFICER, {}
        if file.make_safe is not None and file.make_safe.done_at is None and chance.random() < 0.5:
            return self._wait(30), "make_safe", operator(file.make_safe.holder), {"photos": ["p"]}
        if case.channel == "hotline_12345" and file.contact_at is None and chance.random() < 0.3:
            return self._wait(600), "contact", INTAKE, {}
        if file.ruling is not None and not file.ruling.holder and chance.random() < 0.2:
            return self._in_ruling(case)
        by_state = {
            "reported": self._reported, "verifying": self._verifying, "filed": self._unowned,
            "returned": self._unowned, "ruling": self._in_ruling, "dispatched": self._dispatched,
            "handling": self._handling, "handled": self._handled, "closed": self._closed,
        }  # fmt: skip
        found = by_state.get(file.state)
        return found(case) if found else None

    def _wait(self, minutes: float) -> float:
        return round(self._chance.expovariate(1 / (minutes * MINUTE)), 3)

    def _reported(self, case: Case) -> Act:
        draw = self._chance.random()
        if draw < 0.05:
            reason = {"reason": self._chance.choice(("no_problem", "out_of_district"))}
            return self._wait(6), "reject", INTAKE, reason
        if draw < 0.12:
            return self._wait(3), "request_verification", INTAKE, {}
        if draw < 0.16:
            near = [c.key for c in self._same(case) if c.is_open]
            return self._wait(5), "merge", INTAKE, {"into": self._chance.choice(near or [case.key])}
        if draw < 0.2:
            return (
                self._wait(9),
                "self_handle",
                self._chance.choice(WALKERS),
                {"text": "清理", "photos": ["a", "b"]},
            )
        return self._wait(6), "file", INTAKE, {}

    def _same(self, case: Case) -> list[Case]:
        """Return earlier own cases of the class at nearly the place, among the last ones."""
        last = list(self.lives.state.cases.values())[-400:]
        return [
            c for c in last
            if c is not case and (c.kind, c.code) == (case.kind, case.code) and c.file.own
            and abs(c.place.lon - case.place.lon) < 3e-4 and abs(c.place.lat - case.place.lat) < 3e-4
        ]  # fmt: skip

    def _verifying(self, case: Case) -> Act:
        seen = {"result": "confirmed", "lon": case.place.lon, "lat": case.place.lat, "photos": ["p"]}
        return self._wait(15), "verify", self._chance.choice(WALKERS), seen

    def _unowned(self, case: Case) -> Act | None:
        if self._chance.random() < 0.2:
            return None  # the clocks decide
        targets = case.file.targets or (case.place.street,)
        evidence = {"evidence": "现场确认"} if self._chance.random() < 0.3 else {}
        return self._wait(6), "dispatch", DISPATCHER, {"to": self._chance.choice(targets), **evidence}

    def _in_ruling(self, case: Case) -> Act | None:
        ruling = case.file.ruling
        draw = self._chance.random()
        if ruling is None or draw < 0.15:
            return None
        scope = self._chance.choice(("this_case", "category_in_area", "this_road_segment"))
        holder = self._chance.choice(ruling.candidates or (case.place.street,))
        return self._wait(50), "rule", LEADER, {"holder": holder, "kind": "interim", "scope": scope}

    def _dispatched(self, case: Case) -> Act | None:
        holder = operator(case.file.holder)
        draw = self._chance.random()
        if draw < 0.08:
            return None
        if draw < 0.22:
            reason = self._chance.choice(RETURNS)
            pin = {"lon": 121.7, "lat": 31.2} if reason == "not_my_area" else {}
            return self._wait(6), "return", holder, {"reason": reason, "text": "不属本单位", **pin}
        if draw < 0.25:
            return self._wait(20), "reassign", OFFICER, {"to": self._chance.choice(("gs", "ps", "lh", "sz"))}
        if draw < 0.26:
            return self._wait(20), "transfer_up", LEADER, {"text": "市管道路"}
        return self._wait(12), "sign", holder, {}

    def _handling(self, case: Case) -> Act | None:
        holder = operator(case.file.holder)
        draw = self._chance.random()
        now = self.lives.now
        if draw < 0.04 and case.file.extension is None:
            return self._wait(20), "apply_extension", holder, {"reason": "等配件"}
        if draw < 0.06 and case.file.suspension is None:
            until = iso(now + 5 * HOUR * (1 + 100 * draw))
            return (
                self._wait(20),
                "apply_suspension",
                holder,
                {"reason": "season", "until": until, "text": "雨"},
            )
        if case.file.extension is not None and draw < 0.7:
            return self._wait(30), "decide_extension", LEAD, {"approved": draw < 0.5}
        if case.file.suspension is not None and draw < 0.8:
            return self._wait(30), "decide_suspension", LEAD, {"approved": draw < 0.6}
        if draw < 0.12:
            return None
        photos = {"photos_before": ["b"], "photos_after": ["a"]}
        minutes = 70 if case.file.limit_unit == "urgent_hour" else 300
        return self._wait(minutes), "feedback", holder, {"outcome": "fixed", "text": "已处置", **photos}

    def _handled(self, case: Case) -> Act | None:
        draw = self._chance.random()
        if draw < 0.1:
            return None
        wait = self._wait(25)
        look = {
            "passed": draw < 0.88, "mode": "field", "lon": case.place.lon, "lat": case.place.lat,
            "photo_at": iso(self.lives.now + wait - 0.001), "photos": ["c"],
        }  # fmt: skip
        if not look["passed"]:
            look["reason"] = "未清理干净"
        return wait, "check", self._chance.choice(CHECKERS), look

    def _closed(self, case: Case) -> Act | None:
        file = case.file
        draw = self._chance.random()
        if file.void_by:
            return self._wait(30), "confirm_void", LEADER, {}
        late = file.fix_by_at is not None and file.closed_at is not None and file.closed_at > file.fix_by_at
        if late and not file.appeal and draw < 0.2 and file.handled_by:
            holder = next((one for one in file.handled_by if one in self.lives.rules.agencies), "")
            if holder:
                return self._wait(60), "appeal", operator(holder), {"text": "停电所致"}
        if file.appeal == "lodged":
            return self._wait(30), "decide_appeal", LEADER, {"upheld": draw < 0.5}
        if case.channel == "hotline_12345" and not file.satisfaction and draw < 0.7:
            said = {
                "satisfaction": self._chance.choice(
                    ("very_satisfied", "satisfied", "basically", "dissatisfied", "unreachable")
                ),
                "resolved": self._chance.choice(("solved", "partly", "unsolved")),
            }  # fmt: skip
            return self._wait(90), "call_back", INTAKE, said
        if draw > 0.98 and not file.reopened_by:
            return self._wait(200), "reopen", INTAKE, {"text": "又坏了"}
        if draw > 0.97:
            return self._wait(60), "void", LEAD, {"reason": "test_data", "text": "演练"}
        return None
