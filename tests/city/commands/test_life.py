"""Property tests: any sequence of commands on cases, by several people, on a moving clock."""

from typing import Any

import hypothesis.strategies as st
import msgspec
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from city.access import Person, acting_role
from city.clocks.timestamps import iso
from city.commands.cases.automatic_steps import office_time, steps
from city.commands.command import Decision, Refusal
from city.folding.fold import apply
from city.folding.store import read_snapshot, write_snapshot
from city.state.case_file import CLOSED, STATES
from city.state.ledger_state import Case, LedgerState
from tests.city.commands.world import (
    CHEN,
    DISPATCHER,
    GU,
    INSPECTOR,
    INTAKE,
    LI,
    OTHER_INSPECTOR,
    POWER,
    POWER_INSPECTOR,
    SQUAD,
    SYSTEM,
    TANG,
    TANGZHEN,
    TELECOM,
    WANG,
    WEI,
    WEIFANG,
    World,
    person,
)

MANY = person("many", "intake_officer", "dispatcher", "inspector", "duty_officer", "shift_lead")
PEOPLE = [
    CHEN, DISPATCHER, GU, INSPECTOR, INTAKE, LI, OTHER_INSPECTOR, POWER, POWER_INSPECTOR, SQUAD, SYSTEM,
    TANGZHEN, TELECOM, WANG, WEIFANG, MANY,
]  # fmt: skip
KEYS = st.sampled_from(["h/1", "h/2", "h/3"])
HOLDERS = {p.holder: p for p in (POWER, SQUAD, TANGZHEN, TELECOM, WEIFANG)}

TEXT = st.just("t")
FLAG = st.booleans()
HOLDER = st.sampled_from(["tx", "dl", "ps", "cg", WEI, TANG])
PHOTOS = st.just(["a", "b"])
NEAR = {"lon": st.just(121.52), "lat": st.sampled_from([31.22, 31.2201, 31.2201, 31.23])}


def given_(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(fields)


ARGUMENTS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "request_verification": given_(), "sign": given_(), "send_for_ruling": given_(), "resume": given_(),
    "confirm_void": given_(), "contact": given_(), "withdraw": given_(), "acknowledge": given_(),
    "remind": given_(),
    "verify": given_(result=st.just("confirmed"), photos=PHOTOS, **NEAR),
    "file": given_() | given_(owner_state=st.just("unknown")) | given_(component=st.just("c1")),
    "reject": given_(reason=st.just("no_problem")),
    "merge": given_(into=st.sampled_from(["h/1", "h/2", "h/3"])),
    "self_handle": given_(text=TEXT, photos=PHOTOS),
    "void": given_(reason=st.just("test_data"), text=TEXT),
    "dispatch": given_() | given_(to=HOLDER) | given_(to=HOLDER, evidence=TEXT),
    "return": given_(reason=st.sampled_from(["not_my_duty", "owner_unknown", "cannot_find"]), text=TEXT),
    "request_ruling": given_(),
    "rule": given_(holder=HOLDER) | given_(holder=HOLDER, scope=st.just("category_in_area")),
    "transfer_up": given_(text=TEXT), "answer_city": given_(done=FLAG, text=TEXT),
    "make_safe": given_(photos=PHOTOS),
    "feedback": given_(outcome=st.sampled_from(["fixed", "guided"]), text=TEXT, photos_before=PHOTOS,
                       photos_after=PHOTOS),
    "apply_extension": given_(reason=TEXT), "decide_extension": given_(approved=FLAG),
    "apply_suspension": given_(reason=st.just("law"), text=TEXT, until=st.integers(1, 400)),
    "decide_suspension": given_(approved=FLAG),
    "check": given_(passed=FLAG, mode=st.just("field"), photos=PHOTOS, reason=TEXT,
                    photo_at=st.sampled_from([0, 0, -600]), **NEAR),
    "call_back": given_(satisfaction=st.just("satisfied"), resolved=st.just("solved")),
    "reopen": given_(text=TEXT), "reassign": given_(to=HOLDER, text=TEXT),
    "escalate": given_(), "undo": given_() | given_(reason=TEXT),
    "transfer_level": given_(text=TEXT, photos=PHOTOS, reason=st.just("major")),
    "answer_level": given_(accepted=FLAG),
    "send_unit": given_(unit=st.sampled_from(["u1", "u2"])), "supervise": given_(text=TEXT),
    "appeal": given_(text=TEXT), "decide_appeal": given_(upheld=FLAG), "comment": given_(text=TEXT),
    "report_rule_error": given_(text=TEXT),
}  # fmt: skip

