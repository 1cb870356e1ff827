"""值班日志: the last lines of the duty log; the duty page shows more of them."""

from typing import Any, Protocol

from city.state.ledger_state import LogLine
from layouts.contract import Row, View, each_second

__all__ = ["Log", "line_fields"]


class _WithLog(Protocol):
    @property
    def log(self) -> tuple[LogLine, ...]: ...


class Log:
    """Rows, newest first: ``at``, the catalogue key ``text`` and the values of the text's placeholders."""

    reads = ("log", "warnings", each_second)

    def __init__(self, key: str = "log", shown: int = 3) -> None:
        self.key = key
        self._shown = shown

    def view(self, seen: _WithLog, now: float) -> View:
        """Return the view; see :class:`layouts.contract.Card`."""
        return View(now, {}, [_row(line) for line in reversed(seen.log[-self._shown :])])


def _row(line: LogLine) -> Row:
    return str(line.position), line_fields(line)


def line_fields(line: LogLine) -> dict[str, Any]:
    """Return a line as the browser draws it."""
    # The line holds the class, road and headline of its time, so that closed cases are still named.
    fields: dict[str, Any] = {"at": line.at, "text": line.text, **line.names}
    if line.names.get("code"):
        fields["class"] = f"{line.names['kind']}.{line.names['code']}"
    return fields
