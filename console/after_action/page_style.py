"""The style of the report, on screens and on paper; an exercise is marked on each page."""

__all__ = ["style"]

_STYLE = """
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 182mm; padding: 6mm 4mm; background: #fff; color: #111;
  font: 10pt/1.45 "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei",
  "WenQuanYi Micro Hei", sans-serif; font-variant-numeric: tabular-nums; }
h1 { font-size: 16pt; text-align: center; margin: 4mm 0 1mm; }
h2 { font-size: 11.5pt; margin: 6mm 0 2mm; border-bottom: 0.3mm solid #111; }
.sub { text-align: center; color: #444; }
table { border-collapse: collapse; width: 100%; font-size: 9pt; margin: 0 0 2mm; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
td, th { border: 0.2mm solid #999; padding: 0.5mm 1.4mm; text-align: left; vertical-align: top;
  overflow-wrap: anywhere; }
th { background: #f1f1f1; font-weight: 600; }
.numbers td + td, .numbers th + th { text-align: right; }
.timeline td:first-child, .timeline th:first-child { white-space: nowrap; width: 30mm; }
.strips td, .strips th { border-width: 0 0 0.1mm; padding: 0 1mm; }
.strips { width: auto; min-width: 60mm; }
.strips td:first-child { white-space: nowrap; }
.strips td + td { letter-spacing: 0.3mm; padding-left: 4mm; }
.levels td:not(:nth-child(3)):not(:nth-child(5)), .levels th, .figures td:first-child { white-space: nowrap; }
.levels td:nth-child(3) { min-width: 16mm; overflow-wrap: break-word; }
.figures td:first-child { width: 16mm; color: #444; }
svg { display: block; width: 100%; height: auto; margin: 0 0 3mm; border: 0.2mm solid #999;
  break-inside: avoid; }
.legend { list-style: none; display: flex; gap: 6mm; margin: 0; padding: 0; font-size: 9pt; }
.legend li::before { display: inline-block; width: 4mm; margin-right: 1.5mm; content: "▬"; color: #c0161c; }
.legend .early::before { content: "▭"; }
.legend .task::before { content: "○"; color: #111; }
.exercise { background: #fff; border: 0.5mm solid #111; text-align: center; font-weight: 700;
  letter-spacing: 2mm; padding: 1mm; }
@media screen { .exercise { position: sticky; top: 0; z-index: 1; } }
footer { margin-top: 6mm; font-size: 8pt; color: #444; overflow-wrap: anywhere; }
"""
_PAPER = """
@page { size: A4; margin: 18mm 14mm 16mm;
  @top-center { content: "%s"; font: 700 11pt "Noto Sans CJK SC", sans-serif; }
  @bottom-right { content: counter(page) " / " counter(pages); font-size: 8pt; } }
@media print { body { padding: 0; max-width: none; } .exercise { display: none; } }
"""


def style(mark: str) -> str:
    """Return the style sheet; ``mark`` stands at the top of each printed page, '' for nothing."""
    safe = mark.replace("\\", "").replace('"', "")
    return _STYLE + _PAPER % safe
