"""Sequences of commands that lead to every state of a case."""

from collections.abc import Callable

from city.clocks.timestamps import iso
from tests.city.commands.world import (
    DISPATCHER,
    GU,
    INTAKE,
    OTHER_INSPECTOR,
    TELECOM,
    WANG,
    WEIFANG,
    World,
)

PHOTO = {"photos_before": ["a"], "photos_after": ["b"]}
THERE = {"lon": 121.52, "lat": 31.22}
ROAD = {"category": {"kind": "event", "code": "0113"}, "title": "道路破损"}


def reported(w: World) -> str:
    return w.report()


def verifying(w: World) -> str:
    key = reported(w)
    w.done("request_verification", key, INTAKE)
    return key


def filed(w: World) -> str:
    key = w.report(**ROAD, street="")  # no street: no rule decides its holder
    w.done("file", key, INTAKE)
    return key


def dispatched(w: World) -> str:
    key = reported(w)
    w.done("file", key, INTAKE)
    return key


def handling(w: World) -> str:
    key = dispatched(w)
    w.done("sign", key, TELECOM)
    return key


def handled(w: World) -> str:
    key = handling(w)
    w.done("feedback", key, TELECOM, outcome="fixed", text="done", **PHOTO)
    return key


def returned(w: World) -> str:
    key = dispatched(w)
    w.done("return", key, TELECOM, reason="not_my_duty", text="not ours")
    return key


def ruling(w: World) -> str:
    key = returned(w)
    w.done("request_ruling", key, DISPATCHER)
    return key


def suspended(w: World) -> str:
    key = w.report(**ROAD)
    w.done("file", key, INTAKE)
    w.done("sign", key, WEIFANG)
    until = iso(w.now.city + 2 * 86_400)
    w.done("apply_suspension", key, WEIFANG, reason="season", until=until, text="frost")
    w.done("decide_suspension", key, GU, approved=True)
    return key


def transferred_up(w: World) -> str:
    key = dispatched(w)
    w.done("transfer_up", key, WANG, text="the river is the city's")
    return key


def closed(w: World) -> str:
    key = handled(w)
    w.wait(minutes=5)
    w.done("check", key, OTHER_INSPECTOR, passed=True, mode="field", photo_at=iso(w.now.city),
           photos=["c"], **THERE)  # fmt: skip
    return key


def rejected(w: World) -> str:
    key = reported(w)
    w.done("reject", key, INTAKE, reason="no_problem")
    return key


def merged(w: World) -> str:
    key = reported(w)
    w.report("hotline/other")
    w.done("merge", key, INTAKE, into="hotline/other")
    return key


def voided(w: World) -> str:
    key = reported(w)
    w.done("void", key, GU, reason="test_data", text="a test")
    w.done("confirm_void", key, WANG)
    return key


PATHS: dict[str, Callable[[World], str]] = {
    "reported": reported, "verifying": verifying, "filed": filed, "dispatched": dispatched,
    "handling": handling, "handled": handled, "returned": returned, "ruling": ruling,
    "suspended": suspended, "transferred_up": transferred_up, "closed": closed, "rejected": rejected,
    "merged": merged, "voided": voided,
}  # fmt: skip
