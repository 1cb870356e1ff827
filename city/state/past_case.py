"""What is kept of a case that has left the state: the columns that figures over a year need."""

import msgspec

__all__ = ["PastCase"]


class PastCase(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A case that was over for long. Times are city epoch seconds, the place is WGS84 (NaN = address only).

    ``acted_at`` is when its site was penalised, None if it was not. The names are those of ``Case``.
    """

    at: float
    channel: str
    kind: str
    code: str
    lon: float
    lat: float
    caller_ref: str = ""
    source_site: str = ""
    acted_at: float | None = None

    @property
    def place(self) -> "PastCase":
        """Return what has its ``lon`` and ``lat``."""
        return self
