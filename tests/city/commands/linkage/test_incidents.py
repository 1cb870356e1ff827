"""The life of an incident: states, grade, command, casualties, reports, joined cases."""

from typing import Any

import pytest

from city.access import Person
from city.commands.command import Decision, Refusal
from city.linkage.casualties import casualties_for
from city.state.linkage_records import INCIDENT_STATES, Incident
from tests.city.commands.linkage.linkage_world import GREEN, OTHER_LEADER, ROTATING, Linked
from tests.city.commands.world import CHEN, GU, INSPECTOR, LI, WANG

TASK = {"agency": "lh", "priority": "P2", "text": "清树"}
FIRST: dict[str, Any] = {"kind": "first", "to": "市应急局", "text": "已封路"}


def on(w: Linked) -> str:
    return f"incident:{list(w.state.incidents)[-1]}"


def signal(w: Linked) -> str:
    w.did("open_incident", "place:map", LI, kind="tree_down", lon=121.5, lat=31.2, tasks=[], confirmed=False)
    return on(w)


def confirmed(w: Linked) -> str:
    subject = signal(w)
    w.did("confirm_incident", subject, GU)
    return subject


def responding(w: Linked) -> str:
    subject = confirmed(w)
    w.did("issue_task", subject, LI, **TASK)
    return subject


def controlled(w: Linked) -> str:
    subject = responding(w)
    w.did("control_incident", subject, WANG, text="树已移开")
    return subject


def recovering(w: Linked) -> str:
    subject = controlled(w)
    w.did("recover_incident", subject, WANG, text="转入恢复")
    return subject


def closed(w: Linked) -> str:
    subject = recovering(w)
    w.did("cancel_task", f"task:{subject.removeprefix('incident:')}.1", LI, text="已由街镇完成")
    w.did("send_report", subject, LI, channel="written", **FIRST)
    w.did("send_report", subject, LI, kind="final", channel="written", to="市应急局", text="已处置")
    w.did("close_incident", subject, WANG, text="结束")
    return subject


def false_alarm(w: Linked) -> str:
    subject = signal(w)
    w.did("dismiss_incident", subject, GU, text="树枝，未倒")
    return subject


PATHS = {
    "signal": signal, "confirmed": confirmed, "responding": responding, "controlled": controlled,
    "recovering": recovering, "closed": closed, "false_alarm": false_alarm,
}  # fmt: skip
SOME = {"text": "说明"}
MOVES: dict[str, tuple[Person, dict[str, Any], dict[str, str]]] = {
    "confirm_incident": (GU, {}, {"signal": "confirmed"}),
    "dismiss_incident": (WANG, SOME, {"signal": "false_alarm"}),
    "control_incident": (WANG, SOME, {"responding": "controlled"}),
    "resume_incident": (WANG, SOME, {"controlled": "responding"}),
    "recover_incident": (WANG, SOME, {"controlled": "recovering"}),
    "issue_task": (LI, TASK, {
        "signal": "signal", "confirmed": "responding", "responding": "responding",
        "controlled": "controlled", "recovering": "recovering",
    }),
}  # fmt: skip


def test_every_state_of_an_incident_can_be_reached() -> None:
    assert set(PATHS) == set(INCIDENT_STATES)
    for state, path in PATHS.items():
        w = Linked()
        assert w.state.incidents[path(w).removeprefix("incident:")].state == state


@pytest.mark.parametrize("state", PATHS)
@pytest.mark.parametrize("verb", MOVES)
def test_a_verb_moves_an_incident_from_its_states_only(verb: str, state: str) -> None:
    w = Linked()
    subject = PATHS[state](w)
    by, args, moves = MOVES[verb]
    answer = w.on(verb, subject, by, **args)
    now = w.state.incidents[subject.removeprefix("incident:")].state
    if state in moves:
        assert isinstance(answer, Decision), answer
        assert now == moves[state]
    else:
        assert answer == Refusal("not_now", "incident_state", {"incident_state": state})
        assert now == state


def incident(w: Linked, subject: str) -> Incident:
    return w.state.incidents[subject.removeprefix("incident:")]


def test_a_signal_with_tasks_responds_when_it_is_confirmed() -> None:
    w = Linked()
    subject = signal(w)
    w.did("issue_task", subject, LI, **TASK)
    assert incident(w, subject).state == "signal"
    assert w.no("dismiss_incident", subject, GU, text="误报") == ("open_tasks", {"count": 1})
    w.did("confirm_incident", subject, GU)
    assert incident(w, subject).state == "responding"


