import pytest

from city.indicators.compute import indicators
from city.indicators.duty_figures import duty_indicators
from city.indicators.indicator import Indicator, count, unknown
from city.indicators.linkage_figures import linkage_indicators
from city.state.ledger_state import LedgerState
from layouts.cards.desk.desk_indicators import DUTY, MAIN, DeskIndicators, DutyIndicators
from layouts.catalogues import LANGUAGES, own_words
from tests.seen_factory import share_of

EMPTY, DAY = LedgerState(), (0.0, 86_400.0)
ALL = {
    **indicators(EMPTY, DAY, now=86_400.0, zone_offset_s=28_800),
    **duty_indicators(EMPTY, 86_400.0, sub_centres=36, workstations=None, zone_offset_s=28_800),
    **linkage_indicators(EMPTY, DAY, now=86_400.0),
}


class Seen:
    def __init__(self, *told: Indicator, at: float | None = 7.0) -> None:
        self.indicators = {one.id: one for one in told}
        self.indicators_at = at


def test_rows_are_the_indicators_by_id_without_what_only_a_click_needs() -> None:
    view = DeskIndicators().view(Seen(share_of("K08", 482, 500, exempt=3), count("K01", 7)), 9.0)
    assert view.rows == [
        ("K01", {"value": 7, "unit": "count", "numerator": 7, "denominator": 7, "why_not": ""}),
        ("K08", {"value": 96.4, "unit": "percent", "numerator": 482, "denominator": 500, "why_not": ""}),
    ]
    assert view.scalars == {"at": 7.0, "main": list(MAIN)}


def test_what_says_nothing_tells_why() -> None:
    few, none = share_of("K09", 1, 19), unknown("K17", "percent", "no_last_year")
    told = dict(DeskIndicators().view(Seen(few, none), 9.0).rows)
    assert (told["K09"]["value"], told["K09"]["why_not"]) == (None, "few")
    assert (told["K17"]["value"], told["K17"]["why_not"]) == (None, "no_last_year")


def test_before_the_first_were_computed_there_is_nothing_and_no_time() -> None:
    view = DeskIndicators().view(Seen(at=None), 9.0)
    assert (view.rows, view.scalars["at"]) == ([], None)


def test_the_eight_figures_are_indicators_that_there_are() -> None:
    assert len(MAIN) == 8
    assert set(MAIN) <= ALL.keys()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", sorted(ALL))
def test_every_indicator_has_a_name_and_a_formula_in_words(name: str, lang: str) -> None:
    words = own_words(lang)
    assert words[f"indicator.{name}"]
    assert words[ALL[name].formula_key]
    assert not ALL[name].why_not or words[f"indicators.why.{ALL[name].why_not}"]


def test_the_duty_page_has_the_figures_of_duty_alone_with_their_inputs() -> None:
    view = DutyIndicators().view(Seen(share_of("K29", 1, 1, late_s=180.0), count("K01", 7)), 9.0)
    [(key, row)] = view.rows
    assert (key, row["numerator"], row["inputs"]) == ("K29", 1, {"late_s": 180.0})
    assert view.scalars == {"at": 7.0, "main": list(DUTY)}
    assert set(DUTY) <= ALL.keys()
