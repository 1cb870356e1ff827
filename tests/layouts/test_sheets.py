"""The printed sheets: one page of HTML without scripts, with the ledger's head, and typed text as text."""

import pytest

from layouts.sheets import MOST_ITEMS, DailySheet, HandoverSheet, SheetItem, draw_daily, draw_handover

PAYLOAD = '<img src=x onerror="alert(1)">'
HASH = "ab" * 32


def sheet(**given: object) -> HandoverSheet:
    plain = {
        "lang": "zh", "title": "中心", "shift": "s-night", "span": "夜班", "to": "白班", "items": (),
        "position": 4711, "hash": HASH,
    }  # fmt: skip
    return HandoverSheet(**{**plain, **given})  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_head_of_the_ledger_is_on_the_sheet_and_no_script(lang: str) -> None:
    page = draw_handover(sheet(lang=lang))
    assert f"4711 · SHA-256 {HASH}" in page
    assert "<script" not in page
    assert "@page { size: A4" in page


def test_what_was_typed_stays_text() -> None:
    item = SheetItem("设备", PAYLOAD, must=True, answer="已知悉", by=PAYLOAD)
    told = (
        draw_handover(sheet(items=[item], note=PAYLOAD, outgoing=PAYLOAD, warnings=[PAYLOAD], span=PAYLOAD)),
        draw_daily(DailySheet("zh", PAYLOAD, "2026-11-29", {"reported": PAYLOAD}, PAYLOAD)),
    )
    for page in told:
        assert "<img" not in page
        assert "&lt;img src=x onerror=&quot;alert(1)&quot;&gt;" in page


def test_a_shift_that_left_too_much_says_how_much_more_there_is() -> None:
    items = [SheetItem("设备", f"第{n}项", must=False) for n in range(MOST_ITEMS + 5)]
    page = draw_handover(sheet(items=items))
    assert (page.count("<tr><td>设备"), "另有 5 项见系统" in page) == (MOST_ITEMS, True)
    assert f"未了事项 {MOST_ITEMS + 5}" in page


def test_a_sheet_without_signatures_says_so() -> None:
    assert draw_handover(sheet()).count("未签") == 2
    assert "陈×× · 2026-11-23 08:33" in draw_handover(sheet(outgoing="陈×× · 2026-11-23 08:33"))
