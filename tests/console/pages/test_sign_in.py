"""The entrance over real HTTP and websockets: our handlers in a Panel server of their own."""

import asyncio
import base64
import io
import json
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import panel as pn
import pytest
from PIL import Image
from prometheus_client import CollectorRegistry
from tornado.ioloop import IOLoop
from tornado.iostream import IOStream
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from city.access import Person
from city.state.ledger_state import Camera, CityState, Place
from city.state.linkage_records import Site
from city.state.video_records import CameraView, Detection, view_key
from console.accounts.authorization import SESSION_COOKIE, Viewer, viewing_person
from console.app.access_services import AccessServices
from console.heat.handlers import HeatPage, heat_patterns
from console.live.channels import Channels, Scoped
from console.live.live_socket import LiveHandler, LiveServices
from console.live.wire import text_message
from console.pages.http_handlers import MetricsHandler
from console.pages.page_functions import Pages
from console.pages.page_handlers import guard_pages
from console.pages.picture_handlers import CameraPictures, picture_patterns
from console.pages.sign_in import FirstPageHandler, sign_in_patterns
from feeds.gateway.picture_store import Picture
from feeds.people.detection_pictures import DetectionPictures
from feeds.people.tokens import TokenStore
from layouts.pages import LAYOUTS, SCOPE
from tests.invented import jpeg
from tests.quick import enrol
from tests.running import PATIENCE_S, free_port, soonest, wait_for
from tests.signed_in import Visitor

SECRET = "correct horse"
PAYLOAD = "<img src=x onerror=alert(1)>"
PEOPLE = {"li": "duty_officer", "ding": "inspector", "spare": "shift_lead"}
AGENCIES = ("sw", "dl")
NOT_HERE = {"X-Forwarded-For": "203.0.113.7"}


class Said:
    """A channel that says one thing to whoever joins."""

    def __init__(self) -> None:
        self.watchers: list[Any] = []

    def join(self, watcher: Any, hello: bytes) -> None:
        self.watchers.append(watcher)
        watcher.post_text(text_message(hello))
        watcher.wake()

    def leave(self, watcher: Any) -> None:
        if watcher in self.watchers:
            self.watchers.remove(watcher)

    def whole(self) -> list[bytes]:
        return [b"{}"]


class OneTile:
    """A page's content whose every tile is the same; also what its channel sees."""

    def tile(self, *_: object) -> bytes:
        return b"png"

    def tile_version(self, _: object) -> str:
        return "v1"


class OnePicture:
    """A picture store in which every camera has the same picture."""

    async def get(self, camera: str) -> Picture:
        return Picture(jpeg(), "2026-11-22T10:00:00+08:00", "ab")


