"""The file of sources: wrong fields are named, secrets are elsewhere and never shown."""

from pathlib import Path

import pytest

from feeds.sources.contract import SourceError
from feeds.sources.live.credentials import Credentials, read_credentials
from feeds.sources.live.source_file import AnySource, read_source_file
from feeds.sources.live.topic_patterns import TopicPattern

MQTT = """
[[source]]
kind = "mqtt"
name = "drains"
broker = "mqtts://broker.example:1884"
[[source.reading]]
topic = "drain/{device}/level"
metric = "level"
"""


def read(tmp_path: Path, text: str) -> AnySource:
    path = tmp_path / "sources.toml"
    path.write_text(text, "utf-8")
    return read_source_file(path).source[0]


def test_the_address_of_a_broker(tmp_path: Path) -> None:
    address = read(tmp_path, MQTT).address(tmp_path)
    assert (address.host, address.port, address.tls) == ("broker.example", 1884, True)
    assert address.client_id == "citywall-drains"
    plain = read(tmp_path, MQTT.replace("mqtts://broker.example:1884", "mqtt://[::1]")).address(tmp_path)
    assert (plain.host, plain.port, plain.tls) == ("::1", 1883, False)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("mqtts://", "https://", "drains: broker: expected mqtt://host:port"),
        ("broker.example", "me:hidden@broker.example", "without a login"),
        ("1884", "99999", "expected mqtt://host:port"),
        ('metric = "level"', 'metric = "level"\nuint = "m"', "unknown field `uint`"),
        ("drain/{device}/level", "drain/{device}/l+", "topic: expected levels like"),
        ("drain/{device}/level", "{device}/{device}", "a name occurs twice"),
        (
            "drain/{device}/level",
            "drain/{well}/level",
            "device: expected text with names of the topic ({well})",
        ),
        ('metric = "level"', 'metric = "{device.x}"', "metric: expected text with names of the topic"),
        (
            'metric = "level"',
            'metric = "l"\nzone = "Asia/Nowhere"',
            "zone: 'Asia/Nowhere' is no time zone",
        ),
        ('metric = "level"', 'metric = "l"\ntimes = ["%H"]', "zone: expected with times"),
        ('name = "drains"', 'name = "../x"', "regex"),
        ('name = "drains"', 'name = "drains"\npassword = "hidden"', "password: expected in the secrets file"),
        ('name = "drains"', 'name = "drains"\nca_file = "no.pem"', "ca_file: no such file"),
        ('kind = "mqtt"', 'kind = "opc"', "Invalid value 'opc'"),
        ("[[source.reading]]", "[[source.readings]]", "unknown field `readings`"),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(SourceError) as error:
        read(tmp_path, MQTT.replace(old, new))
    assert said in str(error.value)
    assert "hidden" not in str(error.value)


def test_two_sources_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="two sources are called drains"):
        read(tmp_path, MQTT + MQTT)


def test_secrets_come_from_the_file_or_the_environment(tmp_path: Path) -> None:
    path = tmp_path / "secrets.toml"
    path.write_text('[drains]\ntoken = "t1"\nuser = "u"\npassword = "p1"\n')
    path.chmod(0o600)
    variables = {"CITYWALL_SOURCE_DRAINS_PASSWORD": "p2", "CITYWALL_SOURCE_AIR_2_TOKEN": "t2"}
    found = read_credentials(["drains", "air-2"], path, variables)
    assert found == {
        "drains": Credentials(token="t1", user="u", password="p2"), "air-2": Credentials(token="t2"),
    }  # fmt: skip
    assert "p2" not in f"{found!r} {found['drains'].broker!r}"


def test_no_error_about_secrets_shows_one(tmp_path: Path) -> None:
    path = tmp_path / "secrets.toml"
    for text, said in (
        ("[drains]\ntoken = hidden", "expected TOML"),
        ('[drains]\ntokn = "hidden"', "unknown field `tokn`"),
        ('drains = "hidden"', "Expected `object`"),
        ('[drains]\ntoken = ""\npassword = "hidden"', "token: expected a token of the gateway"),
    ):
        path.write_text(text)
        with pytest.raises(SourceError) as error:
            read_credentials(["drains"], path, {})
        assert said in str(error.value)
        assert "hidden" not in str(error.value)


def test_a_secrets_file_that_others_may_read_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "secrets.toml"
    path.write_text('[drains]\ntoken = "t"\n')
    for mode in (0o640, 0o600):
        path.chmod(mode)
        read_credentials(["drains"], path, {})
    assert capsys.readouterr().out.count("secrets_readable_by_others") == 1


def test_a_pattern_names_whole_levels() -> None:
    pattern = TopicPattern("city/{street}/+/a.b/#")
    assert pattern.filter == "city/+/+/a.b/#"
    assert pattern.levels("city/塘桥/x/a.b/more/still") == {"street": "塘桥"}
    assert pattern.levels("city/塘桥/x/acb/more") is None
    assert pattern.levels("city/a/b/x/a.b/more") is None


def test_the_examples_of_the_how_to_can_be_used(tmp_path: Path) -> None:
    page = Path(__file__).parents[4] / "docs" / "how-to" / "connect-sensors.md"
    blocks = [block.split("```")[0] for block in page.read_text("utf-8").split("```toml\n")[1:]]
    files = [block for block in blocks if "[[source]]" in block]
    (tmp_path / "city-ca.pem").touch()
    assert len([read(tmp_path, block) for block in files]) >= 3
