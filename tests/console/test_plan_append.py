"""Everything that a level starts in 36 streets goes into the ledger in one append, or not at all."""

from city.access import Person
from city.commands.command import Command, Now
from city.commands.response.activation_facts import activation_facts
from city.commands.subject_order import SubjectOrder
from city.commands.subjects import Subject
from city.facts.fact import body_of
from city.state.ledger_state import LedgerState
from city.state.response_records import Activation, Basis, Response
from feeds.ledger.ledger import Act, Appended, Conflict, Ledger
from tests.lives import shipped_rules

ID = "310115/flood_typhoon"


async def test_the_highest_level_from_nothing_is_one_append(ledger: Ledger) -> None:
    by = Person("qu", "曲××（总指挥）", ("commander",))
    command = Command("c1", "approve_level", f"response:{ID}", 0)
    now = Now(1_789_000_000.0, 1_789_000_000.0)
    order = SubjectOrder(
        LedgerState(), Subject("response", ID), command, by, "commander", shipped_rules(), now
    )
    active = Activation("a1", 4, now.city, "approved", order.signed, Basis())
    started = activation_facts(order, Response(ID, *ID.split("/")), active)
    assert isinstance(started, tuple)
    facts, expects = started
    assert len(facts) > 200
    bodies = tuple(body_of(f.type, f.subject, by.account, f.data, v=f.v, role="commander") for f in facts)
    (done,) = await ledger.append([Act("c1", bodies, tuple(expects))])
    assert isinstance(done, Appended)
    (again,) = await ledger.append([Act("c2", bodies, tuple(expects))])
    assert isinstance(again, Conflict)
