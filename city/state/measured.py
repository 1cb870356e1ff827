"""The slices that depend on telemetry only: readings, positions, cameras, detections, sources."""

from typing import TYPE_CHECKING, Final

from city.state.columns import Columns, Ring
from city.state.last_hour import LastHour
from city.state.video_records import Sightings

if TYPE_CHECKING:
    from city.state.ledger_state import Device, SourceState

__all__ = ["Measured"]

DETECTIONS_KEPT: Final = 200_000


class Measured:
    """The slices that depend on telemetry only; rebuilt from the gateway, not part of a snapshot."""

    def __init__(self) -> None:
        self.readings = Columns(
            value="float64", at="float64", received="float64", interval="float64", lon="float64",
            lat="float64", good_at="float64", good_received="float64", device="object", metric="object",
            unit="object", kind="object", quality="object", name="object", street="object", owner="object",
        )  # fmt: skip
        self.joined: dict[int, Device | None] = {}
        """Row of a reading → the registered device whose place and class it has."""
        self.last_hour = LastHour()
        self.units = Columns(
            lon="float64", lat="float64", at="float64", received="float64", speed="float64",
            heading="float64", call_sign="object", kind="object", agency="object", state="object",
        )  # fmt: skip
        self.cameras = Columns(
            at="float64", received="float64", picture_at="float64", picture_received="float64",
            state="object", sha256="object", same_since="float64", dark_since="float64",
        )  # fmt: skip
        self.detections = Ring(DETECTIONS_KEPT, ("lon", "lat", "at"))
        self.sightings = Sightings()
        self.sources: dict[str, SourceState] = {}
        self.refused: dict[str, int] = {}
