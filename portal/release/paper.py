"""HTML -> PDF by WeasyPrint, in a process of its own (`python -m portal.release.paper`): JSON in, PDF out.

A process of its own gives its memory back, can be ended when it takes too long, and keeps a missing system library
(Pango) from concerning the site. Nothing is fetched: only the release's own static files can be reached.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import resource
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote

#: exit status for "a library or font of the system is missing"
UNAVAILABLE = 3
#: what one PDF may take at most: seconds of the processor, bytes of memory
_CPU_SECONDS, _MEMORY = 60, 2 * 2**30
_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}


def make(html: str, *, css: str, base_url: str, static: Path) -> tuple[bytes, list[str]]:
    """A tagged PDF (PDF/UA-1) with its fonts embedded as subsets, and the names of the font families in it.

    Links are resolved against `base_url`; pictures below `<base_url>/static/` are read from the folder `static`, every
    other address is refused. Raises `OSError` when Pango or HarfBuzz is not installed.
    """
    # Imported here: importing loads Pango, which may be missing.
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    root, start = static.resolve(), f"{base_url}/static/"

    class OwnFiles(URLFetcher):  # type: ignore[misc] # weasyprint has no types
        """Reads the release's static files and nothing else."""

        def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
            path = (root / unquote(url.removeprefix(start))).resolve()
            if not url.startswith(start) or not path.is_relative_to(root) or path.suffix not in _TYPES:
                msg = f"{url} is not fetched: paper uses the site's own files only"
                raise ValueError(msg)
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": _TYPES[path.suffix]})

    fetcher, fonts = OwnFiles(), FontConfiguration()
    document = HTML(string=html, base_url=f"{base_url}/", url_fetcher=fetcher).render(
        stylesheets=[CSS(string=css, font_config=fonts, url_fetcher=fetcher)], font_config=fonts, pdf_variant="pdf/ua-1"
    )
    body = document.write_pdf(pdf_variant="pdf/ua-1")
    assert isinstance(body, bytes)
    return body, sorted({font.family for font in document.fonts.values()})


def run(order: dict[str, Any]) -> tuple[bytes, list[str]]:
    """Make what an order (as read from standard input) asks for."""
    return make(order["html"], css=order["css"], base_url=order["base_url"], static=Path(order["static"]))


def modest() -> None:
    """Let the site come first, and end this process when it takes too much."""
    with contextlib.suppress(OSError):
        os.nice(10)
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def main() -> int:
    """Read an order, write the PDF; the families used go to standard error as the last line, as JSON."""
    modest()
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    order = json.load(sys.stdin)
    try:
        body, families = run(order)
    except OSError as error:
        sys.stderr.write(f"{error}\n".replace("\n", " ") + "\n")
        return UNAVAILABLE
    sys.stdout.buffer.write(body)
    sys.stderr.write(json.dumps(families) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
