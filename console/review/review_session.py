"""One analyst's session: filters, the map, its time histogram, a comparison by street, an export."""

import html
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import holoviews as hv
import msgspec
import numpy as np
import pandas as pd
import panel as pn
import param
from bokeh.models import DatetimeTickFormatter

import layouts
from console.review.appearance import DATES, SUMMARY, WIDGET, dark
from console.review.comparison import Comparison
from console.review.exports import FORMATS
from layers.atlas.atlas import Atlas
from layers.palette import GROUND
from layers.review.counts import in_time_share
from layers.review.figures import RAMP, base_map, density_map, histogram, street_names
from layers.review.selection import FILTERED, Selection, chosen
from layouts import theme

__all__ = ["CaseHistory", "ReviewSession"]

TEMPLATE: Final = Path(layouts.__file__).parent / "review.html"
DAY_S: Final = 86_400.0
Words = Mapping[str, str]


class CaseHistory(msgspec.Struct, frozen=True):
    """What all sessions share: the frame (pandas or Dask), its codes and its span (epoch seconds)."""

    frame: Any
    codes: Mapping[str, tuple[str, ...]]
    begin: float
    end: float
    is_demo: bool = False


class ReviewSession(param.Parameterized):
    """The page of one session. ``export(frame, kind)`` writes a selection and returns its address.

    Each change of a filter selects the rows once; pans and zooms count among the selected rows.
    """

    selection = param.Parameter(Selection(), doc="what is looked at")

    def __init__(
        self, history: CaseHistory, atlas: Atlas, words: Words, *, lang: str, zone_offset_s: int,
        export: Callable[[Any, str], str],
    ) -> None:  # fmt: skip
        super().__init__()  # type: ignore[no-untyped-call]  # param has no types
        self._history = history
        self._atlas = atlas
        self._words = words
        self._lang = lang
        self._offset_s = zone_offset_s
        self._export = export
        self._kept: dict[Selection, Any] = {}
        self._range = hv.streams.RangeXY()

    def page(self, *, title: str, build: str, static_url: str) -> pn.Template:
        """Return the page."""
        template = pn.Template(TEMPLATE.read_text(encoding="utf-8"))
        parts = {
            "filters": self._filters(), "map": self._map(), "time": self._time(), "summary": self._summary(),
            "change": self._comparison(), "export": self._exporting(),
        }  # fmt: skip
        for name, part in parts.items():
            template.add_panel(name, part)
        named = {
            "heading": self._say("review.title"), "centre": title, "lang": self._lang, "build": build,
            "static_url": static_url, "tokens": theme.css(), "other": "en" if self._lang == "zh" else "zh",
            "other_name": "English" if self._lang == "zh" else "中文", "is_demo": self._history.is_demo,
            "demo": self._say("review.demo"), "sign_out": self._say("review.sign_out"),
            "ramp": RAMP.css(), "numbers": [f"{one:.3g}" for one in RAMP.edges[::4]],
            "unit": self._say("review.per_km2_day"),
        }  # fmt: skip
        for name, value in named.items():
            template.add_variable(name, value)
        return template

    def draw_once(self) -> None:
        """Draw the figures without a page."""
        for part in (self._map(), self._time()):
            hv.render(part.object)

    def rows(self, selection: Selection) -> Any:
        """Return the rows of a selection; those of the last two are kept."""
        if selection not in self._kept:
            frame = self._history.frame
            found = (
                chosen(frame, selection)
                if isinstance(frame, pd.DataFrame)
                else frame.map_partitions(chosen, selection).persist()
            )
            self._kept = {**dict(list(self._kept.items())[-1:]), selection: found}
        return self._kept[selection]

    def _say(self, key: str, **names: str) -> str:
        return self._words.get(key, key).format(**names)

    # ---- the parts of the page
    def _filters(self) -> pn.Column:
        made = []
        for name in FILTERED:
            options = {self._name(name, code): code for code in self._history.codes[name] if code}
            choice = pn.widgets.MultiChoice(
                name=self._say(f"review.{name}"), options=dict(sorted(options.items())), solid=False,
                sizing_mode="stretch_width", placeholder=self._say("review.all"), search_option_limit=30,
                stylesheets=[WIDGET],
            )  # fmt: skip
            choice.param.watch(lambda event, name=name: self._choose(**{name: tuple(event.new)}), "value")
            made.append(choice)
        whole = pn.widgets.Button(
            name=self._say("review.whole_time"), sizing_mode="stretch_width", stylesheets=[WIDGET]
        )
        whole.on_click(lambda _: self._choose(begin=None, end=None))
        return pn.Column(*made, whole, sizing_mode="stretch_width")

    def _name(self, column: str, code: str) -> str:
        key = {"category": "class." + code.replace(":", "."), "agency": "agency." + code,
               "street": "street." + code, "source": "source." + code}[column]  # fmt: skip
        return self._words.get(key, code)

    def _choose(self, **given: Any) -> None:
        self.selection = msgspec.structs.replace(self.selection, **given)

    def _map(self) -> Any:
        view = self._atlas.drawing.bounds
        density = density_map(
            self.rows, self.param.selection, self._days, view=view,
            streams=[self._range, hv.streams.PlotSize()],
        )  # fmt: skip
        return pn.pane.HoloViews(
            (base_map(self._atlas) * density * street_names(self._atlas, self._lang)).opts(
                hv.opts.Overlay(responsive=True, data_aspect=1, shared_axes=False,
                                xaxis=None, yaxis=None, toolbar="above",
                                active_tools=["wheel_zoom"], hooks=[dark], show_frame=False)
            ),
            sizing_mode="stretch_both",
        )  # fmt: skip

    def _time(self) -> Any:
        history, label = self._history, self._say("review.cases")

        def drawn(selection: Selection, x_range: Any, y_range: Any) -> Any:
            bounds = (x_range[0], y_range[0], x_range[1], y_range[1]) if x_range and y_range else None
            every = msgspec.structs.replace(selection, begin=None, end=None)
            bars = histogram(
                self.rows(every), history.begin, history.end, bounds, offset_s=self._offset_s, label=label
            )
            first, last = (self._local(one) for one in self._span(selection))
            band = hv.VSpan(first, last).opts(color="#4C9BFF", alpha=0.18 if selection.begin else 0.0)
            return (bars * band).opts(
                hv.opts.Histogram(
                    color="#8B7BC0", line_color=GROUND, tools=["xbox_select"], active_tools=["xbox_select"],
                    responsive=True, shared_axes=False, hooks=[dark], xlabel="",
                    ylabel=label, yformatter="%d", xaxis="bottom",
                    toolbar="above",
                    xformatter=DatetimeTickFormatter(**DATES),
                )
            )  # fmt: skip

        figure = hv.DynamicMap(
            drawn,
            streams={
                "selection": self.param.selection, "x_range": self._range.param.x_range,
                "y_range": self._range.param.y_range,
            },
        )  # fmt: skip
        brush = hv.streams.BoundsX(source=figure, boundsx=(0, 0))
        brush.add_subscriber(self._brushed)
        self._brush = brush  # HoloViews keeps no reference to it
        return pn.pane.HoloViews(figure, sizing_mode="stretch_both")

    def _brushed(self, boundsx: Any) -> None:
        begin, end = (pd.Timestamp(one).timestamp() - self._offset_s for one in boundsx)
        if end > begin:
            self._choose(begin=begin, end=end)

    def _summary(self) -> Any:
        def drawn(selection: Selection) -> str:
            cases, known, good = in_time_share(self.rows(selection))
            first, last = self._span(selection)
            share = f"{100 * good / known:.1f}%" if known else "—"
            lines = (
                self._say("review.found", n=f"{cases:,}"),
                self._say("review.period", a=self._date(first), b=self._date(last)),
                self._say("review.in_time", share=share, n=f"{known:,}"),
            )
            return "".join(f"<p>{html.escape(line)}</p>" for line in lines)

        return pn.pane.HTML(
            pn.bind(drawn, self.param.selection), sizing_mode="stretch_width", stylesheets=[SUMMARY]
        )

    def _comparison(self) -> Any:
        streets = {code: self._name("street", code) for code in self._history.codes["street"] if code}
        compared = Comparison(
            self.rows, self._say, atlas=self._atlas, streets=streets, end=self._history.end,
            offset_s=self._offset_s,
        )  # fmt: skip
        return compared.panel(self.param.selection)

    def _exporting(self) -> pn.Column:
        told = pn.pane.HTML("", sizing_mode="stretch_width", stylesheets=[SUMMARY])

        def write(kind: str) -> None:
            rows = self.rows(self.selection)
            try:
                address = self._export(rows if isinstance(rows, pd.DataFrame) else rows.compute(), kind)
            except ValueError as error:
                told.object = f"<p>{html.escape(self._say('review.export_refused', why=str(error)))}</p>"
                return
            link = html.escape(self._say("review.download", kind=kind))
            told.object = f'<p><a href="{html.escape(address)}" download>{link}</a></p>'

        buttons = []
        for kind in FORMATS:
            button = pn.widgets.Button(
                name=self._say(f"review.export_{kind}"), sizing_mode="stretch_width", stylesheets=[WIDGET]
            )
            button.on_click(partial(_pressed, write, kind))
            buttons.append(button)
        return pn.Column(*buttons, told, sizing_mode="stretch_width")

    # ---- times
    def _span(self, selection: Selection) -> tuple[float, float]:
        begin = self._history.begin if selection.begin is None else selection.begin
        return begin, self._history.end if selection.end is None else selection.end

    def _days(self, selection: Selection) -> float:
        begin, end = self._span(selection)
        return (end - begin) / DAY_S

    def _local(self, at: float) -> np.datetime64:
        return np.datetime64(int(at + self._offset_s), "s")

    def _date(self, at: float) -> str:
        return datetime.fromtimestamp(at + self._offset_s, UTC).strftime("%Y-%m-%d %H:%M")


def _pressed(act: Callable[[str], None], kind: str, _event: object) -> None:
    act(kind)
