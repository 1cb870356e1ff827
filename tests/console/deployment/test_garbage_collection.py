import gc
from collections.abc import Iterator

import pytest

from console.deployment.garbage_collection import lasting_objects


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.enable()
    gc.unfreeze()


def test_what_a_block_made_is_visited_by_no_collection_in_it_or_after_it() -> None:
    seen: list[str] = []

    def note(phase: str, _: object) -> None:
        seen.append(phase)

    gc.callbacks.append(note)
    try:
        with lasting_objects():
            before, seen[:] = gc.get_freeze_count(), []
            made = [[number] for number in range(50_000)]  # more than start a collection
            assert seen == []
    finally:
        gc.callbacks.remove(note)
    assert gc.get_freeze_count() >= before + len(made)
    assert gc.isenabled()


def test_collection_goes_on_after_a_block_that_failed() -> None:
    with pytest.raises(ValueError, match="damaged"), lasting_objects():
        raise ValueError("damaged")
    assert gc.isenabled()
