"""What a street or an agency sees of its own zero report and figures."""

import msgspec

__all__ = ["OwnFigureSeen", "OwnReportsSeen", "ShelterSeen", "StationsSeen"]


class OwnFigureSeen(msgspec.Struct, frozen=True):
    """A figure that the holder reports; ``value`` None = it was not reported in this emergency.

    ``by_phone``: the centre entered it as it was told by telephone.
    """

    key: str
    value: float | None = None
    at: float | None = None
    by_phone: bool = False


class ShelterSeen(msgspec.Struct, frozen=True):
    """A shelter of the street; ``capacity`` in persons, None = unknown."""

    id: str
    name: str
    capacity: int | None


class StationsSeen(msgspec.Struct, frozen=True):
    """The sum of what the street's workstations say (household groups), for the street to compare.

    ``told`` of them gave a number since the emergency began; ``as_of`` is the oldest one.
    """

    should: int
    moved: int
    told: int
    as_of: float


class OwnReportsSeen(msgspec.Struct, frozen=True):
    """The round that asks the holder (``round`` '' = none) and its figures; times are city epoch seconds.

    ``sent_at``: when it reported in this round, None = not yet; ``late_s``: by how much too late.
    ``confirmed``: when its last zero report said that its figures are so. ``old_s``: after that a figure is
    old, None without a round. ``situation`` is the subject of its figures.
    """

    situation: str
    situation_version: int = 0
    round: str = ""
    version: int = 0
    rank: int = 0
    is_exercise: bool = False
    opened_at: float | None = None
    due_at: float | None = None
    next_at: float | None = None
    sent_at: float | None = None
    sent_nil: bool = False
    late_s: float = 0.0
    sent_by_phone: bool = False
    """The centre entered it, as it was told by telephone."""
    red_s: float = 0.0
    old_s: float | None = None
    confirmed: float | None = None
    figures: tuple[OwnFigureSeen, ...] = ()
    shelters: tuple[ShelterSeen, ...] = ()
    stations: StationsSeen | None = None
