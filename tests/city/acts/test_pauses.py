"""More time, no time, and appeals: the only ways in which a clock moves."""

from city.moments import iso, parse
from tests.city.acts.paths import PATHS, PHOTO, ROAD
from tests.city.acts.world import GU, INTAKE, POWER, SYSTEM, TELECOM, WANG, WEIFANG, World

DAY = 86_400.0


def road(w: World) -> str:
    key = w.report(**ROAD)
    w.done("file", key, INTAKE)
    w.done("sign", key, WEIFANG)
    return key


def test_an_extension_adds_one_limit_and_the_second_is_the_duty_leaders() -> None:
    w = World()
    key = road(w)
    first = w.case(key).file.fix_by_at
    assert first == parse("2026-11-30T09:00:00+08:00")
    w.done("apply_extension", key, WEIFANG, reason="parts")
    assert w.refused("apply_extension", key, WEIFANG, reason="parts") == ("not_now", "asked_before")
    w.done("decide_extension", key, GU, approved=True)
    file = w.case(key).file
    assert (file.fix_by_at, file.holder_due_at) == (parse("2026-12-07T09:00:00+08:00"),) * 2
    assert file.deadline_at == parse("2026-12-07T14:00:00+08:00")
    w.done("apply_extension", key, WEIFANG, reason="parts")
    assert w.refused("decide_extension", key, GU, approved=True) == ("not_allowed", "leader_decides")
    assert w.refused("decide_extension", key, SYSTEM, approved=True) == ("not_allowed", "person_decides")
    w.done("decide_extension", key, WANG, approved=True)
    assert w.refused("apply_extension", key, WEIFANG, reason="p") == ("not_now", "no_more_extensions")


def test_a_refused_extension_moves_nothing() -> None:
    w = World()
    key = road(w)
    before = w.case(key).file
    w.done("apply_extension", key, WEIFANG, reason="parts")
    w.done("decide_extension", key, GU, approved=False)
    file = w.case(key).file
    assert (file.fix_by_at, file.deadline_at, file.extensions) == (before.fix_by_at, before.deadline_at, 0)


def test_nobody_asks_for_more_time_when_it_is_over() -> None:
    w = World()
    key = PATHS["handling"](w)
    w.wait(minutes=121)
    assert w.refused("apply_extension", key, TELECOM, reason="p") == ("not_now", "overdue")
    asked = {"reason": "law", "until": iso(w.now.city + DAY), "text": "t"}
    assert w.refused("apply_suspension", key, TELECOM, **asked) == ("not_now", "overdue")


def test_a_suspension_is_for_three_reasons_and_at_most_a_year() -> None:
    w = World()
    key = road(w)
    for until, reason in ((w.now.city + 366 * DAY, "suspension_until"), (w.now.city - 1, "suspension_until")):
        asked = {"reason": "law", "until": iso(until), "text": "t"}
        assert w.refused("apply_suspension", key, WEIFANG, **asked) == ("not_now", reason)
    asked = {"reason": "no_money", "until": iso(w.now.city + DAY), "text": "t"}
    assert w.refused("apply_suspension", key, WEIFANG, **asked) == ("bad_args", "bad_arg")
    asked = {"reason": "law", "until": "tomorrow", "text": "t"}
    assert w.refused("apply_suspension", key, WEIFANG, **asked) == ("bad_args", "bad_arg")


def test_a_suspension_stops_the_clock_and_gives_back_what_was_left() -> None:
    w = World()
    key = road(w)
    w.wait(minutes=8 * 60)  # Monday 17:00
    w.done("apply_suspension", key, WEIFANG, reason="season", until=iso(w.now.city + 30 * DAY), text="t")
    w.done("decide_suspension", key, GU, approved=True)
    assert w.case(key).state == "suspended"
    w.wait(seconds=2 * DAY)  # Wednesday 17:00
    w.done("resume", key, GU)
    file = w.case(key).file
    assert file.suspended_s == 2 * DAY
    # In office time the end of a day is the beginning of the next.
    assert file.fix_by_at == parse("2026-12-01T17:30:00+08:00")
    assert (file.state, file.suspended_until) == ("handling", None)
    w.done("apply_suspension", key, WEIFANG, reason="season", until=iso(w.now.city + DAY), text="t")
    assert w.refused("decide_suspension", key, GU, approved=True) == ("not_allowed", "leader_decides")


def test_urgent_limits_move_by_the_clock() -> None:
    w = World()
    key = PATHS["handling"](w)
    before = w.case(key).file.fix_by_at
    assert before is not None
    w.done("apply_suspension", key, TELECOM, reason="engineering", until=iso(w.now.city + DAY), text="t")
    w.wait(minutes=1)
    w.done("decide_suspension", key, GU, approved=True)
    w.wait(minutes=90)
    w.done("resume", key, GU)
    file = w.case(key).file
    assert (file.fix_by_at, file.deadline_at) == (before + 5400, before + 5400 + 1800)


def test_a_suspension_that_would_be_over_is_not_granted() -> None:
    w = World()
    key = PATHS["handling"](w)
    w.done("apply_suspension", key, TELECOM, reason="law", until=iso(w.now.city + 600), text="t")
    w.wait(minutes=11)
    assert w.refused("decide_suspension", key, GU, approved=True) == ("not_now", "suspension_over")
    w.done("decide_suspension", key, GU, approved=False)
    assert w.case(key).file.suspension is None


def test_a_ruled_holder_appeals_once_within_three_office_days() -> None:
    w = World()
    key = PATHS["ruling"](w)
    w.done("rule", key, WANG, holder="dl")
    assert w.refused("appeal", key, TELECOM, text="t") == ("not_allowed", "not_holder")
    w.done("appeal", key, POWER, text="not ours")
    assert w.refused("appeal", key, POWER, text="t") == ("not_now", "appealed_before")
    w.done("decide_appeal", key, WANG, upheld=True)
    assert (w.case(key).file.timeout_exempt, w.case(key).file.appeal) == (True, "upheld")


def test_after_three_office_days_it_is_too_late_to_appeal() -> None:
    w = World()
    key = PATHS["ruling"](w)
    w.done("rule", key, WANG, holder="dl")
    w.done("sign", key, POWER)
    w.done("feedback", key, POWER, outcome="fixed", text="t", **PHOTO)
    w.wait(seconds=3 * DAY + 1)  # from Monday 09:00
    assert w.refused("appeal", key, POWER, text="t") == ("not_now", "appeal_too_late")


def test_there_must_be_something_to_appeal_against() -> None:
    w = World()
    key = PATHS["handling"](w)
    assert w.refused("appeal", key, TELECOM, text="t") == ("not_now", "nothing_to_appeal")
    w.wait(minutes=125)
    w.done("feedback", key, TELECOM, outcome="fixed", text="t", **PHOTO)
    w.done("appeal", key, TELECOM, text="the road was closed")
    w.done("decide_appeal", key, WANG, upheld=False)
    assert (w.case(key).file.timeout_exempt, w.case(key).file.appeal) == (False, "refused")
