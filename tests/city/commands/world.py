"""A small district in memory: commands are decided and folded without a server, with a movable clock."""

from collections.abc import Mapping
from typing import Any

import msgspec

from city.access import ROLES, SHIFT_ROLES, Person, acting_role
from city.clocks.city_clock import CityClock
from city.clocks.timestamps import iso, parse
from city.clocks.working_time import Calendar
from city.commands.command import Command, Decision, NewFact, Now, Refusal
from city.commands.decide import decide
from city.dispatch.decision_rules import CaseNumbers, DecisionRules
from city.dispatch.routing.route import Reason, Route, Situation
from city.dispatch.sendable_units import UnitNow
from city.dispatch.tables.agencies import Agency
from city.dispatch.tables.categories import Category
from city.dispatch.tables.standards import Standard
from city.dispatch.tables.unit_tasks import UnitTask, UnitTasks
from city.facts.fact import Fact, body_of, read_fact
from city.folding.fold import apply
from city.state.ledger_state import Case, LedgerState

ZONE_S = 28_800
MONDAY = "2026-11-23T09:00:00+08:00"
WEI, LU, TANG, HE = "310115004", "310115005", "310115136", "310115139"
STREETS = {WEI: "潍坊", LU: "陆家嘴", TANG: "唐镇", HE: "合庆镇"}
AGENCIES = {
    code: Agency(code, short, "utility", all_hours=True)
    for code, short in {
        "dl": "电力", "tx": "通信", "ps": "排水", "cg": "城管", "lh": "绿化市容", "xf": "消防",
    }.items()
}  # fmt: skip
CATEGORIES = {
    f"{kind}:{code}": Category(
        kind, code, "GBT30428.2", name, name, name, value, unit, hazard, "属地", "facility"
    )
    for kind, code, name, value, unit, hazard in (
        ("component", "0123", "井盖缺失", 2, "urgent_hour", True),
        ("event", "0405", "店外经营", 2, "urgent_hour", False),
        ("event", "0113", "道路破损", 5, "office_day", False),
    )
}
STANDARDS = {
    key: (Standard(f"{key}#1", key, "condition", "closing", c.limit_value, c.limit_unit, hazard=c.hazard),)
    for key, c in CATEGORIES.items()
}
UNIT_TASKS = UnitTasks([
    UnitTask("gas", ("event:0502",), ("gas_repair", "fire_engine"), "1", "2026-01-01", ""),
    UnitTask("order", (), ("squad", "patrol_car"), "1", "2026-01-01", ""),
])  # fmt: skip
KNOWN = Calendar(known_years=frozenset({2026, 2027}), holidays=frozenset({"2027-01-01"}))


def invented_route(situation: Situation, rulings: Mapping[str, object]) -> Route:
    """The routes of the tests: components go to 通信 first, events to their street; rulings bind."""
    ruling: Any = rulings.get(f"component:{situation.component}") if situation.component else None
    if ruling is not None:
        reason = Reason("2a", "ruling", {"no": ruling.no})
        return Route(ruling.holder, (reason,), "owner_first", targets=(ruling.holder,), ruling=ruling.no)
    if situation.danger:
        return Route(situation.street, (Reason("0", "danger"),), emergency=("119",), targets=("xf",))
    order = ["tx", "dl", "ps"] if situation.kind == "component" else [situation.street, "cg"]
    free = [name for name in order if name not in situation.refused]
    to = free[0] if free else order[0]
    unknown = situation.owner_state == "unknown"
    if unknown:
        to = situation.street
    return Route(
        to, (Reason("2" if situation.kind == "component" else "3a", "by_rule"),), "owner_first",
        targets=tuple(free[:3]), candidates=tuple(order), ask_ruling=unknown, owner_state="unknown" if unknown
        else "confirmed", make_safe_by=situation.street if situation.hazard else "", rule="r1",
    )  # fmt: skip


def rules(**changes: Any) -> DecisionRules:
    """Return the decision rules of the small district; ``changes`` are numbers of the centre."""
    return DecisionRules(
        district="310115", zone_offset_s=ZONE_S, categories=CATEGORIES, standards=STANDARDS,
        agencies=AGENCIES, streets=STREETS, calendar=KNOWN, calendars={}, route=invented_route,
        boundary_m=lambda lon, lat, street: 12.0, street_of=lambda lon, lat: HE,
        numbers=msgspec.structs.replace(CaseNumbers(), **changes), tables={"categories": "ab"},
        unit_tasks=UNIT_TASKS,
    )  # fmt: skip


def person(account: str, *roles: str, agency: str = "", street: str = "", shift: bool = True) -> Person:
    """Return a person who is on shift in all their shift roles."""
    assert set(roles) <= {*ROLES, "system"}
    on_shift = tuple(role for role in roles if role in SHIFT_ROLES and shift)
    return Person(
        account, f"{account}××", roles, agency=agency, street=street, streets=(street,) if street else (),
        on_shift=on_shift,
    )  # fmt: skip


