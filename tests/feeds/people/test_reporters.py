import stat
from pathlib import Path

import pytest

from feeds.people.encryption import Encryption, Unreadable
from feeds.people.reporters import PeopleStore

WANG = {"name": "王芳", "phone": "13800000000"}


def test_a_person_is_kept_sealed_and_found_by_reference(tmp_path: Path) -> None:
    people = PeopleStore(tmp_path)
    ref = people.ref("hotline", "1")
    people.put([(ref, WANG)], now=1.0)
    assert people.get([ref, "p_unknown", ref]) == {ref: WANG}
    stored = b"".join(p.read_bytes() for p in tmp_path.iterdir() if p.name.startswith("people.sqlite"))
    assert b"13800000000" not in stored
    assert stat.S_IMODE((tmp_path / "people.key").stat().st_mode) == 0o600


def test_a_reference_is_the_same_for_the_same_record_and_the_first_person_stays(tmp_path: Path) -> None:
    people, again = PeopleStore(tmp_path), PeopleStore(tmp_path)
    ref = people.ref("hotline", "1")
    assert again.ref("hotline", "1") == ref != people.ref("hotline1", "")
    people.put([(ref, WANG)], now=1.0)
    again.put([(ref, {"name": "somebody else"})], now=2.0)
    assert people.get([ref]) == {ref: WANG}


@pytest.mark.parametrize(
    ("phone", "same"),
    [
        ("138 0000 0001", "+86-13800000001"), ("0086 13800000001", "１３８００００００01"),
        ("021-58001234", "+86 21 5800 1234"),
    ],
)  # fmt: skip
def test_a_phone_has_one_caller_however_it_is_written(tmp_path: Path, phone: str, same: str) -> None:
    people = PeopleStore(tmp_path)
    ref = people.caller_ref(phone)
    assert ref == people.caller_ref(same) == PeopleStore(tmp_path).caller_ref(phone)
    assert ref != people.caller_ref("13900000001")
    assert ref != PeopleStore(tmp_path / "elsewhere").caller_ref(phone)
    assert not {phone, "13800000001", "2158001234"} & set(ref.split("_"))


@pytest.mark.parametrize("phone", [None, "", "匿名", "110", "12345", "00000000000"])
def test_what_can_be_no_phone_is_no_caller(tmp_path: Path, phone: str | None) -> None:
    assert PeopleStore(tmp_path).caller_ref(phone) == ""


def test_an_erased_person_does_not_come_back(tmp_path: Path) -> None:
    people = PeopleStore(tmp_path)
    refs = [people.ref("c", str(n)) for n in range(1200)]
    people.put([(ref, WANG) for ref in refs], now=1.0)
    assert len(people.get(refs)) == 1200
    assert people.erase(refs[0], now=5.0)
    assert not people.erase(refs[0], now=5.0)
    people.put([(refs[0], WANG)], now=6.0)
    assert people.get(refs[:2]) == {refs[1]: WANG}
    assert people.erase_before(2.0, now=7.0)
    assert people.get(refs) == {}


def test_encrypted_data_is_decrypted_only_with_its_key_and_place(tmp_path: Path) -> None:
    own, other = Encryption.from_file(tmp_path / "a"), Encryption.from_file(tmp_path / "b")
    sealed = own.encrypt(b"x", "here")
    assert Encryption.from_file(tmp_path / "a").decrypt(sealed, "here") == b"x"
    for key, place in ((own, "there"), (other, "here")):
        with pytest.raises(Unreadable):
            key.decrypt(sealed, place)
