"""Story M11: who handled a case never closes it, and a check is made on the spot, after the work."""

from collections.abc import Iterator
from typing import Any

import pytest

from feeds.clients.commander import Answer
from tests.invented import case
from tests.people import Cast, beside, story

KEY, CODE = "hotline/rubbish", "0110"
HERE = (121.545, 31.240)
"""In the street of 洋泾."""
YANGJING = "310115013"
DONE_AT, CHECKED_AT = "2026-11-20T10:00", "2026-11-20T10:06"
BEFORE_IT, AFTER_IT = "2026-11-20T09:50:00+08:00", "2026-11-20T10:05:00+08:00"


@pytest.fixture(scope="module")
def cast() -> Iterator[Cast]:
    with story({"yangjing": YANGJING}) as people:
        yield people


@pytest.fixture(scope="module")
def handled(cast: Cast) -> int:
    """The version of a case that the street has handled and fed back at 10:00."""
    cast.set_city("2026-11-20T09:00")
    category = {"kind": "event", "code": CODE, "system": "GBT30428.2"}
    record = case("rubbish", category=category, at="2026-11-20T08:59:00+08:00", lon=HERE[0], lat=HERE[1])
    cast.report([record])
    version = cast.done("intake", "file", KEY, 0)
    version = cast.done("yangjing", "sign", KEY, version)
    cast.set_city(DONE_AT)
    version = cast.done(
        "yangjing", "feedback", KEY, version, outcome="guided", text="已疏导到便民点", photos_before=["a"],
        photos_after=["b"],
    )  # fmt: skip
    cast.set_city(CHECKED_AT)
    return version


def check(cast: Cast, who: str, version: int, **given: Any) -> Answer:
    lon, lat = HERE
    told = {"passed": True, "mode": "field", "lon": lon, "lat": lat, "photo_at": AFTER_IT, "photos": ["c"]}
    return cast.order(who, "check", KEY, version, **{**told, **given})


def test_the_handler_may_not_check_its_own_case(cast: Cast, handled: int) -> None:
    refused = check(cast, "yangjing", handled).refused
    assert refused is not None
    assert (refused.code, refused.reason) == ("not_allowed", "处置单位不得核查本案")


def test_a_check_from_afar_is_refused_with_both_numbers(cast: Cast, handled: int) -> None:
    lon, lat = beside(HERE, metres=180)
    refused = check(cast, "inspector", handled, lon=lon, lat=lat).refused
    assert refused is not None
    assert "180" in refused.reason
    assert "50" in refused.reason


def test_a_picture_from_before_the_feedback_is_refused_with_both_moments(cast: Cast, handled: int) -> None:
    refused = check(cast, "inspector", handled, photo_at=BEFORE_IT).refused
    assert refused is not None
    assert "09:50" in refused.reason
    assert "10:00" in refused.reason


def test_every_refusal_is_written_down_and_nothing_else(cast: Cast, handled: int) -> None:
    kinds = [fact["type"] for fact in cast.facts(KEY)]
    assert kinds[-3:] == ["CommandRefused"] * 3
    assert "CaseClosed" not in kinds


def test_a_check_on_the_spot_closes_it(cast: Cast, handled: int) -> None:
    assert check(cast, "inspector", handled).done is not None
    kinds = [fact["type"] for fact in cast.facts(KEY)]
    assert kinds[-2:] == ["CaseChecked", "CaseClosed"]
