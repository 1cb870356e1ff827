import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from city.plain import (
    CLASS_LENGTH,
    NAME_LENGTH,
    ROAD_LENGTH,
    class_words,
    road_words,
    roads_in,
    short_name,
)

ROADS = st.sampled_from(
    ["世纪大道", "张杨路", "源深路/世纪大道", "南京东路步行街", "Nanjing Road", "Main Street"]
)
AROUND = st.text(st.sampled_from("请打电话联系先生路 abc,：/"), max_size=8)
NUMERALS = "零一二三四五六七八九"


def as_written(digits: str, how: str, gaps: list[str]) -> str:
    """Write a number in one of the ways that people (and those who want to be called) write it."""
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
    for words in (road_words(text), class_words(text), short_name(text)):
        assert len(re.findall(rf"[\d{NUMERALS}]", words)) < 5


HOUSES = st.integers(1, 9999)


@given(ROADS, HOUSES, HOUSES, st.sampled_from([
    "{road}{n}号", "{road}{n}號", "{road} {n} 号", "{road}{n}弄{m}号", "{road}{n}-{m}号",
    "{road}{n}弄{m}号301室",
    "{road}{n}号甲", "{road}{n}甲号", "{road}{n}A号楼", "{road}{n}幢{m}单元", "{road}{n}号后门王家",
    "{n} {road}", "{n}-{m} {road}", "{n}A {road}",
    "{road} {n}", "{road}, No. {n}", "{road} #{n}", "{road} Apt {n}B",
]))  # fmt: skip
def test_a_house_number_never_survives(road: str, n: int, m: int, form: str) -> None:
    words = road_words(form.format(road=road, n=n, m=m))
    assert not re.search(r"\d", words)
    assert "王家" not in words


@given(ROADS, st.text(st.sampled_from("一二三四五六七八九十百"), min_size=1, max_size=5))
def test_a_house_number_in_chinese_numerals_never_survives(road: str, number: str) -> None:
    assert road_words(f"{road}{number}号") == road


@pytest.mark.parametrize("road", [
    "世纪大道", "浦东大道/源深路", "G1503公路", "S20外环", "地铁2号线世纪大道站", "三门路", "3号路",
    "五角场",
    "5 AVENUE", "5 AVENUE & EAST 42 STREET", "EAST 42 STREET", "AVENUE U", "HIGHWAY 27",
    "杨高中路（近民生路）",
])  # fmt: skip
def test_a_road_that_is_named_by_a_number_keeps_it(road: str) -> None:
    assert road_words(road) == road


@pytest.mark.parametrize(("told", "road"), [
    ("123 5 AVENUE", "5 AVENUE"), ("123-45 67 AVENUE", "67 AVENUE"), ("2100 AVENUE U", "AVENUE U"),
    ("123 BROADWAY", "BROADWAY"), ("世纪大道８８号3楼", "世纪大道"), ("88号路口", ""),
])  # fmt: skip
def test_of_an_address_the_road_is_left(told: str, road: str) -> None:
    assert road_words(told) == road


@given(st.text(max_size=600))
def test_words_are_short_on_one_line_and_without_control_characters(text: str) -> None:
    for words, length in (
        (road_words(text), ROAD_LENGTH), (class_words(text), CLASS_LENGTH), (short_name(text), NAME_LENGTH)
    ):  # fmt: skip
        assert len(words) <= length
        assert words == " ".join(words.split())
        assert words.isprintable()


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "text", ["1 " * 300, "1-" * 300, "一" * 600, "1、" * 300 + "x", "#" * 600, " ," * 300]
)
def test_no_text_takes_long(text: str) -> None:
    assert len(road_words(text)) <= ROAD_LENGTH


@pytest.mark.parametrize(
    ("address", "road"),
    [
        ("羽山路巨野路口", "羽山路巨野路"),
        ("世纪大道100号3楼", "世纪大道"),
        ("张三 13812345678 世纪大道100号", "世纪大道"),
        ("联系人张三，世纪大道与浦东南路", "世纪大道与浦东南路"),
        ("浦三路（李四家旁）", "浦三路"),
        ("住在王五家隔壁", ""),
        ("JOHN SMITH 952 EAST 58 STREET", ""),
    ],
)
def test_an_address_in_somebodys_words_gives_its_sure_roads_and_nobodys_name(address: str, road: str) -> None:
    assert roads_in(address) == road
