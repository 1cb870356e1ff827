"""What the console answers over HTTP, to whom, and what it keeps to itself."""

import gzip
import http.client
import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import brotli
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from feeds.people.accounts import Accounts
from layers.projection import to_mercator
from tests.invented import PLACES, camera, case, jpeg, publish, publish_all, snapshot
from tests.running import PATIENCE_S, Running, comes_to, wait_for
from tests.signed_in import Visitor

FORBIDDEN = ("sensitive", "forbidden_on_wall")
PROXIED = {"X-Real-IP": "203.0.113.7"}
"""A request that a proxy hands on: it does not come from this machine."""


class Answer:
    """One answer, redirects not followed."""

    def __init__(self, running: Running, path: str, headers: dict[str, str] | None = None) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", running.settings.port, timeout=PATIENCE_S)
        connection.putrequest("GET", path, skip_host=False)
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        self.status, self.headers, self.body = answer.status, answer.headers, answer.read()
        connection.close()


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        whole = Running(Path(folder))
        try:
            whole.start()
            records = {
                "case": [case("c1", urgency="critical", road="Yushan Road")],
                "camera": [
                    camera("cam1"),
                    snapshot("cam1", 1),
                    *(camera(name, privacy=name) for name in FORBIDDEN),
                    *(snapshot(name, 1) for name in FORBIDDEN),
                    snapshot("unknown", 1),
                ],
            }
            publish_all(whole, records)
            wait_for(lambda: Answer(whole, "/camera/cam1.jpg").status == 200)
            yield whole
        finally:
            whole.stop()


@pytest.fixture(scope="module")
def door(running: Running) -> dict[str, str]:
    """The headers of a wall elsewhere that was opened with its key."""
    answer = Answer(running, f"/open/wall?key={running.viewer}", PROXIED)
    return {**PROXIED, "Cookie": answer.headers["Set-Cookie"].split(";")[0]}


def test_health_says_that_we_are_here_and_which_build_to_anybody(running: Running) -> None:
    answer = Answer(running, "/healthz", PROXIED)
    assert answer.status == 200
    assert json.loads(answer.body).keys() == {"ok", "build"}


def test_ready_names_no_problem_when_there_is_none(running: Running) -> None:
    comes_to(lambda: json.loads(Answer(running, "/readyz").body), {"ready": True, "problems": []})


def test_metrics_tell_lag_sessions_lateness_bytes_and_records_to_this_machine_alone(running: Running) -> None:
    names = (
        "citywall_ready 1.0", "citywall_loop_late_seconds", "citywall_sessions", "citywall_watchers",
        "citywall_channel_bytes_total", "citywall_feed_lag_seconds", "citywall_views_refused_total",
        'citywall_sign_ins_total{outcome="refused"}',
        'citywall_records_total{topic="case"} 1.0',
        'citywall_watchers{channel="street"} 0.0', 'citywall_watchers_behind{channel="wall"} 0.0',
        'citywall_channel_looks_total{channel="wall"}',
        'citywall_channel_look_cpu_seconds_total{channel="wall"}',
        'citywall_channel_frame_age_seconds{channel="wall"}',
        'citywall_channel_frame_age_seconds{channel="duty"} NaN',
        'citywall_channel_frames_dropped_total{channel="wall"}',
        'citywall_channel_views_dropped_total{channel="agency"} 0.0',
    )  # fmt: skip

    def missing() -> list[str]:
        told = Answer(running, "/metrics")
        assert told.status == 200
        return [name for name in names if name not in told.body.decode()]

    comes_to(missing, [])
    assert Answer(running, "/metrics", PROXIED).status == 403


@pytest.mark.parametrize(
    "path",
    ["/healthz", "/readyz", "/metrics", "/citywall/static/js/live.js", "/open/wall", "/sign-in", "/wall"],
)
def test_our_handlers_name_no_server_and_forbid_sniffing(running: Running, path: str) -> None:
    headers = Answer(running, path).headers
    assert headers["Server"] is None
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_static_file_is_immutable_under_its_build_and_stored_nowhere_without(running: Running) -> None:
    paths = ("js/live.js", "js/live.js?v=b1", "@b1/js/live.js")
    plain, marked, below = (Answer(running, f"/citywall/static/{path}") for path in paths)
    assert plain.body == marked.body == below.body
    assert plain.headers["Content-Type"].split(";")[0].endswith("/javascript")
    assert plain.headers["Cache-Control"] == "no-store"
    assert "immutable" in marked.headers["Cache-Control"]
    assert below.headers["Cache-Control"] == marked.headers["Cache-Control"]


