"""Arguments of the verb ``report``."""

from typing import Literal

from city.commands.argument_types import Args, Code, Lat, Lon, Metres, Moment, PhotoFacts, Photos, Text

__all__ = ["REPORT_ARGS", "Report"]


class Report(Args, frozen=True):
    """``at`` is when the reporter saw it, for a report that is sent later; ``accuracy_m`` of the position."""

    kind: Literal["component", "event"]
    code: Code
    lon: Lon
    lat: Lat
    photos: Photos = ()
    photo_facts: PhotoFacts = ()
    at: Moment | None = None
    accuracy_m: Metres | None = None
    road: Text | None = None
    text: Text | None = None


REPORT_ARGS: dict[str, type[Args]] = {"report": Report}
