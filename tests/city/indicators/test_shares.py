"""No share exceeds 100 %, whatever happened: random histories with every field at any time."""

from random import Random
from typing import Any

import pytest

from city.cases.fold_workloads import worker
from city.clocks.city_clock import CityClock
from city.indicators.compute import indicators
from city.indicators.duty_figures import duty_indicators
from city.indicators.indicator import Indicator
from city.indicators.linkage_figures import linkage_indicators
from city.indicators.sensor_figures import sensor_indicators
from city.indicators.video_figures import video_indicators
from city.state.case_file import STATES, Bounce, Check, MakeSafe, Ruling
from city.state.duty_records import CallOut, Post, Shift, Signature
from city.state.ledger_state import Camera, Case, CityState, Device, LedgerState, Place, SourceState
from city.state.linkage_records import Signed, Site, Task
from city.state.rule_records import Erratum
from city.state.video_records import Detection
from tests.city.commands.duty_world import DutyWorld
from tests.city.indicators.test_compute import BEGIN, DAY, EAST8, END, HOUR, OFFICE, a_case
from tests.linkage_factory import signed, task

CHANGES = {"K17", "K26"}
"""Changes against an earlier time: percent, but no shares."""
CHANNELS = ("inspector", "hotline_12345", "web_app", "sensor", "video_ai", "volunteer", "police_110")
STREETS = tuple(f"31011500{number}" for number in range(9))


def shares(state: CityState, now: float = END) -> dict[str, Indicator]:
    """Return every indicator that is a share."""
    ledger = state.ledger
    found = {
        **indicators(ledger, (BEGIN, END), now=now, zone_offset_s=EAST8, calendar=OFFICE, most_tasks=3),
        **duty_indicators(ledger, now, sub_centres=9, workstations=20, zone_offset_s=EAST8),
        **linkage_indicators(ledger, (BEGIN, END), now=now),
        **video_indicators(state, (BEGIN, END), now),
        **sensor_indicators(state, now),
    }
    return {key: one for key, one in found.items() if one.unit == "percent" and key not in CHANGES}


@pytest.mark.parametrize("seed", range(3))
def test_no_share_exceeds_100_percent_in_any_history(seed: int) -> None:
    found = shares(History(Random(seed)).state())
    assert len(found) >= 33
    for key, one in found.items():
        assert 0 <= one.numerator <= one.denominator, (key, one.numerator, one.denominator)
        assert one.value is None or 0.0 <= one.value <= 100.0
    told = {key for key, one in found.items() if one.value is not None}
    assert told >= {"K02", "K04", "K06", "K08", "K16", "K20", "K24", "K28b", "K28c", "K33", "E02"}


def test_reports_of_yesterday_that_are_filed_today_are_in_no_share_of_todays_reports() -> None:
    late = [a_case(n, at=BEGIN - HOUR, file={"filed_at": BEGIN + HOUR, "state": "filed"}) for n in range(30)]
    today = [a_case(100 + n, file={"filed_at": BEGIN + HOUR, "state": "filed"}) for n in range(18)]
    refused = [a_case(200 + n, file={"state": "rejected"}) for n in range(2)]
    cases = {case.key: case for case in (*late, *today, *refused)}
    k02 = shares(CityState(LedgerState(cases=cases)))["K02"]
    assert (k02.value, k02.numerator, k02.denominator) == (90.0, 18, 20)
    assert dict(k02.inputs) == {"reported": 20, "filed": 48}


