"""When a ruling is needed (domain §4.2)."""

import pytest

from city.dispatch.decision_rules import CaseNumbers
from city.dispatch.orphan import is_orphan
from city.state.case_file import Bounce, CaseFile

MONDAY_NINE = 1_780_275_600.0  # 2026-06-01 09:00 +08:00
STREET = "310115013"


def bounce(holder: str, *, counts: bool = True) -> Bounce:
    return Bounce(holder, "not_my_duty" if counts else "duplicate", "", MONDAY_NINE, counts)


def orphan(file: CaseFile) -> str | None:
    return is_orphan(file, CaseNumbers(), territory=STREET)


def test_two_bounces_make_an_orphan_and_corrections_do_not() -> None:
    assert orphan(CaseFile(bounces=(bounce("tx"),))) is None
    assert orphan(CaseFile(bounces=(bounce("tx"), bounce("dl")))) == "bounces"
    corrected = (bounce("tx"), bounce("dl", counts=False), bounce("ps", counts=False))
    assert orphan(CaseFile(bounces=corrected)) is None


@pytest.mark.parametrize(
    ("state", "reason"), [("unknown", "territory"), ("disputed", "territory"), ("confirmed", None)]
)
def test_the_streets_return_ends_it_when_the_owner_is_not_known(state: str, reason: str | None) -> None:
    assert orphan(CaseFile(owner_state=state, bounces=(bounce(STREET),))) == reason
    assert orphan(CaseFile(owner_state=state, bounces=(bounce("tx"),))) is None
