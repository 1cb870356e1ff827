"""Playing a script in memory: moments, orders, checkpoints; the whole drill is in tests/stories."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from console.drill.names import Names
from console.drill.next_due import next_due
from console.drill.player import Outcome, Player
from console.drill.script import Script, read_script
from tests.drill_stage import MemoryStage
from tests.lives import DISPATCHER, INTAKE, LEADER, operator

HEAD = """landfall = "2026-09-16T07:00:00+08:00"
names = { case = "hotline/cover" }
[title]
zh = "演练"
[[person]]
key = "he"
name = "何××（受理员）"
roles = ["intake_officer"]
[[person]]
key = "wang"
name = "王××（副区长）"
roles = ["duty_leader"]
[people]
310115004 = { site_shed = 150 }
"""
PEOPLE = {"he": INTAKE, "wang": LEADER, "fang": DISPATCHER, "agency-gs": operator("gs")}
REPORTED = """[[line]]
at = "T"
cases = [{ id = "cover", kind = "component", code = "0101", title = "缺失", lon = 121.5005, lat = 31.2398 }]
[[line]]
at = "T+0:01"
order = "file"
by = "he"
on = "case:{case}"
"""


def script(folder: Path, lines: str) -> Script:
    path = folder / "a.toml"
    path.write_text(HEAD + lines, encoding="utf-8")
    return read_script(path)


def play(folder: Path, lines: str, stage: MemoryStage | None = None) -> tuple[MemoryStage, list[Outcome]]:
    stage = stage or MemoryStage(PEOPLE)
    return stage, asyncio.run(Player(script(folder, lines), stage, heard=lambda _: None).play())


def test_the_clock_stands_at_each_moment_at_which_something_is_due(tmp_path: Path) -> None:
    """Nothing is late: the engine's step happens at its own time, between two lines of the script."""
    stage, outcomes = play(tmp_path, REPORTED + '[[line]]\nat = "T+3:00"\nnote = true\n')
    assert [one.fault for one in outcomes] == ["", "", ""]
    t0 = outcomes[0].city
    passed = [fact for fact in stage.facts if fact.role == "system" and "late_s" in fact.data]
    assert passed
    assert {fact.data["late_s"] for fact in passed} == {0.0}
    assert len([at for at in stage.clocks if t0 + 60 < at < t0 + 3 * 3600]) >= 2


def test_an_order_that_is_refused_fails_its_line_and_the_drill_goes_on(tmp_path: Path) -> None:
    lines = REPORTED + '[[line]]\nat = "T+0:02"\norder = "file"\nby = "he"\non = "case:{case}"\n'
    _, outcomes = play(tmp_path, lines + '[[line]]\nat = "T+0:03"\nnote = true\n')
    assert outcomes[2].fault.startswith("he on case:hotline/cover: refused: not_now")
    assert outcomes[3].fault == ""


def test_a_refusal_that_is_expected_is_good_and_its_absence_is_a_fault(tmp_path: Path) -> None:
    again = '[[line]]\nat = "T+0:02"\norder = "file"\nby = "he"\non = "case:{case}"\nrefused = "%s"\n'
    _, outcomes = play(tmp_path, REPORTED + again % "not_now" + again % "not_allowed")
    assert outcomes[2].fault == ""
    assert outcomes[3].fault.startswith("he on case:hotline/cover: expected not_allowed, got not_now")
    _, outcomes = play(tmp_path, REPORTED.replace('by = "he"', 'by = "he"\nrefused = "not_now"'))
    assert outcomes[1].fault == "he on case:hotline/cover: expected not_now, but it was done"


def test_what_a_person_did_beside_the_script_is_noted_and_not_repeated(tmp_path: Path) -> None:
    stage = MemoryStage(PEOPLE)
    stage.by_others.add("case:hotline/cover")
    lines = REPORTED + '[[line]]\nat = "T+0:02"\norder = "file"\nby = "he"\non = "case:{case}"\n'
    _, outcomes = play(tmp_path, lines, stage)
    assert (outcomes[2].fault, outcomes[2].by_people) == ("", True)


def test_the_script_waits_for_those_whom_people_play_and_gives_none_of_their_orders(tmp_path: Path) -> None:
    again = '[[line]]\nat = "T+0:02"\norder = "file"\nby = "he"\non = "case:{case}"\n%s'
    lines = script(tmp_path, REPORTED + again % 'refused = "not_now"\n' + again % "")
    stage, waited = MemoryStage(PEOPLE), []
    stage.acts = {("he", "case:hotline/cover"): 7}
    player = Player(
        lines, stage, heard=lambda _: None, people=frozenset({"he"}), patience_s=0.0,
        waits=lambda line, account: waited.append((line.at, account)),
    )  # fmt: skip
    outcomes = asyncio.run(player.play())
    assert [one.by_people for one in outcomes] == [False, True, True, False]
    assert outcomes[3].fault == "he on case:hotline/cover: nobody did it within 0 min", "one act, one line"
    assert waited == []
    assert [fact.type for fact in stage.facts if fact.actor == "he"] == []


