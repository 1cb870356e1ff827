import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from feeds.people.sign_in_attempts import KNOWN_ADDRESS_S, Limit, SignInAttempts

LIMIT = Limit(free=3, lock_at=8, lock_s=900.0, longest_s=8.0, reset_s=3600.0)


@pytest.fixture
def attempts(tmp_path: Path) -> Iterator[SignInAttempts]:
    store = SignInAttempts(tmp_path)
    yield store
    store.close()


def fail(attempts: SignInAttempts, count: int, *, at: float = 0.0) -> list[float]:
    """Try as soon as one may, ``count`` times; return how long each try had to wait."""
    waited, now = [], at
    for _ in range(count):
        wait = attempts.begin({"chen": LIMIT}, now=now)
        waited.append(wait)
        now += wait
        if wait:
            assert attempts.begin({"chen": LIMIT}, now=now) == 0.0
    return waited


def test_the_first_failures_are_free_then_each_waits_twice_as_long_then_it_locks(
    attempts: SignInAttempts,
) -> None:
    assert fail(attempts, 10) == [0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 4.0, 8.0, 900.0, 900.0]


def test_a_try_that_must_wait_is_not_counted_and_does_not_wait_longer(attempts: SignInAttempts) -> None:
    fail(attempts, 4)
    assert [attempts.begin({"chen": LIMIT}, now=0.5) for _ in range(20)] == [0.5] * 20
    assert attempts.begin({"chen": LIMIT}, now=1.0) == 0.0


def test_the_right_secret_forgets_the_failures(attempts: SignInAttempts) -> None:
    fail(attempts, 4)
    attempts.reset("chen")
    assert fail(attempts, 4, at=1.0) == [0.0] * 4


def test_calm_forgets_the_failures(attempts: SignInAttempts) -> None:
    fail(attempts, 4)
    assert fail(attempts, 4, at=3700.0) == [0.0] * 4


def test_an_address_waits_for_all_accounts_that_it_tried(attempts: SignInAttempts) -> None:
    for name in ("a", "b", "c", "d"):
        assert attempts.begin({name: LIMIT, "10.0.0.7": LIMIT}, now=0.0) == 0.0
    assert attempts.begin({"e": LIMIT, "10.0.0.7": LIMIT}, now=0.0) == 1.0
    assert attempts.begin({"e": LIMIT, "10.0.0.8": LIMIT}, now=0.0) == 0.0


def test_a_good_try_is_taken_back_from_an_address_and_its_failures_stay(attempts: SignInAttempts) -> None:
    for _ in range(3):
        attempts.begin({"10.0.0.7": LIMIT}, now=0.0)
    for _ in range(5):
        assert attempts.begin({"10.0.0.7": LIMIT}, now=0.0) == 0.0
        attempts.uncount("10.0.0.7", LIMIT, now=0.0)
    assert attempts.begin({"10.0.0.7": LIMIT}, now=0.0) == 0.0
    assert attempts.begin({"10.0.0.7": LIMIT}, now=0.0) == 1.0


def test_strangers_guesses_do_not_lock_out_an_address_that_signed_in_within_days(
    attempts: SignInAttempts,
) -> None:
    attempts.remember_address("chen", "10.0.0.7", now=0.0)
    fail(attempts, 9)
    assert attempts.begin({attempts.counting_key("chen", "10.0.0.8", now=200.0): LIMIT}, now=200.0) > 0
    own = attempts.counting_key("chen", "10.0.0.7", now=200.0)
    assert [attempts.begin({own: LIMIT}, now=200.0) for _ in range(5)] == [0.0, 0.0, 0.0, 0.0, 1.0]
    assert attempts.counting_key("li", "10.0.0.7", now=200.0) == "li"
    assert attempts.counting_key("chen", "10.0.0.7", now=KNOWN_ADDRESS_S + 1.0) == "chen"


def test_the_right_secret_forgets_the_failures_of_all_addresses(attempts: SignInAttempts) -> None:
    attempts.remember_address("chen", "10.0.0.7", now=0.0)
    own = attempts.counting_key("chen", "10.0.0.7", now=0.0)
    for _ in range(4):
        attempts.begin({own: LIMIT}, now=0.0)
    assert attempts.begin({own: LIMIT}, now=0.0) == 1.0
    attempts.reset("chen")
    assert attempts.begin({own: LIMIT}, now=0.0) == 0.0


def test_a_hundred_tries_at_once_count_as_many(attempts: SignInAttempts, tmp_path: Path) -> None:
    other = SignInAttempts(tmp_path)
    waits: list[float] = []

    def guess(store: SignInAttempts) -> None:
        waits.extend(store.begin({"chen": LIMIT}, now=0.0) for _ in range(25))

    threads = [threading.Thread(target=guess, args=(store,)) for store in (attempts, other) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert len(waits) == 100
    assert waits.count(0.0) == 4


def test_nothing_that_was_typed_is_kept(attempts: SignInAttempts, tmp_path: Path) -> None:
    attempts.begin({"password:my secret typed where the name goes": LIMIT}, now=0.0)
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"my secret" not in stored
