"""Appeals: against a ruling, against an overdue; each holder once, within three office days."""

from city.clocks.timestamps import iso
from city.folding.fold import apply
from city.state.ledger_state import LedgerState
from tests.city.commands.paths import PATHS, PHOTO, THERE
from tests.city.commands.world import CHEN, GU, INSPECTOR, POWER, TELECOM, WANG, World

DAY = 86_400.0


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


def handle(w: World, key: str, *, passed: bool) -> None:
    """Feed back as the power company and have it checked."""
    w.done("feedback", key, POWER, outcome="fixed", text="t", **PHOTO)
    w.wait(minutes=5)
    there = {"photo_at": iso(w.now.city), "photos": ["c"], **THERE}
    w.done("check", key, INSPECTOR, passed=passed, mode="field", reason="r", **there)


def test_the_days_of_an_appeal_against_a_ruling_begin_with_the_ruling_and_not_with_the_end() -> None:
    w = World()
    key = PATHS["ruling"](w)
    w.done("rule", key, WANG, holder="dl")
    w.done("sign", key, POWER)
    w.done("apply_suspension", key, POWER, reason="law", until=iso(w.now.city + 12 * DAY), text="t")
    w.done("decide_suspension", key, WANG, approved=True)
    w.wait(seconds=12 * DAY)
    w.done("resume", key, GU)
    handle(w, key, passed=True)
    assert w.case(key).state == "closed"
    assert w.refused("appeal", key, POWER, text="t") == ("not_now", "appeal_too_late")


def test_the_appeal_of_one_holder_takes_nothing_from_the_next() -> None:
    w = World()
    key = PATHS["handling"](w)
    w.wait(minutes=125)
    w.done("appeal", key, TELECOM, text="the road was closed")
    w.done("decide_appeal", key, WANG, upheld=False)
    w.done("request_ruling", key, CHEN)
    w.done("rule", key, WANG, holder="dl")
    w.done("appeal", key, POWER, text="not ours")
    assert w.case(key).file.appeals == {"tx": "refused", "dl": "lodged"}
    w.done("decide_appeal", key, WANG, upheld=True)
    assert w.facts[-1].data["holder"] == "dl"
    assert w.case(key).file.appeals == {"tx": "refused", "dl": "upheld"}
    assert w.refused("decide_appeal", key, WANG, upheld=True) == ("not_now", "not_asked")
    assert w.refused("appeal", key, POWER, text="t") == ("not_now", "appealed_before")


def test_feedback_that_failed_its_check_is_no_end_of_an_overdue() -> None:
    w = World()
    key = PATHS["handling"](w)
    w.done("reassign", key, CHEN, to="dl")
    w.done("sign", key, POWER)
    handle(w, key, passed=False)
    assert w.refused("appeal", key, POWER, text="t") == ("not_now", "nothing_to_appeal")
    w.wait(minutes=125)
    w.done("appeal", key, POWER, text="the road was closed")


def test_a_decision_of_an_older_ledger_is_on_the_appeal_that_was_lodged() -> None:
    w = World()
    key = PATHS["handling"](w)
    w.wait(minutes=125)
    w.done("appeal", key, TELECOM, text="t")
    w.done("decide_appeal", key, WANG, upheld=True)
    w.facts[-1].data.pop("holder")
    state = LedgerState(clock=w.state.clock)
    for fact in w.facts:
        apply(state, fact)
    assert (state.cases[key].file.appeals, state.cases[key].file.appeal) == ({"tx": "upheld"}, "upheld")