class House:
    """A server on a thread; its clock is ours."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.now = 1_789_475_467.0
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.tokens = TokenStore(data)
        self.access = AccessServices(
            data, self.tokens, b"secret" * 6, open_loopback=True, clock=lambda: self.now
        )
        self.viewers: list[Viewer] = []
        self.city = CityState()
        self.scopes: list[str] = []
        fixed: dict[str, Any] = {"wall": Said(), "desk": Said(), "duty": Said()}
        self.channels = Channels(fixed, {"agency": Scoped(AGENCIES, self._made)})
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        assert self._started.wait(PATIENCE_S)
        for name, role in PEOPLE.items():
            enrol(data, name, f"{name}{PAYLOAD}", role, password=SECRET)
        for code in (*AGENCIES, "gone"):
            enrol(data, f"of-{code}", f"{code}××", "agency_operator", password=SECRET, agency=code)
        enrol(data, "street", "街××", "street_operator", password=SECRET, street="310115004")

    def _made(self, scope: str) -> Any:
        self.scopes.append(scope)
        return Said()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.run_forever()

    async def _serve(self) -> None:
        authorization = self.access.authorization
        pages = Pages(authorization, self.channels.knows)
        services = self.access.sign_in_services(
            title={"zh": "中心", "en": "Centre"}, build="b", origins=frozenset(),
            scopes={"zh": {"sw": "水务", "dl": "电<b>力"}, "en": {"sw": "Water", "dl": "Power"}},
            scopes_of=lambda page: AGENCIES if page == "agency" else (),
        )  # fmt: skip
        live = LiveServices(self.channels, authorization, str.encode, frozenset())

        self.server = pn.io.server.get_server(
            {layout.route: pages.page(layout.key, self._build) for layout in LAYOUTS},
            port=self.port, address="127.0.0.1", start=False, show=False, index=None, admin=False,
            loop=IOLoop.current(), websocket_origin=[f"127.0.0.1:{self.port}"], sign_sessions=True,
            secret_key="k" * 64, unused_session_lifetime_milliseconds=60_000,
            extra_patterns=[
                *sign_in_patterns(services),
                (r"/", FirstPageHandler, {"services": services}),
                (rf"/live/(?P<page>[a-z]+)(?:/(?P<scope>{SCOPE}))?", LiveHandler, {"services": live}),
                *picture_patterns(self._pictures()),
                (r"/metrics", MetricsHandler,
                 {"registry": CollectorRegistry(), "authorization": authorization}),
                *heat_patterns(dict.fromkeys(("wall", "desk"), HeatPage(OneTile(), lambda: OneTile())),
                               authorization),
            ],
            **guard_pages(pages, services),
        )  # fmt: skip
        self.server.start()
        self._started.set()

    def _pictures(self) -> CameraPictures:
        """Pictures of one camera that walls show, and of one that no wall may show."""

        def person_of(session: str) -> Person | None:
            account = self.access.sessions.account(session, self.now) if session else None
            return None if account is None else viewing_person(account)

        for name, privacy in (("cam1", "public_scene"), ("cam2", "sensitive")):
            place = Place(121.5, 31.2, "310115004")
            self.city.ledger.cameras[name] = Camera(name, "羽山路", place, privacy=privacy)
        given: Any = OnePicture()
        return CameraPictures(
            self.access.authorization, lambda: self.city, person_of, lambda: frozenset({"cam1"}), given,
            DetectionPictures(self.data), lambda: self.now,
        )  # fmt: skip

    def _build(self, *, lang: str, wide: bool, viewer: Viewer, panel: str) -> Any:
        self.viewers.append(viewer)
        return pn.pane.JSON({"secret of the": viewer.page, "lang": lang})

    def visitor(self, account: str = "", **headers: str) -> Visitor:
        """Somebody elsewhere, signed in when an account is named."""
        visitor = Visitor(self.url, **{**NOT_HERE, **headers})
        if account:
            assert visitor.sign_in(account, SECRET).status == 303
        return visitor

    def stop(self) -> None:
        async def stop() -> None:
            self.server.stop()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

        asyncio.run_coroutine_threadsafe(stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
        self.access.close()
        self.tokens.close()


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        made = House(Path(folder))
        yield made
        made.stop()


def hear(house: House, channel: str, visitor: Visitor, **more: Any) -> Any:
    headers = {**visitor.headers, **({"Cookie": visitor.cookie} if visitor.cookies else {})}
    url = house.url.replace("http", "ws") + f"/live/{channel}"
    return connect(url, additional_headers=headers, **more)


# ---- the way in


def test_the_right_password_opens_a_session_and_leads_on(house: House) -> None:
    visitor = house.visitor()
    answer = visitor.sign_in("li", SECRET, "/desk?lang=en")
    assert (answer.status, answer.location) == (303, "/desk?lang=en")
    [cookie] = [c for c in answer.headers.get_all("Set-Cookie") or [] if c.startswith(SESSION_COOKIE)]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie
    page = visitor.get("/desk")
    assert page.status == 200
    assert house.viewers[-1].session == visitor.cookies[SESSION_COOKIE]


def test_a_name_is_taken_as_people_type_it(house: House) -> None:
    assert house.visitor().sign_in("  LI ", SECRET).status == 303


def test_behind_tls_the_cookies_are_secure(house: House) -> None:
    visitor = house.visitor(**{"X-Forwarded-Proto": "https"})
    set_ = [
        visitor.get("/sign-in").headers["Set-Cookie"],
        visitor.sign_in("li", SECRET).headers.get_all("Set-Cookie")[0],  # type: ignore[index]
    ]
    assert ["Secure" in cookie for cookie in set_] == [True, True]


def test_a_session_id_never_outlives_a_sign_in(house: House) -> None:
    visitor = house.visitor()
    visitor.cookies[SESSION_COOKIE] = "planted-by-somebody-else"
    visitor.sign_in("li", SECRET)
    first = visitor.cookies[SESSION_COOKIE]
    assert first != "planted-by-somebody-else"
    fresh = house.visitor()
    form = fresh.get("/sign-in").form
    fresh.cookies[SESSION_COOKIE] = first
    assert fresh.post("/sign-in", {"account": "li", "password": SECRET, "form": form}).status == 303
    assert fresh.cookies[SESSION_COOKIE] != first
    old = house.visitor()
    old.cookies[SESSION_COOKIE] = first
    assert old.get("/desk").status == 302


def test_a_wrong_password_an_unknown_and_a_closed_account_get_the_same_answer(house: House) -> None:
    house.access.accounts.create("gone", "x", roles=["duty_officer"], now=1.0, password=SECRET)
    house.access.accounts.disable("gone", now=2.0)
    told = []
    for account, password in (("ding", "wrong password"), ("nobody", SECRET), ("gone", SECRET)):
        answer = house.visitor().sign_in(account, password)
        body = answer.text.replace(account, "ACCOUNT").replace(answer.form, "FORM")
        told.append((answer.status, body, sorted(answer.headers.keys())))
    assert told[0] == told[1] == told[2]
    assert told[0][0] == 401
    assert "账号或口令不对" in told[0][1]


def test_guessing_locks_an_account_for_minutes_and_tells_nothing_of_the_password(house: House) -> None:
    visitor = house.visitor()
    statuses = []
    for guess in range(10):
        statuses.append(visitor.sign_in("spare", f"guess number {guess}").status)
        house.now += 61
    assert statuses == [401] * 10
    right = visitor.sign_in("spare", SECRET)
    assert right.status == 429
    assert SESSION_COOKIE not in visitor.cookies
    assert house.visitor(**{"X-Forwarded-For": "198.51.100.9"}).sign_in("spare", SECRET).status == 429
    house.now += 900
    assert visitor.sign_in("spare", SECRET).status == 303
    counts = house.access.authorization.sign_ins
    assert counts["refused"] >= 10
    assert counts["waits"] >= 2
    assert counts["good"] >= 1


# ---- forms


@pytest.mark.parametrize(("headers", "form"), [
    ({"Origin": "http://evil.example"}, None), ({"Origin": "null"}, None), ({"Origin": ""}, None),
    ({}, ""), ({}, "1789475467.forged"), ({}, "x.y"), ({}, "-1.0"), ({}, "９.0"),
])  # fmt: skip
def test_a_form_of_another_page_or_without_our_token_signs_nobody_in(
    house: House, headers: dict[str, str], form: str | None
) -> None:
    visitor = house.visitor()
    ours = visitor.get("/sign-in").form
    fields = {"account": "li", "password": SECRET, "form": ours if form is None else form}
    assert visitor.post("/sign-in", fields, **headers).status == 403
    assert SESSION_COOKIE not in visitor.cookies


def test_a_form_is_good_for_its_own_browser_purpose_and_hour_alone(house: House) -> None:
    visitor, other = house.visitor(), house.visitor()
    fields = {"account": "li", "password": SECRET, "form": visitor.get("/sign-in").form}
    other.get("/sign-in")
    assert other.post("/sign-in", fields).status == 403
    assert house.visitor().post("/sign-in", fields).status == 403
    out = house.visitor("li")
    assert out.post("/sign-out", {"form": fields["form"]}).status == 403
    house.now += 3700
    late = visitor.post("/sign-in", fields)
    assert (late.status, "放得太久" in late.text) == (403, True)
    assert visitor.post("/sign-in", {**fields, "form": late.form}).status == 303


def test_fields_that_no_browser_sends_are_refused_and_break_nothing(house: House) -> None:
    visitor = house.visitor()
    form = visitor.get("/sign-in").form
    odd = "\x00\ud83d".encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    for fields in ({"form": form}, {"form": form, "account": odd, "password": odd * 5000}):
        assert visitor.post("/sign-in", fields).status in (401, 429)


@pytest.mark.parametrize("next_", [
    "//evil.example", "/\\evil.example", "http://evil.example/desk", "https:desk", "/sign-out",
    "javascript:alert(1)", "/desk\r\nSet-Cookie: a=b", "/desk/../../evil", "\\/evil",
    "/open/wall?key=x", "", "desk",
])  # fmt: skip
def test_nobody_is_led_anywhere_but_to_our_pages(house: House, next_: str) -> None:
    answer = house.visitor().sign_in("li", SECRET, next_)
    assert (answer.status, answer.location) == (303, "/desk")


def test_who_has_no_page_here_is_told_that_they_are_signed_in_and_by_text_alone(house: House) -> None:
    visitor = house.visitor()
    assert visitor.sign_in("ding", SECRET, "").location == "/sign-in"
    page = visitor.get("/sign-in").text
    assert PAYLOAD not in page
    assert "ding&lt;img src=x onerror=alert(1)&gt;" in page
    assert visitor.get("/desk").status == 403


@pytest.mark.parametrize(("lang", "words"), [
    ("zh", ("您的角色不能打开值班台", "角色：监督员", "本站暂无此角色的页面", "退出登录")),
    ("en", ("Your role may not open the desk", "Role: inspector", "There is no page for", "Sign out")),
])  # fmt: skip
def test_a_page_that_is_not_theirs_says_who_they_are_and_what_is(
    house: House, lang: str, words: tuple[str, ...]
) -> None:
    visitor = house.visitor("ding")
    answer = visitor.get(f"/desk?lang={lang}")
    assert answer.status == 403
    assert [word for word in words if word not in answer.text] == []
    assert PAYLOAD not in answer.text
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert f'href="/desk?lang={"en" if lang == "zh" else "zh"}"' in answer.text
    assert visitor.post("/sign-out", {"form": answer.form}).status == 303
    assert visitor.get("/desk").status == 302


def test_a_role_that_may_open_another_page_is_led_there(house: House) -> None:
    enrol(house.data, "intake", "贾××", "intake_officer", password=SECRET)
    answer = house.visitor("intake").get("/wall")
    assert (answer.status, "您的角色不能打开大屏" in answer.text) == (403, True)
    assert '<a href="/desk?lang=zh">打开值班台</a>' in answer.text


def test_a_wall_that_nobody_opened_lets_somebody_on_duty_sign_in(house: House) -> None:
    visitor = house.visitor()
    closed = visitor.get("/wall?lang=en")
    assert (closed.status, "The wall is not open here" in closed.text) == (403, True)
    assert 'value="/wall?lang=en"' in closed.text
    fields = {"account": "li", "password": SECRET, "form": closed.form, "next": "/wall?lang=en"}
    assert visitor.post("/sign-in", fields).location == "/wall?lang=en"
    assert visitor.get("/wall?lang=en").status == 200


def test_the_address_alone_leads_to_the_first_page_of_a_role(house: House) -> None:
    assert house.visitor().get("/?lang=en").location == "/sign-in?lang=en"
    assert house.visitor("li").get("/").location == "/desk?lang=zh"
    assert house.visitor("ding").get("/").location == "/sign-in?lang=zh"


def test_signing_out_ends_the_session_everywhere(house: House) -> None:
    visitor = house.visitor("li")
    kept = house.visitor()
    kept.cookies = dict(visitor.cookies)
    assert visitor.get("/sign-out").location == "/sign-in?lang=zh"
    assert kept.get("/desk").status == 200
    form = visitor.get("/sign-in").form
    assert visitor.post("/sign-out", {"form": form}, Origin="http://evil.example").status == 403
    assert kept.get("/desk").status == 200
    assert visitor.post("/sign-out", {"form": form}).status == 303
    assert SESSION_COOKIE not in visitor.cookies
    assert kept.get("/desk").status == 302


# ---- the authorization


FORGED = [
    "", "is_guest=1", "user=li", f"{SESSION_COOKIE}=",
    'user="2|1:0|10:1789475467|4:user|8:bGk=|00"; is_guest=1',
    f"{SESSION_COOKIE}=" + "a" * 43, f"{SESSION_COOKIE}=li", f"{SESSION_COOKIE}=' OR 1=1 --",
]  # fmt: skip


@pytest.mark.parametrize("cookie", FORGED)
def test_the_desk_its_channel_and_pictures_are_closed_without_a_session(house: House, cookie: str) -> None:
    made = len(house.viewers)
    visitor = house.visitor(Cookie=cookie)
    page = visitor.get("/desk?lang=en")
    assert (page.status, page.location) == (302, "/sign-in?next=%2Fdesk%3Flang%3Den")
    assert page.text == ""
    for path in ("/tiles/desk/density/1/0/0.png", "/camera/cam1.jpg", "/metrics"):
        assert visitor.get(path).status == 403
    with pytest.raises(InvalidStatus) as refused:
        hear(house, "desk", visitor)
    assert refused.value.response.status_code == 403
    assert len(house.viewers) == made


def test_this_machine_sees_walls_and_no_desk(house: House) -> None:
    here = Visitor(house.url)
    assert here.get("/wall").status == 200
    assert here.get("/desk").status == 302
    assert here.get("/tiles/desk/density/1/0/0.png").status == 403
    with pytest.raises(InvalidStatus):
        hear(house, "desk", here)


def test_a_view_key_of_a_wall_opens_no_desk(house: House) -> None:
    key = house.tokens.create("hall", ["view:wall"], now=1.0)
    wall = house.visitor()
    wall.cookies["citywall_view"] = house.access.authorization.cookie_for(key, "wall") or ""
    assert wall.get("/wall").status == 200
    assert wall.get("/camera/cam1.jpg").status == 200
    assert wall.get("/desk").status == 302


def test_a_persons_picture_of_a_camera_needs_a_view_that_says_why(house: House) -> None:
    officer, other = house.visitor("li"), house.visitor("spare")
    for camera in ("cam1", "cam2"):
        assert officer.get(f"/camera/{camera}.jpg?view").status == 403
        view = CameraView("li", "li", camera, "case", house.now - 10, house.now + 600, case="a")
        house.city.ledger.camera_views[view_key("li", camera)] = view
        assert officer.get(f"/camera/{camera}.jpg?view").status == 200
        assert other.get(f"/camera/{camera}.jpg?view").status == 403
        assert house.visitor().get(f"/camera/{camera}.jpg?view").status == 403
    house.now += 601
    try:
        assert officer.get("/camera/cam1.jpg?view").status == 403
    finally:
        house.now -= 601
    assert officer.get("/camera/cam2.jpg").status == 404, "no wall shows it, and this is a wall's address"


def test_what_nobody_may_see_is_black_in_the_picture_that_leaves(house: House) -> None:
    left = (((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)),)
    place = Place(121.5, 31.2, "310115004")
    house.city.ledger.cameras["cam3"] = Camera("cam3", "羽山路", place, masks=left)
    house.city.ledger.camera_views[view_key("li", "cam3")] = CameraView(
        "li", "li", "cam3", "patrol", house.now - 10, house.now + 600
    )
    answer = house.visitor("li").get("/camera/cam3.jpg?view")
    with Image.open(io.BytesIO(answer.body)) as picture:
        grey = picture.convert("L")
    assert grey.getpixel((grey.width // 4, grey.height // 2)) < 12
    assert grey.getpixel((grey.width * 3 // 4, grey.height // 2)) > 30


def test_the_picture_of_a_detection_is_for_desks_and_those_of_its_place(house: House) -> None:
    id_ = "0a1b2c3d4e5f-1"
    house.city.ledger.detections[id_] = Detection(
        id_, "0a1b2c3d4e5f", "cam1", "shop_overflow", "event:0405", Site(121.5, 31.2, "310115004"), 0.0, 0.0,
        600.0,
    )  # fmt: skip
    DetectionPictures(house.data).put(id_, jpeg(), house.now)
    for who, status in (("li", 200), ("street", 200), ("ding", 403), ("of-sw", 403), ("", 403)):
        assert house.visitor(who).get(f"/detection/{id_}.jpg").status == status, who
    assert house.visitor("li").get("/detection/0a1b2c3d4e5f-2.jpg").status == 404


def test_a_session_opens_the_pages_of_its_roles(house: House) -> None:
    officer, inspector = house.visitor("li"), house.visitor("ding")
    for path in ("/desk", "/wall", "/tiles/desk/density/1/0/0.png", "/camera/cam1.jpg"):
        assert officer.get(path).status == 200
        assert inspector.get(path).status == 403
    assert officer.get("/metrics").status == 403
    assert house.visitor("spare").get("/metrics").status == 200
    with hear(house, "desk", officer, origin=house.url) as socket:
        assert socket.recv(PATIENCE_S) == "desk"
    with pytest.raises(InvalidStatus):
        hear(house, "desk", inspector)


@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
def test_a_page_from_elsewhere_hears_nothing_though_its_browser_is_signed_in(
    house: House, origin: str
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        hear(house, "desk", house.visitor("li"), origin=origin)
    assert refused.value.response.status_code == 403


def end_by_revoking(house: House, visitor: Visitor) -> None:
    house.access.sessions.end(visitor.cookies[SESSION_COOKIE], house.now)


def end_by_closing(house: House, visitor: Visitor) -> None:
    house.access.accounts.disable("li", now=house.now)


def end_by_waiting(house: House, visitor: Visitor) -> None:
    house.now += 3600


def end_by_taking_the_role(house: House, visitor: Visitor) -> None:
    house.access.accounts.change("li", now=house.now, roles=["inspector"])


def close_code(socket: Any) -> int | None:
    """With what code a socket is closed."""
    try:
        for _ in range(100):
            socket.recv(PATIENCE_S)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None
    return None


@pytest.mark.parametrize("end", [end_by_revoking, end_by_closing, end_by_waiting, end_by_taking_the_role])
def test_when_a_right_ends_open_sockets_are_cut_within_five_seconds(
    house: House, end: Callable[[House, Visitor], None]
) -> None:
    def cut() -> float:
        """Return after how many seconds both sockets were cut; the right is there again at the end."""
        visitor = house.visitor("li")
        try:
            with hear(house, "desk", visitor) as live, page_socket(house, visitor, token_of(visitor)) as page:
                assert live.recv(PATIENCE_S) == "desk"
                assert page.recv(PATIENCE_S)
                end(house, visitor)
                ended = time.monotonic()
                assert [close_code(socket) for socket in (live, page)] == [4401, 4401]
                took = time.monotonic() - ended
            assert visitor.get("/desk").status in (302, 403)
        finally:
            house.access.accounts.enable("li", now=house.now)
            house.access.accounts.change("li", now=house.now, roles=["duty_officer"])
        return took

    assert soonest(cut, 5.0) < 5.0


def test_nothing_that_is_told_waits_for_what_was_told_before(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nagle's algorithm holds the second part of an answer back for 40 ms, and Bokeh sends three."""
    told: dict[int, bool] = {}
    ours = IOStream.set_nodelay
    monkeypatch.setattr(
        IOStream, "set_nodelay", lambda stream, value: (told.update({id(stream): value}), ours(stream, value))
    )
    visitor = house.visitor("li")
    with hear(house, "desk", visitor) as live, page_socket(house, visitor, token_of(visitor)) as page:
        assert live.recv(PATIENCE_S) == "desk"
        assert page.recv(PATIENCE_S)
        assert list(told.values()).count(True) == 2