def scripts_of_the_wall(running: Running) -> list[str]:
    """The scripts of Bokeh and of Panel, and one of ours, as the page names them."""
    page = Answer(running, "/wall").body.decode()
    names = re.findall(r'src="(/?(?:static|citywall/static)/[^"]+)"', page)
    found = [next(f"/{one.lstrip('/')}" for one in names if mark in one)
             for mark in ("js/bokeh", "extensions/panel/panel", "js/live.js")]  # fmt: skip
    assert all("?v=" in one for one in found)
    return found


def test_scripts_are_compressed_for_who_accepts_it_and_for_nobody_else(running: Running) -> None:
    for path in scripts_of_the_wall(running):
        plain, refusing = Answer(running, path), Answer(running, path, {"Accept-Encoding": "gzip;q=0"})
        zipped, best = (Answer(running, path, {"Accept-Encoding": one}) for one in ("gzip", "gzip, br"))
        told = [one.headers["Content-Encoding"] for one in (plain, refusing, zipped, best)]
        assert told == [None, None, "gzip", "br"]
        assert plain.body == refusing.body == gzip.decompress(zipped.body) == brotli.decompress(best.body)
        assert len(best.body) < len(zipped.body) < len(plain.body) / 2
        for one in (plain, zipped, best):
            assert (one.status, one.headers["Vary"]) == (200, "Accept-Encoding")
            assert one.headers["Content-Type"].split(";")[0].endswith("/javascript")
            assert "immutable" in one.headers["Cache-Control"]


def test_a_browser_that_has_a_script_is_not_sent_it_again(running: Running) -> None:
    for path in scripts_of_the_wall(running):
        zipped = Answer(running, path, {"Accept-Encoding": "gzip"})
        has_it = {"If-None-Match": zipped.headers["ETag"]}
        again = Answer(running, path, {"Accept-Encoding": "gzip", **has_it})
        assert (again.status, again.body) == (304, b"")
        assert (again.headers["ETag"], again.headers["Vary"]) == (zipped.headers["ETag"], "Accept-Encoding")
        plain = Answer(running, path, has_it)  # it has the compressed one, which is another
        assert (plain.status, plain.headers["Content-Encoding"]) == (200, None)


@pytest.mark.parametrize("path", [
    "../tornado/web.py", "%2e%2e/util/paths.py", "js/none.js", "js", "js/%00.js",
    "extensions/panel/../../../bokeh/util/paths.py", "extensions/none/panel.js", "extensions/panel/none.js",
    "extensions/panel", "extensions//etc/passwd",
])  # fmt: skip
def test_of_the_libraries_nothing_but_their_resources_is_given_away(running: Running, path: str) -> None:
    assert Answer(running, f"/static/{path}").status in (400, 403, 404)


@pytest.mark.parametrize("path", [
    "../secret", "../pyproject.toml", "%2e%2e/pyproject.toml", "js/../../console/serve.py",
    "js/%2e%2e/%2e%2e/console/serve.py", "..%2f..%2fetc%2fpasswd", "/etc/passwd", "%2fetc%2fpasswd",
    "tables/roster.csv", "js/../tables/roster.csv", "district/city.toml", "__init__.py", "js", "js/",
    "js/none.js", "@b1", "@b1/", "@b1/../pyproject.toml", "@b1/tables/roster.csv", "@../pyproject.toml",
    "@b1//etc/passwd", "@b1/@b1/js/live.js", "%00", "js/%00.js", "js/live.js%00.png", "\\..\\secret",
])  # fmt: skip
def test_nothing_outside_the_served_folders_is_given_away(running: Running, path: str) -> None:
    assert Answer(running, f"/citywall/static/{path}").status in (400, 404)


def test_a_tile_of_the_density_is_a_picture_for_who_may_see_the_wall(
    running: Running, door: dict[str, str]
) -> None:
    path = "/tiles/wall/density/11/1714/836.png"
    here, there, refused = (Answer(running, path, headers) for headers in ({}, door, PROXIED))
    assert (here.status, there.status, refused.status) == (200, 200, 403)
    assert here.body.startswith(b"\x89PNG")
    assert refused.body == b"403\n"


