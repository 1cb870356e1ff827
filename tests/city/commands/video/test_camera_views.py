"""Views of a camera: a purpose, a time, and the classes of privacy."""

import pytest

from city.state.video_records import view_key
from tests.city.commands.video.video_world import LAT, LON, VideoWorld
from tests.city.commands.world import CHEN, INTAKE, POWER, TANG, TANGZHEN


def test_a_view_says_who_why_and_until_when() -> None:
    city = VideoWorld()
    key = city.report()
    mark = city.state.cases[key].key
    city.order("view_camera", "camera:K1", CHEN, purpose="case", case=mark)
    view = city.state.camera_views[view_key("chen", "K1")]
    assert (view.purpose, view.until - view.begun) == ("case", 600)
    assert view.case
    assert view.begun == city.now.city


def test_a_view_ends_before_its_time() -> None:
    city = VideoWorld()
    city.order("view_camera", "camera:K1", CHEN, purpose="patrol")
    city.wait(minutes=2)
    city.order("end_camera_view", "camera:K1", CHEN)
    assert city.state.camera_views[view_key("chen", "K1")].until == city.now.city
    assert city.why_not("end_camera_view", "camera:K1", CHEN) == ("not_now", "no_view")


def test_ended_views_do_not_stay_in_the_state() -> None:
    city = VideoWorld()
    city.camera("K2")
    city.order("view_camera", "camera:K1", CHEN, purpose="patrol")
    city.wait(minutes=11)
    city.order("view_camera", "camera:K2", CHEN, purpose="patrol")
    assert list(city.state.camera_views) == [view_key("chen", "K2")]


@pytest.mark.parametrize("privacy", ["sensitive", "forbidden_on_wall", "a word that we do not know"])
def test_a_hidden_camera_needs_a_case_and_never_stands_on_a_wall(privacy: str) -> None:
    city = VideoWorld()
    city.camera("K2", privacy=privacy)
    key = city.report()
    told = {"purpose": "case", "case": key}
    assert city.why_not("view_camera", "camera:K2", CHEN, purpose="patrol") == (
        "not_allowed", "camera_needs_case",
    )  # fmt: skip
    assert city.why_not("view_camera", "camera:K2", CHEN, **told, wall="hall") == (
        "not_allowed", "camera_private",
    )  # fmt: skip
    assert not city.state.camera_views
    city.order("view_camera", "camera:K2", CHEN, **told)
    assert view_key("chen", "K2") in city.state.camera_views


def test_a_purpose_that_names_a_case_needs_one() -> None:
    city = VideoWorld()
    assert city.why_not("view_camera", "camera:K1", CHEN, purpose="case") == ("bad_args", "missing_arg")
    assert city.why_not("view_camera", "camera:K1", CHEN, purpose="case", case="no") == (
        "bad_args", "bad_arg",
    )  # fmt: skip


def test_a_holder_looks_at_cameras_near_its_own_case() -> None:
    city = VideoWorld()
    key = city.report(category={"kind": "event", "code": "0405"}, street=TANG, lon=LON, lat=LAT)
    city.done("file", key, INTAKE)
    told = {"purpose": "case", "case": key}
    assert city.case(key).file.holder == TANG
    city.order("view_camera", "camera:K1", TANGZHEN, **told)
    assert view_key("tz1", "K1") in city.state.camera_views
    assert city.why_not("view_camera", "camera:K1", POWER, **told) == ("not_allowed", "other_street")
    city.camera("K2", lon=LON + 0.02)
    assert city.why_not("view_camera", "camera:K2", TANGZHEN, **told) == ("not_allowed", "camera_far")


def test_agencies_and_other_streets_do_not_look_without_a_case() -> None:
    city = VideoWorld()
    assert city.why_not("view_camera", "camera:K1", POWER, purpose="patrol") == (
        "not_allowed", "camera_needs_case",
    )  # fmt: skip
    assert city.why_not("view_camera", "camera:K1", TANGZHEN, purpose="patrol") == (
        "not_allowed", "other_street",
    )  # fmt: skip