# ---- pages of one agency


def status_of_channel(house: House, channel: str, visitor: Visitor) -> int:
    """101 for a channel that opens, else the status of the refusal."""
    try:
        with hear(house, channel, visitor):
            pass
    except InvalidStatus as refused:
        return refused.response.status_code
    return 101


def test_an_agency_opens_its_own_page_and_channel_and_no_other(house: House) -> None:
    water = house.visitor("of-sw")
    assert water.get("/agency/sw").status == 200
    assert (house.viewers[-1].page, house.viewers[-1].scope) == ("agency", "sw")
    built = len(house.viewers)
    with hear(house, "agency/sw", water, origin=house.url) as socket:
        assert socket.recv(PATIENCE_S) == "agency"
    made = list(house.scopes)
    other = water.get("/agency/dl?lang=zh")
    assert (other.status, len(house.viewers)) == (403, built)
    assert "您的角色不能打开单位页（dl）" in other.text
    assert '<a href="/agency/sw?lang=zh">打开单位页（sw）</a>' in other.text
    assert "退出登录" in other.text
    for channel in ("agency/dl", "agency", "agency/none", "desk", "duty", "wall"):
        assert status_of_channel(house, channel, water) == 403
    for path in ("/duty", "/desk", "/wall", "/tiles/desk/density/1/0/0.png", "/tiles/wall/density/1/0/0.png"):
        assert water.get(path).status == 403
    assert water.get("/tiles/agency/density/1/0/0.png").status == 404
    assert house.scopes == made