def test_a_tile_of_the_present_version_never_changes(running: Running) -> None:
    with connect(f"ws://127.0.0.1:{running.settings.port}/live/wall?heat=worst") as socket:
        path = "/tiles/wall/worst.now/11/1714/836.png"

        def present() -> Answer | None:
            """The tile by the version that was told last; there may be a newer one by now."""
            head = heat_of(socket)
            fresh = Answer(running, f"{path}?v={head['v']}")
            is_told = head["kind"] == "worst" and head["count"] > 0
            return fresh if is_told and "immutable" in fresh.headers["Cache-Control"] else None

        fresh = wait_for(present)
        old = Answer(running, f"{path}?v=other")
    assert old.headers["Cache-Control"] == "private, max-age=2"
    assert fresh.body == old.body


def heat_of(socket: Any) -> dict[str, Any]:
    """The meta of the next heat on a live socket."""
    while True:
        data = socket.recv(timeout=PATIENCE_S)
        if isinstance(data, bytes):
            head = json.loads(data[4 : 4 + int.from_bytes(data[:4], "little")])
            if head["frame"] == "heat" and "meta" in head:
                return dict(head["meta"])


def test_a_heat_that_there_is_not_is_refused_by_name(running: Running) -> None:
    answer = Answer(running, "/live/wall?heat=cases.2h")
    assert answer.status == 400
    assert b"expected one of cases." in answer.body


def test_a_pressed_place_tells_its_cases_to_who_may_see_the_page(running: Running) -> None:
    x, y = (float(value) for value in to_mercator(*PLACES[0]))

    def found() -> tuple[int, str]:
        told = json.loads(Answer(running, f"/heat/wall/cases.24h?x={x}&y={y}&m=80").body)
        return told["count"], told["worst"]

    comes_to(found, (1, "critical"))
    assert json.loads(Answer(running, f"/heat/wall/cases?x={x + 9000}&y={y}&m=80").body)["count"] == 0
    assert Answer(running, f"/heat/wall/cases?x={x}&y={y}&m=80", PROXIED).status == 403
    assert Answer(running, "/heat/wall/cases?x=1&y=nan&m=80").status == 400
    for path in ("briefing/cases", "wall/rain"):
        assert Answer(running, f"/heat/{path}?x=1&y=1&m=1").status == 404


@pytest.mark.parametrize("path", [
    "wall/density/21/0/0", "wall/density/3/8/0", "wall/density/3/0/8", "wall/density/99/0/0",
    "briefing/density/3/0/0", "wall/rain/3/0/0", "wall/density/-1/0/0",
])  # fmt: skip
def test_a_tile_that_there_is_not_is_not_found(running: Running, path: str) -> None:
    assert Answer(running, f"/tiles/{path}.png").status == 404


def test_a_cameras_newest_picture_comes_with_its_moment_to_who_may_see_the_wall(
    running: Running, door: dict[str, str]
) -> None:
    here, there, refused = (Answer(running, "/camera/cam1.jpg", headers) for headers in ({}, door, PROXIED))
    assert (here.status, there.status, refused.status) == (200, 200, 403)
    assert here.body == jpeg()
    assert here.headers["Content-Type"] == "image/jpeg"
    assert here.headers["X-Taken-At"].startswith("20")
    assert Answer(running, "/camera/none.jpg").status == 404
    for name in (*FORBIDDEN, "unknown"):
        assert Answer(running, f"/camera/{name}.jpg", door).status == 404
    assert Answer(running, "/camera/..%2fcam1.jpg").status == 404


def test_the_wall_is_refused_without_data_to_who_comes_by_a_proxy_without_a_key(running: Running) -> None:
    answer = Answer(running, "/wall", PROXIED)
    assert answer.status == 403
    assert "大屏未开放".encode() in answer.body
    assert len(answer.body) < 20_000
    # It tells what /sign-in tells everybody, the name of the centre, and nothing of the city.
    assert [word for word in (b"citywall-page", b"Yushan", "洋泾".encode()) if word in answer.body] == []


