"""Draws the results as SVG: how much of each limit is used, and our figures beside those of their peers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.report.results import Result, flat
from benchmarks.report.targets import PEERS, TARGETS, number

__all__ = ["write_plots"]

MET, MISSED, PEER = "#1b7f5c", "#c0392b", "#8a8f98"
ROW_INCHES: Final = 0.3


def write_plots(folder: Path, results: Mapping[str, Result]) -> dict[str, str]:
    """Write the plots that have figures; return each file's name and caption. Without figures, none."""
    figures = {name: flat(result.figures) for name, result in results.items()}
    drawn = {
        "targets.svg": ("Share of each limit that is used; up to 1 the target is met", _targets(figures)),
        "peers.svg": ("Our figures and those of their peers in the same run", _peers(figures)),
    }
    captions = {}
    for name, (caption, picture) in drawn.items():
        (folder / name).unlink(missing_ok=True)
        if picture is not None:
            # The same figures give the same file: no date, no random ids. Text stays text.
            with mpl.rc_context({"svg.hashsalt": "citywall", "svg.fonttype": "none"}):
                picture.savefig(folder / name, metadata={"Date": None}, bbox_inches="tight")
            captions[name] = caption
    return captions


def _targets(figures: Mapping[str, dict[str, Any]]) -> Figure | None:
    rows = []
    for target in TARGETS:
        value = number(figures.get(target.benchmark, {}), target.key)
        if value is not None:
            label = f"{target.benchmark} {target.key} = {value:g} ({target})"
            rows.append((label, target.used(value), target.is_met(value)))
    if not rows:
        return None
    picture, axes = _bars([label for label, _, _ in rows])
    # A bar of nothing has no place on a logarithmic axis; a limit that is used up without end neither.
    shares = [min(max(used, 1e-3), 1e3) for _, used, _ in rows]
    axes.barh(range(len(rows)), shares, color=[MET if met else MISSED for _, _, met in rows])
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xscale("log")
    axes.set_xlabel("share of the limit (log)")
    return picture


def _peers(figures: Mapping[str, dict[str, Any]]) -> Figure | None:
    rows = []
    for peer in PEERS:
        ours, theirs = (number(figures.get(peer.benchmark, {}), key) for key in (peer.ours, peer.peer))
        if ours is not None and theirs is not None:
            rows.append((f"{peer.benchmark}: {peer.label}", ours, theirs))
    if not rows:
        return None
    picture, axes = _bars([label for label, _, _ in rows])
    places = range(len(rows))
    axes.barh([at - 0.2 for at in places], [max(ours, 1e-3) for _, ours, _ in rows], 0.38, color=MET)
    axes.barh([at + 0.2 for at in places], [max(peer, 1e-3) for _, _, peer in rows], 0.38, color=PEER)
    axes.legend(["ours", "peer"], loc="lower right", fontsize=8)
    axes.set_xscale("log")
    axes.set_xlabel("less is better (log)")
    return picture


def _bars(labels: list[str]) -> tuple[Figure, Any]:
    picture = Figure(figsize=(7, 1 + ROW_INCHES * len(labels)))
    axes = picture.subplots()
    axes.set_yticks(range(len(labels)), labels, fontsize=8)
    axes.invert_yaxis()
    axes.grid(axis="x", linewidth=0.3)
    axes.set_axisbelow(True)
    return picture, axes