@pytest.mark.parametrize("account", ["ding", "street", "intake2"])
def test_who_is_of_no_agency_opens_none(house: House, account: str) -> None:
    if account == "intake2":
        enrol(house.data, account, "贾××", "intake_officer", password=SECRET)
    visitor, made = house.visitor(account), list(house.scopes)
    assert visitor.get("/agency/sw").status == 403
    assert status_of_channel(house, "agency/sw", visitor) == 403
    assert status_of_channel(house, "agency/none", visitor) == 403  # it does not learn which there are
    assert house.scopes == made


def test_nobody_and_no_wall_open_an_agencys_or_the_duty_page(house: House) -> None:
    nobody, here, wall = house.visitor(), Visitor(house.url), house.visitor()
    key = house.tokens.create("hall-2", ["view:wall"], now=1.0)
    wall.cookies["citywall_view"] = house.access.authorization.cookie_for(key, "wall") or ""
    for visitor in (nobody, here, wall):
        for page in ("agency/sw", "duty"):
            answer = visitor.get(f"/{page}?lang=en")
            assert (answer.status, answer.location) == (
                302, f"/sign-in?next=%2F{page.replace('/', '%2F')}%3Flang%3Den",
            )  # fmt: skip
            assert status_of_channel(house, page, visitor) == 403
        assert visitor.get("/agency?lang=en").location == "/sign-in?next=%2Fagency%3Flang%3Den"


