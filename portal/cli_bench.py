"""`portal bench`: pages and search against peers in the same run."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from portal.settings import ROOT, Settings
from portal.terminal import out

app = typer.Typer(help="Time pages and search against peers; ratios, not verdicts.", invoke_without_command=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


@app.callback()
def pages(context: typer.Context, as_json: AsJson = False) -> None:
    """Time pages of the live release against a peer in the same run; ratios, not verdicts."""
    if context.invoked_subcommand is not None:
        return
    from portal.bench import run

    results = run(Settings())
    if as_json:
        sys.stdout.write(json.dumps(results, indent=1) + "\n")
        return
    table = Table("what", "ours, ms (median)", "peer", "peer, ms (median)", "ratio")
    for row in results:
        table.add_row(*(str(row[name]) for name in ("what", "ours_ms", "peer", "peer_ms", "ratio")))
    out.print(table)


@app.command()
def search(
    quality: Annotated[bool, typer.Option("--quality", help="How well judged queries are answered.")] = False,
    queries: Annotated[Path, typer.Option(help="Judged queries.")] = ROOT / "tests" / "search" / "queries.tsv",
    sizes: Annotated[
        str, typer.Option(help="How many times the catalogue, by commas; 214 times is 50,000 documents.")
    ] = "1,10,214",
    rounds: Annotated[int, typer.Option(help="Queries of one measurement.", min=20)] = 1000,
    as_json: AsJson = False,
) -> None:
    """Time the search of the content as it is and multiplied, each engine against its peers; or measure its answers."""
    from portal.catalog.loader import load

    catalog = load(Settings().content)
    if quality:
        from portal.bench_quality import measure

        # Only asked for here: an image without the tests times the search all the same.
        if not queries.is_file():
            msg = f"{queries} is no file"
            raise typer.BadParameter(msg, param_hint="--queries")
        rows = measure(catalog, queries)
    else:
        from portal.bench_search import run

        if not re.fullmatch(r"[1-9]\d{0,3}(,[1-9]\d{0,3})*", sizes):
            msg = f"{sizes!r} are no whole numbers from 1 to 9999 with commas between"
            raise typer.BadParameter(msg, param_hint="--sizes")
        rows = run(catalog, [int(size) for size in sizes.split(",")], rounds)
    if as_json:
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
        return
    table = Table(*rows[0])
    for row in rows:
        table.add_row(*map(str, row.values()))
    out.print(table)
