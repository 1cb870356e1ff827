"""A command that comes with photos, over HTTP: whose it may be, what is refused, and who sees the photos."""

import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from tornado.httpclient import AsyncHTTPClient, HTTPResponse
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application

from city.access import Person
from city.clocks.timestamps import iso
from city.state.row_keys import row_key_of
from console.accounts.authorization import SESSION_COOKIE
from console.app.access_services import AccessServices
from console.orders.command_socket import CommandSockets
from console.pages.evidence_handlers import MOST_BYTES, MOST_PHOTOS, EvidenceServices, evidence_patterns
from console.pages.photo_upload import PhotoUploadHandler, PhotoUploads
from feeds.people.tokens import TokenStore
from feeds.storage.embedded_servers import EmbeddedServers
from feeds.storage.photo_files import PhotoFiles, read_photo
from tests.feeds.storage.test_photo_files import PLACE, TIME, picture, shot
from tests.invented import jpeg
from tests.order_taking import CHEN, INTAKE, Taking, read_test_rules, taking
from tests.photos import stored
from tests.quick import enrol
from tests.running import PATIENCE_S

BORDER = "of-photos"
STREET = "310115008"
PHOTO = picture(exif=shot(shot=TIME, gps=PLACE))


class Console:
    """A console that takes evidence, and an incident with one task each of greening and fire brigade."""

    def __init__(self, city: Taking, data: Path) -> None:
        self.city, self.data = city, data
        self._tokens = TokenStore(data)
        self.access = AccessServices(data, self._tokens, b"s" * 32)
        for name, role, of in (
            ("lu", "agency_operator", {"agency": "lh"}), ("fire", "agency_operator", {"agency": "xf"}),
            ("tang", "street_operator", {"street": STREET}),
            ("far", "street_operator", {"street": "310115110"}),
            ("zhong", "inspector", {}), ("sun", "inspector", {"streets": (STREET,)}),
            ("village", "village_operator", {"street": STREET}), ("leader", "rotating_leader", {}),
            ("chen", "duty_officer", {}),
        ):  # fmt: skip
            enrol(data, name, f"{name}××", role, password="Yangjing-2156-road", **of)
        services = EvidenceServices(
            city.orders, self.access.sessions, self.access.authorization, PhotoFiles(data),
            lambda: city.store.state, frozenset(), read_test_rules(),
        )  # fmt: skip
        socket, port = bind_unused_port()
        self.host, self.url = f"127.0.0.1:{port}", f"http://127.0.0.1:{port}"
        sockets = CommandSockets(city.orders, self._tokens, self._person)
        uploads = (r"/v1/photo", PhotoUploadHandler, {"uploads": PhotoUploads(sockets, services)})
        self._server = HTTPServer(Application([*evidence_patterns(services), uploads]))
        self._server.add_socket(socket)
        self.task = ""

    async def begin(self) -> None:
        """Open the incident; acknowledge the greening's task and be there."""
        rows = [{"agency": agency, "priority": "P1", "template": "tree_down#1"} for agency in ("lh", "xf")]
        args = {"kind": "tree_down", "lon": 121.52, "lat": 31.21, "tasks": rows}
        answer = await self.city.orders.take(CHEN, self.act("open_incident", "place:hand", 0, **args))
        await self.city.folded()
        assert "done" in answer, answer
        tasks = self.city.store.state.ledger.tasks.values()
        self.task = next(task.id for task in tasks if task.agency == "lh")
        session = self.access.sessions.person(self.session("lu"), self.city.store.state, time.time())
        assert session is not None
        for verb in ("acknowledge_task", "arrive_task"):
            assert "done" in await self.city.orders.take(
                session, self.act(verb, f"task:{self.task}", self.version)
            )
            await self.city.folded()

    def _person(self, account: str) -> Person | None:
        return self.access.sessions.person(self.session(account), self.city.store.state, time.time())

    async def upload(self, account: str, body: bytes, *rights: str) -> HTTPResponse:
        """Send a photo as a handheld app does, with a token of an account ('' = none)."""
        token = self._tokens.create("handheld", rights or ["command"], now=1.0, account=account)
        headers = {"Authorization": f"Bearer {token}"} if account else {}
        return await AsyncHTTPClient().fetch(
            f"{self.url}/v1/photo", method="POST", body=body, headers=headers, raise_error=False
        )

    @property
    def version(self) -> int:
        return self.city.store.state.ledger.tasks[self.task].version

    def session(self, who: str) -> str:
        return self.access.sessions.open(who, now=time.time(), remote="127.0.0.1")

    def act(self, verb: str, subject: str, version: int, id_: str = "", **args: Any) -> dict[str, Any]:
        command = {"command_id": id_ or f"{verb}-1", "verb": verb, "subject": subject, "version": version}
        return {**command, "args": args}

    def finish(self, id_: str = "f-1", **args: Any) -> dict[str, Any]:
        return self.act("finish_task", f"task:{self.task}", self.version, id_, **args)

    async def send(
        self, who: str, act: Any, *photos: bytes | tuple[str, bytes], code: str = "lh", page: str = "agency",
        body: bytes | None = None, **headers: str,
    ) -> HTTPResponse:  # fmt: skip
        """Send a command with its photos as the page does; a photo may come with the name of its file."""
        parts = [b'Content-Disposition: form-data; name="act"\r\n\r\n' + json.dumps(act).encode()]
        for photo in photos:
            name, content = photo if isinstance(photo, tuple) else ("photo", photo)
            head = f'Content-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
            parts.append(head.encode() + b"Content-Type: image/jpeg\r\n\r\n" + content)
        border = f"--{BORDER}".encode()
        whole = b"".join(border + b"\r\n" + part + b"\r\n" for part in parts) + border + b"--\r\n"
        sent = {
            "Content-Type": f"multipart/form-data; boundary={BORDER}", "Origin": self.url, **headers,
        }  # fmt: skip
        if who:
            sent["Cookie"] = f"{SESSION_COOKIE}={self.session(who)}"
        return await AsyncHTTPClient().fetch(
            f"{self.url}/evidence/{page}/{code}", method="POST", body=whole if body is None else body,
            headers=sent, raise_error=False, request_timeout=PATIENCE_S,
        )  # fmt: skip

    async def refusal(
        self, who: str, act: Any, *photos: bytes | tuple[str, bytes], **given: Any
    ) -> tuple[str, str]:
        answer = json.loads((await self.send(who, act, *photos, **given)).body)["answer"]
        return answer["refused"]["code"], answer["refused"]["key"]

    async def look(self, who: str, photo: str, of: str = "") -> int:
        cookie = {"Cookie": f"{SESSION_COOKIE}={self.session(who)}"} if who else {}
        path = f"{self.url}/evidence/{of or self.task}/{photo}.jpg"
        answer = await AsyncHTTPClient().fetch(path, headers=cookie, raise_error=False)
        return answer.code

    def stored(self) -> list[str]:
        return [path.name for path in (self.data / "evidence").rglob("*.jpg")]

    def close(self) -> None:
        self._server.stop()
        self.access.close()
        self._tokens.close()


