"""Folding photos: what the acts on a case leave of their photos in its file."""

import re
from collections.abc import Mapping
from typing import Any, Final

from city.cases.fold_common import Change
from city.clocks.city_clock import CityClock
from city.facts.field_readers import readable_moment, readable_number, text, texts
from city.state.case_file import CasePhoto

__all__ = ["add_photos", "photos_in"]

_STORED: Final = re.compile(r"[0-9a-f]{64}")


def add_photos(change: Change, *stages: tuple[str, str], by: str = "") -> None:
    """Add a fact's photos to the file; ``stages``: field of the fact → stage. ``by``: see ``CasePhoto``."""
    by = by or text(change.data, "photos_by")
    found = photos_in(change.data, *stages, at=change.now, by=by, clock=change.state.clock)
    change.file.photos = (*change.file.photos, *found)


def photos_in(
    data: Mapping[str, Any], *stages: tuple[str, str], at: float, by: str, clock: CityClock
) -> tuple[CasePhoto, ...]:
    """Return the stored photos that the fields of some data name."""
    told = data.get("photo_facts") or ()
    said = {one.get("photo"): one for one in told if isinstance(one, dict)}
    found = []
    for field, stage in stages:
        for name in texts(data, field):
            if not _STORED.fullmatch(name):
                continue
            own = said.get(name) or {}
            taken = readable_moment(own.get("taken_at"))
            found.append(
                CasePhoto(
                    name, stage, at, by, None if taken is None else clock.at(taken),
                    readable_number(own.get("lon")), readable_number(own.get("lat")),
                )
            )  # fmt: skip
    return tuple(found)
