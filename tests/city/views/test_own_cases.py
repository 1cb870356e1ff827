"""What the people of a holder may see of its cases, and that a look costs only what changed."""

from city.clocks.timestamps import iso
from city.state.ledger_state import Case
from city.views.holders.case_groups import CaseGroups
from city.views.holders.own_cases import OwnCases
from city.views.holders.own_cases_seen import OwnCaseSeen, OwnRecordSeen
from tests.city.commands.paths import dispatched, handled, handling, returned
from tests.city.commands.world import (
    DISPATCHER,
    GU,
    INSPECTOR,
    INTAKE,
    LU,
    POWER,
    TELECOM,
    WANG,
    WEI,
    WEIFANG,
    World,
)  # fmt: skip


def seen(w: World, code: str) -> tuple[OwnCaseSeen, ...]:
    return OwnCases(w.rules).see(w.state, code, w.now.city)


def records(w: World, code: str) -> tuple[OwnRecordSeen, ...]:
    return OwnCases(w.rules).records(w.state, code, w.now.city)


def bounced_twice(w: World) -> str:
    """A case that 通信 and then 电力 returned; it waits for its ruling."""
    key = returned(w)
    w.done("dispatch", key, DISPATCHER, to="dl")
    w.done("return", key, POWER, reason="not_my_duty", text="not ours either")
    return key


def test_the_holder_may_sign_or_return_and_the_street_makes_the_hazard_safe_first() -> None:
    w = World()
    dispatched(w)
    [telecom], [street] = seen(w, "tx"), seen(w, WEI)
    assert (telecom.part, telecom.verbs) == ("lead", ("sign", "return"))
    assert (street.part, street.verbs) == ("make_safe", ("make_safe", "send_unit"))
    assert telecom.sign_by is not None
    assert seen(w, LU) == ()


def test_who_returned_it_reads_no_words_of_the_reporter_any_more() -> None:
    w = World()
    key = returned(w)
    [former] = seen(w, "tx")
    assert (former.part, former.verbs, former.title) == ("former", (), "")
    w.done("dispatch", key, DISPATCHER, to="dl")
    [power] = seen(w, "dl")
    assert (power.part, power.title) == ("lead", "井盖缺失")


def test_in_handling_it_is_fed_back_and_time_may_be_asked_for() -> None:
    w = World()
    handling(w)
    assert seen(w, "tx")[0].verbs == ("feedback", "return", "apply_extension", "apply_suspension")


def test_a_handled_case_waits_for_its_check_and_offers_nothing_to_its_holder() -> None:
    w = World()
    handled(w)
    [own] = seen(w, "tx")
    assert (own.part, own.state, own.verbs) == ("lead", "handled", ())
    assert own.check_by is not None


def test_what_ended_leaves_the_page_after_a_day() -> None:
    w = World()
    returned(w)
    w.wait(minutes=25 * 60)
    assert seen(w, "tx") == ()


def test_a_holder_whose_cases_did_not_change_gets_the_same_view() -> None:
    w, built = World(), []
    dispatched(w)

    class Counted(OwnCases):
        def _seen(self, case: Case, code: str, city_now: float) -> OwnCaseSeen:
            built.append(case.key)
            return super()._seen(case, code, city_now)

    own = Counted(w.rules)
    w.state.position = len(w.facts)
    first = own.see(w.state, "tx", w.now.city)
    w.report("hotline/2")
    w.state.position = len(w.facts)
    assert own.see(w.state, "tx", w.now.city) is first
    assert built == ["hotline/1"]


def test_groups_follow_a_case_and_begin_anew_with_another_ledger() -> None:
    w = World()
    key = dispatched(w)
    groups = CaseGroups(lambda case: (case.holder,))
    groups.update(w.state)
    before = groups.revision("tx")
    assert [case.key for case in groups.of("tx")] == [key]
    w.done("return", key, TELECOM, reason="not_my_duty", text="not ours")
    groups.update(w.state)
    assert groups.of("tx") == ()
    assert groups.revision("tx") != before
    groups.update(World().state)
    assert groups.revision("tx") != before


def test_what_a_ruling_upheld_costs_nothing_and_what_it_overruled_may_be_appealed() -> None:
    w = World()
    key = bounced_twice(w)
    assert [one.verdict for one in records(w, "tx")[0].returns] == [""]
    w.done("rule", key, WANG, holder="dl")
    [mine], [theirs] = records(w, "tx"), records(w, "dl")
    assert [(one.verdict, one.text, one.counts) for one in mine.returns] == [("upheld", "not ours", True)]
    assert [(one.verdict, one.text) for one in theirs.returns] == [("overruled", "not ours either")]
    assert ([one.holder for one in mine.rulings], mine.appeal_by) == (["dl"], None)
    assert theirs.appeal_by is not None
    w.done("appeal", key, POWER, text="the cover is the telecom's")
    [theirs] = records(w, "dl")
    assert (theirs.appeal, theirs.appeal_by) == ("lodged", None)
    w.done("decide_appeal", key, WANG, upheld=False)
    assert records(w, "dl")[0].appeal == "refused"


