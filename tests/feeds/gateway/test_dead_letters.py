import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from feeds.gateway import dead_letters
from feeds.gateway.dead_letters import DeadLetters
from feeds.people.encryption import Encryption
from feeds.protocol.answers import Ack, Rejection
from feeds.protocol.frames import Frame, decode

WHY = Rejection(0, "lon", "not_a_number", "expected a number")


class Desk:
    """A publisher that notes what it is given."""

    def __init__(self, *rejected: Rejection) -> None:
        self.sent: list[Any] = []
        self._rejected = list(rejected)

    async def send(self, records: Sequence[dict[str, Any]]) -> Ack:
        self.sent += records
        return Ack(1 - len(self._rejected), 0, self._rejected, None)


@pytest.fixture
def letters(tmp_path: Path) -> DeadLetters:
    return DeadLetters(tmp_path, Encryption.from_file(tmp_path / "people.key"))


def test_a_rejected_record_is_kept_whole_as_it_was_sent(letters: DeadLetters, tmp_path: Path) -> None:
    frame = decode(
        '{"batch":"b","records":[{"a":1,"a":[{"b":"\\ud800","c":1e999}],"reporter":{"phone":"138"}}]}'
    )
    assert isinstance(frame, Frame)
    letters.add("case", "hotline", [(frame.records[0], WHY)], now=1.0)
    [letter] = letters.list()
    assert letter.text == '{"a":1,"a":[{"b":"\\ud800","c":1e999}],"reporter":{"phone":"138"}}'
    assert (letter.topic, letter.client, letter.path, letter.code) == (
        "case",
        "hotline",
        "lon",
        "not_a_number",
    )
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("deadletters*"))
    assert b"reporter" not in stored


def test_the_oldest_give_way_by_number_age_and_size(
    letters: DeadLetters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead_letters, "KEPT", 5)
    letters.add("case", "c", [(n, WHY) for n in range(8)], now=0.0)
    assert [letter.text for letter in letters.list()] == ["7", "6", "5", "4", "3"]
    assert [letter.text for letter in letters.list(before=7, count=2)] == ["5", "4"]
    letters.add("case", "c", [("new", WHY)], now=7 * 86400.0 + 1)
    assert [letter.text for letter in letters.list()] == ['"new"']
    monkeypatch.setattr(dead_letters, "KEPT_BYTES", 3000)
    letters.add("case", "c", [("x" * 1000, WHY) for _ in range(4)], now=7 * 86400.0 + 2)
    assert len(letters.list()) == 2


async def test_a_letter_is_sent_again_and_forgotten_when_taken(letters: DeadLetters) -> None:
    letters.add("case", "c", [({"id": "1"}, WHY), ({"id": "2"}, WHY)], now=0.0)
    first, second = (letter.number for letter in reversed(letters.list()))
    refusing, taking = Desk(WHY), Desk()
    await letters.resend(first, refusing)
    assert len(letters.list()) == 2
    await letters.resend(first, taking)
    await letters.resend(second, taking, corrected={"id": "2", "lon": 121.5})
    assert taking.sent == [{"id": "1"}, {"id": "2", "lon": 121.5}]
    assert letters.list() == []
    with pytest.raises(LookupError):
        await letters.resend(first, taking)


async def test_what_is_no_plain_object_must_be_corrected_first(letters: DeadLetters) -> None:
    frame = decode('{"batch":"b","records":[{"a":1,"a":2}, 5]}')
    assert isinstance(frame, Frame)
    letters.add("case", "c", [(record, WHY) for record in frame.records], now=0.0)
    for letter in letters.list():
        with pytest.raises(ValueError, match="correct"):
            await letters.resend(letter.number, Desk())
    assert [json.loads(letter.text) for letter in letters.list()] == [5, {"a": 2}]
