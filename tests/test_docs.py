"""The documents name files and folders of this tree; a name that leads nowhere is out of date."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
NAMED = re.compile(r"`((?:city|feeds|layers|layouts|console|static|tests|benchmarks|docs)/[\w./*-]+)`")
LINKED = re.compile(r"\]\(([\w./-]+)(?:#[\w-]+)?\)")


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = [name for name in NAMED.findall(text) if not list(ROOT.glob(name.rstrip("/")))]
    linked = [link for link in LINKED.findall(text) if not (page.parent / link).exists()]
    assert (named, linked) == ([], [])
