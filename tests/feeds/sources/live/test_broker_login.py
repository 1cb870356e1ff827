"""TLS and password of a real broker."""

import datetime as dt
import ipaddress
import subprocess
from pathlib import Path

import aiomqtt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec.structs import replace

from feeds.sources.live.broker import Connection
from feeds.sources.live.credentials import Login
from feeds.sources.live.mqtt_table import MqttTable
from feeds.sources.live.outbox import Outbox
from feeds.sources.live.source_file import MqttSource, ReadingRow
from feeds.sources.live.spool import Spool
from tests.feeds.sources.live.conftest import Broker, background, until


def secrets_of_a_broker(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    here = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    own = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([here]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    users = ["mosquitto_passwd", "-b", "-c", folder / "users", "citywall", "right-word"]
    subprocess.run(users, check=True)
    (folder / "cert.pem").write_bytes(own.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


# paho leaves the socket of a failed handshake to the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_tls_and_password_are_needed_and_not_logged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets_of_a_broker(tmp_path)
    broker = Broker(
        tmp_path,
        f"allow_anonymous false\npassword_file {tmp_path}/users\n"
        f"certfile {tmp_path}/cert.pem\nkeyfile {tmp_path}/key.pem\n",
    )
    await broker.start()
    source = MqttSource(
        name="drains", broker=broker.url.replace("mqtt:", "mqtts:"), ca_file="cert.pem",
        reading=[ReadingRow(topic="{device}", metric="level")],
    )  # fmt: skip
    address = source.address(tmp_path)
    assert address is not None
    spool = Spool(tmp_path / "spool.sqlite")
    outbox = Outbox("drains", spool, limit=1 << 20)
    try:
        for ca_file, word in ((address.ca_file, "wrong-word"), ("", "right-word")):
            wrong = Connection(
                replace(address, ca_file=ca_file), Login("citywall", word), MqttTable(source), outbox
            )
            async with background(wrong.run()):
                told = ""

                def is_told() -> bool:
                    nonlocal told
                    told += capsys.readouterr().out
                    return "broker_unreachable" in told

                await until(is_told)
            assert word not in told
            assert not wrong.is_connected
        right = Connection(address, Login("citywall", "right-word"), MqttTable(source), outbox)
        async with background(right.run()):
            await until(lambda: right.is_connected)
            tls = aiomqtt.TLSParameters(ca_certs=str(tmp_path / "cert.pem"))
            async with aiomqtt.Client(
                "127.0.0.1", broker.port, username="citywall", password="right-word", tls_params=tls
            ) as sensor:
                await sensor.publish("a", "1", qos=1)
            await until(lambda: outbox.waiting == 1)
        assert "right-word" not in capsys.readouterr().out
    finally:
        broker.kill()
        spool.close()
