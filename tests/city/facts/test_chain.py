import hashlib
import json
import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.facts.chain import GENESIS, Broken, canonical, digest, link, verify
from tests.chains import chained

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_canonical_json_is_what_anybody_gets_who_sorts_names_and_leaves_out_spaces(value: object) -> None:
    plain = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    assert canonical(value) == plain


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_survives_to_the_last_bit(number: float) -> None:
    back = json.loads(canonical(number))
    assert float(back) == number
    assert math.copysign(1.0, float(back)) == math.copysign(1.0, number)


def test_a_hash_can_be_worked_out_with_nothing_but_sha256() -> None:
    body, stamp = '{"字":1}'.encode(), "2026-11-21T08:00:00.000000+00:00"
    inner = hashlib.sha256(body).hexdigest()
    assert digest(body) == inner
    assert link(GENESIS, stamp, inner) == hashlib.sha256((GENESIS + stamp + inner).encode()).hexdigest()


def test_a_whole_chain_and_any_part_of_it_verify() -> None:
    rows = chained(10)
    assert verify(rows) == (10, rows[-1].hash)
    assert verify(rows[4:], position=4, previous=rows[3].hash) == (10, rows[-1].hash)
    assert verify([]) == (0, GENESIS)


@pytest.mark.parametrize("field", ["recorded_at", "hash", "body"])
@given(at=st.integers(0, 9))
def test_any_change_is_found_where_it_was_made(field: str, at: int) -> None:
    rows = chained(10)
    changed = b"{}" if field == "body" else "x"
    rows[at] = msgspec.structs.replace(rows[at], **{field: changed})
    assert verify(rows) == Broken(at + 1, "hash does not continue the chain")


@given(st.permutations(range(6)).filter(lambda order: list(order) != sorted(order)))
def test_any_other_order_is_found_at_the_first_row_out_of_place(order: list[int]) -> None:
    rows = chained(6)
    broken = verify(rows[i] for i in order)
    first = next(place for place, i in enumerate(order) if place != i)
    assert isinstance(broken, Broken)
    assert broken.position == first + 1
