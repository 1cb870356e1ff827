"""The file of a case holds the photos of its acts: which act, when, whose, and what the file itself says."""

from typing import Any

import msgspec

from city.clocks.timestamps import iso
from city.commands.command import NewFact
from city.state.case_file import CasePhoto
from tests.city.commands.paths import PATHS, THERE
from tests.city.commands.world import (
    DISPATCHER,
    GU,
    INSPECTOR,
    INTAKE,
    OTHER_INSPECTOR,
    SYSTEM,
    TELECOM,
    WEI,
    WEIFANG,
    World,
)

A, B, C, D, E = ("abcde"[number] * 64 for number in range(5))


def stages(w: World, key: str) -> list[tuple[str, str, str]]:
    return [(photo.sha256, photo.stage, photo.by) for photo in w.case(key).file.photos]


def test_every_act_with_photos_adds_them_in_order() -> None:
    w = World()
    key = PATHS["verifying"](w)
    w.done("verify", key, INSPECTOR, result="confirmed", photos=[A], **THERE)
    w.done("file", key, INTAKE)
    w.done("make_safe", key, WEIFANG, photos=[B])
    w.done("sign", key, TELECOM)
    w.done("feedback", key, TELECOM, outcome="fixed", text="done", photos_before=[C], photos_after=[D])
    w.wait(minutes=5)
    w.done(
        "check", key, OTHER_INSPECTOR, passed=True, mode="field", photo_at=iso(w.now.city), photos=[E],
        **THERE,
    )  # fmt: skip
    assert stages(w, key) == [
        (A, "verify", ""), (B, "make_safe", WEI), (C, "before", "tx"), (D, "after", "tx"), (E, "check", ""),
    ]  # fmt: skip
    assert w.case(key).file.photos[-1].at == w.now.city
    assert w.case(key).file.holders == {"tx", WEI}


def test_what_the_file_says_of_its_shot_is_kept_in_city_time() -> None:
    w = World(rate=6.0)
    key = PATHS["dispatched"](w)
    said = {"photo": A, "taken_at": iso(w.machine - 10), "lon": 121.5, "lat": 31.2}
    w.done("make_safe", key, WEIFANG, photos=[A, B], photo_facts=[said])
    assert w.case(key).file.photos == (
        CasePhoto(A, "make_safe", w.now.city, WEI, w.now.city - 60, 121.5, 31.2),
        CasePhoto(B, "make_safe", w.now.city, WEI),
    )


def test_what_was_tried_and_what_was_handled_on_the_spot_show_their_photos() -> None:
    w = World()
    tried = PATHS["handling"](w)
    w.done("transfer_level", tried, WEIFANG, text="pumped for two hours", photos=[A], reason="difficult")
    assert stages(w, tried) == [(A, "tried", WEI)]
    own = w.report("hotline/own")
    w.done("self_handle", own, WEIFANG, text="swept", photos=[B, C])
    assert stages(w, own) == [(B, "before", WEI), (C, "after", WEI)]


def report(w: World, photos: Any, actor: Any) -> list[tuple[str, str, str]]:
    record = {
        "id": "9", "client": "citywall", "channel": "street", "title": "-", "lon": 121.52, "lat": 31.22,
        "category": {"kind": "event", "code": "0405"}, "at": iso(w.now.city), "received": iso(w.machine),
        "photos": photos,
    }  # fmt: skip
    data = {"record": record, "street": WEI, "by": WEI}
    w.append(NewFact("CaseReported", "case:citywall/9", data), actor)
    return stages(w, "citywall/9")


def test_a_persons_report_has_its_photos_and_a_publishers_record_names_none() -> None:
    assert report(World(), [A], WEIFANG) == [(A, "report", WEI)]
    publisher = msgspec.structs.replace(SYSTEM, account="source:hotline")
    assert report(World(), [A], publisher) == []


def test_a_photo_of_an_older_ledger_that_names_no_stored_file_is_left_out() -> None:
    w = World()
    key = PATHS["dispatched"](w)
    w.done("make_safe", key, WEIFANG, photos=["GD-1-safe.jpg", A])
    assert stages(w, key) == [(A, "make_safe", WEI)]
    safe = w.case(key).file.make_safe
    assert safe is not None
    assert safe.photos == 2


def test_every_holder_that_had_it_stays_named_unless_the_reassignment_is_undone() -> None:
    w = World()
    key = PATHS["handling"](w)
    w.done("reassign", key, DISPATCHER, to="dl")
    assert w.case(key).file.held_by == ("tx", "dl")
    w.done("undo", key, DISPATCHER)
    assert w.case(key).file.held_by == ("tx",)
    w.done("reassign", key, GU, to="ps")
    assert w.case(key).file.holders == {"tx", "ps", WEI}