def test_the_centre_opens_every_agency_that_there_is_and_the_duty_page(house: House) -> None:
    officer = house.visitor("li")
    for page in ("agency/sw", "agency/dl", "duty"):
        assert officer.get(f"/{page}").status == 200
        assert status_of_channel(house, page, officer) == 101
    unknown = officer.get("/agency/none?lang=en")
    assert (unknown.status, "There is no agency page (none)" in unknown.text) == (404, True)
    assert (status_of_channel(house, "agency/none", officer), "none" in house.scopes) == (404, False)
    assert status_of_channel(house, "duty/sw", officer) == 403
    assert status_of_channel(house, "cellar", officer) == 404
    for odd in ("/agency/%3Cb%3E", "/agency/a/b", "/agency/sw/x"):
        assert officer.get(odd).status == 404
    which = officer.get("/agency")
    links = ('<a href="/agency/sw?lang=zh">水务</a>', '<a href="/agency/dl?lang=zh">电&lt;b&gt;力</a>')
    assert (which.status, " ".join(links) in which.text) == (200, True)
    assert '<a href="/agency/dl?lang=en">Power</a>' in officer.get("/agency?lang=en").text
    nobody = house.visitor("ding").get("/agency")
    assert (nobody.status, "请在地址中写明单位代码：/agency/" in nobody.text) == (404, True)


