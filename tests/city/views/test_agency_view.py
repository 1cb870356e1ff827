"""What an agency's page may see: its own tasks in full, the matrix of their incidents, nothing else."""

from typing import Any

import msgspec
import pytest

from city.state.ledger_state import CityState
from city.state.linkage_records import Casualties, Closure, Decided, JointSession
from city.views.holders.agency_seen import AgencySeen
from city.views.holders.agency_view import AgencyView
from city.views.page_view import PageView
from layouts.cards.agency.agency_incidents import AgencyIncidents
from layouts.cards.agency.agency_tasks import AgencyTasks
from tests.console.test_wall_bytes import district
from tests.linkage_factory import CITY, SITE, city_with, incident, signed, task

OTHER = "2f0c2d3e4a5b"


def seen(state: CityState, code: str = "lh") -> AgencySeen:
    return AgencyView(PageView(rules=district()[0])).see(state, CITY, code)


def own_ids(state: CityState) -> list[str]:
    return [own.task.id.rpartition(".")[2] for own in seen(state).own]


def test_what_must_be_done_first_stands_first_and_what_waits_for_others_last() -> None:
    done = {"acknowledged": signed(CITY - 90), "arrived": signed(CITY - 50), "done": signed(CITY - 40)}
    state = city_with([incident()], [
        task(1, agency="lh", state="verified", **done, verified=signed(CITY)),
        task(2, agency="lh", state="done", **done, verify_by=CITY + 1800),
        task(3, agency="lh", priority="P2"),
        task(4, agency="lh", issued_at=CITY - 290),
        task(5, agency="lh", issued_at=CITY - 310),
        task(6, agency="xf", issued_at=CITY - 310),
    ])  # fmt: skip
    assert own_ids(state) == ["5", "4", "3", "2", "1"]


def test_an_agency_reads_the_words_of_its_own_task_and_the_matrix_tells_no_words() -> None:
    state = city_with([incident(title="张家门口")], [
        task(1, agency="lh", words="", text="先清东侧雨水口", unit="q-3", unit_call_sign="清扫03"),
        task(2, agency="xf", words="", text="二楼有老人被困"),
    ])  # fmt: skip
    view = seen(state)
    [own] = view.own
    assert (own.text, own.by, own.role) == ("先清东侧雨水口", "陈××（值班员）", "duty_officer")
    assert [(one.agency, one.text, one.call_sign) for one in view.tasks] == [("lh", "", ""), ("xf", "", "")]
    assert "张家" not in view.incidents[0].title


def test_the_incidents_are_those_in_which_the_agency_has_a_task() -> None:
    state = city_with(
        [incident(), incident(OTHER)],
        [task(1, agency="lh"), task(2, agency="ga"), task(1, OTHER, agency="xf")],
    )
    assert [one.id for one in seen(state).incidents] == ["1f0c2d3e4a5b"]
    assert [one.agency for one in seen(state).tasks] == ["lh", "ga"]
    both = city_with(
        [incident(), incident(OTHER)],
        [task(1, agency="xf", issued_at=CITY - 400), task(2, agency="lh"),
         task(1, OTHER, agency="lh", issued_at=CITY - 290)],
    )  # fmt: skip
    assert [one.id for one in seen(both).incidents] == [OTHER, "1f0c2d3e4a5b"]  # the agency's worst first
    assert (seen(state, "310115110").incidents, seen(state, "310115110").own) == ((), ())


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "hw"), ({"state": "acknowledged"}, ""), ({"fallback": "1f0c2d3e4a5b.2"}, ""),
        ({"template": "tree_down#1"}, "xf"),
    ],
)  # fmt: skip
def test_who_takes_over_is_told_while_nobody_acknowledged(given: dict[str, Any], told: str) -> None:
    tasks = [task(1, agency="lh", **given), task(2, agency="hw")]
    assert seen(city_with([incident()], tasks)).own[0].fallback_next == told


def test_the_second_of_a_pair_is_told_who_arrived_first() -> None:
    there = {"state": "arrived", "acknowledged": signed(CITY - 60), "arrived": signed(CITY - 9)}
    tasks = [
        task(1, agency="lh", state="set_out", fallback="1f0c2d3e4a5b.2", set_out=signed(CITY - 20)),
        task(2, agency="xf", fallback_of="1f0c2d3e4a5b.1", **there),
    ]
    assert seen(city_with([incident()], tasks)).own[0].task.ahead == "xf"
    assert seen(city_with([incident()], tasks), "xf").own[0].task.ahead == ""


def test_the_lines_of_the_joint_session_are_those_for_this_agency() -> None:
    lines = (
        Decided("清两处雨水口", "lh", "", signed(CITY - 90)),
        Decided("二楼救人", "xf", "", signed(CITY - 80)),
        Decided("再清一处", "lh", "", signed(CITY - 70)),
    )  # fmt: skip
    session = JointSession("1", signed(CITY - 100), ("lh", "xf"), lines)
    state = city_with([incident(sessions=(session,))], [task(1, agency="lh"), task(2, agency="xf")])
    assert [line.text for line in seen(state).lines] == ["再清一处", "清两处雨水口"]
    rows = AgencyIncidents().view(seen(state), CITY).rows
    assert [(key[0], fields.get("text", "")) for key, fields in rows] == [
        ("i", ""), ("t", ""), ("t", ""), ("s", "再清一处"), ("s", "清两处雨水口"),
    ]  # fmt: skip


def test_a_card_tells_no_position_that_is_not_known_and_no_casualties() -> None:
    nowhere = msgspec.structs.replace(SITE, lon=float("nan"), lat=float("nan"))
    lost = Casualties(3, 1, 17, 40, signed(CITY))
    state = city_with([incident(casualties=lost)], [task(1, agency="lh", place=nowhere)])
    view = AgencyTasks().view(seen(state), CITY)
    [(key, row)] = view.rows
    assert (key, row["lon"], row["lat"], view.scalars) == (
        "t:1f0c2d3e4a5b.1", None, None, {"code": "lh", "tasks": 1, "waiting": 1},
    )  # fmt: skip
    assert b"casualties" not in msgspec.json.encode(seen(state))


@pytest.mark.parametrize(
    ("state", "asked", "code", "told"),
    [
        ("closing", (), "ga", [("confirm_closure", 0)]), ("closed", (), "ga", [("agree_reopening", 0)]),
        ("reopening", ("sw",), "ga", [("agree_reopening", 1)]), ("reopening", ("ga",), "ga", [("", 1)]),
        ("suggested", (), "ga", []), ("open", (), "ga", []), ("closed", (), "lh", []),
    ],
)  # fmt: skip
def test_a_party_of_a_closure_is_told_what_it_may_do_about_it(
    state: str, asked: tuple[str, ...], code: str, told: list[tuple[str, int]]
) -> None:
    closure = Closure(
        "d-7", state, CITY - 60, 31.0, parties=("ga", "jt", "sw"), reopen_asked=asked, version=4
    )
    city = city_with([incident()], [task(1, agency="ga")], closures={"d-7": closure})
    assert [(one.verb, one.agreed) for one in seen(city, code).closures] == told
    rows = dict(AgencyIncidents().view(seen(city, code), CITY).rows)
    assert [rows[key]["version"] for key in rows if key.startswith("c:")] == [4] * len(told)
