"""``camera``: reads the streams of cameras.toml and publishes their pictures through the gateway."""

import time
from pathlib import Path
from typing import Any

import click

from console.commands.audit import data_dir_option
from console.commands.processes import run_until_stopped
from console.deployment.logs import log_to_stderr
from console.deployment.settings import Settings, read_settings

__all__ = ["camera"]


@click.command()
@click.option("--gateway", help="ws://host:port of the gateway")
@click.option("--cameras", type=click.Path(path_type=Path), help="file of cameras (data dir: cameras.toml)")
@click.option(
    "--secrets", type=click.Path(path_type=Path),
    help="file of passwords and of the token, mode 0600 (data dir: camera-secrets.toml)",
)  # fmt: skip
@data_dir_option
def camera(gateway: str | None, cameras: Path | None, secrets: Path | None, data_dir: Path | None) -> None:
    """Read camera streams (RTSP, MJPEG, HLS) and publish their pictures."""
    settings = read_settings(data_dir=data_dir, gateway_url=gateway)
    log_to_stderr(settings.log_format, "camera")
    run_until_stopped(_run(settings, cameras, secrets), settings)


async def _run(settings: Settings, cameras: Path | None, secrets: Path | None) -> None:
    # The readers import PyAV, which takes a second; other commands do not need it.
    from console.deployment.camera_streams import (
        CAMERAS_FILE,
        SECRETS_FILE,
        CameraFileError,
        read_streams,
        read_token,
    )
    from feeds.clients.publisher import Publisher
    from feeds.sources.streams import run_streams

    hidden = secrets or settings.data_dir / SECRETS_FILE
    streams = read_streams(cameras or settings.data_dir / CAMERAS_FILE, hidden)
    token = read_token(hidden)
    if not token:
        raise CameraFileError(f"{hidden.name}: token: expected a token with the right publish:camera")
    async with Publisher(settings.feed_url, "camera", token) as publisher:

        async def send(records: list[dict[str, Any]]) -> object:
            return await publisher.send(records)

        await run_streams(streams, send, clock=time.time)