def test_an_unconfirmed_signal_calls_the_duty_leader_once_after_ten_minutes() -> None:
    w = Linked()
    subject = signal(w)
    w.wait(minutes=9)
    assert w.ticks("incident") == []
    w.wait(minutes=1, seconds=5)
    assert w.ticks("incident") == ["confirm"]
    told = w.facts[-1].data
    assert (told["to"], told["call"], told["late_s"]) == ("duty_leader", True, 5.0)
    assert incident(w, subject).late_s == 5.0
    assert w.ticks("incident") == []


def test_a_confirmed_incident_has_no_limit_to_be_confirmed() -> None:
    w = Linked()
    confirmed(w)
    w.wait(minutes=11)
    assert w.ticks("incident") == []


def test_it_is_closed_without_open_tasks_and_after_the_final_report() -> None:
    w = Linked()
    subject = recovering(w)
    task = f"task:{subject.removeprefix('incident:')}.1"
    assert w.no("close_incident", subject, WANG, **SOME) == ("open_tasks", {"count": 1})
    w.did("acknowledge_task", task, GREEN)
    w.did("arrive_task", task, GREEN)
    w.did("finish_task", task, GREEN, text="清完")
    assert w.no("close_incident", subject, WANG, **SOME) == ("open_tasks", {"count": 1})
    w.did("verify_task", task, INSPECTOR, passed=True)
    assert w.no("close_incident", subject, WANG, **SOME) == ("final_report_first", {})
    w.did("send_report", subject, LI, channel="written", **FIRST)
    w.did("send_report", subject, LI, kind="final", channel="written", to="市应急局", text="完")
    w.did("close_incident", subject, WANG, **SOME)
    told = incident(w, subject)
    assert (told.closed_at, told.review_by) == (w.now.city, pytest.approx(w.now.city + 7 * 86_400))
    assert w.no("issue_task", subject, LI, **TASK)[0] == "incident_state"


def test_nothing_is_undone_or_ended_in_a_closed_incident() -> None:
    w = Linked()
    subject = closed(w)
    task = f"task:{subject.removeprefix('incident:')}.1"
    assert w.no("undo_task", task, LI)[0] == "incident_state"


def test_a_task_issued_meanwhile_keeps_the_incident_from_being_closed() -> None:
    """The append of the close expects the version that the task has raised."""
    w = Linked()
    subject = recovering(w)
    w.did("cancel_task", f"task:{subject.removeprefix('incident:')}.1", LI, text="x")
    w.did("send_report", subject, LI, channel="written", **FIRST)
    w.did("send_report", subject, LI, kind="final", channel="written", to="市", text="完")
    close = w.look("close_incident", subject, WANG, **SOME)
    assert isinstance(close, Decision)
    before = dict(close.expects)[subject]
    w.did("issue_task", subject, LI, **TASK)
    assert incident(w, subject).version == before + 1


@pytest.mark.parametrize("verb", ["control_incident", "resume_incident", "recover_incident"])
def test_only_the_commander_changes_its_state(verb: str) -> None:
    w = Linked()
    subject = responding(w) if verb == "control_incident" else controlled(w)
    assert w.no(verb, subject, ROTATING, **SOME) == ("not_commander", {"commander": ""})
    w.did("transfer_command", subject, ROTATING, to="fang")
    assert incident(w, subject).commander_name == "fang××"
    assert w.no(verb, subject, WANG, **SOME) == ("not_commander", {"commander": "fang××"})
    w.did(verb, subject, ROTATING, **SOME)


def test_command_goes_to_oneself_or_to_a_leader_who_is_signed_in() -> None:
    w = Linked()
    subject = responding(w)
    assert w.no("transfer_command", subject, WANG, to="xia") == ("leader_not_on_roster", {})
    assert w.no("transfer_command", subject, LI, to="li")[0] == "no_right"
    w.did("transfer_command", subject, OTHER_LEADER, to="xia")
    assert incident(w, subject).commander == "xia"


def test_a_grade_is_raised_by_two_people_and_lowered_by_the_commander() -> None:
    w = Linked()
    subject = responding(w)
    assert w.no("decide_grade", subject, WANG, approved=True) == ("no_grade_proposed", {})
    assert w.no("propose_grade", subject, GU, grade="general", text="x") == ("grade_not_higher", {})
    w.did("propose_grade", subject, GU, grade="major", text="压住通道")
    assert w.no("propose_grade", subject, GU, grade="extra_major", text="x") == ("grade_proposed", {})
    same = Person("gu", "gu××", ("duty_leader",), on_shift=("duty_leader",))
    assert w.no("decide_grade", subject, same, approved=True) == ("two_people", {})
    w.did("decide_grade", subject, WANG, approved=True, grade="larger", text="先定较大")
    told = incident(w, subject)
    assert (told.grade, told.grade_basis, told.grade_asked) == ("larger", "先定较大", "")
    assert w.no("decide_grade", subject, ROTATING, approved=True, grade="general", text="x") == (
        "not_commander", {"commander": ""},
    )  # fmt: skip
    assert w.no("decide_grade", subject, WANG, approved=True, grade="general")[0] == "missing_arg"
    w.did("decide_grade", subject, WANG, approved=True, grade="general", text="已移开")
    assert incident(w, subject).grade == "general"


