import re
from pathlib import Path

import pytest

from console.deployment.settings import SETTINGS, SettingsError, read_settings

README = Path(__file__).parents[3] / "README.md"


def test_the_readme_has_a_row_for_every_setting_and_no_other() -> None:
    rows = re.findall(r"^\| `(CITYWALL_\w+)` \| (.*?) \| (.*?) \|$", README.read_text(encoding="utf-8"), re.M)
    told = {s.variable: (f"`{s.default}`" if s.default != "" else "", s.help) for s in SETTINGS}
    assert {name: (default, text) for name, default, text in rows} == told


def test_a_value_of_the_wrong_kind_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match=r"CITYWALL_PORT: expected int, got 'eighty'"):
        read_settings({"CITYWALL_PORT": "eighty"})
    with pytest.raises(SettingsError, match=r"CITYWALL_OPEN_LOOPBACK: expected bool, got 'perhaps'"):
        read_settings({"CITYWALL_OPEN_LOOPBACK": "perhaps"})
    with pytest.raises(SettingsError, match="CITYWALL_LOG_FORMAT"):
        read_settings({"CITYWALL_LOG_FORMAT": "xml"})


def test_another_process_reads_the_same_settings_from_the_environment() -> None:
    settings = read_settings({}, port=6000, open_loopback=True, city_rate=60.0)
    assert read_settings(settings.environment()) == settings


def test_what_is_given_wins_over_the_environment() -> None:
    assert read_settings({"CITYWALL_PORT": "7000"}, port=6000).port == 6000
    assert read_settings({"CITYWALL_PORT": "7000"}, port=None).port == 7000


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("LOG_URL", "sentinel://u:geheim@one/ledger", "CITYWALL_LOG_URL: expected sentinel://host:port"),
        ("PICTURES_URL", "sentinel://one:1", "CITYWALL_PICTURES_URL: expected sentinel://host:port"),
        (
            "TELEMETRY_URLS",
            "cars=redis://one",
            "TELEMETRY_URLS: expected topic=url.* got the topic 'cars'",
        ),
        ("TELEMETRY_URLS", "unit=redis://a unit=redis://b", "at most once; got the topic 'unit'"),
        ("TELEMETRY_URLS", "redis://one", "CITYWALL_TELEMETRY_URLS: expected topic=url"),
        ("TELEMETRY_URLS", "unit=sentinel://one", "CITYWALL_TELEMETRY_URLS, unit: expected sentinel://"),
    ],
)
def test_an_unusable_address_of_servers_is_refused_by_name(name: str, value: str, why: str) -> None:
    with pytest.raises(SettingsError, match=why) as caught:
        read_settings({f"CITYWALL_{name}": value})
    assert "geheim" not in str(caught.value)


def test_addresses_of_several_servers_are_taken() -> None:
    sentinels = "sentinel://user:p%40ss@one:26379,two:26379/ledger"
    topics = f"unit=redis://three:6379 sensor={sentinels}"
    settings = read_settings({"CITYWALL_LOG_URL": sentinels, "CITYWALL_TELEMETRY_URLS": topics})
    assert (settings.log_url, settings.telemetry_urls) == (sentinels, topics)
