import pytest
from argon2 import PasswordHasher

from feeds.people.passwords import Passwords, check_password, check_pin

QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


def test_a_password_is_kept_as_argon2id_with_a_salt_of_its_own() -> None:
    passwords = Passwords()
    first, second = passwords.hash("correct horse"), passwords.hash("correct horse")
    assert first.startswith("$argon2id$")
    assert first != second
    assert passwords.verify(first, "correct horse").good
    assert not passwords.verify(first, "correct horsf").good


def test_the_same_letters_typed_on_another_keyboard_are_the_same_password() -> None:
    passwords = Passwords(QUICK)
    hashed = passwords.hash("caf\u00e9 au lait")
    assert passwords.verify(hashed, "cafe\u0301 au lait").good


def test_a_hash_with_old_parameters_is_replaced_at_the_next_good_verification() -> None:
    old, new = Passwords(QUICK), Passwords(PasswordHasher(time_cost=2, memory_cost=64, parallelism=1))
    kept = old.hash("correct horse")
    told = new.verify(kept, "correct horse")
    assert told.good
    assert new.verify(told.new_hash, "correct horse").good
    assert new.verify(told.new_hash, "correct horse").new_hash == ""
    assert new.verify(kept, "wrong horse!").new_hash == ""


class Counting(PasswordHasher):
    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=64, parallelism=1)
        self.verified: list[str] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]  # noqa: A002  # argon2's name
        self.verified.append(str(hash))
        return super().verify(hash, password)


def test_without_a_hash_a_dummy_of_the_same_parameters_is_verified() -> None:
    hasher = Counting()
    passwords = Passwords(hasher)
    kept = passwords.hash("correct horse")
    assert not passwords.verify("", "correct horse").good
    assert not passwords.verify("", "another one").good
    assert not passwords.verify(kept, "another one").good
    dummy, again, own = hasher.verified
    assert dummy == again != own == kept
    assert dummy.split("$")[:4] == kept.split("$")[:4]


def test_a_damaged_hash_lets_nobody_in() -> None:
    assert not Passwords(QUICK).verify("$argon2id$nonsense", "correct horse").good
    assert not Passwords(QUICK).verify("plain", "plain").good


@pytest.mark.parametrize("text", ["", "short", "aaaaaaaaaaaa", "ababababababab", "x" * 257])
def test_a_weak_password_is_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(ValueError, match="password: expected 10 to 256"):
        check_password(text)


@pytest.mark.parametrize("text", ["", "12345", "1234567", "123456", "987654", "000000", "890123", "12a456",
                                  "１２９４５６"])  # fmt: skip
def test_a_pin_that_anybody_would_try_first_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="pin: expected 6 digits"):
        check_pin(text)


def test_an_ordinary_password_and_pin_are_taken() -> None:
    assert check_password("三号楼的门禁卡在抽屉里") == "三号楼的门禁卡在抽屉里"
    assert check_pin("294017") == "294017"
