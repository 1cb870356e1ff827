"""The report on a real response: what belongs to it, what is counted, and that no label hides another."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from city.facts.fact import Fact
from city.state.ledger_state import LedgerState
from city.state.linkage_records import Incident, Site
from city.state.response_records import RECOVERY_KINDS, RecoveryItem
from city.state.warning_records import Storm, StormPoint
from console.after_action.document import draw
from console.after_action.matrix import agency_rows
from console.after_action.storm_map import NAME_PX, Outline, district_map, track_map
from console.after_action.timeline import Words, timeline
from layouts.catalogues import Names, catalogue
from tests.console.after_action.test_lateness import WHO, T, at, episode, task

RESPONSE = "response:310115/flood_typhoon"


def words(lang: str = "zh") -> Words:
    return Words(catalogue(lang, Names()), lambda moment: f"09-16 {int(moment // 60) % 1440:04d}")


def fact(kind: str, subject: str, **data: Any) -> Fact:
    return Fact(1, T, kind, 1, subject, "chen", {"name": "陈××", **data}, "duty_leader")


def lines(*facts: tuple[float, Fact], state: LedgerState | None = None) -> list[str]:
    return [one.text for one in timeline(state or LedgerState(), episode(facts=facts), words())]


def test_what_led_to_a_response_is_its_proposals_and_not_the_cases_of_the_day_before() -> None:
    proposed = fact("LevelProposed", RESPONSE, rank=2)
    ruled = fact("RulingOpened", "case:hotline/1")
    found = lines((T - 600, ruled), (T - 300, proposed), (T + 300, ruled))
    assert len(found) == 2
    assert "Ⅲ级" in found[0]


@pytest.mark.parametrize(
    ("subject", "told"),
    [
        (RESPONSE, True), ("response:city/flood_typhoon", True), (f"{RESPONSE}/exercise", False),
        ("response:city/flood_typhoon/exercise", False), ("response:310115/heat", False),
        ("incident:real", True), ("incident:drill", False),
    ],
)  # fmt: skip
def test_an_exercise_beside_a_real_response_is_no_part_of_it(subject: str, *, told: bool) -> None:
    state = LedgerState()
    for key in ("real", "drill"):
        state.incidents[key] = Incident(
            key, "L1", "natural", "tree_down", "", "general", Site(), WHO, is_exercise=key == "drill"
        )
    kind = "IncidentOpened" if subject.startswith("incident") else "LevelProposed"
    assert bool(lines((T + 1, fact(kind, subject, rank=2)), state=state)) is told


def test_many_cases_of_an_hour_are_one_line_and_few_are_told_one_by_one() -> None:
    made = fact("MadeSafe", "case:hotline/1", minutes=8)
    hour = T // 3600 * 3600 + 3600
    found = lines(*((hour + 60 * n, made) for n in range(9)), (hour + 3700, made))
    assert len(found) == 2
    assert "9 件" in found[0]
    assert "8 分" in found[1]


def test_a_task_whose_time_to_acknowledge_is_not_over_is_not_counted_as_late() -> None:
    tasks = (
        task("1", ack_by=T + 7200),
        task("2", ack_by=T + 300),
        task("3", ack_by=T + 300, acknowledged=at(T)),
    )
    (row,) = agency_rows(episode(tasks=tasks))
    assert (row.issued, row.acknowledged_in_time, row.ack_due) == (3, 1, 2)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_kind_of_recovery_has_its_words_and_a_real_response_no_banner(lang: str) -> None:
    own = episode()
    items = tuple(RecoveryItem(kind, kind, kind, "lh") for kind in RECOVERY_KINDS)
    own = msgspec.structs.replace(own, response=msgspec.structs.replace(own.response, recovery=items))
    drawn = draw(
        LedgerState(), own, words(lang), title="浦东", lang=lang, outlines=(square("310115005", 0),),
        indicators=(("E01", "x", "y"),), made_at=T, streets=("310115005",),
    )  # fmt: skip
    assert drawn.count("<section>") == 8
    assert "class=exercise" not in drawn
    assert "after_action." not in drawn


def square(code: str, place: int, size: float = 0.01) -> Outline:
    left = 121.5 + place * 0.004
    corners = ((left, 31.2), (left + size, 31.2), (left + size, 31.2 + size), (left, 31.2))
    return Outline(code, f"街镇{place}", (corners,))


def boxes(drawn: str, kind: str) -> Sequence[tuple[float, float]]:
    found = re.findall(rf'<text{kind} x="([\d.]+)" y="([\d.]+)"', drawn)
    return [(float(x), float(y)) for x, y in found]


def test_names_of_streets_do_not_overlap_and_the_larger_one_stays() -> None:
    drawn = district_map((*(square(str(n), n, 0.0001) for n in range(9)), square("big", 20, 0.4)), (), "x")
    names = boxes(drawn, ' class="name"')
    assert "街镇20" in drawn
    assert 1 < len(names) < 10
    for n, (x, y) in enumerate(names):
        assert all(abs(x - a) > 2.5 * NAME_PX or abs(y - b) > NAME_PX for a, b in names[n + 1 :])


@pytest.mark.parametrize("step", [-0.7, 0.7])
def test_a_storms_times_stand_beside_its_track(step: float) -> None:
    points = tuple(StormPoint(T + n * 3600, 125.0 - n, 30.0 + step * n, 40.0) for n in range(4))
    drawn = track_map(Storm("s", "x", points, T, T), (square("1", 0),), lambda moment: f"{moment:.0f}")
    fixes = [float(y) for y in re.findall(r'<circle class="fix" cx="[\d.]+" cy="([\d.]+)"', drawn)]
    below = [low - y for (_, low), y in zip(boxes(drawn, ""), fixes, strict=True)]
    assert all(abs(one) >= 4 for one in below)
    assert {one > 0 for one in below[1:]} == {step < 0}
