"""The report as PDF, made from its HTML by WeasyPrint without any network."""

from pathlib import Path
from typing import Any

__all__ = ["NoPdf", "write_pdf"]


class NoPdf(OSError):
    """PDF cannot be made on this machine; the text says what to install."""


def write_pdf(html: str, path: Path) -> None:
    """Write a report as PDF. Raises NoPdf, OSError."""
    try:
        from weasyprint import HTML  # an optional part: it needs Pango, which not every machine has
    except ImportError as error:
        raise NoPdf(
            "PDF needs WeasyPrint: pip install 'citywall[pdf]'; or write .html and print it"
        ) from error
    except OSError as error:  # its libraries are missing
        raise NoPdf(
            f"PDF needs Pango (Debian: apt install libpango-1.0-0 libpangoft2-1.0-0): {error}"
        ) from error
    HTML(string=html, url_fetcher=_nothing).write_pdf(path)


def _nothing(url: str, *_: Any, **__: Any) -> Any:
    raise ValueError(f"a report loads nothing, asked for {url[:80]}")