def test_the_key_of_a_wall_opens_it_and_does_not_stay_in_the_address(
    running: Running, door: dict[str, str]
) -> None:
    opened = Answer(running, f"/open/wall?key={running.viewer}", PROXIED)
    assert opened.status == 302
    assert opened.headers["Location"] == "/wall"
    cookie = opened.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert running.viewer not in cookie
    page = Answer(running, "/wall", door)
    assert page.status == 200
    assert b"citywall-page" in page.body


@pytest.mark.parametrize("path", ["/open/wall", "/open/wall?key=guess", "/open/metrics?key={viewer}",
                                  "/open/wall?key={publisher}"])  # fmt: skip
def test_no_other_key_opens_a_door(running: Running, path: str) -> None:
    tokens = {"viewer": running.viewer, "publisher": running.publisher}
    answer = Answer(running, path.format(**tokens))
    assert answer.status == 403
    assert answer.headers["Set-Cookie"] is None


def test_a_refused_look_at_the_wall_is_counted(running: Running) -> None:
    Answer(running, "/wall", PROXIED)
    figures = Answer(running, "/metrics").body.decode().splitlines()
    [count] = [line.split()[1] for line in figures if line.startswith("citywall_views_refused_total")]
    assert float(count) >= 1


def live(running: Running, channel: str = "wall", **more: str) -> str:
    """The first message of a live socket."""
    url = f"ws://127.0.0.1:{running.settings.port}/live/{channel}"
    origin = more.pop("origin", None)
    with connect(url, additional_headers=more, origin=origin, max_size=None) as socket:  # type: ignore[arg-type]
        return str(socket.recv(PATIENCE_S))


def test_the_live_socket_greets_our_own_pages_and_programs(running: Running, door: dict[str, str]) -> None:
    own = f"http://127.0.0.1:{running.settings.port}"
    assert '"hello"' in live(running)
    assert '"hello"' in live(running, origin=own)
    assert '"hello"' in live(running, origin=own, **door)


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "http://127.0.0.1:1", "http://127.0.0.1.evil.example", "null", "https://"],
)
def test_the_live_socket_refuses_a_page_from_elsewhere(running: Running, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        live(running, origin=origin)
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(("channel", "headers", "status"), [
    ("nowhere", {}, 404), ("leader", {}, 403), ("wall", PROXIED, 403),
    ("wall", {**PROXIED, "Cookie": "citywall_view=a.b.c"}, 403),
])  # fmt: skip
def test_the_live_socket_refuses_an_unknown_channel_and_who_may_not_look(
    running: Running, channel: str, headers: dict[str, str], status: int
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        live(running, channel, **headers)
    assert refused.value.response.status_code == status


def test_what_a_browser_says_on_the_live_socket_changes_nothing(running: Running) -> None:
    url = f"ws://127.0.0.1:{running.settings.port}/live/wall"
    with connect(url, max_size=None) as socket:
        for message in ("x", "{}", '{"views":{}}', b"\x00" * 10_000, "[" * 10_000):
            socket.send(message)
        publish(running, "case", [case("c2", place=3, urgency="critical", road="Later Road")])
        told = (str(socket.recv(PATIENCE_S)) for _ in range(100))
        assert next(text for text in told if "Later Road" in text)


def test_the_sign_in_page_is_served_with_its_style_and_the_name_of_the_centre(running: Running) -> None:
    page = Answer(running, "/sign-in", PROXIED)
    assert page.status == 200
    assert "浦东".encode() in page.body
    assert Answer(running, "/citywall/static/css/sign_in.css").status == 200


def test_somebody_signs_in_sees_the_wall_and_signs_out(running: Running) -> None:
    accounts = Accounts(running.data)
    accounts.create("li", "李××（值班员）", roles=["duty_officer"], now=1.0, password="correct horse")
    accounts.close()
    visitor = Visitor(running.console, **PROXIED)
    assert visitor.get("/wall").status == 403
    assert visitor.sign_in("li", "correct horse", "/wall").location == "/wall"
    assert "citywall-page" in visitor.get("/wall").text
    assert '"hello"' in live(running, Cookie=visitor.cookie, **PROXIED)
    visitor.post("/sign-out", {"form": visitor.get("/sign-in").form})
    assert visitor.get("/wall").status == 403


def test_the_console_says_which_process_serves_the_review(running: Running) -> None:
    answer = Answer(running, "/review")
    assert answer.status == 404
    assert f"citywall review, port {running.settings.review_port}" in answer.body.decode()
