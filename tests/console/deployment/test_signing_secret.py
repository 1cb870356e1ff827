"""The secret that signs cookies is one, whole, and nobody else's to read."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from console.deployment.signing_secret import read_secret


def test_it_is_made_once_and_private(tmp_path: Path) -> None:
    secret = read_secret(tmp_path)
    assert len(set(secret)) > 8
    assert read_secret(tmp_path) == secret
    [path] = tmp_path.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_consoles_that_start_together_sign_with_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as starting:
        assert len(set(starting.map(read_secret, [tmp_path] * 64))) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


@pytest.mark.parametrize("written", [b"", b"short", b"x" * 33])
def test_what_is_no_secret_signs_nothing(tmp_path: Path, written: bytes) -> None:
    (tmp_path / "secret.key").write_bytes(written)
    with pytest.raises(ValueError, match=r"secret\.key: expected 32 bytes"):
        read_secret(tmp_path)