def test_an_order_on_found_records_reaches_each_by_its_holder(tmp_path: Path) -> None:
    find = 'find = { cases = { code = "0101", "!state" = "closed" } }'
    lines = REPORTED + f'[[line]]\nat = "T+0:05"\norder = "sign"\nby = "@holder"\n{find}\neach = true\n'
    stage, outcomes = play(tmp_path, lines)
    assert [one.fault for one in outcomes] == ["", "", ""]
    [taken] = [fact for fact in stage.facts if fact.type == "CaseSigned"]
    assert taken.actor == "a-gs"


def test_names_in_braces_are_put_in(tmp_path: Path) -> None:
    stage = MemoryStage(PEOPLE)
    names = Names(script(tmp_path, REPORTED), stage.state.ledger).of(holder="310115004", item="level:1")
    assert names.fill("case:{case}/{holder}/{item}") == "case:hotline/cover/310115004/level:1"
    assert names.fill("{should.site_shed*0.62}") == 93
    assert names.fill({"{holder}": ["{T-0:30}"]}) == {"310115004": ["2026-09-15T22:30:00.000000+00:00"]}
    assert len(names.fill("{photo}")) == 64
    assert names.fill("{proposal:case}") == "none"
    with pytest.raises(ValueError, match=r"\{unknown\}: expected a name of"):
        names.fill("{unknown}")


def test_an_order_without_a_record_to_act_on_is_a_fault(tmp_path: Path) -> None:
    find = 'find = { tasks = { state = "issued" } }'
    lines = f'[[line]]\nat = "T"\norder = "acknowledge_task"\nby = "@holder"\n{find}\n'
    _, outcomes = play(tmp_path, lines)
    assert outcomes[0].fault == "nothing of that kind was found"


@pytest.mark.parametrize(
    ("check", "want", "found"),
    [
        ("level", {"rank": 2}, "rank 0"),
        ("proposed", {"rank": 1}, "proposed: None"),
        ("count", {"of": "cases", "exactly": 2}, "1"),
        ("facts", {"type": "CaseFiled", "least": 2}, "1"),
        ("warnings", {"colours": {"typhoon": "red"}}, "in force: {}"),
        ("relocated", {"percent": 62}, "None %"),
        ("recovery", {"items": 23}, "0 items"),
        ("relaxation", {"kind": "defer_ordinary", "active": True}, "not switched on"),
        (
            "relaxation",
            {"kind": "defer_ordinary", "active": False, "begun": True},
            "it was never switched on",
        ),
        ("underpasses", {"gauges": 9, "closed": 4}, "gauges 0, closed 0"),
        ("queue", {"grouped": 5, "callers": 6}, "grouped 0, callers 0"),
    ],
)
def test_a_checkpoint_says_what_was_found_instead(
    tmp_path: Path, check: str, want: dict[str, Any], found: str
) -> None:
    given = ", ".join(f"{name} = {_toml(value)}" for name, value in want.items())
    lines = REPORTED + f'[[line]]\nat = "T+0:02"\ncheck = "{check}"\nwant = {{ {given} }}\n'
    _, outcomes = play(tmp_path, lines)
    assert outcomes[2].fault == found


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {_toml(one)}" for name, one in value.items()) + "}"
    return str(value).lower() if isinstance(value, bool) else repr(value)


def test_warnings_in_force_are_compared_by_hazard_and_colour(tmp_path: Path) -> None:
    lines = """[[line]]
at = "T"
warning = { id = "a", hazard = "typhoon", colour = "blue" }
[[line]]
at = "T+1:00"
warning = { id = "b", hazard = "typhoon", colour = "yellow", replaces = "a" }
[[line]]
at = "T+1:00"
check = "warnings"
want = { colours = { typhoon = "yellow" } }
[[line]]
at = "T+2:00"
warning = { id = "c", hazard = "typhoon", cancels = "b" }
[[line]]
at = "T+2:00"
check = "warnings"
want = { colours = {} }
"""
    _, outcomes = play(tmp_path, lines)
    assert [one.fault for one in outcomes] == [""] * 5


def test_the_next_moment_is_the_last_of_those_that_are_due_together(tmp_path: Path) -> None:
    stage, outcomes = play(tmp_path, REPORTED)
    now = outcomes[-1].city
    ledger, rules = stage.state.ledger, stage.rules
    alone = next_due(ledger, rules, after=now, until=now + 86_400, together=0.0)
    assert now < alone < now + 86_400
    assert next_due(ledger, rules, after=now, until=alone - 1.0, together=0.0) == alone - 1.0
    assert next_due(ledger, rules, after=now, until=now + 86_400, together=86_400.0) > alone