@pytest.fixture
async def console(servers: EmbeddedServers, tmp_path: Path) -> AsyncIterator[Console]:
    async with taking(servers, tmp_path) as city:
        made = Console(city, tmp_path)
        await made.begin()
        yield made
        made.close()


async def test_the_photo_is_stored_the_task_done_and_the_fact_says_when_and_where(console: Console) -> None:
    first = json.loads((await console.send("lu", console.finish(text="清理完毕"), PHOTO)).body)
    assert "done" in first["answer"], first
    await console.city.folded()
    [name] = console.city.store.state.ledger.tasks[console.task].result.photos
    assert console.stored() == [f"{name}.jpg"]
    [fact] = await console.city.facts("TaskDone")
    told = {"photo": name, "taken_at": "2026-11-28T19:41:07.000000+00:00", "lon": 121.7, "lat": 31.19}
    assert (fact.actor, fact.data["photos"], fact.data["photo_facts"], fact.data["text"]) == (
        "lu", [name], [told], "清理完毕",
    )  # fmt: skip
    # Sent again by a page that did not hear the answer: the same answer, nothing twice.
    again = json.loads((await console.send("lu", console.finish(), PHOTO, jpeg("#aa0000"))).body)
    assert again == first
    assert len(await console.city.facts("TaskDone")) == 1


