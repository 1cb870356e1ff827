"""The log server's file after a power cut: really written, then cut, filled with zeros or broken."""

import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from feeds.ledger import Appended, Ledger
from feeds.log_file import LogFileDamaged, whole_length
from feeds.servers import EmbeddedServers
from feeds.telemetry import Batch, Telemetry, digest_of
from tests.chains import noted

FACTS = 40


@pytest.fixture
def data() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        yield Path(folder)


async def written(data: Path) -> Path:
    """Facts and measurements, appended to a real server that then dies; return its file."""
    servers = EmbeddedServers(data)
    servers.start()
    ledger, telemetry = await Ledger.open(servers.log_url), await Telemetry.open(servers.log_url)
    for start in range(0, FACTS, 8):
        await ledger.append(noted(8, after=start, subject="case:1"))
        batch = Batch("c", "2026-11-20T10:00:00+00:00", [digest_of("c", str(start))], "n", [b'{"id":"x"}'])
        await telemetry.append("unit", [batch])
    await ledger.close()
    await telemetry.close()
    os.kill(servers.log_pid, signal.SIGKILL)
    servers.stop()
    [path] = (data / "log" / "appendonlydir").glob("*.incr.aof")
    return path


async def facts_of(data: Path) -> int:
    """Start on what is there; return how many facts there are, after one more could be appended."""
    servers = EmbeddedServers(data)
    servers.start()
    ledger = await Ledger.open(servers.log_url)
    position, _ = await ledger.head()
    assert isinstance((await ledger.append(noted(1, after=1000 + position)))[0], Appended)
    assert [entry.position for entry in await ledger.read(0)] == list(range(1, position + 2))
    await ledger.close()
    servers.stop()
    return position


@pytest.mark.parametrize(
    ("harm", "facts"),
    [
        (lambda whole: whole + b"\0" * 5000, FACTS),
        (lambda whole: whole[:-137], FACTS),  # the last append was of telemetry
        (lambda whole: whole[:-137] + b"\0" * 4096, FACTS),
        (lambda whole: whole[: whole.rfind(b"{ledger}:head") + 5] + b"\0" * 4096, FACTS - 8),
    ],
    ids=["zeros", "cut", "cut and zeros", "cut in an append of facts"],
)
async def test_what_a_power_cut_leaves_at_the_end_is_cut_off_and_kept(
    data: Path, harm: Callable[[bytes], bytes], facts: int
) -> None:
    path = await written(data)
    harmed = harm(path.read_bytes())
    path.write_bytes(harmed)
    with capture_logs() as lines:
        assert await facts_of(data) == facts
    [line] = [line for line in lines if line["event"] == "log_file_mended"]
    whole = line["whole_bytes"]
    assert [kept.read_bytes() for kept in path.parent.glob("*cut-off*")] == [harmed[whole:]]
    assert line["cut_bytes"] == len(harmed) - whole > 0
    with capture_logs() as lines:
        assert await facts_of(data) == facts + 1
    assert [line for line in lines if line["event"] == "log_file_mended"] == []


@pytest.mark.parametrize("end", [b"", b"\0" * 4096], ids=["whole end", "zeros at the end too"])
async def test_a_file_that_is_broken_in_its_middle_is_refused_in_a_sentence_and_left_as_it_is(
    data: Path, end: bytes
) -> None:
    path = await written(data)
    whole = path.read_bytes()
    place = whole.find(b"XADD", len(whole) // 2)
    harmed = whole[:place] + b"\0" * 512 + whole[place + 512 :] + end
    path.write_bytes(harmed)
    servers = EmbeddedServers(data)
    with pytest.raises(LogFileDamaged, match=r"is damaged at byte \d+ of .*nothing was changed.*restore"):
        servers.start()
    assert path.read_bytes() == harmed
    assert [one.name for one in path.parent.iterdir() if "cut-off" in one.name] == []


def command(*words: bytes) -> bytes:
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in words)


WORDS = st.lists(st.binary(max_size=30).filter(lambda word: b"\r\n" not in word), min_size=1, max_size=4)
APPENDS = st.lists(
    st.one_of(
        WORDS.map(lambda words: command(b"SET", *words)),
        st.lists(WORDS, max_size=3).map(
            lambda some: command(b"MULTI") + b"".join(command(b"XADD", *w) for w in some) + command(b"EXEC")
        ),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


@given(APPENDS, st.data())
def test_a_file_is_whole_up_to_the_last_append_that_ends_before_the_cut(
    appends: list[bytes], data: st.DataObject
) -> None:
    whole = b"".join(appends)
    cut = data.draw(st.integers(0, len(whole)))
    zeros = data.draw(st.integers(0, 20))
    ends = [0, *(len(b"".join(appends[: number + 1])) for number in range(len(appends)))]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(whole[:cut] + b"\0" * zeros)
        assert whole_length(path) == max(end for end in ends if end <= cut)


def test_a_wrong_length_that_swallows_whole_commands_is_no_cut_end(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(command(b"SET", b"a") + b"*2\r\n$3\r\nSET\r\n$999\r\nb\r\n" + command(b"SET", b"c") * 3)
    with pytest.raises(LogFileDamaged, match="at byte 20 of"):
        whole_length(path)
