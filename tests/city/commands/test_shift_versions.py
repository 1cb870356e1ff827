"""The version of a shift in the state is the one in the ledger, which raises all that an act expects."""

from collections import Counter
from typing import Any

from city.commands.command import Decision, Refusal
from tests.city.commands.duty_world import TIMES, DutyWorld


class Ledger(DutyWorld):
    """A world that counts versions as ``feeds/ledger/ledger.lua`` does."""

    def __init__(self) -> None:
        self.versions: Counter[str] = Counter()
        super().__init__()

    def give(self, verb: str, subject: str, account: str, **args: Any) -> Decision | Refusal:
        answer = super().give(verb, subject, account, **args)
        for name, expected in answer.expects if isinstance(answer, Decision) else ():
            assert (name, self.versions[name]) == (name, expected)
            self.versions[name] += 1
        return answer

    def drafted_by_engine(self, clock: str) -> None:
        before = {name: shift.version for name, shift in self.state.shifts.items()}
        self.at(clock)
        for name, shift in self.state.shifts.items():
            self.versions[f"shift:{name}"] += shift.version - before.get(name, 0)

    def same(self) -> bool:
        return all(self.versions[f"shift:{name}"] == one.version for name, one in self.state.shifts.items())


def test_no_shift_is_frozen_by_a_sign_in_or_a_hand_over() -> None:
    world = Ledger()
    world.open_shift("wang")
    assert world.same()
    world.drafted_by_engine("08:00")
    night, day = world.shift.id, world.next.id
    world.until("08:15")
    world.does("sign_in", "gu", day)  # while the night is responsible
    assert world.same()
    for item in world.handover.items:
        world.does("answer_item", "gu", key=item.key)
    world.until("08:31")
    world.does("sign_handover", "chen", side="outgoing")
    world.does("sign_handover", "gu", side="incoming", shift=night)
    assert world.state.shift == day == TIMES.at(world.now.city).id
    assert world.same()
    world.does("sign_in", "qian", day)
    assert world.same()
