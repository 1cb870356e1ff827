"""The gateway process: the feed gateway put together from its stores."""

import asyncio
import time
from pathlib import Path

import structlog

from city.categories import read as read_categories
from console.district import read_district, read_rows, read_streets
from console.settings import Settings
from feeds.acceptance import Stores
from feeds.deadletters import DeadLetters
from feeds.gateway import Gateway, GatewayConfig
from feeds.ledger import Ledger
from feeds.people import People
from feeds.pictures import Pictures
from feeds.telemetry import Telemetry
from feeds.tokens import TokenStore

__all__ = ["run_gateway"]

log = structlog.get_logger()

FIGURES_S = 60.0


async def run_gateway(settings: Settings) -> None:
    """Run a gateway until cancelled. Raises OSError when its port is taken."""
    data = settings.data_dir
    people = People(data)
    stores = Stores(
        ledger=await Ledger.open(settings.log_url, segments=data / "ledger"),
        telemetry=await Telemetry.open(settings.log_url),
        pictures=Pictures.open(settings.pictures_url),
        people=people,
        deadletters=DeadLetters(data, people.seal),
        streets=read_streets(read_district(data)),
    )
    tokens = TokenStore(data)
    gateway = Gateway(_config(settings), stores, tokens=tokens, clock=time.time)
    await gateway.start()
    try:
        while True:
            await asyncio.sleep(FIGURES_S)
            _say_figures(gateway)
    finally:
        await gateway.stop()
        await stores.ledger.close()
        stores.deadletters.close()
        people.close()
        tokens.close()


def _config(settings: Settings) -> GatewayConfig:
    categories = read_categories(read_rows(settings.data_dir, "categories.csv")[0])
    sources = read_district(settings.data_dir).sources
    cert, key = settings.gateway_tls_cert, settings.gateway_tls_key
    return GatewayConfig(
        host=settings.gateway_host,
        port=settings.gateway_port,
        open_loopback=settings.open_loopback,
        source_intervals={name: source.interval_s for name, source in sources.items()},
        categories={c.name_zh: (c.code, c.system) for c in categories},
        codes=frozenset((c.code, c.system) for c in categories),
        tls_certificate=Path(cert) if cert else None,
        tls_key=Path(key) if key else None,
    )


def _say_figures(gateway: Gateway) -> None:
    figures = gateway.metrics
    log.info(
        "gateway_figures", accepted=dict(figures.counts.accepted), duplicates=dict(figures.counts.duplicates),
        rejected=dict(figures.counts.rejected), bad_frames=figures.counts.bad_frames,
        publishers=figures.publishers, subscribers=figures.subscribers, cut=figures.cut, lag_ms=figures.lag_ms,
    )  # fmt: skip