def test_the_ruled_holder_may_not_return_it_and_reads_what_the_others_said_without_their_words() -> None:
    w = World()
    key = bounced_twice(w)
    w.done("rule", key, WANG, holder="dl")
    [own] = seen(w, "dl")
    assert own.verbs == ("sign", "appeal")
    assert (own.no_return, own.return_by, own.ruled and own.ruled.no) == (True, None, own.ruled_no)
    assert [(one.holder, one.text) for one in own.returns] == [("tx", ""), ("dl", "not ours either")]


def test_an_extension_is_offered_as_often_as_the_centre_allows() -> None:
    w = World(extensions=1)
    key = handling(w)
    assert "apply_extension" in seen(w, "tx")[0].verbs
    w.done("apply_extension", key, TELECOM, reason="the part is late")
    assert seen(w, "tx")[0].verbs == ("feedback", "return", "withdraw")
    w.done("decide_extension", key, GU, approved=True)
    assert "apply_extension" not in seen(w, "tx")[0].verbs


def test_records_leave_the_list_after_a_month() -> None:
    w = World()
    returned(w)
    w.wait(minutes=29 * 24 * 60)
    assert len(records(w, "tx")) == 1
    w.wait(minutes=2 * 24 * 60)
    assert records(w, "tx") == ()


def test_a_late_case_may_be_appealed_for_three_office_days_after_its_end_and_stays_so_long() -> None:
    w = World()
    key = w.report(category={"kind": "event", "code": "0405"})
    w.done("file", key, INTAKE)
    w.done("sign", key, WEIFANG)
    assert "appeal" not in seen(w, WEI)[0].verbs
    w.wait(minutes=121)
    [late] = seen(w, WEI)
    assert ("appeal" in late.verbs, late.appeal_by) == (True, None)
    w.done("feedback", key, WEIFANG, outcome="fixed", text="x", photos_before=["a"], photos_after=["b"])
    w.wait(seconds=1)
    w.done("check", key, INSPECTOR, passed=True, mode="field", lon=121.52, lat=31.22, photos=["c"],
           photo_at=iso(w.now.city))  # fmt: skip
    w.wait(minutes=60 * 48)
    [over] = seen(w, WEI)
    assert (over.state, over.verbs) == ("closed", ("appeal",))
    w.wait(minutes=60 * 48)
    assert seen(w, WEI) == ()


def test_the_caller_is_called_first_and_the_reporter_is_shown_to_who_has_the_case_alone() -> None:
    w = World()
    key = w.report(reporter_ref="r1")
    w.done("file", key, INTAKE)
    [telecom], [street] = seen(w, "tx"), seen(w, WEI)
    assert telecom.more_verbs == ("contact", "reveal", "report_rule_error")
    assert telecom.contact_by is not None
    assert street.more_verbs == ("contact", "reveal", "report_rule_error")
    w.done("contact", key, TELECOM)
    [telecom] = seen(w, "tx")
    assert (telecom.more_verbs, telecom.contact_by) == (("reveal", "report_rule_error"), None)
    w.done("make_safe", key, WEIFANG, photos=["a"])
    w.done("return", key, TELECOM, reason="not_my_duty", text="not ours")
    assert seen(w, "tx")[0].more_verbs == ("report_rule_error",)


def test_a_case_that_another_system_handles_is_shown_and_offers_nothing() -> None:
    w = World()
    w.report("city/7", mirror={"state": "dispatched", "agency": "通信"})
    [own] = seen(w, "tx")
    assert (own.is_mirrored, own.part, own.state, own.holder) == (True, "lead", "dispatched", "tx")
    assert (own.verbs, own.more_verbs) == ((), ())
    w.report("city/8", mirror={"state": "closed", "agency": "通信"})
    assert len(seen(w, "tx")) == 1  # what ended there is no business of the page


def test_nobody_is_offered_the_check_of_a_case() -> None:
    w = World()
    handled(w)
    offered = [
        verb for code in ("tx", WEI) for one in seen(w, code) for verb in (*one.verbs, *one.more_verbs)
    ]
    assert "check" not in offered
    assert offered


def test_who_has_a_case_that_was_reported_by_its_position_alone_may_add_the_photos_that_it_owes() -> None:
    w = World()
    key = dispatched(w)
    assert all("add_photos" not in one.more_verbs for code in ("tx", WEI) for one in seen(w, code))
    w.state.cases[key].file.photo_by = w.now.city + 3600
    assert all("add_photos" in one.more_verbs for code in ("tx", WEI) for one in seen(w, code))
    w.done("add_photos", key, TELECOM, photos=["a" * 64])
    assert all("add_photos" not in one.more_verbs for one in seen(w, "tx"))
