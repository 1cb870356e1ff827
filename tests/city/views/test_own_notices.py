"""Notices of detections as a holder sees them."""

from city.state.ledger_state import CityState
from city.views.holders.own_notices import OwnNotices
from tests.city.commands.video.video_world import VideoWorld
from tests.city.commands.world import CHEN, TANG, TANGZHEN, WEI, WEIFANG


def noticed(city: VideoWorld) -> str:
    """A detection in 潍坊 that the screening confirmed: the street got its notice."""
    id_ = city.detected()
    city.order("confirm_detection", f"detection:{id_}", CHEN)
    assert city.state.detections[id_].state == "notice"
    return id_


def test_the_street_that_got_the_notice_sees_it_and_no_other() -> None:
    city = VideoWorld()
    id_ = noticed(city)
    state, view = CityState(city.state), OwnNotices()
    [seen] = view.see(state, WEI)
    assert (seen.id, seen.category, seen.label, seen.street) == (id_, "event:0405", "羽山路巨野路口", WEI)
    assert seen.until == city.now.city + 900
    assert view.see(state, TANG) == ()


def test_one_press_corrects_it_and_it_leaves_the_list() -> None:
    city = VideoWorld()
    id_ = noticed(city)
    state, view = CityState(city.state), OwnNotices()
    [seen] = view.see(state, WEI)
    subject = f"detection:{id_}"
    assert city.why_not("mark_self_corrected", subject, TANGZHEN, version=seen.version) == (
        "not_allowed", "other_street",
    )  # fmt: skip
    city.order("mark_self_corrected", subject, WEIFANG, version=seen.version)
    assert city.state.detections[id_].state == "self_corrected"
    state.touch("detections")
    assert view.see(state, WEI) == ()