# Allowed transitions. Undoing a reassignment leads back; voiding is allowed in any state.
LEGAL = {
    "reported": {
        "verifying", "filed", "dispatched", "ruling", "transferred_up", "rejected", "merged", "closed",
    },
    "verifying": {"reported", "rejected", "merged", "transferred_up", "filed", "dispatched", "ruling"},
    "filed": {"dispatched", "ruling", "transferred_up"},
    "dispatched": {"handling", "returned", "ruling", "transferred_up"},
    "handling": {"handled", "returned", "ruling", "suspended", "transferred_up", "dispatched"},
    "handled": {"closed", "handling", "transferred_up", "dispatched"},
    "returned": {"dispatched", "ruling", "transferred_up"},
    "ruling": {"dispatched", "transferred_up"},
    "suspended": {"handling", "transferred_up"},
    "transferred_up": {"closed", "reported", "returned", "ruling"},
    "closed": set(), "rejected": set(), "merged": set(), "voided": set(),
}  # fmt: skip
UNDO = {"dispatched": {"dispatched", "handling", "returned", "handled"}}
MOVES_CLOCKS = {"CaseFiled", "ExtensionDecided", "CaseResumed"}


def remembered(case: Case) -> dict[str, Any]:
    file = case.file
    return {
        "state": case.state, "version": file.version, "own": file.own,
        "clocks": (file.fix_by_at, file.deadline_at) if file.own else None,
        "handled_by": handled_by(case),
    }  # fmt: skip


def handled_by(case: Case) -> tuple[str, ...]:
    """Return who handled it; for a mirrored case as its source system reports it."""
    if case.file.own or case.state not in ("handled", "closed"):
        return case.file.handled_by
    return (*case.file.handled_by, "dl")


