"""Forecasts: as the office gave them, the newest issued one counts."""

from typing import Any

import pytest

from city.clocks.timestamps import iso
from city.commands.command import Decision, Refusal
from tests.city.commands.reports_world import WEATHER, ReportsWorld
from tests.city.commands.world import CHEN, POWER, WEIFANG

TIDE = "forecast:tide/huangpu_park"


def told(w: ReportsWorld, **changes: Any) -> dict[str, Any]:
    plain = {
        "value": 4.9, "unit": "m", "peak_at": iso(w.now.city + 7200), "source": "marine",
        "issued_at": iso(w.now.city - 600),
    }  # fmt: skip
    return {**plain, **changes}


def test_the_newest_issued_forecast_of_a_kind_and_place_counts() -> None:
    w = ReportsWorld()
    for by, value in ((CHEN, 4.7), (WEATHER, 4.9)):
        assert isinstance(w.give("record_forecast", TIDE, by, **told(w, value=value)), Decision)
        w.wait(minutes=1)
    held = w.state.forecasts["tide/huangpu_park"]
    assert (held.value, held.line, held.source) == (4.9, 4.55, "marine")
    older = told(w, value=9.0, issued_at=iso(w.now.city - 7200))
    answer = w.give("record_forecast", TIDE, CHEN, **older)
    assert isinstance(answer, Refusal)
    assert answer.reason == "forecast_newer"
    assert w.state.forecasts["tide/huangpu_park"].value == 4.9


@pytest.mark.parametrize(
    ("subject", "args", "field"),
    [
        ("forecast:wave/外高桥", {}, "subject"),
        ("forecast:tide/", {}, "subject"),
        ("forecast:tide/310115", {}, "subject"),
        ("forecast:rain_1h/上南路 12 弄", {"unit": "mm"}, "subject"),
        (TIDE, {"unit": "mm"}, "unit"),
        ("forecast:rain_1h/310115", {"unit": "mm", "value": -1.0}, "value"),
        (TIDE, {"peak_at": "tonight"}, "peak_at"),
        (TIDE, {"peak_at": "2026-11-20T20:30:00+08:00"}, "peak_at"),
        (TIDE, {"issued_at": "2026-11-23T20:30:00+08:00"}, "issued_at"),
        (TIDE, {"source": "张三"}, "source"),
        (TIDE, {"value": "high"}, "value"),
    ],
)
def test_a_wrong_forecast_is_refused_with_the_field(subject: str, args: dict[str, Any], field: str) -> None:
    w = ReportsWorld()
    answer = w.give("record_forecast", subject, CHEN, **told(w, **args))
    assert isinstance(answer, Refusal)
    assert (answer.code, answer.names["field"]) == ("bad_args", field)


def test_only_the_centre_and_the_offices_record_forecasts() -> None:
    w = ReportsWorld()
    for by in (WEIFANG, POWER):
        answer = w.give("record_forecast", TIDE, by, **told(w))
        assert isinstance(answer, Refusal)
        assert answer.code == "not_allowed"