def test_an_agency_is_led_to_its_own_page(house: House) -> None:
    water = house.visitor("of-sw")
    assert water.get("/agency?lang=en").location == "/agency/sw?lang=en"
    assert water.get("/agency/").location == "/agency/sw"
    assert water.get("/?lang=en").location == "/agency/sw?lang=en"
    wanted = house.visitor().sign_in("of-sw", SECRET, "/agency/sw?lang=en")
    assert wanted.location == "/agency/sw?lang=en"
    gone = house.visitor("of-gone").get("/agency/gone")
    assert (gone.status, "没有单位页（gone）" in gone.text) == (404, True)


def test_the_socket_of_an_agencys_page_opens_for_its_scope_alone(house: House) -> None:
    water, officer = house.visitor("of-sw"), house.visitor("li")
    token = token_of(water, "/agency/sw")
    with page_socket(house, water, token, "/agency/sw", origin=house.url) as socket:
        assert socket.recv(PATIENCE_S)
    for who, given, page in (
        (water, token, "/agency/dl"), (officer, token, "/agency/sw"), (house.visitor(), token, "/agency/sw"),
        (officer, token_of(officer, "/agency/dl"), "/agency/sw"), (water, token, "/desk"),
    ):  # fmt: skip
        with pytest.raises(InvalidStatus) as refused:
            page_socket(house, who, given, page)
        assert refused.value.response.status_code == 403