async def test_a_photo_is_seen_by_those_to_whom_the_task_is_open(console: Console) -> None:
    await console.send("lu", console.finish(), PHOTO)
    await console.city.folded()
    [name] = console.city.store.state.ledger.tasks[console.task].result.photos
    assert [await console.look(who, name) for who in ("lu", "chen", "zhong", "tang")] == [200] * 4
    assert [await console.look(who, name) for who in ("fire", "far", "")] == [403, 403, 403]
    # Not by the name of another task, nor another photo by the name of this one.
    other = next(id_ for id_ in console.city.store.state.ledger.tasks if id_ != console.task)
    assert [await console.look("chen", name, other), await console.look("chen", "0" * 64)] == [404, 404]
    assert [await console.look("fire", name, "none"), await console.look("chen", name, "none")] == [403, 404]


@pytest.mark.parametrize(
    ("who", "code", "headers", "status"),
    [
        ("", "lh", {}, 401), ("fire", "lh", {}, 403), ("chen", "lh", {}, 403), ("zhong", "lh", {}, 403),
        ("tang", "lh", {}, 403), ("lu", "xf", {}, 403),
        ("lu", "lh", {"Origin": "https://elsewhere.example"}, 403),
        ("lu", "lh", {"Origin": ""}, 403),
    ],
)  # fmt: skip
async def test_only_the_agencys_own_people_send_and_only_from_our_page(
    console: Console, who: str, code: str, headers: dict[str, str], status: int
) -> None:
    answer = await console.send(who, console.finish(), PHOTO, code=code, **headers)
    assert (answer.code, console.stored()) == (status, [])
    assert await console.city.facts("TaskDone") == []


async def test_who_holds_another_task_does_not_finish_this_one(console: Console) -> None:
    assert await console.refusal("fire", console.finish(), PHOTO, code="xf") == (
        "not_allowed",
        "task_of_other",
    )
    assert await console.city.facts("TaskDone") == []


async def test_what_is_no_photo_is_refused_and_the_same_press_may_be_mended(console: Console) -> None:
    assert await console.refusal("lu", console.finish(), PHOTO[:200]) == ("bad_args", "photo_broken")
    for act in (None, [], {"command_id": "x"}, console.finish() | {"args": []}):
        assert (await console.refusal("lu", act, PHOTO))[0] == "bad_args"
    assert (await console.refusal("lu", console.finish()))[0] == "bad_args"
    assert (await console.refusal("lu", console.finish(), *[PHOTO] * (MOST_PHOTOS + 1)))[0] == "bad_args"
    other = console.act("acknowledge_task", f"task:{console.task}", 1, "other")
    assert (await console.refusal("lu", other, PHOTO))[0] == "bad_args"
    assert await console.refusal("lu", console.finish(), ("after", PHOTO)) == ("bad_args", "order_field")
    assert await console.refusal("lu", console.finish(), ("text", PHOTO)) == ("bad_args", "order_field")
    assert console.stored() == []
    second = json.loads((await console.send("lu", console.finish(), PHOTO, PHOTO[:200])).body)["answer"]
    assert second["refused"]["names"] == {"field": "photos", "of_photos": "photos", "n": 2}
    assert "第2张" in second["refused"]["reason"]
    none = console.act("finish_task", "task:none", 0, "none")
    assert (await console.refusal("lu", none, PHOTO))[0] == "unknown_subject"
    assert "done" in json.loads((await console.send("lu", console.finish(), PHOTO)).body)["answer"]


SQUAD = Person("tang", "塘桥××", ("street_operator",), street=STREET)


async def make_safe(console: Console, photo: str, **more: Any) -> dict[str, Any]:
    """File a case of the telecom's unless it is filed, and let its street make it safe."""
    if not console.city.store.state.ledger.cases:
        await console.city.report("GD1")
        await console.city.give(INTAKE, "file", "GD1")
    return await console.city.give(SQUAD, "make_safe", "GD1", photos=[photo], **more)


