"""Before and after a day: the change of cases by street, as a map and as a table."""

import html
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import holoviews as hv
import msgspec
import panel as pn

from console.review.appearance import TABLE, WIDGET, dark
from layers.atlas.atlas import Atlas
from layers.review.counts import FEWEST, Change, changes
from layers.review.figures import change_map
from layers.review.selection import Selection

__all__ = ["Comparison"]

WEEKS: Final = (1, 4, 12, 26)
WEEK_S: Final = 7 * 86_400.0


class Comparison:
    """Compares equal times before and after a day among the selected cases, whatever time is selected.

    ``rows`` returns the rows of a selection, ``say`` a text, ``streets`` are the names by code; ``end`` is
    the last moment of the history (epoch seconds).
    """

    def __init__(
        self, rows: Callable[[Selection], Any], say: Callable[..., str], *, atlas: Atlas,
        streets: Mapping[str, str], end: float, offset_s: int,
    ) -> None:  # fmt: skip
        self._rows = rows
        self._say = say
        self._atlas = atlas
        self._streets = streets
        self._end = end
        self._offset_s = offset_s
        self._kept: tuple[object, list[Change]] = (None, [])

    def panel(self, selection: Any) -> Any:
        """Return the widgets, the map and the table; ``selection`` is a parameter."""
        last = datetime.fromtimestamp(self._end + self._offset_s, UTC).date()
        day = pn.widgets.DatePicker(
            name=self._say("review.compare_day"), value=last - timedelta(weeks=4), width=150,
            stylesheets=[WIDGET],
        )  # fmt: skip
        weeks = pn.widgets.Select(
            name=self._say("review.compare_span"), width=120, value=4, stylesheets=[WIDGET],
            options={self._say("review.weeks", n=str(n)): n for n in WEEKS},
        )  # fmt: skip
        given = {"selection": selection, "day": day, "weeks": weeks}
        shown = hv.DynamicMap(pn.bind(self._figure, **given))
        table = pn.bind(self._table, **given)
        return pn.Column(
            pn.Row(day, weeks), pn.pane.HoloViews(shown, height=300),
            pn.pane.HTML(table, sizing_mode="stretch_width", stylesheets=[TABLE]),
            sizing_mode="stretch_width",
        )  # fmt: skip

    def found(self, selection: Selection, day: date, weeks: int) -> list[Change]:
        """Return the cases by street before and after the beginning of a local day.

        The last answer is kept: the map and the table ask for the same, and so does a change of the time.
        """
        at = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() - self._offset_s
        every = msgspec.structs.replace(selection, begin=None, end=None)
        asked = (every, at, weeks)
        if self._kept[0] != asked:
            self._kept = (asked, changes(self._rows(every), at, weeks * WEEK_S))
        return self._kept[1]

    def _figure(self, selection: Selection, day: date, weeks: int) -> Any:
        found = self.found(selection, day, weeks)
        return change_map(self._atlas, found, FEWEST, self._streets).opts(
            frame_width=380, frame_height=280, data_aspect=1, shared_axes=False, xaxis=None, yaxis=None,
            toolbar=None, hooks=[dark], show_frame=False,
        )  # fmt: skip

    def _table(self, selection: Selection, day: date, weeks: int) -> str:
        head = [self._say(f"review.{name}") for name in ("street", "before", "after", "change")]
        rows = [
            (self._streets.get(street, street) or self._say("review.no_street"), f"{before:,}", f"{after:,}",
             _share(before, after))
            for street, before, after in self.found(selection, day, weeks)
        ]  # fmt: skip
        lines = [_line("th", head), *(_line("td", row) for row in rows)]
        note = html.escape(self._say("review.fewest", n=str(FEWEST)))
        return f"<table>{''.join(lines)}</table><p>{note}</p>"


def _line(cell: str, texts: Any) -> str:
    return "<tr>" + "".join(f"<{cell}>{html.escape(text)}</{cell}>" for text in texts) + "</tr>"


def _share(before: int, after: int) -> str:
    if before + after < FEWEST or not before:
        return "—"
    return f"{100 * (after - before) / before:+.0f}%"
