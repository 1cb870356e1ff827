"""Extensions and suspensions: the only changes of a deadline."""

from city.clocks.timestamps import iso, parse
from city.folding.fold import apply
from city.state.ledger_state import LedgerState
from tests.city.commands.paths import PATHS, ROAD
from tests.city.commands.world import GU, INTAKE, SYSTEM, TELECOM, WANG, WEIFANG, World

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


def test_an_ask_is_taken_back_by_its_holder_before_it_is_decided() -> None:
    w = World()
    key = road(w)
    assert w.refused("withdraw", key, WEIFANG) == ("not_now", "not_asked")
    until = iso(w.now.city + 30 * DAY)
    w.done("apply_suspension", key, WEIFANG, reason="season", until=until, text="t")
    assert w.refused("withdraw", key, TELECOM) == ("not_allowed", "not_holder")
    assert w.done("withdraw", key, WEIFANG) == ["AskWithdrawn"]
    assert w.facts[-1].data["what"] == "suspension"
    w.done("apply_extension", key, WEIFANG, reason="parts")
    w.done("withdraw", key, WEIFANG)
    assert w.facts[-1].data["what"] == "extension"
    assert w.refused("decide_extension", key, GU, approved=True) == ("not_now", "not_asked")
    assert w.case(key).state == "handling"


def test_a_suspension_of_an_older_ledger_waits_to_its_end_for_its_decision() -> None:
    w = World()
    key = road(w)
    until = w.now.city + 30 * DAY
    w.done("apply_suspension", key, WEIFANG, reason="season", until=iso(until), text="t")
    asked = w.case(key).file.suspension
    assert asked is not None
    assert asked.decide_by == parse("2026-11-23T11:00:00+08:00")
    state = LedgerState(clock=w.state.clock)
    for fact in w.facts:
        fact.data.pop("decide_by", None)
        apply(state, fact)
    asked = state.cases[key].file.suspension
    assert asked is not None
    assert asked.decide_by == until


def test_a_clock_that_moves_into_a_year_of_unknown_holidays_says_so() -> None:
    w = World("2027-12-20T09:00:00+08:00")  # 2028 is not known
    key = road(w)
    assert w.case(key).file.undetermined is False
    w.done("apply_extension", key, WEIFANG, reason="parts")
    w.done("decide_extension", key, GU, approved=False)
    assert w.case(key).file.undetermined is False
    w.done("apply_extension", key, WEIFANG, reason="parts")
    w.done("decide_extension", key, GU, approved=True)
    assert (w.facts[-1].data["undetermined"], w.case(key).file.undetermined) == (True, True)


def test_a_suspension_into_a_year_of_unknown_holidays_says_so() -> None:
    w = World("2027-12-20T09:00:00+08:00")
    key = road(w)
    w.done("apply_suspension", key, WEIFANG, reason="law", until=iso(w.now.city + 20 * DAY), text="t")
    w.done("decide_suspension", key, GU, approved=True)
    assert w.case(key).file.undetermined is False
    w.wait(seconds=19 * DAY)
    w.done("resume", key, GU)
    assert (w.facts[-1].data["undetermined"], w.case(key).file.undetermined) == (True, True)
