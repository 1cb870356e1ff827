"""值班日志: the last lines of the duty log."""

from typing import Any, Final

from city.state.ledger_state import LogLine
from city.views.wall_seen import WallSeen
from layouts.contract import Row, View, each_second

__all__ = ["Log"]

SHOWN: Final = 3


class Log:
    """Rows, newest first: ``at``, the catalogue key ``text`` and the values of the text's placeholders."""

    key = "log"
    reads = ("log", "warnings", each_second)

    def view(self, seen: WallSeen, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        return View(now, {}, [_row(line) for line in reversed(seen.log[-SHOWN:])])


def _row(line: LogLine) -> Row:
    # The line holds the class, road and headline of its time, so that closed cases are still named.
    fields: dict[str, Any] = {"at": line.at, "text": line.text, **line.names}
    if line.names.get("code"):
        fields["class"] = f"{line.names['kind']}.{line.names['code']}"
    return str(line.position), fields
