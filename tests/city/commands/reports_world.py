"""A small district in which a level is in force: its rounds of zero reports and its figures."""

from typing import Any

import msgspec

from city.access import Person
from city.clocks.timestamps import iso
from city.commands.command import Command, Decision, Refusal
from city.commands.decide import decide
from city.commands.due_steps import due_steps
from city.commands.subjects import find_subject
from city.dispatch.tables.agencies import Agency
from city.dispatch.tables.response_rules import PlanTask, ResponsePlan, ResponseRules
from city.dispatch.tables.street_places import StreetPlace
from city.dispatch.tables.water_lines import WaterLines, WaterStation
from city.state.linkage_records import Signed
from city.state.response_records import Activation, Basis, ReportRound, Response
from tests.city.commands.world import SYSTEM, WEI, World, person

DISTRICT = "310115/flood_typhoon"
HOURS = {1: 12.0, 2: 6.0, 3: 2.0, 4: 1.0}
"""Rank → hours between two rounds (A.8)."""
WEATHER = person("qx1", "agency_operator", agency="qx")
SHELTER = StreetPlace("S1", "shelter", WEI, "潍坊文化中心", 121.5, 31.2, "", 240, "1", "2026-01-01", "")


PARK = WaterStation(
    "huangpu_park", {"zh": "黄浦公园", "en": "Huangpu Park"}, ("CW-1",), (("warning", 4.55),), "wusong", "1",
    "2016-01-01", "",
)  # fmt: skip


def plan(**changes: Any) -> ResponsePlan:
    """Return a plan that asks the streets at every rank, and the stationed agencies from Ⅲ on."""
    tasks = tuple(
        PlanTask(
            f"{rank}09", rank, ("street",) if rank == 1 else ("street", "all", "seats"), {"zh": "零报告"},
            repeat_s=3600 * hours, kind="zero_report",
        )
        for rank, hours in HOURS.items()
    )  # fmt: skip
    told = ResponsePlan("flood_typhoon", "flood_typhoon", "1", {"zh": "防汛防台"}, tasks, ("dl",), 2)
    return msgspec.structs.replace(told, **changes)


class ReportsWorld(World):
    """A world whose levels are put into force by hand: how they come about is not its business."""

    def __init__(self, rank: int = 0, start: str = "2026-11-22T20:30:00+08:00") -> None:
        super().__init__(start)
        agencies = {
            code: msgspec.structs.replace(agency, stationed=code in ("cg", "xf"))
            for code, agency in self.rules.agencies.items()
        }
        agencies["qx"] = Agency("qx", "气象", "emergency", all_hours=True)
        self.rules = msgspec.structs.replace(
            self.rules, response=ResponseRules({"flood_typhoon": plan()}), agencies=agencies,
            street_places={WEI: (SHELTER,)}, water_lines=WaterLines((PARK,)),
        )  # fmt: skip
        if rank:
            self.level(rank)

    def level(self, rank: int, *, exercise: bool = False) -> None:
        """Put a rank into force; 0 ends the response."""
        held = self.state.responses.get(DISTRICT) or Response(DISTRICT, "310115", "flood_typhoon")
        at, who = self.now.city, Signed("wang", "王××（副区长）", "duty_leader", self.now.city)
        before = tuple(
            msgspec.structs.replace(one, state="ended" if rank == 0 else "superseded", ended_at=at)
            if one.state == "active" else one
            for one in held.activations
        )  # fmt: skip
        number = len(held.activations) + 1
        now = Activation(f"a{number}", rank, at, "approved", who, Basis(), is_exercise=exercise)
        self.state.responses[DISTRICT] = msgspec.structs.replace(
            held, activations=(*before, now) if rank else before
        )

    def tick(self) -> list[str]:
        """Let the engine do every step that is due; return the types of the facts."""
        done: list[str] = []
        for _ in range(20):
            steps = [s for s in due_steps(self.state, self.rules, self.now) if s.verb == "pass_report_limit"]
            if not steps:
                return done
            for step in steps:
                args = {"step": step.code, "serial": step.serial, "due_at": iso(step.at)}
                command = Command(f"t{len(self.facts)}", step.verb, step.subject, step.version, args)
                answer = decide(self.state, command, SYSTEM, self.rules, self.now)
                assert isinstance(answer, Decision), (step, answer)
                self.take(answer, step.verb, SYSTEM)
                done += [fact.type for fact in answer.facts]
        raise AssertionError("the engine finds no end")

    @property
    def round(self) -> ReportRound:
        """The round that runs."""
        return self.state.report_rounds[self.state.open_rounds[DISTRICT]]

    def give(self, verb: str, subject: str, by: Person, **args: Any) -> Decision | Refusal:
        """Decide a command at the present version and fold its facts."""
        self.commands += 1
        there = find_subject(self.state, subject)
        command = Command(f"c{self.commands}", verb, subject, there.version if there else 0, args)
        answer = decide(self.state, command, by, self.rules, self.now)
        if isinstance(answer, Decision):
            for name, version in answer.expects:
                found = find_subject(self.state, name)
                assert found is not None
                assert found.version == version, name
            self.take(answer, verb, by)
        return answer

    def report(self, by: Person, **args: Any) -> Any:
        """Send a zero report for the round that runs."""
        return self.give("send_zero_report", f"report_round:{self.round.id}", by, **{"nil": True, **args})

    def figures(self, by: Person, holder: str, figures: dict[str, Any], **args: Any) -> Any:
        """Report figures of a holder."""
        return self.give("report_figures", f"situation:{holder}", by, figures=figures, **args)
