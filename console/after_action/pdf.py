"""The report as PDF, made from its HTML by WeasyPrint without any network."""

from pathlib import Path
from typing import Any

from PIL import ImageFile

__all__ = ["NoPdf", "paged", "write_pdf"]


class NoPdf(OSError):
    """PDF cannot be made on this machine; the text says what to install."""


def write_pdf(html: str, path: Path) -> None:
    """Write a report as PDF. Raises NoPdf, OSError."""
    paged(html).write_pdf(path)


def paged(html: str) -> Any:
    """Return a report's pages (a document of WeasyPrint). Raises NoPdf."""
    try:
        from weasyprint import HTML  # an optional part: it needs Pango, which not every machine has
        from weasyprint.urls import URLFetcher
    except ImportError as error:
        message = "PDF needs WeasyPrint: pip install 'citywall[pdf]'; or write .html and print it"
        raise NoPdf(message) from error
    except OSError as error:  # its libraries are missing
        message = f"PDF needs Pango (Debian: apt install libpango-1.0-0 libpangoft2-1.0-0): {error}"
        raise NoPdf(message) from error
    # WeasyPrint makes Pillow accept torn pictures everywhere in the process; a torn photo must be refused.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    return HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=())).render()
