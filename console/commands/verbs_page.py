"""Generates ``docs/verbs.md`` from the code: ``python -m console.commands.verbs_page``."""

from pathlib import Path
from typing import Final

from city.commands.decide import VERB_HELP

__all__ = ["PAGE", "verbs_page"]

PAGE: Final = Path(__file__).parents[2] / "docs" / "verbs.md"
HEAD: Final = """# Verbs

Made from the code by `python -m console.commands.verbs_page`. Arguments in brackets may be left out.
C1 – C24 are the transitions of a case (`docs/case-life.md`).
Shift roles act only while they are on duty (`docs/duty.md`).

| verb | subject | C | arguments | who |
|---|---|---|---|---|
"""


def verbs_page() -> str:
    """Return the page as Markdown."""
    rows = []
    for verb, entry in VERB_HELP.items():
        needed = set(entry["needed"])
        args = [
            f"`{name}`: {kind}" if name in needed else f"[`{name}`: {kind}]"
            for name, kind in entry["args"].items()
        ]
        cells = (
            f"`{verb}`",
            entry["subject"],
            entry["c"] or "–",
            "; ".join(args) or "–",
            ", ".join(entry["who"]),
        )
        rows.append("| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |")
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(verbs_page(), encoding="utf-8")
