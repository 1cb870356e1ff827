"""Which warnings are in force: only positive evidence counts; the order of messages does not matter."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from city.folding.fold import apply
from city.state.ledger_state import CityState, LedgerState
from city.views.wall_view import WallView
from city.warnings.in_force import in_force
from tests.warning_factory import NOON, NORTH, OFFICE, SOUTH, fact, folded, info, local, message


def names(*records: dict[str, Any], minutes: float = 30.0) -> list[str]:
    """Return the identifiers in force some minutes after noon."""
    found = in_force(folded(*records).warnings.values(), NOON + minutes * 60.0)
    return sorted({one.warned.key.removeprefix(f"{OFFICE}/") for one in found})


def seen(*records: dict[str, Any], minutes: float = 30.0) -> Any:
    return WallView().see(CityState(folded(*records)), NOON + minutes * 60.0)


class TestPositiveEvidence:
    @pytest.mark.parametrize("status", ["System", "Test", "Draft", "actual", None])
    def test_only_an_actual_message_warns(self, status: str | None) -> None:
        assert names(message("a", 0, info(), status=status)) == []

    @pytest.mark.parametrize("scope", ["Private", "Restricted"])
    def test_what_is_for_a_few_is_no_public_warning(self, scope: str) -> None:
        assert names(message("a", 0, info(), scope=scope)) == []

    def test_a_message_of_cap_1_0_names_no_scope_and_warns(self) -> None:
        assert names(message("a", 0, info(), scope=None)) == ["a"]

    @pytest.mark.parametrize("kind", ["Ack", "Error", None])
    def test_an_answer_warns_of_nothing(self, kind: str | None) -> None:
        assert names(message("a", 0, info(), msgType=kind)) == []

    def test_a_message_without_info_warns_of_nothing(self) -> None:
        assert names(message("a", 0)) == []

    @pytest.mark.parametrize(
        "over",
        [{"responseType": ["AllClear"]}, {"urgency": "Past"}, {"certainty": "Unlikely"},
         {"headline": "气象台解除暴雨蓝色预警"}],
    )  # fmt: skip
    def test_what_is_over_or_unlikely_does_not_warn(self, over: dict[str, Any]) -> None:
        assert names(message("a", 0, info(**over))) == []

    def test_a_heartbeat_leaves_nothing_in_the_state(self) -> None:
        state = folded(message("hb", 0, status="System"), message("t", 0, info(), status="Test"))
        assert (state.warnings, state.log) == ({}, [])


class TestEnd:
    @pytest.mark.parametrize(("minutes", "there"), [(239, True), (241, False)])
    def test_it_holds_as_long_as_its_office_says(self, minutes: float, there: bool) -> None:
        assert bool(names(message("a", 0, info()), minutes=minutes)) is there

    @pytest.mark.parametrize(("event", "hours"), [("高温", 24), ("暴雨", 12), ("雷电", 6), ("Landslide", 24)])
    @pytest.mark.parametrize("expires", [None, "soon", "9999-12-31T00:00:00Z", "2020-01-01"])
    def test_without_a_readable_end_it_holds_the_usual_time_and_says_so(
        self, event: str, hours: int, expires: str | None
    ) -> None:
        told = message("a", 0, info(event, expires=expires))
        (warned,) = seen(told).warnings
        assert (warned.ends, warned.assumed) == (NOON + hours * 3600.0, True)
        assert names(told, minutes=hours * 60 + 1) == []

    def test_an_end_without_an_offset_is_read_in_the_zone_of_the_message(self) -> None:
        sent = "2026-11-30T12:00:00+08:00"
        (warned,) = seen(message("a", 0, info(expires="2026-11-30T16:00:00"), sent=sent)).warnings
        assert (warned.ends, warned.assumed) == (NOON + 4 * 3600.0, True)

    def test_an_end_that_is_told_is_not_marked(self) -> None:
        (warned,) = seen(message("a", 0, info())).warnings
        assert not warned.assumed

    @pytest.mark.parametrize("field", ["onset", "effective"])
    def test_what_begins_later_is_announced_until_then(self, field: str) -> None:
        told = message("a", 0, info(**{field: local(60)}))
        assert names(told) == []
        (warned,) = seen(told).warnings
        assert (warned.announced, warned.begins, warned.areas) == (True, NOON + 3600.0, ())
        (warned,) = seen(told, minutes=61).warnings
        assert (warned.announced, len(warned.areas)) == (False, 1)


class TestInfos:
    def test_the_worst_info_counts_and_each_area_keeps_its_own_colour(self) -> None:
        told = message("a", 0, info(), info(colour="红色", severity="Extreme", area=[SOUTH]))
        (warned,) = seen(told).warnings
        assert (warned.colour, warned.rank, warned.headlines) == ("red", 4, {"zh": "气象台发布暴雨红色预警"})
        assert sorted((area.colour, area.ring[0]) for area in warned.areas) == [
            ("blue", (121.5, 31.2)), ("red", (121.6, 31.0)),
        ]  # fmt: skip

    def test_an_area_without_an_outline_is_known_by_its_codes(self) -> None:
        area = {"areaDesc": "x", "geocode": [{"valueName": "GB/T 2260", "value": "310115005"}]}
        (warned,) = seen(message("a", 0, info(area=[area]))).warnings
        assert [(one.code, one.ring, one.colour) for one in warned.areas] == [("310115005", (), "blue")]

    def test_when_the_worst_is_over_the_other_counts(self) -> None:
        red = info(colour="红色", expires=local(60), area=[SOUTH])
        (warned,) = seen(message("a", 0, info(), red), minutes=61).warnings
        assert (warned.colour, len(warned.areas)) == ("blue", 1)

    def test_each_hazard_of_a_message_is_a_warning(self) -> None:
        warnings = seen(message("a", 0, info(), info("雷电", "黄色"))).warnings
        assert {(w.key, w.hazard) for w in warnings} == {
            (f"{OFFICE}/a#rainstorm", "rainstorm"), (f"{OFFICE}/a#thunder", "thunder"),
        }  # fmt: skip

    def test_translations_are_one_statement_with_a_headline_a_language(self) -> None:
        english = info("Torrential downpour", language="en-US", headline="Heavy rain", severity="Extreme")
        (warned,) = seen(message("a", 0, english, info(colour="橙色", severity="Extreme"))).warnings
        assert (warned.hazard, warned.colour) == ("rainstorm", "orange")
        assert warned.headlines == {"en": "Heavy rain", "zh": "气象台发布暴雨橙色预警"}

    def test_a_translation_that_no_word_of_ours_names_has_the_hazard_of_the_other(self) -> None:
        foreign = info("Pluie", language="fr", headline="Pluie", area=[NORTH, SOUTH])
        assert {w.hazard for w in seen(message("a", 0, foreign, info())).warnings} == {"rainstorm"}

    def test_a_newer_signal_in_one_language_supersedes_both(self) -> None:
        english = info("Rainstorm", language="en", headline="Rainstorm", area=[{"areaDesc": "North"}])
        chinese = info(area=[{"areaDesc": "北部"}])
        newer = info(colour="黄色", area=[{"areaDesc": "北部"}])
        assert names(message("a", 0, english, chinese), message("b", 10, newer)) == ["b"]

    @pytest.mark.parametrize(
        ("info_", "hazard"),
        [
            ({"event": "Gale Warning"}, "gale"), ({"event": "Heat wave"}, "heat"),
            ({"event": "SEVERE THUNDERSTORM"}, "thunder"), ({"event": "Flash Flood Watch"}, "flood"),
            ({"event": "x", "eventCode": [{"valueName": "SAME", "value": "TRW"}]}, "typhoon"),
            ({"event": "x", "eventCode": {"valueName": "GB", "value": "11B03"}}, "rainstorm"),
            ({"event": "Drain cleaning"}, "other"), ({"event": "Earthquake"}, "other"),
        ],
    )  # fmt: skip
    def test_a_hazard_is_told_by_words_of_any_language_or_a_code(
        self, info_: dict[str, Any], hazard: str
    ) -> None:
        (warned,) = seen(message("a", 0, info(language="en", headline="Notice", **info_))).warnings
        assert warned.hazard == hazard

    @pytest.mark.parametrize(
        ("told", "colour"),
        [
            ({"headline": "更新暴雨蓝色为暴雨黄色预警"}, "yellow"), ({"headline": "暴雨"}, "blue"),
            ({"headline": "Orange rain warning"}, "orange"), ({"headline": "x", "severity": "红色"}, "red"),
            ({"headline": "x", "parameter": {"valueName": "colour", "value": "Red"}}, "red"),
            ({"headline": "Red Flag Warning", "severity": "Moderate"}, "yellow"),
            ({"headline": "x", "severity": "Unknown"}, ""),
        ],
    )  # fmt: skip
    def test_the_colour_is_the_one_that_the_office_printed(self, told: dict[str, Any], colour: str) -> None:
        (warned,) = seen(message("a", 0, info(**told))).warnings
        assert warned.colour == colour


class TestSupersession:
    def test_a_newer_signal_of_office_hazard_and_area_takes_the_place(self) -> None:
        assert names(message("a", 0, info()), message("b", 10, info(colour="红色"))) == ["b"]

    def test_a_weaker_newer_signal_does_too(self) -> None:
        assert names(message("a", 0, info(colour="红色")), message("b", 10, info())) == ["b"]

    @pytest.mark.parametrize(
        "other",
        [
            {"info": [info(area=[SOUTH])]}, {"info": [info("雷电")]}, {"sender": "other.invalid"},
            {"status": "Exercise"}, {"info": [info("Landslide", headline="Landslide")]},
        ],
    )  # fmt: skip
    def test_another_area_hazard_office_or_an_exercise_replaces_nothing(self, other: dict[str, Any]) -> None:
        assert "a" in names(message("a", 0, info()), message("b", 10, **other))

    def test_an_unknown_hazard_is_replaced_by_its_updates_alone(self) -> None:
        told = info("Landslide", headline="Landslide")
        assert names(message("a", 0, told), message("b", 10, told)) == ["a", "b"]
        assert names(message("a", 0, told), message("b", 10, told, msgType="Update", names=["a"])) == ["b"]

    def test_an_area_that_the_newer_signal_leaves_out_stays(self) -> None:
        both = message("a", 0, info(area=[NORTH, SOUTH]))
        (old, _) = seen(both, message("b", 10, info(colour="红色"))).warnings
        assert [area.ring[0] for area in old.areas] == [(121.6, 31.0)]

    def test_a_signal_for_more_districts_covers_each_of_them(self) -> None:
        def code(*codes: str) -> dict[str, Any]:
            told = [{"valueName": "GB/T 2260", "value": one} for one in codes]
            return {"areaDesc": " ".join(codes), "geocode": told}

        one, two = info(area=[code("310115")]), info(area=[code("310115", "310104")])
        assert names(message("a", 0, one), message("b", 10, two)) == ["b"]
        assert names(message("a", 0, two), message("b", 10, one)) == ["a", "b"]

    def test_the_old_signal_holds_until_the_new_one_takes_effect(self) -> None:
        told = message("a", 0, info()), message("b", 10, info(colour="红色", onset=local(60)))
        assert names(*told, minutes=59) == ["a"]
        assert names(*told, minutes=60) == ["b"]

    def test_what_superseded_a_signal_does_not_bring_it_back_when_it_is_cancelled(self) -> None:
        cancel = message("c", 20, msgType="Cancel", names=["b"])
        assert names(message("a", 0, info()), message("b", 10, info(colour="红色")), cancel) == []


class TestLifting:
    def lifted(self, **given: Any) -> dict[str, Any]:
        return message("l", 20, info(**{"headline": "气象台解除暴雨蓝色预警", "expires": None, **given}))

    def test_a_notice_of_lifting_ends_the_signal(self) -> None:
        assert names(message("a", 0, info()), self.lifted()) == []

    def test_a_lifting_of_a_weaker_colour_ends_no_worse_one(self) -> None:
        assert names(message("a", 0, info(colour="红色")), self.lifted()) == ["a"]

    def test_a_lifting_without_a_colour_ends_all(self) -> None:
        assert names(message("a", 0, info(colour="红色")), self.lifted(headline="解除暴雨预警")) == []

    def test_the_calm_of_an_all_clear_is_not_a_colour(self) -> None:
        calm = {"headline": "All clear", "responseType": ["AllClear"], "severity": "Minor"}
        assert names(message("a", 0, info(colour="红色")), self.lifted(**calm)) == []

    def test_it_ends_no_other_area_and_nothing_that_is_newer(self) -> None:
        told = message("a", 0, info(area=[SOUTH])), message("b", 21, info()), self.lifted()
        assert names(*told) == ["a", "b"]

    def test_a_lifting_of_no_area_is_of_all(self) -> None:
        told = message("a", 0, info()), message("b", 0, info(area=[SOUTH])), self.lifted(area=None)
        assert names(*told) == []

    def test_a_cancellation_without_a_reference_lifts_what_it_tells_of(self) -> None:
        told = message("a", 0, info()), message("b", 0, info("雷电"))
        assert names(*told, message("c", 20, info(), msgType="Cancel")) == ["b"]

    def test_a_headline_that_states_another_signal_lifts_nothing(self) -> None:
        assert names(message("a", 0, info(headline="发布暴雨橙色预警，黄色预警同时解除"))) == ["a"]


class TestChains:
    def test_a_cancellation_of_the_first_link_ends_the_later_ones(self) -> None:
        told = [
            message("a", 0, info("x")), message("b", 5, info("x"), msgType="Update", names=["a"]),
            message("c", 10, info("x"), msgType="Update", names=["b"]),
        ]  # fmt: skip
        assert names(*told) == ["c"]
        assert names(*told, message("z", 20, msgType="Cancel", names=["a"])) == []
        assert names(*told, message("z", 20, msgType="Cancel", names=["c"])) == []

    def test_a_link_that_never_came_still_joins_the_chain(self) -> None:
        told = message("c", 10, info("x"), msgType="Update", names=["lost"])
        assert names(told, message("z", 20, msgType="Cancel", names=["lost"])) == []

    def test_an_update_after_the_cancellation_is_new(self) -> None:
        told = message("a", 0, info("x")), message("z", 5, msgType="Cancel", names=["a"])
        assert names(*told, message("b", 10, info("x"), msgType="Update", names=["a"])) == ["b"]

    def test_a_cancellation_of_one_branch_leaves_the_other(self) -> None:
        told = [
            message("a", 0, info("x")), message("b", 5, info("x"), msgType="Update", names=["a"]),
            message("c", 5, info("x", area=[SOUTH]), msgType="Update", names=["a"]),
        ]  # fmt: skip
        assert names(*told, message("z", 20, msgType="Cancel", names=["b"])) == ["c"]

    def test_a_cancellation_with_a_reference_ends_nothing_else(self) -> None:
        told = message("a", 0, info()), message("z", 20, info(), msgType="Cancel", names=["lost"])
        assert names(*told) == ["a"]

    def test_an_update_that_says_all_clear_ends_its_chain(self) -> None:
        clear = info("x", responseType=["AllClear"])
        assert names(message("a", 0, info("x")), message("b", 5, clear, msgType="Update", names=["a"])) == []

    def test_an_update_that_says_nothing_ends_nothing(self) -> None:
        assert names(message("a", 0, info("x")), message("b", 5, msgType="Update", names=["a"])) == ["a"]

    def test_of_two_messages_with_one_identifier_the_newer_counts(self) -> None:
        assert names(message("a", 0, info()), message("a", -10, info(), msgType="Cancel")) == ["a"]


class TestLog:
    def lines(self, *records: dict[str, Any], recorded_at: float = NOON) -> list[tuple[str, str]]:
        return [(one.text, one.names["colour"]) for one in folded(*records, recorded_at=recorded_at).log]

    def test_it_tells_what_was_issued_and_what_was_lifted(self) -> None:
        cancel = message("z", 0, msgType="Cancel", names=["a"])
        assert self.lines(message("a", -5, info()), cancel) == [
            ("log.warning", "blue"), ("log.warning_lifted", "blue"),
        ]  # fmt: skip

    def test_it_never_says_issued_of_what_is_over_already(self) -> None:
        cancel = message("z", -1, msgType="Cancel", names=["a"])
        assert self.lines(cancel, message("a", -5, info())) == []
        assert self.lines(message("a", 0, info()), recorded_at=NOON + 86_400.0) == []

    def test_a_repeat_by_another_way_is_no_news(self) -> None:
        assert len(self.lines(message("a", 0, info()), message("a", 0, info()))) == 1

    def test_a_line_of_a_warning_leaves_with_it(self) -> None:
        told = message("a", 0, info())
        assert [line.text for line in seen(told).log] == ["log.warning"]
        assert seen(told, minutes=241).log == ()


EVENTS = st.sampled_from(["暴雨", "雷电", "x"])
COLOURS = st.sampled_from(["蓝色", "黄色", "橙色", "红色"])
LETTERS = "abcdef"
SAYS = st.sampled_from([
    {}, {}, {"responseType": ["AllClear"]}, {"headline": "解除暴雨蓝色预警"}, {"expires": None},
    {"onset": local(60)},
])  # fmt: skip


@st.composite
def messages(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Return messages with unique identifiers and arbitrary references between them."""
    found = []
    for name in draw(st.lists(st.sampled_from(LETTERS), unique=True, max_size=6)):
        areas = draw(st.sampled_from([[NORTH], [SOUTH], [NORTH, SOUTH], None]))
        infos = [info(draw(EVENTS), draw(COLOURS), **{**draw(SAYS), "area": areas})]
        kind = draw(st.sampled_from(["Alert", "Alert", "Update", "Cancel"]))
        named = draw(st.lists(st.sampled_from(LETTERS), unique=True, max_size=2)) if kind != "Alert" else []
        status = draw(st.sampled_from(["Actual", "Actual", "Actual", "Exercise", "Test"]))
        sent = draw(st.integers(-6, 6))
        found.append(message(name, sent, *infos, msgType=kind, names=named, status=status))
    return found


