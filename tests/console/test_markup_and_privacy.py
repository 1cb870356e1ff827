"""What an upstream system writes is text and nothing else; what a citizen says never reaches a wall."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.console.browser import Sight
from tests.invented import (
    camera,
    case,
    device,
    mirror,
    publish_all,
    reading,
    snapshot,
    storm,
    unit,
    warning,
)
from tests.running import Running, wait_for
from tests.walls import Wall

EVIL = '<img src=x onerror="window.__xss=1">\u202e\u0000\u0007</script><svg onload="window.__xss=1">'
NAME, PHONE, HOUSE = "张三丰", "13812345678", "2008弄15号"
SPLIT_PHONE = "138 1234-5678"
SECRETS = (NAME, PHONE, SPLIT_PHONE, "1234567", HOUSE, "2008弄")


def evil_day() -> dict[str, list[dict[str, Any]]]:
    """Every text field of every kind of record says something that a careless page would run."""
    state = mirror("dispatched", 30, agency=EVIL, returned_by=[EVIL], next=EVIL)
    words: dict[str, Any] = {
        "title": EVIL, "description": EVIL, "address": EVIL, "road": EVIL, "mirror": state,
        "component": EVIL, "reporter": {"name": EVIL, "phone": EVIL}, "urgency": "critical",
        "external": [{"system": EVIL, "no": EVIL, "url": EVIL}],
    }  # fmt: skip
    return {
        "case": [
            case(f"{EVIL}1", **{**words, "category": {"label": EVIL, "kind": EVIL}}),
            case(f"{EVIL}2", **{**words, "external": [],
                                "category": {"kind": "event", "code": EVIL, "system": EVIL}}),
        ],
        "sensor": [
            device(EVIL, name=EVIL, owner=EVIL, datum=EVIL),
            reading(EVIL, 1, 40.0, unit=EVIL), reading(EVIL, 2, 40.0, metric=EVIL),
            device(f"{EVIL}2", **{"class": EVIL}),
        ],
        "camera": [
            camera(EVIL, name=EVIL, stream=EVIL, privacy=EVIL),
            {"id": "h", "kind": "health", "at": snapshot("x", 0)["at"], "camera": EVIL, "state": EVIL},
            snapshot(EVIL, 1),
        ],
        "unit": [unit(EVIL, 1, call_sign=EVIL, agency=EVIL), unit("u", 1, kind=EVIL, state=EVIL)],
        "warning": [
            warning(EVIL, sender=EVIL, info={"event": EVIL, "headline": EVIL, "senderName": EVIL}),
            warning("colour", info={
                "headline": EVIL, "parameter": [{"valueName": "colour", "value": EVIL}],
            }),
            storm(f"{EVIL}3", name=EVIL),
        ],
    }  # fmt: skip


def private_day() -> dict[str, list[dict[str, Any]]]:
    """Citizens' words, names, phones and house numbers in every field of a case that may hold them.

    Each at a place of its own: what may be one thing has one row.
    """
    said = f"{NAME} {PHONE} 说家门口积水，再打 {SPLIT_PHONE}"
    words = {"title": said, "description": said, "reporter": {"name": NAME, "phone": PHONE}}
    return {
        "case": [
            case("title", **words, urgency="critical", mirror=mirror("dispatched", 10)),
            case("road", place=1, **words, urgency="critical", road=f"世纪大道{HOUSE}{NAME} {PHONE}"),
            case(
                "address", place=2, **words, urgency="critical", road=None, address=f"世纪大道{HOUSE} {NAME}"
            ),
            case("agency", **words, urgency="urgent", mirror=mirror("dispatched", 5, agency=f"水务 {PHONE}")),
            case("label", **words, urgency="urgent", category={"label": f"积水 {PHONE}"}),
        ]
    }


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        whole = Running(Path(folder))
        try:
            whole.start()
            yield whole
        finally:
            whole.stop()


@pytest.fixture(scope="module")
def listening(running: Running) -> Iterator[Wall]:
    """A wall that listens from before the first record and keeps every byte; both days are told to it."""
    with Wall(running) as wall:
        publish_all(running, private_day())
        publish_all(running, evil_day())
        wait_for(lambda: wall.scalar("act", "critical") == 5)
        wait_for(lambda: {"units", "storms", "callouts", "warnings"} <= wall.frames.keys())
        yield wall


def test_no_byte_of_the_live_socket_holds_a_citizens_name_phone_or_house(listening: Wall) -> None:
    everything = b"\n".join(listening.raw)
    assert "世纪大道".encode() in everything
    assert [secret for secret in SECRETS if secret.encode() in everything] == []


def test_no_byte_of_the_page_holds_a_citizens_name_phone_or_house(listening: Wall, running: Running) -> None:
    status, page = running.get("/wall")
    assert status == 200
    assert [secret for secret in SECRETS if secret.encode() in page] == []
    assert b"onerror" not in page


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_markup_in_every_text_field_of_every_record_runs_nowhere(
    listening: Wall, running: Running, browser: Any, lang: str
) -> None:
    sight = Sight(browser).open(f"{running.console}/wall?lang={lang}").settle()
    sight.wait_for_words("queue", "<img src=x")  # the name of a unit
    sight.wait("() => citywall.state().drawn.includes('units')")
    assert sight.page.evaluate("window.__xss") is None
    assert sight.count("img:not(.picture), svg[onload], [onerror]") == 0
    assert sight.external == []
    assert sight.errors == []
    sight.close()


@pytest.mark.browser
def test_what_a_citizen_said_stands_nowhere_on_the_page(
    listening: Wall, running: Running, browser: Any
) -> None:
    sight = Sight(browser).open(f"{running.console}/wall").settle()
    sight.wait_for_words("queue", "世纪大道")
    html = sight.page.content()
    shown = " ".join(words for words, _, _ in sight.texts())
    sight.close()
    assert [secret for secret in SECRETS if secret in html + shown] == []
