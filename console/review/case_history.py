"""The case history of a deployment: written from the ledger, read by the review as pandas or Dask."""

from pathlib import Path
from typing import Any, Final

import pandas as pd
import structlog

from city.folding.store import Store
from console.deployment.settings import Settings
from console.live.snapshots import Snapshots, kept_days
from feeds.history.case_columns import SCHEMA, table_of
from feeds.history.month_files import paths, write_months
from feeds.ledger.ledger import Ledger

__all__ = ["FOLDER", "dask_frame", "history_folder", "update_history"]

log = structlog.get_logger()

FOLDER: Final = "history"
READ_AT_ONCE: Final = 2000


def history_folder(data_dir: Path) -> Path:
    """Return the folder of the case history in a data dir."""
    return data_dir / FOLDER


async def update_history(settings: Settings) -> int:
    """Write the history anew from the newest snapshot and the facts after it; return the number of cases.

    A snapshot that cases have left does not do: then all facts are folded.

    Cases of other files in the folder (``citywall history invent``) are replaced. Raises LedgerUnavailable.
    """
    kept = Snapshots(settings.data_dir / "snapshots").newest(kept_days(settings))
    store = Store(kept[0] if kept is not None and not kept[0].left else None)
    store.state.ledger.keep_days = 0.0  # the history has every case
    ledger = await Ledger.open(settings.log_url, segments=settings.data_dir / "ledger")
    try:
        while entries := await ledger.read(store.state.ledger.position, count=READ_AT_ONCE):
            store.commit(entries)
    finally:
        await ledger.close()
    cases = store.state.ledger.cases
    write_months(table_of(cases.values()), history_folder(settings.data_dir))
    log.info("history_written", cases=len(cases))
    return len(cases)


def dask_frame(folder: Path, scheduler: str) -> Any:
    """Return the history as a Dask frame on the cluster of a scheduler's address, one part per file.

    The workers read the files themselves: the folder must be mounted at the same path there. Raises OSError
    when the scheduler does not answer, ImportError without the library (``pip install 'citywall[cluster]'``).
    """
    import dask.dataframe as dd  # optional: only who has a cluster installs it
    from distributed import Client

    Client(scheduler, timeout="10s", set_as_default=True)  # type: ignore[no-untyped-call]  # Dask has no types
    files = [str(path) for path in paths(folder)]
    return dd.from_map(read_part, files, meta=_meta()).persist()  # type: ignore[no-untyped-call]  # as above


def read_part(path: str) -> pd.DataFrame:
    """Return the rows of one file; a worker of the cluster calls it."""
    import pyarrow.parquet as pq

    frame: pd.DataFrame = pq.read_table(path, partitioning=None).cast(SCHEMA).to_pandas()
    return frame


def _meta() -> pd.DataFrame:
    empty: pd.DataFrame = SCHEMA.empty_table().to_pandas()
    return empty
