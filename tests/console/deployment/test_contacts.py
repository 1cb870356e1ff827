"""The table of contacts and the links that dial."""

from pathlib import Path

import pytest

from console.deployment.contacts import CALL, read_contacts
from console.deployment.district import DistrictError
from static import path as static_path


def table(folder: Path, *rows: str) -> Path:
    (folder / "contacts.csv").write_text("\n".join(("key,name,phone", *rows)) + "\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("call", "url"),
    [
        ("tel:{phone}", "tel:+862158601234"),
        ("sip:{phone}@pbx.example", "sip:+862158601234@pbx.example"),
        ("https://pbx.example/dial?to={phone}", "https://pbx.example/dial?to=+862158601234"),
    ],
)
def test_the_link_is_made_by_the_template(tmp_path: Path, call: str, url: str) -> None:
    found = read_contacts(table(tmp_path, "seat:ga,公安席,+86 21 5860 1234"), call)
    assert {key: (one.name, one.url) for key, one in found.items()} == {"seat:ga": ("公安席", url)}


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ("ga,公安席,8102", "row 2, key"), ("desk:1,席,8102", "row 2, key"),
        ("seat:ga,公安席,", "row 2, phone"),
        ("seat:ga,公安席,javascript:1", "row 2, phone"), ("seat:ga,a,1\nseat:ga,b,2", "row 3, key"),
    ],
)  # fmt: skip
def test_a_fault_is_named_by_row_and_column(tmp_path: Path, row: str, place: str) -> None:
    with pytest.raises(DistrictError, match=place):
        read_contacts(table(tmp_path, row))


@pytest.mark.parametrize("call", ["tel:8102", "javascript:alert({phone})", "{phone}"])
def test_a_template_that_dials_nothing_is_refused(tmp_path: Path, call: str) -> None:
    with pytest.raises(DistrictError, match=r"duty\.call"):
        read_contacts(table(tmp_path), call)


def test_the_shipped_tables_can_be_read(tmp_path: Path) -> None:
    assert len(read_contacts(tmp_path)) > 36
    (tmp_path / "contacts.csv").write_bytes(static_path("starter/contacts.csv").read_bytes())
    assert read_contacts(tmp_path, CALL) == {}
