"""A report as PDF: without its libraries it says what to install, and it asks no network."""

import sys
from pathlib import Path

import pytest
from PIL import ImageFile

from console.after_action.pdf import NoPdf, paged, write_pdf


def test_without_the_library_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(NoPdf, match=r"pip install 'citywall\[pdf\]'"):
        write_pdf("<p>x</p>", tmp_path / "a.pdf")
    assert not (tmp_path / "a.pdf").exists()


def test_a_picture_from_elsewhere_is_not_fetched(caplog: pytest.LogCaptureFixture) -> None:
    document = paged('<p>x</p><img src="http://127.0.0.1:9/a.png">')
    assert len(document.pages) == 1
    assert "URI uses disallowed protocol: http://127.0.0.1:9/a.png" in caplog.text


def test_torn_pictures_stay_refused_after_a_report_was_made() -> None:
    paged("<p>report</p>")
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False
