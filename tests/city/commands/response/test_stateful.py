"""Property: nobody counts twice for a level, none changes on one person's word, district never below city."""

from typing import Any, Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from city.access import Person
from city.clocks.timestamps import iso
from city.commands.command import Decision
from city.state.response_records import Activation, Response
from tests.city.commands.response.response_world import CITY, COMMANDER, DISTRICT, DRILL, Responding
from tests.city.commands.world import SYSTEM, person

ROLES: Final = (
    "duty_officer", "shift_lead", "duty_leader", "rotating_leader", "commander", "agency_duty_leader",
)  # fmt: skip
PEOPLE: Final = st.builds(
    lambda account, roles: person(account, *roles, agency="sw" if "agency_duty_leader" in roles else ""),
    st.sampled_from(["a", "b", "c", "d"]), st.sets(st.sampled_from(ROLES), min_size=1, max_size=3),
)  # fmt: skip
"""Four accounts whose roles are drawn anew for each act: the same account comes with other roles."""
SUBJECTS: Final = st.sampled_from([DISTRICT, DISTRICT, DISTRICT, DRILL])
RANKS: Final = st.integers(0, 4)


class Levels(RuleBasedStateMachine):
    """Random acts of random people on the district's real and exercise responses."""

    def __init__(self) -> None:
        super().__init__()
        self.w = Responding()
        self.closed: dict[str, Activation] = {}

    def give(self, verb: str, subject: str, by: Person, **args: Any) -> None:
        """Give a command; a refusal changes nothing."""
        before = dict(self.w.state.responses)
        if not isinstance(self.w.on(verb, subject, by, **args), Decision):
            assert self.w.state.responses == before

    def open(self, subject: str) -> str:
        response = self.w.state.responses.get(subject.removeprefix("response:"))
        return response.proposal.id if response is not None and response.proposal is not None else "none"

    @rule(subject=SUBJECTS, by=PEOPLE, rank=RANKS)
    def propose(self, subject: str, by: Person, rank: int) -> None:
        self.give("propose_level", subject, by, rank=rank, text="情况变化")

    @rule(subject=SUBJECTS, rank=RANKS)
    def engine_proposes(self, subject: str, rank: int) -> None:
        self.give("propose_level", subject, SYSTEM, rank=rank)

    @rule(subject=SUBJECTS, by=PEOPLE, need=st.none() | st.integers(0, 1))
    def approve(self, subject: str, by: Person, need: int | None) -> None:
        self.give("approve_level", subject, by, proposal=self.open(subject), need=need)

    @rule(subject=SUBJECTS, by=st.lists(PEOPLE, min_size=2, max_size=4))
    def approve_several(self, subject: str, by: list[Person]) -> None:
        for one in by:
            self.give("approve_level", subject, one, proposal=self.open(subject))

    @rule(subject=SUBJECTS, by=PEOPLE)
    def refuse(self, subject: str, by: Person) -> None:
        self.give("refuse_level", subject, by, proposal=self.open(subject))

    @rule(subject=SUBJECTS, by=PEOPLE, rank=RANKS)
    def speak(self, subject: str, by: Person, rank: int) -> None:
        self.give(
            "record_verbal_order", subject, by, rank=rank, person="区长", words="启动",
            given_at=iso(self.w.now.city),
        )  # fmt: skip

    @rule(by=PEOPLE, rank=RANKS, drill=st.booleans())
    def city(self, by: Person, rank: int, drill: bool) -> None:
        subject = f"{CITY}/exercise" if drill else CITY
        self.give("record_city_level", subject, by, rank=rank, text="沪汛指〔2026〕12号")

    @rule(account=st.sampled_from(["a", "b"]), there=st.booleans())
    def deputy(self, account: str, there: bool) -> None:
        self.w.at_post(person(account, "rotating_leader"))
        self.give("authorise_deputy", DISTRICT, COMMANDER, **({"to": account} if there else {}))

    @rule(minutes=st.sampled_from([1, 6, 11, 31]))
    def wait(self, minutes: int) -> None:
        self.w.wait(minutes=minutes)
        self.w.ticks("response")

    @invariant()
    def nobody_counts_twice(self) -> None:
        for one in self.of_the_district():
            for activation in one.activations:
                _check(activation)

    @invariant()
    def the_district_is_not_below_the_city(self) -> None:
        for mark in ("", "/exercise"):
            assert self.w.rank(f"{DISTRICT}{mark}") >= self.w.rank(f"{CITY}{mark}")

    @invariant()
    def what_is_closed_is_never_edited(self) -> None:
        for response in self.w.state.responses.values():
            *before, _ = [*response.activations, None]
            for activation in before:
                if activation is not None and activation.state != "active":
                    assert self.closed.setdefault(activation.id, activation) == activation
            assert sum(one.state == "active" for one in response.activations) <= 1

    def of_the_district(self) -> list[Response]:
        return [one for one in self.w.state.responses.values() if one.jurisdiction == "310115"]


def _check(activation: Activation) -> None:
    """Check that two people made a decision, or that it says why not."""
    for approvals in (activation.approvals, activation.end_approvals):
        accounts = [one.signed.by for one in approvals]
        assert len(set(accounts)) == len(accounts)
        assert len({one.need for one in approvals}) == len(approvals)
    if activation.decided == "approved":
        assert len(activation.approvals) == 2
    if activation.decided == "silence":
        assert activation.rank == 1
    if activation.decided == "verbal":
        assert activation.verbal is not None
        spoken, second = activation.approvals
        assert (spoken.signed.by, spoken.signed.role) == ("", "commander")
        assert second.signed.by not in ("", activation.verbal.recorded.by)
    if activation.state == "ended" and activation.ended is not None:
        assert len(activation.end_approvals) == 2


TestLevels = Levels.TestCase
TestLevels.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