class History:
    """A city whose records have any value at any time between two days before the period and its end."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def state(self) -> CityState:
        world = DutyWorld()
        world.open_shift("wei", "village")
        ledger = world.state
        ledger.clock = CityClock(0.0, 0.0)
        ledger.cases = {case.key: case for case in map(self._case, range(900))}
        ledger.tasks = {one.id: one for one in map(self._task, range(120))}
        ledger.workloads = {"20260609": {worker("inspector", str(n)): n % 7 for n in range(30)}}
        ledger.errata = {str(n): Erratum(str(n), "r", "", "li", self._at()) for n in range(20)}
        far = [BEGIN - 40 * DAY + self._random.random() * 41 * DAY for _ in range(40)]
        ledger.errata_closed = [(at, at + self._random.random() * 30 * DAY) for at in far]
        self._duty(ledger, world.shift)
        ledger.detections = {str(n): self._detection(n) for n in range(300)}
        here = Place(121.5, 31.2, "")
        ledger.cameras = {str(n): Camera(str(n), str(n), here) for n in range(30)}
        ledger.devices = {str(n): Device(str(n), "pressure", "", "", here, 60.0) for n in range(30)}
        state = CityState(ledger)
        state.measured.sources = {str(n): SourceState(str(n), self._maybe(), 60.0) for n in range(30)}
        return state

    def _at(self) -> float:
        return BEGIN - 2 * DAY + self._random.random() * 3 * DAY

    def _maybe(self) -> float | None:
        return self._at() if self._random.random() < 0.7 else None

    def _one(self, *choices: Any) -> Any:
        return self._random.choice(choices)

    def _case(self, number: int) -> Case:
        file: dict[str, Any] = {name: self._maybe() for name in (
            "filed_at", "dispatch_by", "first_dispatched_at", "dispatched_at", "holder_due_at", "fix_by_at",
            "deadline_at", "handled_at", "closed_at", "first_return_at", "contact_at",
        )}  # fmt: skip
        return a_case(
            number, at=self._at(), channel=self._one(*CHANNELS), kind=self._one("event", "component"),
            hazard=self._one(True, False), caller_ref=self._one("", "c1", "c2"),
            own=self._random.random() < 0.95, place=(121.5, 31.0 + self._random.random() / 50),
            file=file | {
                "state": self._one(*STATES), "reached": self._one("", "village", "street", "district"),
                "owner_state_at_filing": self._one("known", "unknown", "disputed"),
                "satisfaction": self._one("", "satisfied", "dissatisfied", "unreachable"),
                "resolved": self._one("", "solved", "unsolved"), "reworks": self._one(0, 1),
                "timeout_exempt": self._one(True, False),
                "bounces": self._one((), (Bounce("gs", "wrong_category", "", self._at(), counts=False),),
                                     (Bounce("gs", "not_my_duty", "", self._at(), counts=True),)),
                "check": self._one(None, Check(self._one("field", "video"), "zhong", self._at(), True,
                                               self._one(None, 20.0, 60.0), self._one(True, False))),
                "rulings": tuple(self._ruling() for _ in range(self._one(0, 1, 3))),
                "make_safe": self._one(None, MakeSafe("s", self._at(), self._at(), done_at=self._maybe())),
                "suspended_s": self._one(0.0, HOUR),
            },
        )  # fmt: skip

    def _ruling(self) -> Ruling:
        return Ruling(self._at(), self._one("loop", "bounces", "mirrored"), self._at(), self._at(),
                      ruled_at=self._maybe(), registered=self._one("", "area:x"))  # fmt: skip

    def _task(self, number: int) -> Task:
        def maybe() -> Signed | None:
            at = self._maybe()
            return None if at is None else signed(at)

        return task(number, issued_at=self._at(), due_by=self._maybe(), ack_by=self._maybe(),
                    state=self._one("issued", "done", "declined", "cancelled"), acknowledged=maybe(),
                    done=maybe(), verified=maybe())  # fmt: skip

    def _detection(self, number: int) -> Detection:
        told = self._one("screening", "expired", "false_positive", "notice", "case_created")
        screened = None if told in ("screening", "expired") else signed(self._at())
        return Detection(
            id=str(number), key="d", camera="1", name="shop_overflow", category="event:0405", place=Site(),
            at=self._at(), entered_at=self._at(), screen_by=END, algorithm=self._one("a", "b"),
            algo_version="1", state=told, since=self._at(), screened=screened,
        )  # fmt: skip

    def _duty(self, ledger: LedgerState, shift: Shift) -> None:
        """Posts that no table knows, more workstations than the roster tells, unasked answers."""
        for key in (*(f"sub_centre:{n}" for n in range(30)), *(f"sub_centre:{street}" for street in STREETS),
                    *(f"workstation:{n}" for n in range(40))):  # fmt: skip
            shift.posts[key] = Post(key, "", account=key, state=self._one("signed_in", "planned"))
        for number in range(30):
            limit = self._at()
            answers = {str(n): self._at() for n in range(3)}
            ledger.call_outs[str(number)] = CallOut(
                str(number), Signature("li", "李", limit - 300), limit, ("0", "1", "x"), answers
            )
            ledger.shifts[str(number)] = Shift(
                str(number), "d", "day", 0.0, 1.0, "closed", closed_at=self._maybe(),
                late_s=self._one(0.0, 900.0),
            )  # fmt: skip
