"""The end of a response: nothing is lost, relaxations end, and the list says who finishes what."""

from typing import Any

from city.commands.response.ending_facts import ending_facts
from city.state.case_records import Check
from city.state.ledger_state import Device, Place
from city.state.linkage_records import Closure, Signed
from city.state.response_records import Figure, Situation
from tests.city.commands.linkage.linkage_world import FIRE
from tests.city.commands.world import CHEN, GU, INSPECTOR, POWER, STREETS, WANG, WEI
from tests.city.response.plan_world import COMMANDER, Raised

SIGNED = Signed("a", "某××", "agency_operator", 0.0)


def ended(world: Raised) -> dict[str, Any]:
    """Let the response end; return the data of its recovery list."""
    facts = world.end()
    (listed,) = [fact.data for fact in facts if fact.type == "RecoveryListed"]
    return listed


def test_open_tasks_closures_shelters_and_outages_are_listed_with_their_holders() -> None:
    world = Raised()
    world.activate(1)
    first, *rest = world.state.tasks.values()
    for task in rest:
        task.state = "verified"
    world.state.devices["g1"] = Device("g1", "depth", "川沙路下立交", "sw", Place(121.5, 31.2), 60.0)
    world.state.closures["g1"] = Closure("g1", "closed", 0.0, 30.0, parties=("ga", "jt", "sw"))
    world.state.closures["g2"] = Closure("g2", "open", 0.0, 3.0)
    street = next(iter(STREETS))
    told = {"shelter.school.occupied": 40.0, "shelter.school.open": 1.0, "relocation.other.moved": 4.0}
    figures = {key: Figure(value, 0.0, SIGNED) for key, value in told.items()}
    world.state.situations[street] = Situation(street, figures)
    world.state.situations["dl"] = Situation("dl", {"outage.out": Figure(120.0, 0.0, SIGNED)})
    items = {item["key"]: item["holder"] for item in ended(world)["items"]}
    assert items == {
        f"task:{first.id}": first.agency, "closure:g1": "sw", f"shelter:{street}/school": street,
        "outage:dl": "dl",
    }  # fmt: skip


def test_the_end_issues_its_own_tasks_ends_the_relaxations_and_asks_for_a_review() -> None:
    world = Raised()
    world.activate(3)
    now = world.now.city
    listed = ended(world)
    assert {task.words.rpartition(".")[2] for task in world.state.tasks.values()} >= {"901", "902"}
    assert all(one.active(now) is None for one in world.state.relaxations.values())
    assert world.response.review_by == now + 7 * 86_400
    assert len(world.response.recovery) == len(listed["items"])
    assert [incident.state for incident in world.state.incidents.values()] == ["recovering"]
    assert not any(item.ref.endswith(world.of_code("902")[0].id) for item in world.response.recovery)


def test_an_exercise_leaves_only_its_own_tasks() -> None:
    world = Raised(exercise=True)
    world.activate(1)
    world.state.closures["g1"] = Closure("g1", "closed", 0.0, 30.0)
    world.state.situations["dl"] = Situation("dl", {"outage.out": Figure(120.0, 0.0, SIGNED)})
    assert {item["kind"] for item in ended(world)["items"]} == {"task"}


def test_the_second_response_opens_an_incident_of_its_own() -> None:
    world = Raised()
    world.activate(1)
    world.end()
    world.activate(1)
    assert len(world.state.incidents) == 2
    assert len(world.of_code("401")) == 2
    assert isinstance(
        ending_facts(world.order(COMMANDER), world.response, world.response.activations[-1]), tuple
    )


def test_a_person_finishes_what_only_people_know_and_the_engine_what_the_ledger_shows() -> None:
    world = Raised()
    world.activate(1)
    for task in world.state.tasks.values():
        task.state = "verified"
    world.state.devices["g1"] = Device("g1", "depth", "川沙路下立交", "sw", Place(121.5, 31.2), 60.0)
    world.state.closures["g1"] = Closure("g1", "closed", 0.0, 30.0, parties=("ga", "jt", "sw"))
    world.state.situations["dl"] = Situation("dl", {"outage.out": Figure(120.0, 0.0, SIGNED)})
    world.end()
    subject = f"response:{world.id}"
    assert world.no("finish_recovery", subject, GU, item="closure:g1")[0] == "recovery_open"
    assert world.no("finish_recovery", subject, FIRE, item="outage:dl")[0] == "recovery_of_other"
    assert world.ticks("response") == []
    world.state.closures["g1"] = Closure("g1", "open", 0.0, 2.0)
    assert world.ticks("response") == ["settled:closure:g1"]
    world.did("finish_recovery", subject, POWER, item="outage:dl", text="全部复电")
    assert all(item.done is not None for item in world.response.recovery)
    assert world.no("finish_recovery", subject, GU, item="outage:dl")[0] == "recovery_done"


def test_an_item_is_given_to_another_holder_by_the_leaders_of_the_shift() -> None:
    world = Raised()
    world.activate(1)
    world.end()
    subject, item = f"response:{world.id}", world.response.recovery[0]
    assert world.no("assign_recovery", subject, CHEN, item=item.key, to="xf")[0] == "no_right"
    assert world.no("assign_recovery", subject, GU, item=item.key, to="nobody")[0] == "bad_arg"
    world.did("assign_recovery", subject, GU, item=item.key, to="xf")
    assert world.response.recovery[0].holder == "xf"


def test_a_tenth_of_the_checks_from_afar_is_checked_in_the_field() -> None:
    world = Raised()
    world.activate(3)
    for number in range(11):
        key = world.report(f"hotline/{number}", category={"kind": "event", "code": "0113"})
        case = world.case(key)
        case.file.check = Check("video", "sun", world.now.city, passed=True)
    world.end()
    found = [item for item in world.response.recovery if item.kind == "field_check"]
    assert len(found) == 2
    assert {item.holder for item in found} == {WEI}
    subject = f"response:{world.id}"
    other = next(item for item in world.response.recovery if item.kind == "task")
    assert world.no("finish_recovery", subject, INSPECTOR, item=other.key)[0] == "recovery_of_other"
    world.did("finish_recovery", subject, INSPECTOR, item=found[0].key)


def test_the_incident_of_a_response_is_closed_when_its_last_task_is_verified() -> None:
    world = Raised()
    world.activate(1)
    world.end()
    (incident,) = world.state.incidents.values()
    subject = f"incident:{incident.id}"
    assert world.no("close_incident", subject, WANG, text="结束")[0] == "open_tasks"
    for task in world.state.tasks.values():
        task.state = "verified"
    world.did("close_incident", subject, WANG, text="结束")
    assert not world.incident(incident).is_open