def test_who_changes_the_agency_is_cut_from_the_channel_of_the_old_one(house: House) -> None:
    enrol(house.data, "mover", "迁××", "agency_operator", password=SECRET, agency="sw")
    mover = house.visitor("mover")
    with hear(house, "agency/sw", mover) as socket:
        socket.recv(PATIENCE_S)
        house.access.accounts.change("mover", now=2.0, agency="dl")
        assert close_code(socket) == 4401


# ---- Panel's own page and socket


def token_of(visitor: Visitor, page: str = "/desk") -> str:
    """The token of a page that was opened."""
    text = visitor.get(page).text
    return text.split('"token":"')[1].split('"')[0]


def page_socket(house: House, visitor: Visitor, token: str, page: str = "/desk", **more: Any) -> Any:
    headers = {**visitor.headers, **({"Cookie": visitor.cookie} if visitor.cookies else {})}
    url = house.url.replace("http", "ws") + f"{page}/ws"
    return connect(url, additional_headers=headers, subprotocols=["bokeh", token], **more)  # type: ignore[list-item]


def payload_of(token: str) -> str:
    """Everything that a token says, unpacked."""

    def plain(text: str) -> bytes:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

    told = json.loads(plain(token.split(".")[0]))
    packed = told.get("__bk__zlib_")
    return json.dumps(told) + (zlib.decompress(plain(packed)).decode() if packed else "")


