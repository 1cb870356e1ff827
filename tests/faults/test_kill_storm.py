"""The short form of the kill storm; the long one is ``python -m tests.kill_storm --kills 60``."""

import tempfile
from pathlib import Path

import pytest

from tests.kill_storm import KINDS, storm
from tests.running import TOPICS


@pytest.mark.timeout(900)  # on a busy machine too the storm itself says what it waits for
def test_every_process_is_killed_and_every_record_of_every_topic_comes_once() -> None:
    with tempfile.TemporaryDirectory(prefix="citywall-") as folder:
        outcome = storm(len(KINDS) + 1, seed=1, data=Path(folder))
    assert set(outcome.kills) == set(KINDS)
    assert all(outcome.acknowledged[topic] > 0 for topic in TOPICS)
    assert {place: ids for place, ids in outcome.lost.items() if ids} == {}
    assert {place: ids for place, ids in outcome.doubled.items() if ids} == {}
    assert outcome.gaps == []
