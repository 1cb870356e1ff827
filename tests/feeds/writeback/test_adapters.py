import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import msgspec
import pytest

from feeds.writeback.contract import Delivery, NotDelivered
from feeds.writeback.open311 import Open311
from feeds.writeback.registry import build_adapters
from feeds.writeback.webhook import SIGNATURE, Webhook
from tests.feeds.writeback.receiver import Receiver, receiver

TOLD = Delivery(
    id="i-1", system="12345", kind="status", case="3101152026112200007", number="沪-77", state="closed",
    text="已办结 <b>", at="2026-11-22T10:00:00+00:00", names={"to": "dl"},
)  # fmt: skip


@pytest.fixture
def other() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def test_a_webhook_gets_the_delivery_signed_and_with_its_id_as_idempotency_key(other: Receiver) -> None:
    assert Webhook(f"{other.url}/hook?a=1", b"s3cret").deliver(TOLD) == "accepted"
    [(path, headers, body)] = other.received
    assert path == "/hook?a=1"
    assert msgspec.json.decode(body, type=Delivery) == TOLD
    assert headers["Idempotency-Key"] == "i-1"
    assert headers[SIGNATURE] == "sha256=" + hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()


def test_open311_posts_a_form_for_the_number_in_their_system(other: Receiver) -> None:
    other.body = json.dumps([{"update_id": "u9"}]).encode()
    assert Open311(f"{other.url}/v2/", b"key\n", jurisdiction="pd").deliver(TOLD) == "u9"
    [(path, _, body)] = other.received
    assert path == "/v2/servicerequestupdates.json"
    assert {name: values[0] for name, values in parse_qs(body.decode()).items()} == {
        "jurisdiction_id": "pd", "api_key": "key", "update_id": "i-1", "service_request_id": "沪-77",
        "status": "closed", "updated_datetime": TOLD.at, "description": TOLD.text,
    }  # fmt: skip


def test_a_case_that_their_system_does_not_know_is_not_sent_there(other: Receiver) -> None:
    with pytest.raises(NotDelivered) as refused:
        Open311(other.url).deliver(msgspec.structs.replace(TOLD, number=""))
    assert not refused.value.again
    assert other.received == []


@pytest.mark.parametrize(
    ("status", "again"), [(500, True), (503, True), (429, True), (400, False), (404, False), (302, False)]
)
def test_a_refusal_says_whether_to_try_again_and_no_redirect_is_followed(
    other: Receiver, status: int, again: bool
) -> None:
    other.answers = [status]
    with pytest.raises(NotDelivered, match=f"HTTP {status}") as refused:
        Webhook(other.url).deliver(TOLD)
    assert refused.value.again is again
    assert other.received == []


def test_a_server_that_is_gone_may_come_back() -> None:
    with receiver() as made:
        url = made.url
    with pytest.raises(NotDelivered) as refused:
        Webhook(url).deliver(TOLD)
    assert refused.value.again


@pytest.mark.parametrize(("pause_s", "drip_s"), [(120.0, 0.0), (0.0, 1.2)])
def test_a_slow_server_costs_the_time_out_and_no_more(other: Receiver, pause_s: float, drip_s: float) -> None:
    other.pause_s, other.drip_s, other.body = pause_s, drip_s, b"x" * 100
    started = time.monotonic()
    with pytest.raises(NotDelivered, match=r"within 0\.5 s") as refused:
        Webhook(other.url, timeout_s=0.5).deliver(TOLD)
    assert refused.value.again
    assert time.monotonic() - started < 60  # half of what the server takes


def test_adapters_are_built_from_the_settings_with_a_secret_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "hook.key").write_text("s\n", encoding="utf-8")
    told = {
        "12345": {"kind": "webhook", "url": "https://a.example/h", "secret_file": "hook.key"},
        "sf": {"kind": "open311", "url": "https://b.example", "jurisdiction": "pd"},
    }
    made = build_adapters(told, tmp_path)
    assert {system: adapter.kind for system, adapter in made.items()} == {"12345": "webhook", "sf": "open311"}


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ({"kind": "fax", "url": "http://a"}, r"outbox.x.kind: expected one of webhook, open311, got 'fax'"),
        ({"kind": "webhook", "url": "file:///etc"}, r"outbox.x.url: expected http"),
        ({"kind": "webhook", "url": "http://u:p@a/"}, r"outbox.x.url: expected http"),
        ({"kind": "webhook", "url": "http://a", "secret_file": "none"}, r"outbox.x.secret_file: "),
        ({"kind": "webhook", "url": "http://a", "timeout_s": 900}, r"outbox.x.timeout_s: expected"),
        ({"kind": "webhook", "url": "http://a", "sekret": "s"}, r"outbox.x.*sekret"),
    ],
)
def test_a_wrong_setting_is_named(told: dict[str, object], named: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=named):
        build_adapters({"x": told}, tmp_path)