def test_a_refused_proposal_changes_nothing() -> None:
    w = Linked()
    subject = responding(w)
    before = incident(w, subject).report_by
    w.did("propose_grade", subject, GU, grade="larger", text="x")
    w.did("decide_grade", subject, WANG, approved=False, text="不够")
    told = incident(w, subject)
    assert (told.grade, told.grade_asked, told.report_by) == ("general", "", before)


def test_reports_have_their_clocks() -> None:
    w = Linked()
    subject = responding(w)
    start = incident(w, subject).opened.at

    def due() -> tuple[str, float | None]:
        told = incident(w, subject)
        return told.report_next, None if told.report_by is None else (told.report_by - start) / 60

    assert due() == ("first.oral", 30)
    assert w.no("send_report", subject, LI, kind="follow_up", channel="oral", to="市", text="x") == (
        "first_report_first", {},
    )  # fmt: skip
    w.wait(minutes=30, seconds=2)
    assert w.ticks("incident") == ["report"]
    assert incident(w, subject).overdue == ("report",)
    w.did("send_report", subject, LI, channel="oral", checked=["time", "place"], **FIRST)
    assert incident(w, subject).overdue == ()
    assert incident(w, subject).reports[0].checked == ("time", "place")
    assert w.facts[-1].data["due_at"] is not None
    assert due() == ("first.written", 60)
    assert w.no("send_report", subject, LI, channel="oral", **FIRST) == ("first_report_sent", {})
    w.did("send_report", subject, LI, channel="written", **FIRST)
    assert due()[0] == "follow_up.written"
    assert incident(w, subject).report_by == pytest.approx(w.now.city + 7200)
    w.wait(minutes=121)
    assert w.ticks("incident") == ["report"]
    assert w.no("send_report", subject, LI, kind="final", channel="written", to="市", text="x") == (
        "report_not_yet", {},
    )  # fmt: skip
    w.did("control_incident", subject, WANG, text="已控制")
    assert due() == ("follow_up.written", None)
    w.did("recover_incident", subject, WANG, text="恢复")
    assert due() == ("final.written", None)
    w.did("send_report", subject, LI, kind="final", channel="written", to="市", text="完")
    assert due() == ("", None)
    assert w.no("send_report", subject, LI, kind="follow_up", channel="oral", to="市", text="x") == (
        "final_report_sent", {},
    )  # fmt: skip
    assert [report.seq for report in incident(w, subject).reports] == [1, 2, 3]


def test_a_change_of_grade_is_reported_at_once() -> None:
    w = Linked()
    subject = responding(w)
    w.did("send_report", subject, LI, channel="written", **FIRST)
    w.did("propose_grade", subject, GU, grade="larger", text="x")
    w.did("decide_grade", subject, WANG, approved=True)
    told = incident(w, subject)
    assert (told.report_next, told.report_by) == ("follow_up.written", pytest.approx(w.now.city + 300))


def test_a_report_covers_points_of_the_check_list() -> None:
    w = Linked()
    subject = responding(w)
    assert w.no("send_report", subject, LI, channel="oral", checked=["weather"], **FIRST)[0] == "bad_arg"


def test_casualties_are_the_commanders_until_they_are_released() -> None:
    w = Linked()
    subject = responding(w)
    numbers = {"dead": 1, "missing": 0, "injured": 4, "evacuated": 30}
    assert w.no("release_casualties", subject, WANG) == ("no_casualties", {})
    w.did("report_casualties", subject, LI, **numbers)

    def seen() -> list[bool]:
        people = (WANG, LI, GU, ROTATING, GREEN)
        return [casualties_for(person, incident(w, subject)) is not None for person in people]

    assert seen() == [True, False, False, False, False]
    assert w.no("release_casualties", subject, ROTATING)[0] == "not_commander"
    w.did("transfer_command", subject, ROTATING, to="fang")
    assert seen() == [False, False, False, True, False]
    w.did("release_casualties", subject, ROTATING)
    assert seen() == [True] * 5
    w.did("report_casualties", subject, LI, **numbers | {"dead": 2})
    assert seen() == [False, False, False, True, False]
    assert not any("casual" in line for line in w.lines)


