"""A small district in which levels are decided: its people, and short ways to act."""

from typing import Any, Final

import msgspec

from city.access import Person
from city.clocks.timestamps import iso
from city.commands.command import NewFact
from city.state.duty_records import Post
from city.state.response_records import Activation, LevelProposal, Response
from tests.city.commands.linkage.linkage_world import Linked
from tests.city.commands.world import SYSTEM, person
from tests.warning_factory import OFFICE, info, message

DISTRICT: Final = "response:310115/flood_typhoon"
CITY: Final = "response:city/flood_typhoon"
DRILL: Final = "response:310115/flood_typhoon/exercise"

OFFICER = person("chen", "duty_officer")
LEAD = person("gu", "shift_lead")
LEADER = person("wang", "duty_leader")
OTHER_LEADER = person("xia", "duty_leader")
ROTATING = person("fang", "rotating_leader")
COMMANDER = person("qu", "commander")
FLOOD = person("sw9", "agency_duty_leader", agency="sw")
GREEN_LEADER = person("lh9", "agency_duty_leader", agency="lh")


class Responding(Linked):
    """A world whose commands are on responses."""

    def propose(self, rank: int, by: Person = LEAD, subject: str = DISTRICT, **args: Any) -> str:
        """Propose a level; return the proposal's id."""
        assert self.did("propose_level", subject, by, rank=rank, **args)[0] == "LevelProposed"
        return self.proposal(subject).id

    def approve(self, by: Person, subject: str = DISTRICT, **args: Any) -> list[str]:
        return self.did("approve_level", subject, by, proposal=self.proposal(subject).id, **args)

    def not_approved(self, by: Person, subject: str = DISTRICT, **args: Any) -> str:
        return self.no("approve_level", subject, by, proposal=self.proposal(subject).id, **args)[0]

    def activate(self, rank: int, subject: str = DISTRICT, text: str = "风雨减弱") -> Activation:
        """Propose a level and let two people approve it."""
        before = self.rank(subject)
        self.propose(rank, LEADER, subject, **({"text": text} if rank < before else {}))
        return self.activate_proposed(subject)

    def activate_proposed(self, subject: str = DISTRICT) -> Activation:
        """Let two people approve what waits."""
        pairs = ((), (LEAD, LEADER), (LEADER, FLOOD), (ROTATING, LEADER), (COMMANDER, LEADER))
        rank = self.proposal(subject).rank
        for one in pairs[max(rank, self.rank(subject))]:
            self.approve(one, subject)
        assert self.rank(subject) == rank
        return self.response(subject).activations[-1]

    def speak(self, rank: int = 4, by: Person = OFFICER, **args: Any) -> None:
        """Record a spoken order of this moment."""
        said = {"person": "区长", "words": "启动一级响应", "given_at": iso(self.now.city), **args}
        self.did("record_verbal_order", DISTRICT, by, rank=rank, **said)

    def city(self, rank: int) -> list[str]:
        return self.did("record_city_level", CITY, OFFICER, rank=rank, text="沪汛指〔2026〕12号")

    def response(self, subject: str = DISTRICT) -> Response:
        return self.state.responses[subject.removeprefix("response:")]

    def rank(self, subject: str = DISTRICT) -> int:
        found = self.state.responses.get(subject.removeprefix("response:"))
        return found.rank if found else 0

    def proposal(self, subject: str = DISTRICT) -> LevelProposal:
        waiting = self.response(subject).proposal
        assert waiting is not None
        return waiting

    def warn(self, identifier: str, event: str, colour: str, *, status: str = "Actual", **given: Any) -> str:
        """Receive a warning that is in force now for four hours; return its key."""
        now = self.now.city
        told = info(
            event, colour, headline=f"气象台发布{event}{colour}预警", expires=iso(now + 14_400),
            area=[{"areaDesc": "浦东新区", "geocode": [{"valueName": "code", "value": "310115"}]}],
        )  # fmt: skip
        record = {
            **message(identifier, 0.0, told), "status": status, "sent": iso(now), "at": iso(now), **given,
        }  # fmt: skip
        subject = f"warning:{OFFICE}/{identifier}"
        self.append(NewFact("WarningReceived", subject, {"record": record}), SYSTEM)
        return f"{OFFICE}/{identifier}"

    def engine_proposes(self, rank: int, subject: str = DISTRICT, **args: Any) -> Any:
        return self.on("propose_level", subject, SYSTEM, rank=rank, **args)

    def with_deputy(self, account: Person) -> None:
        """Let the commander authorise somebody, who has signed in."""
        self.at_post(account)
        self.did("authorise_deputy", DISTRICT, COMMANDER, to=account.account)

    def at_post(self, account: Person) -> None:
        """Let somebody have signed in at the rotating leader's post."""
        self.leave()
        shift = self.state.shifts["now"]
        posts = dict(shift.posts)
        posts["rotating_leader"] = Post("rotating_leader", "", holder=account.name, account=account.account)
        self.state.shifts["now"] = msgspec.structs.replace(shift, posts=posts)
