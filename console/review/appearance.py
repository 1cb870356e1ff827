"""How the review's figures and widgets look: the colours of all other pages."""

from typing import Any, Final

from layers.palette import GROUND, MUTED, TEXT
from layouts import theme

__all__ = ["DATES", "SUMMARY", "TABLE", "WIDGET", "dark"]

DATES: Final[dict[str, Any]] = {"hours": "%m-%d %H:%M", "days": "%m-%d", "months": "%Y-%m", "years": "%Y"}
"""Formats of a time axis."""


def dark(plot: Any, _element: Any) -> None:
    """Give a figure the colours of all other pages."""
    figure = plot.state
    figure.background_fill_color = figure.border_fill_color = GROUND
    figure.outline_line_color = None
    figure.toolbar.logo = None
    for axis in (*figure.xaxis, *figure.yaxis):
        axis.major_label_text_color = axis.axis_label_text_color = MUTED
        axis.axis_line_color = axis.major_tick_line_color = axis.minor_tick_line_color = "#1E2A3B"
    figure.xgrid.grid_line_color = figure.ygrid.grid_line_color = None


_FIELD: Final = theme.TOKENS["ground"]
WIDGET: Final = f"""
label {{ color: {MUTED}; font-size: 14px; }}
input, select, .bk-btn, .choices__inner, .choices__input {{
  background: {_FIELD} !important; color: {TEXT} !important; border: 1px solid #2C3B52 !important;
  font-size: 15px; min-height: 36px;
}}
.bk-btn:hover {{ border-color: {TEXT} !important; }}
.choices__input {{ border: 0 !important; min-height: 26px; width: 100% !important; }}
.choices__list--dropdown {{ background: {_FIELD} !important; color: {TEXT}; }}
.choices__list--dropdown .is-highlighted {{ background: #22314A !important; color: {TEXT}; }}
.choices__list--multiple .choices__item {{
  background: #22314A !important; border-color: #2C3B52 !important; color: {TEXT} !important;
}}
"""
SUMMARY: Final = f"p {{ margin: 0 0 6px; color: {TEXT}; font-size: 15px; }} a {{ color: #7FB6FF; }}"
TABLE: Final = f"""
table {{ border-collapse: collapse; width: 100%; font-size: 14px; color: {TEXT}; }}
td {{ font-variant-numeric: tabular-nums; }}
th {{ color: {MUTED}; font-weight: 400; text-align: right; padding: 3px 6px; }}
td {{ text-align: right; padding: 3px 6px; border-top: 1px solid #1E2A3B; }}
th:first-child, td:first-child {{ text-align: left; }} p {{ color: {MUTED}; font-size: 13px; }}
"""