CHEN = person("chen", "duty_officer")
LI = person("li", "duty_officer")
GU = person("gu", "shift_lead")
WANG = person("wang", "duty_leader")
INTAKE = person("zhao", "intake_officer")
DISPATCHER = person("qian", "dispatcher")
INSPECTOR = person("sun", "inspector")
OTHER_INSPECTOR = person("zhou", "inspector")
TELECOM = person("tx1", "agency_operator", agency="tx")
POWER = person("dl1", "agency_operator", agency="dl")
POWER_INSPECTOR = person("dl2", "inspector", agency="dl")
SQUAD = person("cg1", "agency_operator", agency="cg")
WEIFANG = person("wf1", "street_operator", street=WEI)
TANGZHEN = person("tz1", "street_operator", street=TANG)
SYSTEM = person("engine", "system")


class World:
    """A ledger in memory with machine time and city time (``rate`` city seconds per machine second)."""

    def __init__(
        self, start: str = "2026-11-23T09:00:00+08:00", *, rate: float = 1.0, **numbers: Any
    ) -> None:
        self.rules = rules(**numbers)
        self.state = LedgerState(clock=CityClock(parse(start), 1_800_000_000.0, rate))
        self.machine = 1_800_000_000.0
        self.facts: list[Fact] = []
        self.commands = 0
        self.units: dict[str, UnitNow] = {}

    @property
    def now(self) -> Now:
        return Now(self.machine, self.state.clock.at(self.machine), self.units.get)

    def wait(self, *, minutes: float = 0.0, seconds: float = 0.0) -> None:
        """Let city time pass."""
        self.machine += (60 * minutes + seconds) / self.state.clock.rate

    def until(self, clock: str) -> None:
        """Wait until a time of the city's day (HH:MM), today or tomorrow."""
        city = self.now.city
        day = iso(city + ZONE_S)[:10]
        there = parse(f"{day}T{clock}:00+08:00")
        self.wait(seconds=(there - city) % 86_400)

    def append(self, fact: NewFact, by: Person, role: str = "") -> None:
        """Fold a fact as if it came from the ledger."""
        signed = {"role": role, "seat": by.seat, "shift": by.shift, "reason": fact.reason}
        body = body_of(fact.type, fact.subject, by.account, fact.data, v=fact.v, **signed)
        told = read_fact(len(self.facts) + 1, iso(self.machine), body)
        self.facts.append(told)
        apply(self.state, told)

    def report(self, key: str = "hotline/1", **record: Any) -> str:
        """Report a case and return its key."""
        told: dict[str, Any] = {
            "id": key.partition("/")[2], "client": "hotline", "channel": "hotline_12345", "title": "井盖缺失",
            "category": {"kind": "component", "code": "0123", "label": "井盖"}, "lon": 121.52, "lat": 31.22,
            "road": "羽山路", "at": iso(self.now.city), "received": iso(self.machine), **record,
        }  # fmt: skip
        street = told.pop("street", WEI)
        self.append(NewFact("CaseReported", f"case:{key}", {"record": told, "street": street}), SYSTEM)
        return key

    def ask(self, verb: str, key: str, by: Person, *, version: int | None = None, **args: Any) -> Any:
        """Decide a command without folding the result."""
        self.commands += 1
        told = self.case(key).file.version if version is None else version
        command = Command(f"c{self.commands}", verb, f"case:{key}", told, args)
        return decide(self.state, command, by, self.rules, self.now)

    def act(self, verb: str, key: str, by: Person, *, version: int | None = None, **args: Any) -> Any:
        """Decide a command and, unless it is refused, fold its facts; return the decision or refusal."""
        answer = self.ask(verb, key, by, version=version, **args)
        if isinstance(answer, Decision):
            self.take(answer, verb, by)
        return answer

    def take(self, decision: Decision, verb: str, by: Person) -> None:
        role = acting_role(by, verb)
        for fact in decision.facts:
            self.append(fact, by, role)
        assert self.state.refused == {}, self.state.refused

    def done(self, verb: str, key: str, by: Person, **args: Any) -> list[str]:
        """Do a command that must not be refused; return the types of its facts."""
        answer = self.act(verb, key, by, **args)
        assert isinstance(answer, Decision), answer
        return [fact.type for fact in answer.facts]

    def refused(self, verb: str, key: str, by: Person, **args: Any) -> tuple[str, str]:
        """Give a command that must be refused; return its code and reason."""
        answer = self.act(verb, key, by, **args)
        assert isinstance(answer, Refusal), answer
        return answer.code, answer.reason

    def case(self, key: str) -> Case:
        return self.state.cases[key]
