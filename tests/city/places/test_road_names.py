"""Which part of a text is certainly a road, and that no other part is shown."""

import csv
import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import static
from city.places.road_names import ROAD_LENGTH, narrowed, roads_in, spot_in

ROADS = st.sampled_from(
    ["世纪大道", "张杨路", "源深路/世纪大道", "南京东路步行街", "新金桥路", "Nanjing Road", "Main Street"]
)
HOUSES = st.integers(1, 9999)


@given(ROADS, HOUSES, HOUSES, st.sampled_from([
    "{road}{n}号", "{road}{n}號", "{road} {n} 号", "{road}{n}弄{m}号", "{road}{n}-{m}号", "{road}{n}之{m}号",
    "{road}{n}附{m}号", "{road}{n}~{m}号", "{road}{n}～{m}号", "{road}{n}、{m}号", "{road}{n}#", "{road}#{n}",
    "{road}{n}弄{m}号301室", "{road}{n}支弄{m}号", "{road}{n}号甲", "{road}{n}甲号", "{road}{n}A号楼",
    "{road}{n}幢{m}单元", "{road}{n}号后门王家", "{road}{n}", "{road} {n}", "{road}（{n}号）",
    "{n} {road}", "{n}-{m} {road}", "{n}A {road}", "{road}, No. {n}", "{road} Apt {n}B",
]))  # fmt: skip
def test_of_a_house_in_whatever_form_only_the_road_is_left(road: str, n: int, m: int, form: str) -> None:
    told = roads_in(form.format(road=road, n=n, m=m))
    assert not re.search(r"\d", told)
    assert told in (road, "")  # nobody writes a number before a Chinese road


@given(ROADS, st.text(st.sampled_from("一二三四五六七八九十百零〇"), min_size=1, max_size=5))
def test_a_house_number_in_chinese_numerals_is_left_out(road: str, number: str) -> None:
    assert roads_in(f"{road}{number}号") in (road, "")


@pytest.mark.parametrize(("told", "road"), [
    ("张杨路101之2号", "张杨路"), ("张杨路101附2号", "张杨路"), ("张杨路101#", "张杨路"),
    ("张杨路101~103号", "张杨路"), ("张杨路１０１号", "张杨路"), ("张杨路一百零一号", "张杨路"),
    ("张杨路甲3号", "张杨路"), ("张杨路1号楼", "张杨路"), ("张杨路近王某某家", "张杨路"),
    ("近王某某家", ""), ("住在王五家隔壁", ""), ("王五家门口的路", ""), ("我家后面那条路", ""),
    ("2008弄15号", ""),
    ("88号路口", ""), ("张家弄", ""), ("李家巷12号", ""), ("三号楼旁边的桥", ""),
    ("幸福小区北门路", "北门路"),
    ("羽山路巨野路口", "羽山路巨野路口"), ("羽山路巨野路口3号楼", "羽山路巨野路口"),
    ("羽山路口", "羽山路"), ("浦三路（李四家旁）", "浦三路"),
    ("张三 13812345678 世纪大道100号", "世纪大道"), ("联系人张三，世纪大道与浦东南路", "世纪大道与浦东南路"),
    ("上海市浦东新区洋泾街道张杨路5弄", "张杨路"), ("川沙新镇川沙路", "川沙路"), ("宣镇东路", "宣镇东路"),
    ("杨高中路（近民生路）", "杨高中路/近民生路"), ("G1503公路", "G1503公路"), ("S20外环", "S20外环"),
    ("东方路下立交", "东方路下立交"), ("地铁2号线世纪大道站", ""), ("五角场", ""), ("三门路", "三门路"),
    ("952 EAST 58 STREET", "EAST 58 STREET"), ("123-45 67 AVENUE", "67 AVENUE"),
    ("2100 AVENUE U", "AVENUE U"),
    ("5 AVENUE & EAST 42 STREET", "5 AVENUE / EAST 42 STREET"), ("HIGHWAY 27", "HIGHWAY 27"),
    ("8TH AVE and JUDAH ST", "8TH AVE / JUDAH ST"), ("Main Street Apt 3B", "Main Street"),
    ("JOHN SMITH 952 EAST 58 STREET", ""), ("call me, I live on Main Street", ""), ("GRACE COURT", ""),
    ("12 Mill Lane", ""), ("Main Street John Smith", ""),
])  # fmt: skip
def test_of_a_text_the_roads_are_left_that_are_surely_roads(told: str, road: str) -> None:
    assert roads_in(told) == road


def test_every_road_of_the_built_in_district_is_surely_a_road() -> None:
    with static.path("district/roads.csv").open(encoding="utf-8", newline="") as lines:
        names = {row["road"] for row in csv.DictReader(lines)}
    assert [name for name in sorted(names) if roads_in(name) != name] == []


SECRETS = ("张三丰", "13812345678", "2008弄15号", "John Smith")
NEUTRAL = st.text(
    st.characters(exclude_categories=("Cs",)).filter(lambda one: one not in "路街桥道速架交隧高公大下环步快")
)


@given(
    NEUTRAL, st.sampled_from(SECRETS), st.sampled_from(["", " ", "，", "/", "(", "\n"]), ROADS, st.booleans()
)
@example("", "张三丰", " ", "世纪大道", False)
def test_of_any_text_around_a_road_nothing_is_told(
    text: str, secret: str, gap: str, road: str, first: bool
) -> None:
    told = roads_in(f"{road}{gap}{secret}{text}" if first else f"{text}{secret}，{road}")
    assert secret not in told
    assert set(told) <= {*road, *unicodedata.normalize("NFKC", road), " ", "/"}


@given(st.text(max_size=600))
def test_any_text_gives_a_short_line_of_printable_words_that_are_roads_themselves(text: str) -> None:
    told = roads_in(text)
    assert len(told) <= ROAD_LENGTH
    assert told == " ".join(told.split())
    assert told.isprintable()
    assert roads_in(told) == told


@pytest.mark.timeout(10)
@pytest.mark.parametrize("text", [
    "1 " * 300, "路" * 600, "市" * 600, "新镇" * 300, "张杨路" * 200, "A " * 300, "A-" * 300, "G1" * 300,
    "一、" * 300,
])  # fmt: skip
def test_no_text_takes_long(text: str) -> None:
    assert len(roads_in(text)) <= ROAD_LENGTH


@pytest.mark.parametrize(("roads", "shown"), [
    ("张三世纪大道", "世纪大道"), ("世纪大道", "世纪大道"), ("新世纪大道", "新世纪大道"),
    ("世纪大道与羽山路", "世纪大道与羽山路"), ("张三世纪大道/羽山路", "世纪大道/羽山路"),
    ("李四羽山路巨野路", "羽山路巨野路"), ("巨野路", "巨野路"), ("EAST 58 STREET", "EAST 58 STREET"),
])  # fmt: skip
def test_what_stands_before_a_known_road_is_left_out(roads: str, shown: str) -> None:
    assert narrowed(roads, {"世纪大道", "羽山路"}) == shown
    assert narrowed(roads, ()) == roads


@pytest.mark.parametrize(("name", "spot"), [
    ("羽山路巨野路（东向）", "羽山路巨野路（东向）"), ("羽山路12号(西南向)", "羽山路（西南向）"),
    ("羽山路", "羽山路"), ("张三家门口（东向）", ""), ("", ""),
])  # fmt: skip
def test_of_a_cameras_name_roads_and_side_are_told(name: str, spot: str) -> None:
    assert spot_in(name) == spot
