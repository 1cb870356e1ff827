"""The small district with cameras and a table of detection classes."""

from typing import Any, Final

import msgspec

from city.access import Person, acting_role
from city.clocks.timestamps import iso
from city.commands.command import Command, Decision, NewFact, Refusal
from city.commands.decide import decide
from city.commands.due_steps import due_steps
from city.dispatch.tables.categories import Category
from city.state.video_records import Detection
from city.video.detection_classes import DetectionClass, DetectionClasses
from city.video.screening import event_key, next_id
from tests.city.commands.world import CATEGORIES, STANDARDS, SYSTEM, WEI, World

CLASSES: Final = DetectionClasses([
    DetectionClass("shop_overflow", ("店外经营",), "event:0405", hazard=False, confidence=0.7,
                   repeat_min=60, notice_min=15, notice_to="street"),
    DetectionClass("road_collapse", ("路面塌陷",), "event:0505", hazard=True, confidence=0.5, repeat_min=30),
])  # fmt: skip
COLLAPSE: Final = Category(
    "event", "0505", "GBT30428.2", "路面塌陷", "Road collapse", "路面塌陷", 2, "urgent_hour", True, "属地",
    "safety",
)  # fmt: skip
LON, LAT = 121.52, 31.22


class VideoWorld(World):
    """A world in which an algorithm reports; ``outlets`` None: every system has an adapter."""

    def __init__(self, start: str = "2026-11-23T09:00:00+08:00", **numbers: Any) -> None:
        super().__init__(start, **numbers)
        self.rules = msgspec.structs.replace(
            self.rules, detections=CLASSES, categories={**CATEGORIES, COLLAPSE.key: COLLAPSE},
            standards=STANDARDS,
        )  # fmt: skip
        self.camera("K1")

    def camera(self, name: str, *, lon: float = LON, lat: float = LAT, **record: Any) -> None:
        """Register a camera."""
        told = {
            "id": f"reg-{name}", "client": "vms", "at": iso(self.now.city), "received": iso(self.machine),
            "kind": "camera", "camera": name, "name": "羽山路巨野路口", "road": "羽山路",
            "lon": lon, "lat": lat,
            **record,
        }  # fmt: skip
        self.append(NewFact("CameraRegistered", f"camera:{name}", {"record": told, "street": WEI}), SYSTEM)

    def sighted(self, name: str = "shop_overflow", *, camera: str = "K1", **args: Any) -> Any:
        """Order what the engine orders for a sighting of now; return the decision or refusal."""
        row = self.rules.detections.of(name)
        key = event_key(camera, row.detection if row else name)
        told = {
            "record": "vms/1", "camera": camera, "name": name, "at": iso(self.now.city), "confidence": 0.9,
            "algorithm": "street", "version": "3", **args,
        }  # fmt: skip
        return self.order("receive_detection", f"detection:{next_id(self.state, key)}", SYSTEM, **told)

    def detected(self, name: str = "shop_overflow", **args: Any) -> str:
        """Receive a detection that must enter the screening; return its id."""
        answer = self.sighted(name, **args)
        assert isinstance(answer, Decision), answer
        return answer.facts[0].subject.removeprefix("detection:")

    def order(self, verb: str, subject: str, by: Person, *, version: int | None = None, **args: Any) -> Any:
        """Decide a command on any subject and fold what it makes."""
        self.commands += 1
        record = self.state.detections.get(subject.removeprefix("detection:"))
        told = version if version is not None else record.version if record else 0
        answer = decide(
            self.state, Command(f"c{self.commands}", verb, subject, told, args), by, self.rules, self.now
        )
        if isinstance(answer, Decision):
            for fact in answer.facts:
                self.append(fact, by, acting_role(by, verb))
            assert self.state.refused == {}, self.state.refused
        return answer

    def screened(self, verb: str, id_: str, by: Person, **args: Any) -> list[str]:
        """Screen a detection; the command must not be refused. Return the types of its facts."""
        answer = self.order(verb, f"detection:{id_}", by, **args)
        assert isinstance(answer, Decision), answer
        return [fact.type for fact in answer.facts]

    def why_not(self, verb: str, subject: str, by: Person, **args: Any) -> tuple[str, str]:
        """Give a command that must be refused; return its code and reason."""
        answer = self.order(verb, subject, by, **args)
        assert isinstance(answer, Refusal), answer
        return answer.code, answer.reason

    def run_limits(self) -> list[str]:
        """Do every automatic step that is due; return the types of the facts."""
        made = []
        for step in list(due_steps(self.state, self.rules, self.now)):
            args = {"step": step.code, "serial": step.serial, "due_at": iso(step.at)}
            answer = self.order(step.verb, step.subject, SYSTEM, version=step.version, **args)
            assert isinstance(answer, Decision), answer
            made += [fact.type for fact in answer.facts]
        return made

    def detection(self, id_: str) -> Detection:
        return self.state.detections[id_]
