import msgspec
import pytest

from city.access import (
    AXES,
    OFF_SHIFT,
    PAGES,
    ROLES,
    SHIFT_ROLES,
    VERBS,
    Person,
    acting_role,
    axis_of,
    may_open,
    may_order,
    own_scope,
    verbs_of,
)
from city.personal_data import may_see_case_photo, may_see_evidence, may_see_person


def person(*roles: str, **given: object) -> Person:
    made = Person("li", "李××", roles)
    return msgspec.structs.replace(made, **given)


def test_every_verb_and_page_names_roles_that_there_are() -> None:
    assert {role for roles in VERBS.values() for role in roles} <= AXES.keys()
    assert {role for roles in PAGES.values() for role in roles} <= set(ROLES)
    assert set(ROLES) >= SHIFT_ROLES
    assert "system" not in ROLES


@pytest.mark.parametrize("role", sorted(SHIFT_ROLES))
def test_a_shift_role_acts_on_shift_only_and_looks_off_shift_too(role: str) -> None:
    off, on = person(role), person(role, on_shift=(role,))
    theirs = [verb for verb, roles in VERBS.items() if role in roles and verb not in OFF_SHIFT]
    assert theirs
    assert {acting_role(off, verb) for verb in theirs} == {""}
    assert {acting_role(on, verb) for verb in theirs} == {role}
    assert may_open(off, "wall")


def test_a_role_that_is_said_to_be_on_shift_but_not_held_acts_in_nothing() -> None:
    assert acting_role(person("inspector", on_shift=("shift_lead",)), "void") == ""


def test_a_verb_or_page_that_there_is_not_is_nobodys() -> None:
    everything = person(*ROLES, on_shift=tuple(ROLES))
    assert acting_role(everything, "launch") == ""
    assert not may_open(everything, "cellar")


@pytest.mark.parametrize(("role", "verb"), [
    ("duty_officer", "dispatch"), ("dispatcher", "sign"), ("agency_operator", "check"),
    ("inspector", "feedback"), ("inspector", "file"), ("evaluator", "call_back"),
    ("dispatcher", "reveal"), ("duty_officer", "reveal"), ("duty_leader", "reveal"),
    ("rotating_leader", "reveal"), ("intake_officer", "send_unit"), ("intake_officer", "escalate"),
    ("intake_officer", "reassign"), ("duty_leader", "reassign"),
    ("duty_officer", "rule"), ("shift_lead", "rule"), ("intake_officer", "dispatch"),
])  # fmt: skip
def test_nobody_does_the_work_of_the_other_axis(role: str, verb: str) -> None:
    assert acting_role(person(role, on_shift=(role,)), verb) == ""


def test_the_verbs_of_a_person_end_with_their_shift() -> None:
    on = verbs_of(person("duty_officer", on_shift=("duty_officer",)))
    assert {"send_unit", "escalate", "reassign", "show"} <= set(on)
    assert set(verbs_of(person("duty_officer"))) == OFF_SHIFT & {
        verb for verb, roles in VERBS.items() if "duty_officer" in roles
    }
    assert not OFF_SHIFT.intersection(("send_unit", "cancel_task", "close_underpass", "pass_authority"))
    assert "reveal" not in on
    assert not {"send_unit", "escalate", "reassign", "show"}.intersection(verbs_of(person("intake_officer")))


@pytest.mark.parametrize(("role", "pages"), [
    ("duty_officer", {"wall", "desk", "duty"}), ("intake_officer", {"desk"}), ("dispatcher", {"desk"}),
    ("shift_lead", {"wall", "desk", "duty", "review", "metrics"}), ("inspector", set()),
    ("agency_operator", set()),
    ("rotating_leader", {"wall", "desk", "duty", "leader"}),
    ("duty_leader", {"wall", "desk", "duty", "leader", "review"}), ("commander", {"leader"}),
    ("presenter", {"briefing"}), ("street_operator", set()), ("evaluator", {"review"}),
])  # fmt: skip
def test_pages_open_to_their_roles_alone(role: str, pages: set[str]) -> None:
    assert {page for page in PAGES if may_open(person(role), page)} == pages


def test_an_agencys_page_opens_to_its_own_people_and_to_the_centre_to_read() -> None:
    own = person("agency_operator", agency="sw")
    assert may_open(own, "agency", "sw")
    assert may_order(own, "agency", "sw")
    assert own_scope(own, "agency") == "sw"
    for other in (
        own, person("street_operator", street="310115004"), person("inspector"), person("rotating_leader"),
        person("agency_duty_leader", agency="sw"), person("agency_duty_leader"),
        person("intake_officer", agency="dl"), person("dispatcher"), person("village_operator", street="dl"),
    ):  # fmt: skip
        assert not may_open(other, "agency", "dl")
        assert not may_order(other, "agency", "dl")
    for role in ("duty_officer", "shift_lead", "duty_leader"):
        assert may_open(person(role), "agency", "dl")
        assert not may_order(person(role, on_shift=(role,)), "agency", "dl")
        # A seat of the centre does not become an agency's by a code in its account.
        assert not may_order(person(role, agency="dl"), "agency", "dl")