async def test_a_cases_photo_is_seen_by_those_to_whom_the_case_is_open_and_refusals_are_counted(
    console: Console,
) -> None:
    assert "done" in await make_safe(console, stored(console.data, "fenced"))
    case = console.city.case("GD1")
    of, [photo] = f"case/{row_key_of(case.key)}", case.file.photos
    telecom = {"password": "Yangjing-2156-road", "agency": case.holder}
    enrol(console.data, "holder", "holder××", "agency_operator", **telecom)
    several = ("holder", "tang", "village", "chen", "zhong")
    assert [await console.look(who, photo.sha256, of) for who in several] == [200] * 5
    before = console.access.authorization.refused
    others = ("fire", "far", "sun", "leader", "")
    assert [await console.look(who, photo.sha256, of) for who in others] == [403] * 5
    assert [await console.look(who, photo.sha256, "case/none") for who in others] == [403] * 5
    assert console.access.authorization.refused == before + 10
    assert await console.look("chen", photo.sha256, "case/none") == 404
    assert await console.look("chen", stored(console.data, "another"), of) == 404


async def test_a_handheld_app_stores_a_photo_that_its_command_then_names(console: Console) -> None:
    answer = await console.upload("tang", PHOTO)
    photo = json.loads(answer.body)["photo"]
    assert (answer.code, console.stored()) == (201, [f"{photo}.jpg"])
    assert "done" in await make_safe(console, photo)
    assert console.city.case("GD1").file.photos[0].sha256 == photo


async def test_a_handheld_app_without_the_right_stores_nothing_and_no_photo_is_refused_by_name(
    console: Console,
) -> None:
    enrol(console.data, "ping", "ping××", "presenter", password="Yangjing-2156-road")
    codes = [
        (await console.upload(who, PHOTO, *rights)).code
        for who, rights in (("", ()), ("tang", ("publish:case",)), ("ping", ()))
    ]
    assert codes == [401, 403, 403]
    broken = await console.upload("tang", PHOTO[:200])
    refused = json.loads(broken.body)["refused"]
    assert (broken.code, refused["key"], refused["names"]) == (
        422,
        "photo_broken",
        {"field": "body", "of_photos": "photos", "n": 1},
    )
    assert console.stored() == []


async def test_a_forged_photo_is_refused_by_name_and_the_refusal_is_written(console: Console) -> None:
    for name in ("f" * 64, "../city.toml", "GD1-safe.jpg"):
        told = (await make_safe(console, name))["refused"]
        assert (told["code"], told["key"], told["names"]) == (
            "not_allowed", "photo_unknown", {"field": "photos", "photo": name},
        )  # fmt: skip
    # Whatever the verb, and whatever the field.
    answer = await console.city.give(CHEN, "comment", "GD1", text="see there", photos_after=["f" * 64])
    assert answer["refused"]["key"] == "photo_unknown"
    written = [fact.data["reason"] for fact in await console.city.facts("CommandRefused")]
    assert written == ["photo_unknown"] * 4
    assert await console.city.facts("MadeSafe", "CommentAdded") == []


async def test_an_offline_queue_that_arrives_twice_is_answered_as_known_and_the_replay_is_logged(
    console: Console,
) -> None:
    """Twelve acts of a phone: in the ledger once, in order; also those that were refused stay refused."""
    seen = time.time() - 1800
    queue = [
        console.act(
            "report", f"report:offline-{number:03}", 0, f"queued-{number:03}", kind="event", code="0405",
            lon=121.52, lat=31.21, at=iso(seen + number),
        )
        for number in range(11)
    ]  # fmt: skip
    queue.append(console.act("answer_call_out", "call_out:over", 0, "queued-011"))

    async def arrive() -> list[dict[str, Any]]:
        told = []
        for act in queue:
            answer = await console.send("village", act, page="station", code="village")
            told.append(json.loads(answer.body)["answer"])
        await console.city.folded()
        return told

    first = await arrive()
    assert [one["command_id"] for one in first if "done" in one] == [act["command_id"] for act in queue[:11]]
    head = await console.city.ledger.head()
    with capture_logs() as logs:
        assert await arrive() == first
    assert await console.city.ledger.head() == head
    facts = await console.city.facts("CaseReported")
    assert [fact.data["command"] for fact in facts] == [act["command_id"] for act in queue[:11]]
    repeated = [one["command"] for one in logs if one["event"] == "order_repeated"]
    assert repeated == [f"cmd:village:{act['command_id']}" for act in queue[:11]]
    # The same ids under another name are other orders: what they would do twice is refused.
    answer = await console.send("tang", queue[0], page="street", code=STREET)
    assert json.loads(answer.body)["answer"]["refused"]["key"] == "reported_before"
    assert len(await console.city.facts("CaseReported")) == 11


