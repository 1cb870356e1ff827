"""The samples of ``deploy/`` name the processes, ports, paths and settings that there are."""

import re
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from console.accounts.authorization import COOKIE, SESSION_COOKIE
from console.cli import MODULES
from console.deployment.settings import SETTINGS, read_settings
from console.pages.evidence_handlers import MOST_BYTES

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
NGINX = sorted((DEPLOY / "nginx").glob("*.conf"))
DEFAULTS = read_settings({})
PORTS = {"gateway": DEFAULTS.gateway_port, "console": DEFAULTS.port, "review": DEFAULTS.review_port}
VARIABLES = {setting.variable for setting in SETTINGS}

Block = list[tuple[list[str], Any]]


def processes() -> dict[str, str]:
    lines = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    return dict(line.split(": ", 1) for line in lines)


def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return read


def nginx(text: str) -> Block:
    """Return the directives of a configuration: each its words, and what is in its braces."""
    words = re.findall(r'"[^"]*"|[{};]|(?:\$\{|[^\s{};#"])+|#[^\n]*', text)
    return _block(iter([word for word in words if not word.startswith("#")]), "")


def _block(words: Any, end: str) -> Block:
    found: Block = []
    directive: list[str] = []
    for word in words:
        if word == "{":
            found.append((directive, _block(words, "}")))
            directive = []
        elif word == ";":
            found.append((directive, None))
            directive = []
        elif word == "}":
            assert (end, directive) == ("}", []), f"a directive without its ;: {directive}"
            return found
        else:
            directive.append(word)
    assert (end, directive) == ("", []), f"not closed: {directive}"
    return found


def directives(block: Block, name: str) -> list[list[str]]:
    """Return the words of every directive of this name, at any depth."""
    found = []
    for words, inner in block:
        if words[:1] == [name]:
            found.append(words[1:])
        found += directives(inner or [], name)
    return found


def test_there_is_one_unit_for_each_process() -> None:
    units = {path.stem.removeprefix("citywall-"): path for path in (DEPLOY / "systemd").glob("*.service")}
    assert units.keys() == processes().keys()
    for name, path in units.items():
        unit = ConfigParser(interpolation=None, strict=True)
        unit.optionxform = str  # type: ignore[assignment,method-assign]
        unit.read_string(path.read_text(encoding="utf-8"))
        assert unit["Service"]["ExecStart"].split("/")[-1] == processes()[name]
        assert unit["Service"]["EnvironmentFile"] == "/etc/citywall/citywall.env"
        assert unit["Service"]["ReadWritePaths"] == environment_file()["CITYWALL_DATA_DIR"]


def environment_file() -> dict[str, str]:
    lines = (DEPLOY / "systemd" / "citywall.env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if not line.startswith("#"))


def test_the_units_settings_are_read() -> None:
    environment = environment_file()
    assert environment.keys() <= VARIABLES
    assert read_settings(environment).feed_url.endswith(f":{PORTS['gateway']}")


def test_the_composition_runs_every_process_with_settings_that_there_are() -> None:
    services = compose()["services"]
    ours = {name: one for name, one in services.items() if one.get("image") == "citywall"}
    assert {name: " ".join(["citywall", *one["command"]]) for name, one in ours.items()} == processes()
    for name, one in ours.items():
        assert one["environment"].keys() <= VARIABLES
        assert set(one["depends_on"]) <= services.keys()
        published = [port.split(":")[-1] for port in one.get("ports", [])]
        assert published == ([str(PORTS[name])] if name in PORTS else [])
    assert (DEPLOY / ours["console"]["build"]["context"] / ours["console"]["build"]["dockerfile"]).exists()


def test_the_log_servers_have_the_policies_that_are_checked_at_start() -> None:
    wanted = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"}
    text = (DEPLOY / "valkey" / "log.conf").read_text(encoding="utf-8")
    told = dict(line.split(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))
    command = compose()["services"]["log"]["command"]
    composed = {command[at].removeprefix("--"): command[at + 1] for at in range(1, len(command), 2)}
    for found in (told, composed):
        assert {name: found[name] for name in wanted} == wanted
    [name] = re.findall(r"^sentinel monitor (\w+) ", (DEPLOY / "valkey" / "sentinel.conf").read_text(), re.M)
    assert environment_file()["CITYWALL_LOG_URL"].endswith(f"/{name}")


def test_the_container_opens_the_ports_of_the_processes_and_takes_every_package() -> None:
    text = (ROOT / "Containerfile").read_text(encoding="utf-8")
    [exposed] = re.findall(r"^EXPOSE (.+)$", text, re.M)
    assert {int(port) for port in exposed.split()} == set(PORTS.values())
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"benchmarks", "tests"}
    assert packages == set(re.findall(r"^COPY (\w+) \1$", text, re.M))
    assert set(re.findall(r"CITYWALL_\w+(?==)", text)) <= VARIABLES
    assert processes().keys() <= set(MODULES["processes"])


@pytest.mark.parametrize("path", NGINX, ids=[path.name for path in NGINX])
def test_a_proxy_hands_on_what_pages_and_sockets_need(path: Path) -> None:
    read = nginx(path.read_text(encoding="utf-8"))
    headers = directives(read, "proxy_set_header")
    for wanted in (["Upgrade", "$http_upgrade"], ["Connection", "$citywall_connection"], ["Host", "$host"]):
        assert wanted in headers
    assert ["X-Forwarded-For", "$remote_addr"] in headers
    assert {name for name, *_ in headers} == {
        "Host", "X-Forwarded-For", "X-Forwarded-Proto", "Upgrade", "Connection",
    }  # fmt: skip
    [size] = {size for [size] in directives(read, "client_max_body_size")}
    assert int(size.removesuffix("m")) * 2**20 >= MOST_BYTES
    assert ["1.1"] in directives(read, "proxy_http_version")


def test_the_edge_keeps_a_browser_at_its_console_and_tiles_by_right() -> None:
    read = nginx((DEPLOY / "nginx" / "edge.conf").read_text(encoding="utf-8"))
    near = nginx((DEPLOY / "nginx" / "console.conf").read_text(encoding="utf-8"))
    assert directives(read, "hash") == [["$citywall_sticky", "consistent"]]
    assert [f"$cookie_{SESSION_COOKIE}", "$citywall_sticky"] in directives(read, "map")
    [key] = directives(read, "proxy_cache_key")
    assert f"$cookie_{COOKIE}" in key[0]
    assert f"$cookie_{SESSION_COOKIE}" in key[0]
    assert ["/tiles/"] in directives(read, "location")
    [[port]] = directives(near, "listen")
    consoles = [server[0] for server in directives(read, "server") if server]
    assert {server.split(":")[1] for server in consoles} == {port, str(PORTS["review"])}
    assert directives(near, "proxy_pass") == [[f"http://127.0.0.1:{PORTS['console']}"]]
    names = {words[0] for words in directives(read, "upstream")}
    assert {words[0].removeprefix("http://") for words in directives(read, "proxy_pass")} == names
