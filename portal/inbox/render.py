"""Templates -> HTML for the inbox; every value is escaped, and nothing in a page may run or be framed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from babel import Locale
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from portal.inbox import styles

Render = Callable[..., HTMLResponse]

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def make_render(templates: Path) -> Render:
    """A function `render(name, status=200, **context)` for the templates under `templates`/inbox."""
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["country"] = country
    environment.globals["stylesheet"] = styles.address(templates)

    def render(name: str, status: int = 200, **context: object) -> HTMLResponse:
        page = environment.get_template(f"inbox/{name}").render(**context)
        return HTMLResponse(page, status, headers=HEADERS)

    return render


def country(code: object) -> str:
    """A country's Chinese and English name; the code itself when it is none."""
    names = [Locale.parse(locale).territories.get(str(code)) for locale in ("zh_Hans", "en")]
    return " / ".join(str(name) for name in names) if all(names) else str(code)