async def test_when_and_where_is_told_by_the_stored_file_and_never_by_a_sender(console: Console) -> None:
    name = console.city.photos.put(read_photo(PHOTO, zone_offset_s=28_800))
    lie = {"photo": name, "taken_at": "2026-11-30T00:00:00+00:00", "lon": 0.0, "lat": 0.0}
    await make_safe(console, name, photo_facts=[lie])
    [fact] = await console.city.facts("MadeSafe")
    told = {"photo": name, "taken_at": "2026-11-28T19:41:07.000000+00:00", "lon": 121.7, "lat": 31.19}
    assert fact.data["photo_facts"] == [told]


async def test_a_role_that_never_gives_the_verb_stores_nothing(console: Console) -> None:
    act = console.act("check", "case:hotline/GD1", 1, passed=True, mode="field")
    assert await console.refusal("lu", act, PHOTO) == ("not_allowed", "no_right")
    assert console.stored() == []


async def test_a_workstation_and_an_inspector_send_on_their_own_page_and_verbs_of_the_field_alone(
    console: Console,
) -> None:
    numbers = console.act("record_numbers", "station:village", 0, should=12)
    others = (
        ("village", "far", 403), ("sun", "village", 403), ("", "village", 401), ("chen", "village", 403),
    )  # fmt: skip
    for who, scope, status in others:
        assert (await console.send(who, numbers, page="station", code=scope)).code == status
    assert (await console.send("sun", numbers, page="check", code="310115110")).code == 403
    done = await console.send("village", numbers, page="station", code="village")
    assert "done" in json.loads(done.body)["answer"]
    await console.city.folded()
    sign = console.act("sign", "case:hotline/GD1", 0)
    assert await console.refusal("village", sign, page="station", code="village") == (
        "bad_args", "order_field",
    )  # fmt: skip
    late = {**console.act("record_numbers", "station:village", 0, "late", moved=4)}
    late["at"] = iso(time.time() - 1800)
    done = await console.send("village", late, page="station", code="village")
    assert "done" in json.loads(done.body)["answer"]
    again = await console.send("village", late, page="station", code="village")
    assert again.body == done.body
    facts = await console.city.facts("NumbersRecorded")
    assert [fact.data.get("acted_at") for fact in facts] == [None, late["at"]]


async def test_an_inspectors_photo_from_before_the_feedback_is_refused_by_its_own_file(
    console: Console,
) -> None:
    assert "done" in await make_safe(console, stored(console.data, "fenced"))
    operator = Person("op", "承办××", ("agency_operator",), agency=console.city.case("GD1").holder)
    if operator.holder.isdigit():
        operator = Person("op", "承办××", ("street_operator",), street=operator.holder)
    await console.city.give(operator, "sign", "GD1")
    photos = {"photos_before": [stored(console.data, "b")], "photos_after": [stored(console.data, "a")]}
    answer = await console.city.give(operator, "feedback", "GD1", outcome="fixed", text="done", **photos)
    assert "done" in answer, answer
    case = console.city.case("GD1")
    told = {"passed": True, "mode": "field", "lon": case.place.lon, "lat": case.place.lat}
    told["photo_at"] = iso(time.time())  # the sender says now; the file says another day
    act = console.act("check", f"case:{case.key}", case.file.version, **told)
    sent = await console.send("zhong", act, picture(exif=shot(shot=TIME)), page="check", code=STREET)
    refused = json.loads(sent.body)["answer"]["refused"]
    assert (refused["key"], refused["names"]["feedback_at"]) == (
        "photo_before_feedback", case.file.handled_at,
    )  # fmt: skip
    assert refused["names"]["photo_at"] == 1_795_894_867.0


async def test_a_body_that_is_too_large_is_not_read(console: Console) -> None:
    answer = await console.send("lu", None, body=b"\0" * (MOST_BYTES + 1))
    assert answer.code in (413, 599)  # the connection may end before all of it is sent
    assert console.stored() == []
