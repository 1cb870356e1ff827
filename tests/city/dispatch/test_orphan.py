"""When a ruling is needed (domain §4.2)."""

import pytest

from city.acts.terms import CaseNumbers
from city.casefile import RETURNS, Bounce, CaseFile
from city.dispatch.orphan import is_bounce, is_loop, is_orphan, is_unowned
from city.working_time import Calendar

MONDAY_NINE = 1_780_275_600.0  # 2026-06-01 09:00 +08:00
HOUR = 3600.0
OFFICE = Calendar(known_years=frozenset({2026}))
NUMBERS = CaseNumbers()
STREET = "310115013"


def bounce(holder: str, *, counts: bool = True) -> Bounce:
    return Bounce(holder, "not_my_duty" if counts else "duplicate", "", MONDAY_NINE, counts)


def orphan(
    file: CaseFile, *, now: float = MONDAY_NINE, hazard: bool = False, next_holder: str = ""
) -> str | None:
    return is_orphan(
        file, now, NUMBERS, hazard=hazard, territory=STREET, next_holder=next_holder, calendar=OFFICE,
        zone_offset_s=28_800,
    )  # fmt: skip


def unowned(file: CaseFile, now: float, *, hazard: bool) -> bool:
    return is_unowned(file, now, NUMBERS, hazard=hazard, calendar=OFFICE, zone_offset_s=28_800)


def test_three_of_the_eight_reasons_are_bounces() -> None:
    assert [reason for reason in RETURNS if is_bounce(reason)] == [
        "not_my_duty",
        "not_my_area",
        "owner_unknown",
    ]


def test_two_bounces_make_an_orphan_and_corrections_do_not() -> None:
    assert orphan(CaseFile(bounces=(bounce("tx"),))) is None
    assert orphan(CaseFile(bounces=(bounce("tx"), bounce("dl")))) == "bounces"
    assert (
        orphan(CaseFile(bounces=(bounce("tx"), bounce("dl", counts=False), bounce("ps", counts=False))))
        is None
    )


def test_whoever_returned_it_may_not_be_next() -> None:
    file = CaseFile(bounces=(bounce("tx"),))
    assert is_loop(file, "tx")
    assert orphan(file, next_holder="tx") == "loop"
    assert orphan(file, next_holder="dl") is None
    assert not is_loop(file, "")


@pytest.mark.parametrize(
    ("state", "reason"), [("unknown", "territory"), ("disputed", "territory"), ("confirmed", None)]
)
def test_the_streets_return_ends_it_when_the_owner_is_not_known(state: str, reason: str | None) -> None:
    assert orphan(CaseFile(owner_state=state, bounces=(bounce(STREET),))) == reason
    assert orphan(CaseFile(owner_state=state, bounces=(bounce("tx"),))) is None


def test_nobody_may_have_it_for_four_office_hours() -> None:
    file = CaseFile(state="returned", unowned_since=MONDAY_NINE)
    assert not unowned(file, MONDAY_NINE + 4 * HOUR, hazard=False)  # an hour of it was the midday break
    assert unowned(file, MONDAY_NINE + 5 * HOUR, hazard=False)
    assert orphan(file, now=MONDAY_NINE + 5 * HOUR) == "unowned"


def test_a_hazard_may_be_nobodys_for_half_an_hour_by_the_clock_at_night_too() -> None:
    night = MONDAY_NINE + 14 * HOUR
    file = CaseFile(state="filed", unowned_since=night)
    assert not unowned(file, night + HOUR / 2 - 1, hazard=True)
    assert unowned(file, night + HOUR / 2, hazard=True)
    assert not unowned(file, night + 2 * HOUR, hazard=False)


@pytest.mark.parametrize(
    "file", [CaseFile(state="returned"), CaseFile(state="handling", unowned_since=MONDAY_NINE)]
)
def test_what_somebody_has_is_not_unowned(file: CaseFile) -> None:
    assert not unowned(file, MONDAY_NINE + 999 * HOUR, hazard=True)
