"""`portal search`: what readers look for and do not find."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from portal.settings import Settings
from portal.terminal import out

app = typer.Typer(help="What readers look for.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


@app.callback()
def main() -> None:
    """What readers look for."""


@app.command()
def gaps(
    most: Annotated[int, typer.Option(help="How many at most.", min=1)] = 100,
    as_json: AsJson = False,
) -> None:
    """Questions that found nothing, more than once, most often first. Holds nothing of who asked."""
    from portal.app import portal_engine
    from portal.web.gaps import listed

    found = listed(portal_engine(Settings()), most)
    if as_json:
        rows = [
            {"text": text, "locale": locale, "count": count, "last": str(last)} for text, locale, count, last in found
        ]
        sys.stdout.write(json.dumps(rows, ensure_ascii=False) + "\n")
        return
    table = Table("asked", "language", "times", "last")
    for text, locale, count, last in found:
        table.add_row(Text(text), locale, str(count), str(last))
    out.print(table if found else "nothing was asked in vain more than once")
