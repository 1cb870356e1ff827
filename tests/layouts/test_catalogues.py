import re

import pytest

import static
from layouts.catalogues import LANGUAGES, Names, catalogue, own_words, streets

NAMES = Names(sources={"hotline": {"zh": "12345热线", "en": "Hotline 12345"}})
OWN = {lang: own_words(lang) for lang in LANGUAGES}
SCRIPTS = sorted([*static.path("esm").rglob("*.js"), *static.path("js").rglob("*.js")])
FILLED = re.compile(r"\{(\w+)\}")
SAID = re.compile(r"""(?:say\.say|city\.words|\bsay|\bwords)\(\s*"([a-z_]+\.[a-z_]+)["]""")


def test_both_languages_have_the_same_keys() -> None:
    assert OWN["zh"].keys() == OWN["en"].keys()


def test_both_languages_fill_in_the_same_values() -> None:
    zh, en = ({key: set(FILLED.findall(text)) for key, text in OWN[lang].items()} for lang in ("zh", "en"))
    assert zh == en
    assert any(zh.values())


def test_every_key_that_a_script_names_is_in_the_catalogue() -> None:
    named = {script.name: set(SAID.findall(script.read_text(encoding="utf-8"))) for script in SCRIPTS}
    assert {
        name: keys - OWN["zh"].keys() for name, keys in named.items() if not keys <= OWN["zh"].keys()
    } == {}
    assert any(named.values())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_tables_names_are_in_the_catalogue(lang: str) -> None:
    words = catalogue(lang, NAMES)
    assert words["source.hotline"] == NAMES.sources["hotline"][lang]
    assert words["class.component.0207"] == {"zh": "下立交积水", "en": "Underpass flooded"}[lang]
    assert words["class.event.0207"] == {"zh": "违规横幅标语", "en": "Unlicensed banner"}[lang]
    assert words["agency.水务"] == {"zh": "水务", "en": "Water and flood office"}[lang]
    assert words["street.310115114"] == {"zh": "唐镇", "en": "Tangzhen"}[lang]


def test_all_thirty_six_streets_have_a_cell() -> None:
    codes = streets(NAMES)
    assert len(codes) == 36
    assert codes == sorted(codes)


def test_a_language_that_we_do_not_speak_is_refused() -> None:
    with pytest.raises(KeyError, match="expected a language"):
        catalogue("fr", NAMES)


@pytest.mark.parametrize("word", ["战时", "悬案", "推诿"])
def test_words_that_do_not_belong_on_screens_are_not_there(word: str) -> None:
    assert not [text for text in OWN["zh"].values() if word in text]