@pytest.mark.parametrize("role", ["agency_operator", "agency_duty_leader", "street_operator"])
def test_a_holder_acts_on_its_own_page_alone_under_its_code(role: str) -> None:
    """A street's sub-centre acts on its linkage tasks as an agency does."""
    own = person(role, **{"street" if role == "street_operator" else "agency": "310115004"})
    assert own_scope(own, "agency") == "310115004"
    assert may_order(own, "agency", "310115004")
    assert not may_open(own, "agency", "310115110")


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        (person("agency_operator", agency="lh"), True), (person("agency_duty_leader", agency="lh"), True),
        (person("agency_operator", agency="xf"), False), (person("street_operator", street="s"), True),
        (person("street_operator", street="t"), False), (person("inspector"), True),
        (person("duty_officer"), True), (person("rotating_leader"), False),
        (person("village_operator", street="s"), False), (person("dispatcher", agency="lh"), True),
        (person("evaluator", agency="lh"), False),
    ],
)  # fmt: skip
def test_evidence_is_seen_by_its_agency_the_centre_and_those_who_verify(who: Person, sees: bool) -> None:
    assert may_see_evidence(who, "lh", "s") == sees
    assert not may_see_evidence(person("agency_operator"), "", "")


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        (person("duty_officer"), True), (person("intake_officer"), True), (person("rotating_leader"), False),
        (person("agency_operator", agency="dl"), True), (person("agency_duty_leader", agency="tx"), True),
        (person("agency_operator", agency="sw"), False), (person("agency_operator"), False),
        (person("street_operator", street="s"), True), (person("street_operator", street="t"), False),
        (person("village_operator", street="s"), False), (person("village_operator", street="w"), True),
        (person("inspector"), True), (person("inspector", streets=("r", "s")), True),
        (person("inspector", streets=("r",)), False),
        (person("inspector", streets=("r",), agency="dl"), False),
        (person("evaluator"), False), (person(), False),
    ],
)  # fmt: skip
def test_a_cases_photos_are_seen_by_its_holders_its_street_its_inspectors_and_the_centre(
    who: Person, sees: bool
) -> None:
    assert may_see_case_photo(who, {"tx", "dl", "w"}, "s") == sees


@pytest.mark.parametrize(("of_village", "sees"), [(True, True), (False, False), (None, True)])
def test_a_village_sees_the_photos_of_its_own_cases_and_of_no_other_village(
    of_village: bool | None, sees: bool
) -> None:
    officer = person("village_operator", street="w")
    assert may_see_case_photo(officer, {"tx", "w"}, "w", of_village=of_village) == sees
    assert may_see_case_photo(officer, set(), "w", of_village=of_village) == (of_village is True)


def test_nobodys_photos_are_not_those_of_who_acts_for_nobody() -> None:
    assert not may_see_case_photo(person("agency_operator"), {""}, "")
    assert not may_see_case_photo(person("street_operator"), {""}, "")
    assert not may_see_case_photo(person("inspector", streets=("r",)), {""}, "")


@pytest.mark.parametrize("scope", ["", "sw"])
def test_a_page_has_its_own_kind_of_address_alone(scope: str) -> None:
    everybody = person(*ROLES, agency="sw")
    assert may_open(everybody, "duty", scope) == (scope == "")
    assert may_open(everybody, "agency", scope) == (scope == "sw")


def test_who_is_of_an_agency_and_of_the_centre_orders_for_the_agency_alone() -> None:
    both = person("agency_operator", "duty_officer", agency="sw", on_shift=("duty_officer",))
    assert [may_open(both, "agency", code) for code in ("sw", "dl")] == [True, True]
    assert [may_order(both, "agency", code) for code in ("sw", "dl")] == [True, False]


def test_a_reporter_is_shown_to_intake_to_the_shift_lead_on_shift_and_to_the_holder() -> None:
    seen = [
        may_see_person(who, "sw", "310115005")
        for who in (
            person("intake_officer"),
            person("shift_lead", on_shift=("shift_lead",)),
            person("agency_operator", agency="sw"),
            person("street_operator", street="310115005"),
        )
    ]
    hidden = [
        may_see_person(who, "sw", "310115005")
        for who in (
            person("shift_lead"),
            person("duty_officer", on_shift=("duty_officer",)),
            person("duty_leader", on_shift=("duty_leader",)),
            person("rotating_leader", on_shift=("rotating_leader",)),
            person("dispatcher"),
            person("evaluator"),
            person("agency_operator", agency="dl"),
            person("street_operator", street="310115004"),
        )
    ]
    assert (set(seen), set(hidden)) == ({True}, {False})
    assert not may_see_person(person("dispatcher"), "", "")


def test_the_axes_keep_supervision_and_command_apart() -> None:
    assert axis_of("inspector") == "supervision"
    assert axis_of("agency_operator") == "command"
    assert axis_of("duty_officer") == "neutral"


@pytest.mark.parametrize("role", ["agency_operator", "agency_duty_leader"])
def test_nobody_of_an_agency_opens_another_agencys_page(role: str) -> None:
    theirs = person(role, agency="ga")
    assert may_open(theirs, "agency", "ga")
    assert may_order(theirs, "agency", "ga")
    assert not may_open(theirs, "agency", "xf")
    assert not may_order(theirs, "agency", "xf")
