"""What the people of a holder may see of its cases, and that a look costs only what changed."""

from city.state.ledger_state import Case
from city.views.case_groups import CaseGroups
from city.views.own_cases import OwnCases
from city.views.own_cases_seen import OwnCaseSeen
from tests.city.commands.paths import dispatched, handled, handling, returned
from tests.city.commands.world import DISPATCHER, LU, TELECOM, WEI, World


def seen(w: World, code: str) -> tuple[OwnCaseSeen, ...]:
    return OwnCases(w.rules).see(w.state, code, w.now.city)


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
        def _seen(self, case: Case, code: str) -> OwnCaseSeen:
            built.append(case.key)
            return super()._seen(case, code)

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