def test_a_case_is_in_one_open_incident() -> None:
    w = Linked()
    one, two = (w.report(f"hotline/{n}") for n in (1, 2))
    w.did("open_incident", f"case:{one}", LI, kind="tree_down", tasks=[])
    subject = on(w)
    assert w.case(one).file.incident == subject.removeprefix("incident:")
    assert w.no("join_case", subject, LI, case=one) == ("case_joined", {})
    assert w.no("join_case", subject, LI, case="hotline/9")[0] == "bad_arg"
    w.did("join_case", subject, LI, case=two)
    assert incident(w, subject).cases == (one, two)
    assert w.case(two).file.incident == subject.removeprefix("incident:")
    reason, names = w.no("open_incident", f"case:{two}", CHEN, kind="tree_down")
    assert (reason, names["by"]) == ("incident_open", "li××")


def test_two_officers_open_from_one_case_at_once() -> None:
    """Both decisions expect the same new incident at version 0: the ledger takes one of them."""
    w = Linked()
    key = w.report()
    one = w.look("open_incident", f"case:{key}", LI, kind="tree_down")
    two = w.look("open_incident", f"case:{key}", CHEN, kind="tree_down")
    assert one.expects == two.expects
    assert one.expects[0][1] == 0
    w.fold(one, "open_incident", LI)
    reason, names = w.no("open_incident", f"case:{key}", CHEN, kind="tree_down")
    assert (reason, names["by"]) == ("incident_open", "li××")


def test_the_map_may_have_several_incidents() -> None:
    w = Linked()
    assert signal(w) != signal(w)


def test_a_scene_commander_is_named_and_goes_into_the_report_of_control() -> None:
    w = Linked()
    subject = responding(w)
    w.did("name_scene_commander", subject, LI, person="钱××（消防）")
    w.did("control_incident", subject, WANG, text="已控制")
    assert w.facts[-1].data["scene_commander"] == "钱××（消防）"


def test_a_session_has_decisions_that_become_tasks() -> None:
    w = Linked()
    subject = responding(w)
    assert w.no("add_session_line", subject, LI, text="x") == ("no_session", {})
    assert w.no("open_session", subject, LI)[0] == "no_right"
    w.did("open_session", subject, WANG)
    assert w.no("open_session", subject, OTHER_LEADER)[0] == "session_open"
    assert incident(w, subject).sessions[0].agencies == ("lh",)
    assert w.no("close_session", subject, WANG) == ("session_without_line", {})
    w.did("add_session_line", subject, LI, text="同意先移树")
    assert w.did("add_session_line", subject, LI, text="调吊车", agency="xf", priority="P1") == [
        "SessionLineAdded", "TaskIssued",
    ]  # fmt: skip
    session = incident(w, subject).sessions[0]
    assert [(line.agency, bool(line.task)) for line in session.lines] == [("", False), ("xf", True)]
    task = w.state.tasks[session.lines[1].task]
    assert (task.mode, task.text, task.priority, task.ordered.by) == ("session", "调吊车", "P1", "li")
    w.leave("lh")
    assert w.no("add_session_line", subject, LI, text="x", agency="lh")[0] == "nobody_on_duty_but"
    w.did("close_session", subject, WANG)
    assert incident(w, subject).sessions[0].closed_reason == "decided"
    w.did("open_session", subject, WANG)
    w.did("close_session", subject, WANG, reason="information_only")
    assert [one.no[-2:] for one in incident(w, subject).sessions] == ["L1", "L2"]


@pytest.mark.parametrize("verb", [
    "confirm_incident", "issue_task", "send_report", "open_session", "join_case", "report_casualties",
    "propose_grade", "decide_grade", "transfer_command", "close_incident", "name_scene_commander",
    "release_casualties", "add_session_line", "close_session", "dismiss_incident",
])  # fmt: skip
def test_nothing_is_done_to_an_unknown_incident(verb: str) -> None:
    args: dict[str, dict[str, Any]] = {
        "issue_task": TASK, "send_report": {"channel": "oral", **FIRST}, "join_case": {"case": "a"},
        "report_casualties": {"dead": 0, "missing": 0, "injured": 0, "evacuated": 0},
        "propose_grade": {"grade": "major", "text": "x"}, "decide_grade": {"approved": True},
        "transfer_command": {"to": "x"}, "close_incident": SOME, "name_scene_commander": {"person": "x"},
        "add_session_line": SOME, "dismiss_incident": SOME,
    }  # fmt: skip
    w = Linked()
    anyone = Person("all", "a", ("shift_lead", "duty_leader"), on_shift=("shift_lead", "duty_leader"))
    answer = w.on(verb, "incident:none", anyone, version=0, **args.get(verb, {}))
    assert answer == Refusal("unknown_subject", "unknown_incident")
