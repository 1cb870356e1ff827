"""A centre that has just begun has no case yet: the review opens all the same, also with a cluster."""

from pathlib import Path

import pytest

from console.deployment.settings import read_settings
from console.review.review_process import read_history


@pytest.mark.parametrize("scheduler", ["", "tcp://127.0.0.1:1"])
def test_an_empty_history_is_read(tmp_path: Path, scheduler: str) -> None:
    history = read_history(read_settings({}, data_dir=tmp_path, review_dask=scheduler))
    assert (len(history.frame), history.begin) == (0, 0.0)
    assert history.end > history.begin
