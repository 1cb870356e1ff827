"""The gateway process: creates the stores and runs the feed gateway on them."""

import asyncio
import itertools
import time
from pathlib import Path
from typing import Any

import structlog

from city.dispatch.tables.categories import labels
from city.dispatch.tables.categories import read as read_categories
from console.app.shared_metrics import write_figures
from console.deployment.district import District, read_district, read_rows, read_streets
from console.deployment.garbage_collection import freeze_objects
from console.deployment.settings import Settings
from feeds.gateway.acceptance import Stores
from feeds.gateway.dead_letters import DeadLetters
from feeds.gateway.gateway import Gateway, GatewayConfig
from feeds.gateway.picture_store import Pictures
from feeds.gateway.unavailable_logs import retry_while_unavailable
from feeds.ledger.ledger import Ledger
from feeds.people.reporters import PeopleStore
from feeds.people.tokens import TokenStore
from feeds.storage.connections import connect
from feeds.telemetry.topic_servers import open_telemetry

__all__ = ["run_gateway"]

log = structlog.get_logger()

FIGURES_S = 5.0
LOG_EVERY = 12


async def run_gateway(settings: Settings) -> None:
    """Run a gateway until cancelled; it waits for the log server. Raises OSError when its port is taken."""
    data = settings.data_dir
    district = read_district(data)
    people = PeopleStore(data)
    pictures = connect(settings.pictures_url)
    stores = Stores(
        ledger=await retry_while_unavailable(lambda: Ledger.open(settings.log_url, segments=data / "ledger")),
        telemetry=await retry_while_unavailable(
            lambda: open_telemetry(settings.log_url, settings.telemetry_urls)
        ),
        pictures=Pictures.open(settings.pictures_url),
        people=people,
        deadletters=DeadLetters(data, people.encryption),
        streets=read_streets(district),
    )
    tokens = TokenStore(data)
    gateway = Gateway(_config(settings, district), stores, tokens=tokens, clock=time.time)
    await gateway.start()
    freeze_objects()
    try:
        for number in itertools.count(1):
            await asyncio.sleep(FIGURES_S)
            figures = _figures(gateway)
            await write_figures(pictures, figures)
            if number % LOG_EVERY == 0:
                log.info("gateway_figures", **figures)
    finally:
        await gateway.stop()
        await stores.ledger.close()
        stores.deadletters.close()
        people.close()
        tokens.close()


def _config(settings: Settings, district: District) -> GatewayConfig:
    categories = read_categories(read_rows(settings.data_dir, "categories.csv")[0])
    cert, key = settings.gateway_tls_cert, settings.gateway_tls_key
    return GatewayConfig(
        host=settings.gateway_host,
        port=settings.gateway_port,
        open_loopback=settings.open_loopback,
        source_intervals={name: source.interval_s for name, source in district.sources.items()},
        categories=labels(categories),
        classes=frozenset(c.ref for c in categories),
        tls_certificate=Path(cert) if cert else None,
        tls_key=Path(key) if key else None,
        snapshots=settings.data_dir / "snapshots" / "gateway",
        keep_days=settings.ledger_days,
    )


def _figures(gateway: Gateway) -> dict[str, Any]:
    metrics = gateway.metrics
    return {
        "accepted": dict(metrics.counts.accepted),
        "duplicates": dict(metrics.counts.duplicates),
        "rejected": dict(metrics.counts.rejected),
        "bad_frames": metrics.counts.bad_frames,
        "publishers": metrics.publishers,
        "subscribers": metrics.subscribers,
        "cut": metrics.cut,
        "lag_ms": metrics.lag_ms,
    }
