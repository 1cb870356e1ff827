import re

from hypothesis import example, given
from hypothesis import strategies as st

from city.places.public_names import (
    CLASS_LENGTH,
    NAME_LENGTH,
    PLACE_LENGTH,
    class_words,
    place_name,
    short_name,
)

AROUND = st.text(st.sampled_from("请打电话联系先生路 abc,：/"), max_size=8)
NUMERALS = "零一二三四五六七八九"


def as_written(digits: str, how: str, gaps: list[str]) -> str:
    """Write a phone number in one of the ways in which people write it."""
    kinds = {
        "ascii": "0123456789",
        "wide": "０１２３４５６７８９",
        "circled": "⓪①②③④⑤⑥⑦⑧⑨",
        "chinese": NUMERALS,
    }
    return "".join(kinds[how][int(d)] + gap for d, gap in zip(digits, gaps, strict=False))


GAPS = st.lists(
    st.sampled_from(["", "", "", "-", " ", "/", "·", "_", "，", "—", "\u200b", "\u0336", ") "]),
    min_size=13,
    max_size=13,
)
PHONES = st.from_regex(r"[0-9]{7,13}", fullmatch=True)
WAYS = st.sampled_from(["ascii", "wide", "circled", "chinese"])


@given(AROUND, PHONES, WAYS, GAPS, AROUND)
@example("", "13812345678", "ascii", ["/"] * 13, "")
def test_a_phone_number_survives_in_no_words_however_it_is_written(
    before: str, phone: str, how: str, gaps: list[str], after: str
) -> None:
    text = before + as_written(phone, how, gaps) + after
    for words in (place_name(text), class_words(text), short_name(text)):
        assert len(re.findall(rf"[\d{NUMERALS}]", words)) < 5


@given(st.text(max_size=600))
def test_words_are_short_on_one_line_and_without_control_characters(text: str) -> None:
    for words, length in (
        (place_name(text), PLACE_LENGTH), (class_words(text), CLASS_LENGTH), (short_name(text), NAME_LENGTH)
    ):  # fmt: skip
        assert len(words) <= length
        assert words == " ".join(words.split())
        assert words.isprintable()
