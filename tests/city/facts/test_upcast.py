from typing import Any

import pytest

from city.facts.fact import Fact
from city.facts.upcast import UPCASTS, Upcast, upcast
from city.folding.fold import HANDLERS


def fact(v: int, data: dict[str, Any]) -> Fact:
    return Fact(7, 1.8e9, "GaugeRead", v, "device:1", "client:iot", data, reason="why")


def metres(data: dict[str, Any]) -> dict[str, Any]:
    """v1 has centimetres, v2 has metres."""
    return {"level_m": data["level_cm"] / 100}


def with_datum(data: dict[str, Any]) -> dict[str, Any]:
    """v3 adds the datum; all earlier gauges use the same one."""
    return {**data, "datum": "吴淞高程"}


TABLE: dict[tuple[str, int], Upcast] = {("GaugeRead", 1): metres, ("GaugeRead", 2): with_datum}


def test_an_old_fact_is_lifted_step_by_step_to_the_newest_form() -> None:
    old = fact(1, {"level_cm": 325})
    new = upcast(old, TABLE)
    assert (new.v, new.data) == (3, {"level_m": 3.25, "datum": "吴淞高程"})
    assert (new.position, new.recorded_at, new.subject, new.reason) == (7, 1.8e9, "device:1", "why")
    assert old.data == {"level_cm": 325}
    assert upcast(fact(2, {"level_m": 1.0}), TABLE).data == {"level_m": 1.0, "datum": "吴淞高程"}


def test_a_fact_of_the_newest_or_of_an_unknown_form_stays_as_it_is() -> None:
    for newest in (fact(3, {"level_m": 1.0}), fact(9, {})):
        assert upcast(newest, TABLE) is newest


def test_data_without_the_old_form_is_refused_by_the_row() -> None:
    with pytest.raises(KeyError):
        upcast(fact(1, {}), TABLE)


def test_every_row_leads_to_a_form_that_the_fold_takes() -> None:

    ends = {(kind, v + 1) for kind, v in UPCASTS}
    assert ends <= HANDLERS.keys() | UPCASTS.keys()
