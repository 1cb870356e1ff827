"""值班日志: the last lines of the duty log."""

from typing import Any, Final

from city.seen import WallSeen
from city.state import LogLine
from layouts.contract import Row, View, each_second

__all__ = ["Log"]

SHOWN: Final = 3


class Log:
    """Rows, newest first: ``at``, the catalogue key ``text`` and the codes that its places name."""

    key = "log"
    reads = ("log", "warnings", each_second)

    def view(self, seen: WallSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        return View(now, {}, [_row(line) for line in reversed(seen.log[-SHOWN:])])


def _row(line: LogLine) -> Row:
    # The line holds the class, road and headline of its moment: what is over since is still named.
    fields: dict[str, Any] = {"at": line.at, "text": line.text, **line.names}
    if line.names.get("code"):
        fields["class"] = f"{line.names['kind']}.{line.names['code']}"
    return str(line.position), fields
