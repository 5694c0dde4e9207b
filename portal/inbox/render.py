"""Templates -> HTML for the inbox; every value is escaped, and nothing in a page may run or be framed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from portal.inbox import styles, words
from portal.workdays import CHONGQING, promised_date

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
    environment.filters["country"] = words.country
    environment.globals["asked"] = {"label": words.label, "option": words.option, "flags": words.FLAGS}
    environment.globals["stylesheet"] = styles.address(templates)
    environment.globals["moment"] = moment
    environment.globals["promised_date"] = promised_date

    def render(name: str, status: int = 200, **context: object) -> HTMLResponse:
        page = environment.get_template(f"inbox/{name}").render(**context)
        return HTMLResponse(page, status, headers=HEADERS)

    return render


def make_text(templates: Path) -> Callable[..., str]:
    """A function `text(name, **context)` for the plain-text templates under `templates`/mail."""
    environment = Environment(
        loader=FileSystemLoader(templates / "mail"),
        autoescape=False,  # noqa: S701 - mails are plain text: there is nothing to escape for
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def text(name: str, **context: object) -> str:
        return environment.get_template(name).render(**context)

    return text


def moment(value: datetime) -> str:
    """A time on the bureau's clock."""
    return value.astimezone(CHONGQING).strftime("%Y-%m-%d %H:%M")
