"""Duty in the invented city: people sign in, a seat is empty for minutes, a hand-over waits for visitors."""

from collections import Counter
from pathlib import Path

import pytest

from city.access import Person
from city.clocks.timestamps import parse
from city.commands.command import Command, Decision
from city.state.duty_records import Shift
from console.demo.accounts import people_of
from console.demo.past_duty import first_duty
from feeds.sources.demo.feeds.units import Units
from feeds.sources.demo.ground import Ground
from feeds.sources.demo.people.linkage_responders import LinkageResponders
from tests.feeds.sources.demo.people.test_linkage_responders import LinkedTown

MORNING = parse("2026-11-20T07:30:00+08:00")  # a Friday, an hour before the hand-over
END = parse("2026-11-20T08:30:00+08:00")


class DutyTown(LinkedTown):
    """A town that keeps duty by facts; the people of the roster have accounts."""

    def __init__(self, data: Path, ground: Ground) -> None:
        super().__init__(data, ground)
        self.now = MORNING
        self.people = people_of(data)
        self.linkage = LinkageResponders(self.people, self.rules, Units(ground, seed=1))
        for actor in (*self.people.actors, *self.people.shift):
            self.persons[actor.account] = Person(
                actor.account, actor.display, actor.roles, agency=actor.agency, street=actor.street,
                streets=actor.streets, on_shift=actor.roles, automated=True,
            )  # fmt: skip
        for account, _, verb, subject, args in first_duty(self.state, self.rules, self.people, self.now):
            command = Command(f"f-{verb}-{args['post']}", verb, subject, 0, args)
            assert isinstance(self._decide(self.persons[account], command), Decision)

    @property
    def shift(self) -> Shift:
        return self.state.shifts[self.state.shift]

    def give_on(self, shift: str, account: str, verb: str, **args: object) -> None:
        version = self.state.shifts[shift].version
        command = Command(f"v{next(self._numbers)}", verb, f"shift:{shift}", version, args)
        assert isinstance(self._decide(self.persons[account], command), Decision)

    def until(self, clock: float) -> None:
        while self.now < clock:
            self.step(10.0)


@pytest.fixture
def town(tmp_path: Path, ground: Ground) -> DutyTown:
    return DutyTown(tmp_path, ground)


def test_a_centre_is_staffed_at_once_and_hands_over_by_itself_when_no_visitor_signs(town: DutyTown) -> None:
    night = town.shift
    assert {post.state for post in night.posts.values()} == {"signed_in"}
    assert {"shift_lead", "shift_lead:2", "duty_officer:2", "seat:ga", "seat:xf"} <= set(night.posts)

    town.until(END)
    assert town.shift.id == night.id
    following = town.state.shifts[town.shift.handover.to if town.shift.handover else ""]
    assert following.posts["shift_lead"].state == "signed_in"
    empty = [key for key, post in following.posts.items() if key.startswith("seat:") and not post.account]
    assert len(empty) == 1  # one seat is late
    town.until(END + 12 * 60)
    assert town.shift.id == night.id  # it is left to the visitors
    town.until(END + 25 * 60)
    assert town.shift.id == following.id
    signed = [fact.actor for fact in town.facts if fact.type == "HandoverSigned"]
    assert signed == [night.posts["shift_lead"].account, following.posts["shift_lead"].account]
    assert town.shift.posts[empty[0]].state == "signed_in"
    leaders = [shift.posts["rotating_leader"].account for shift in (night, following)]
    assert sorted(leaders) == ["rotating1", "rotating2"]  # in the room, one after the other
    unstaffed = [fact.data["post"] for fact in town.facts if fact.type == "PostUnstaffed"]
    assert empty[0] in unstaffed
    assert town.refusals == Counter()
    assert (town.state.refused, town.state.unknown) == ({}, {})


def test_a_seat_is_empty_for_minutes_and_its_person_comes_back(town: DutyTown) -> None:
    town.until(MORNING + 55 * 60)
    away = [fact for fact in town.facts if fact.type == "PostAway"]
    back = [fact for fact in town.facts if fact.type == "PostBack"]
    assert away
    assert away[0].data["post"] not in ("seat:ga", "seat:jj", "seat:xf", "seat:lh")
    assert back[0].recorded_at - away[0].recorded_at >= 9 * 60


def test_after_an_early_hand_over_the_people_of_the_next_shift_come(town: DutyTown) -> None:
    town.until(END - 11 * 60)
    night, following = town.shift, town.state.shifts[town.shift.handover.to if town.shift.handover else ""]
    incoming = following.posts["shift_lead"].account
    for item in night.handover.unanswered if night.handover else ():
        town.give_on(night.id, incoming, "answer_item", key=item.key)
    town.give_on(night.id, night.posts["shift_lead"].account, "sign_handover", side="outgoing")
    town.give_on(night.id, incoming, "sign_handover", side="incoming")
    assert town.shift.id == following.id
    town.until(END + 15 * 60)
    wrong = [key for key, post in town.shift.posts.items() if post.person and post.holder != post.person]
    assert wrong == []
    assert town.refusals == Counter()