def standing(records: Sequence[dict[str, Any]], minutes: float) -> Any:
    state = LedgerState()
    for position, record in enumerate(records, start=1):
        apply(state, fact(record, NOON, position))
    return in_force(state.warnings.values(), NOON + minutes * 60.0)


@settings(max_examples=300, deadline=None)
@given(messages(), st.data(), st.sampled_from([0.0, 10.0, 61.0, 241.0]))
def test_any_order_of_messages_leaves_the_same_warnings_in_force(
    told: list[dict[str, Any]], data: st.DataObject, minutes: float
) -> None:
    assert standing(data.draw(st.permutations(told)), minutes) == standing(told, minutes)


@settings(max_examples=200, deadline=None)
@given(messages(), st.sampled_from([0.0, 10.0, 61.0]))
def test_a_cancellation_only_ever_ends(told: list[dict[str, Any]], minutes: float) -> None:
    without = [record for record in told if record["msgType"] != "Cancel"]
    left = {(one.warned.key, one.area) for one in standing(without, minutes)}
    assert {(one.warned.key, one.area) for one in standing(told, minutes)} <= left


@settings(max_examples=200, deadline=None)
@given(messages())
def test_nothing_is_in_force_for_ever_or_without_a_public_actual_statement(
    told: list[dict[str, Any]],
) -> None:
    assert standing(told, 60.0 * 24 * 400) == ()
    assert all(one.info.says == "warns" for one in standing(told, 10.0))
    assert {one.warned.status for one in standing(told, 10.0)} <= {"Actual", "Exercise"}
