"""Cases at the city: they end there, or return to the district and are dispatched (C18)."""

from city.clocks.timestamps import iso
from city.commands.cases.automatic_steps import office_time, steps
from tests.city.commands.paths import PATHS, ROAD
from tests.city.commands.world import CHEN, DISPATCHER, GU, INTAKE, POWER, SYSTEM, WANG, WEIFANG, World

DAY = 86_400.0
MONTH = 30 * DAY


def coming(w: World, key: str) -> dict[str, float]:
    case = w.case(key)
    return {step.code: step.at for step in steps(case, w.rules.numbers, office_time(case, w.rules))}


def test_what_the_city_has_done_is_closed_by_the_duty_leader() -> None:
    w = World()
    key = PATHS["transferred_up"](w)
    assert w.refused("answer_city", key, CHEN, done=True, text="t") == ("not_allowed", "no_right")
    w.wait(minutes=40 * 24 * 60)
    assert w.done("answer_city", key, WANG, done=True, text="dredged") == ["CaseClosed"]
    file = w.case(key).file
    assert (file.state, file.close_kind, file.closed_at) == ("closed", "transferred_up", w.now.city)
    assert (w.facts[-1].data["in_time"], w.facts[-1].data["text"]) == (False, "dredged")
    assert w.refused("answer_city", key, WANG, done=False, text="t") == ("not_now", "state_closed")


def test_what_the_city_gives_back_is_sent_on_with_at_least_half_of_the_limit() -> None:
    w = World()
    key = PATHS["transferred_up"](w)
    w.wait(minutes=24 * 60)
    assert w.done("answer_city", key, WANG, done=False, text="not ours") == ["CaseTakenBack"]
    file = w.case(key).file
    assert (file.state, file.holder, file.level, file.unowned_since) == (
        "returned", "", "district", w.now.city,
    )  # fmt: skip
    assert file.targets[0] == "tx"
    assert "dispatch" in coming(w, key)
    assert w.state.log[-1].text == "log.taken_back"
    w.done("dispatch", key, DISPATCHER, to="dl")
    w.done("sign", key, POWER)
    assert w.case(key).file.holder_due_at == w.now.city + 3600


def test_what_was_sent_up_when_it_was_filed_or_before_comes_back_to_where_it_was() -> None:
    w = World()
    unfiled = w.report("hotline/1")
    w.done("transfer_up", unfiled, WANG, text="t")
    w.done("answer_city", unfiled, WANG, done=False, text="t")
    assert (w.case(unfiled).state, w.case(unfiled).holder) == ("reported", "")
    w.done("file", unfiled, INTAKE)
    ruled = w.report("hotline/2")
    w.done("file", ruled, INTAKE, owner_state="unknown")
    w.done("transfer_up", ruled, WANG, text="t")
    w.done("answer_city", ruled, WANG, done=False, text="t")
    assert w.case(ruled).state == "returned"
    w.done("rule", ruled, WANG, holder="dl")


def test_a_suspension_that_it_went_up_with_is_over_when_it_comes_back() -> None:
    w = World()
    key = PATHS["suspended"](w)
    before = w.case(key).file.fix_by_at
    assert before is not None
    w.wait(seconds=DAY)
    w.done("transfer_up", key, WANG, text="t")
    assert w.done("answer_city", key, WANG, done=False, text="t") == ["CaseResumed", "CaseTakenBack"]
    file = w.case(key).file
    assert (file.state, file.suspended_at, file.suspended_s) == ("returned", None, DAY)
    assert file.fix_by_at is not None
    assert file.fix_by_at > before
    w.done("reassign", key, CHEN, to=WEIFANG.street)
    w.done("sign", key, WEIFANG)
    w.done("apply_suspension", key, WEIFANG, reason="law", until=iso(w.now.city + DAY), text="t")
    assert w.refused("decide_suspension", key, GU, approved=True) == ("not_allowed", "leader_decides")


def test_each_time_that_the_city_has_it_its_months_begin_anew() -> None:
    w = World()
    key = w.report(**ROAD, channel="inspector")
    w.done("transfer_up", key, WANG, text="t")
    names = []
    for months in (1, 2):
        assert coming(w, key) == {"follow_up": w.case(key).file.since + months * MONTH}
        w.wait(seconds=MONTH)
        [step] = steps(w.case(key), w.rules.numbers)
        names.append(step.name)
        w.done("pass_limit", key, SYSTEM, step=step.code, serial=step.serial, due_at=iso(step.at))
    w.done("answer_city", key, WANG, done=False, text="t")
    w.done("transfer_up", key, WANG, text="t")
    [again] = steps(w.case(key), w.rules.numbers)
    assert again.at == w.now.city + MONTH
    assert again.name not in names