class Life(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.w = World()
        self.clock = self.w.state.clock

    @initialize(mirrored=st.sampled_from(["", *sorted(STATES)]))
    def three_reports(self, *, mirrored: str) -> None:
        self.w.report("h/1")
        self.w.report("h/2", category={"kind": "event", "code": "0113"})
        mirror = {"state": mirrored, "agency": "电力", "at": iso(self.w.now.city - 3000),
                  "due_at": iso(self.w.now.city + 1200), "returned_by": ["通信"]}  # fmt: skip
        self.w.report("h/3", **({"mirror": mirror} if mirrored else {}))

    @rule(key=KEYS, verb=st.sampled_from(sorted(ARGUMENTS)), data=st.data(), stale=st.sampled_from([0, 0, 1]))
    def by_somebody_who_may(self, key: str, verb: str, data: st.DataObject, stale: int) -> None:
        case = self.w.case(key)
        able = [p for p in PEOPLE if acting_role(p, verb)]
        able += [HOLDERS[case.file.holder]] if case.file.holder in HOLDERS else []
        self._give(key, data.draw(st.sampled_from(able)), verb, data.draw(ARGUMENTS[verb]), stale)

    @rule(key=KEYS, by=st.sampled_from(PEOPLE), verb=st.sampled_from(sorted(ARGUMENTS)), data=st.data())
    def by_anybody(self, key: str, by: Person, verb: str, data: st.DataObject) -> None:
        self._give(key, by, verb, data.draw(ARGUMENTS[verb]), 0)

    @rule(key=KEYS, count=st.integers(1, 8), data=st.data())
    def what_comes_next(self, key: str, count: int, data: st.DataObject) -> None:
        """Commands that fit the state, by an authorised person, so that sequences get long."""
        for _ in range(count):
            verb, by = data.draw(st.sampled_from(self._onward(self.w.case(key))))
            self._give(key, by, verb, data.draw(ARGUMENTS[verb]), 0)
            self.w.wait(minutes=data.draw(st.sampled_from([0.2, 2, 6])))

    def _onward(self, case: Case) -> list[tuple[str, Person]]:
        holder = HOLDERS.get(case.file.holder, TELECOM)
        if case.file.extension is not None:
            return [("decide_extension", GU), ("decide_extension", WANG)]
        if case.file.suspension is not None:
            return [("decide_suspension", GU), ("decide_suspension", WANG)]
        if case.file.make_safe is not None and case.file.make_safe.done_at is None:
            return [("make_safe", WEIFANG), ("sign", holder), ("return", holder)]
        onward: dict[str, list[tuple[str, Person]]] = {
            "reported": [("file", INTAKE), ("file", SYSTEM), ("request_verification", INTAKE)],
            "verifying": [("verify", INSPECTOR)],
            "filed": [("dispatch", DISPATCHER)],
            "dispatched": [("sign", holder), ("sign", holder), ("return", holder)],
            "handling": [("feedback", holder), ("apply_extension", holder), ("apply_suspension", holder)],
            "handled": [("check", OTHER_INSPECTOR), ("check", INSPECTOR)],
            "returned": [("dispatch", DISPATCHER), ("reassign", CHEN)],
            "ruling": [("rule", WANG), ("send_for_ruling", CHEN)],
            "suspended": [("resume", GU)],
            "transferred_up": [("answer_city", WANG)],
            "closed": [("reopen", INTAKE), ("call_back", INTAKE), ("appeal", holder)],
        }  # fmt: skip
        return onward.get(case.state, [("comment", CHEN), ("void", GU), ("confirm_void", WANG)])

    @rule(key=KEYS, data=st.data(), late=FLAG)
    def change_and_undo(self, key: str, data: st.DataObject, *, late: bool) -> None:
        verb = data.draw(st.sampled_from(["escalate", "reassign"]))
        if isinstance(self._give(key, CHEN, verb, data.draw(ARGUMENTS[verb]), 0), Refusal):
            return
        self.w.wait(seconds=25 if late else 10)
        answer = self._give(key, CHEN, "undo", {}, 0)
        assert isinstance(answer, Refusal) is late, answer

    @rule(minutes=st.sampled_from([0.2, 1, 5, 5, 10, 61, 1440]))
    def wait(self, minutes: float) -> None:
        self.w.wait(minutes=minutes)

    @rule(key=KEYS)
    def timer(self, key: str) -> None:
        case = self.w.case(key)
        for step in steps(case, self.w.rules.numbers, office_time(case, self.w.rules))[:1]:
            if step.at <= self.w.now.city:
                args = {"step": step.code, "serial": step.serial, "due_at": iso(step.at)}
                answer = self._give(key, SYSTEM, "pass_limit", args, 0)
                assert isinstance(answer, Decision), answer

    def _give(self, key: str, by: Person, verb: str, args: dict[str, Any], stale: int) -> Any:
        args = {name: self._moment(name, value) for name, value in args.items()}
        before = {name: remembered(case) for name, case in self.w.state.cases.items()}
        kept = write_snapshot(self.w.state, "")
        version = max(0, before[key]["version"] - stale)
        answer = self.w.ask(verb, key, by, version=version, **args)
        assert write_snapshot(self.w.state, "") == kept, "deciding changes nothing"
        if isinstance(answer, Refusal):
            return answer
        self.w.take(answer, verb, by)
        self._holds(before, answer, by)
        return answer

    def _moment(self, name: str, value: Any) -> Any:
        if name == "until":
            return iso(self.w.now.city + value * 86_400)
        return iso(self.w.now.city + value) if name == "photo_at" else value

    def _holds(self, before: dict[str, dict[str, Any]], answer: Decision, by: Person) -> None:
        kinds = {(fact.subject, fact.type): fact for fact in answer.facts}
        raised = {subject.removeprefix("case:") for subject, _ in answer.expects}
        for key, was in before.items():
            now = remembered(self.w.case(key))
            about = {kind for subject, kind in kinds if subject == f"case:{key}"}
            assert now["version"] == was["version"] + (key in raised)
            if was["state"] != now["state"]:
                self._legal(was["state"], now["state"], about)
            if was["own"] and now["own"] and not about & MOVES_CLOCKS:
                assert now["clocks"] == was["clocks"]
            if "CaseFiled" in about:
                assert was["clocks"] in (None, (None, None)) or was["state"] == "reported"
            decided = kinds.get((f"case:{key}", "ExtensionDecided"))
            if decided is not None and not decided.data["approved"]:
                assert now["clocks"] == was["clocks"]
            if "CaseChecked" in about:
                assert by.account not in was["handled_by"]
                assert not by.holder or by.holder not in was["handled_by"]

    def _legal(self, was: str, now: str, about: set[str]) -> None:
        if "ActUndone" in about:
            assert now in UNDO.get(was, set()), (was, now)
        elif "CaseVoided" in about:
            assert now == "voided"
        else:
            assert now in LEGAL[was], (was, now, about)

    @invariant()
    def every_case_is_in_one_known_state(self) -> None:
        assert (self.w.state.refused, self.w.state.unknown) == ({}, {})
        for case in self.w.state.cases.values():
            assert case.state in STATES
            assert case.is_open is (case.state not in CLOSED)

    @invariant()
    def no_clock_of_ours_ran_before_the_case_was_ours(self) -> None:
        for case in self.w.state.cases.values():
            begun = case.file.taken_at
            left = steps(case, self.w.rules.numbers, office_time(case, self.w.rules))
            assert all(begun is None or step.at >= begun or step.code == "contact" for step in left)

    def teardown(self) -> None:
        facts = self.w.facts
        cut = len(facts) // 2
        state = LedgerState(clock=self.clock)
        for fact in facts[:cut]:
            apply(state, fact)
        resumed, _ = read_snapshot(write_snapshot(state, ""))
        for fact in facts[cut:]:
            apply(resumed, fact)
        assert write_snapshot(resumed, "") == write_snapshot(self.w.state, "")
        for case in self.w.state.cases.values():
            assert msgspec.convert(msgspec.to_builtins(case.file), type(case.file)) == case.file


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=120, stateful_step_count=40, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