def test_the_page_does_not_tell_a_script_the_cookie_that_it_may_not_read(house: House) -> None:
    visitor = house.visitor("li", Authorization="Bearer x")
    token = token_of(visitor)
    told = payload_of(token) + visitor.get("/desk").text
    assert "session_id" in told
    assert visitor.cookies[SESSION_COOKIE] not in told
    assert "Bearer" not in told


def test_the_pages_socket_opens_for_its_own_viewer_alone(house: House) -> None:
    owner, colleague = house.visitor("li"), house.visitor("li")
    token = token_of(owner)
    with page_socket(house, owner, token, origin=house.url) as socket:
        assert socket.recv(PATIENCE_S)
    for who in (house.visitor(), house.visitor(Cookie="is_guest=1"), house.visitor("ding"), colleague):
        with pytest.raises(InvalidStatus) as refused:
            page_socket(house, who, token)
        assert refused.value.response.status_code == 403
    with pytest.raises(InvalidStatus):
        page_socket(house, owner, token, origin="http://evil.example")


def test_a_wall_has_no_way_to_a_desks_socket(house: House) -> None:
    here = Visitor(house.url)
    for token in (token_of(here, "/wall"), token_of(house.visitor("li")), "forged", "e30.e30"):
        with pytest.raises(InvalidStatus):
            page_socket(house, here, token)


def test_a_forged_token_gets_no_session_of_panel(house: House) -> None:
    owner = house.visitor("li")
    token = token_of(owner)
    body, mark = token.split(".")
    with page_socket(house, owner, f"{body}.{mark[::-1]}") as socket, pytest.raises(ConnectionClosed):
        socket.recv(PATIENCE_S)


def test_nobody_joins_a_session_of_panel_by_naming_it(house: House) -> None:
    owner, other = house.visitor("li"), house.visitor("spare")
    token = token_of(owner)
    session = json.loads(payload_of(token).split("}{")[0].rstrip("}") + "}")["session_id"]
    assert other.get(f"/desk?bokeh-token={token}").status == 403
    assert other.get(f"/desk?bokeh-session-id={session}").status == 403
    assert other.get("/desk", **{"Bokeh-Session-Id": session}).status == 403


@pytest.mark.parametrize(
    "path", ["/desk/autoload.js?bokeh-autoload-element=a", "/desk/metadata", "/wall/metadata"]
)
def test_ways_to_embed_a_page_elsewhere_are_gone(house: House, path: str) -> None:
    assert house.visitor("li").get(path).status == 404


@pytest.mark.parametrize("path", ["/desk", "/wall", "/sign-in", "/camera/cam1.jpg"])
def test_everything_forbids_framing_and_sniffing_and_is_stored_nowhere(house: House, path: str) -> None:
    headers = house.visitor("li").get(path).headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Server"] is None


def test_refusals_are_counted(house: House) -> None:
    before = house.access.authorization.refused
    house.visitor().get("/desk")
    house.visitor().get("/camera/cam1.jpg")
    assert house.access.authorization.refused == before + 2
    wait_for(lambda: house.access.authorization.sign_ins["good"] > 0)
