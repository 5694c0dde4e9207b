"""`portal leads`: how far leads are, and whether a receiver keeps the contract."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from portal.settings import Settings
from portal.terminal import err, out

app = typer.Typer(help="How far leads are. Never shows personal data.", invoke_without_command=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


@app.callback()
def counts(context: typer.Context, as_json: AsJson = False) -> None:
    """How many leads are accepted, ready, leased, delivered and dead. No personal data."""
    if context.invoked_subcommand is not None:
        return
    from portal import db
    from portal.app import portal_engine
    from portal.leads import outbox

    found = outbox.counts(portal_engine(Settings()), db.utcnow())
    if as_json:
        sys.stdout.write(json.dumps(found) + "\n")
    else:
        for name, count in found.items():
            out.print(f"{name}: {count}")


@app.command()
def conformance(
    url: Annotated[str, typer.Argument(help="The receiver's address, such as https://queue.example/leads.")],
    secret: Annotated[
        str, typer.Option("--secret", envvar="WEBHOOK_SECRET", help="Standard Webhooks secret, whsec_…")
    ] = "",
    public_key: Annotated[
        Path | None, typer.Option("--public-key", help="Seal the test leads to this key (public.jwk.json).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Try a receiver of leads: does it take, refuse and repeat as the contract says? Sends it marked test leads."""
    from portal import envelope, keyfiles
    from portal.app import webhook_secret
    from portal.leads.conformance import Prober

    try:
        shared = secret or webhook_secret(Settings())
        prober = Prober(url, shared, envelope.load_public_key(public_key) if public_key else None)
    except (ValueError, keyfiles.KeyFileError) as error:
        err.print(str(error), highlight=False)
        raise typer.Exit(2) from error
    outcomes = asyncio.run(prober.run())
    passed = all(outcome.passed for outcome in outcomes)
    if as_json:
        document = {"ok": passed, "url": url, "checks": [asdict(outcome) for outcome in outcomes]}
        sys.stdout.write(json.dumps(document, indent=1) + "\n")
    else:
        table = Table("check", "wanted", "came", "")
        for outcome in outcomes:
            cells = (outcome.name, outcome.wanted, outcome.came, "well" if outcome.passed else "FAULT")
            table.add_row(*map(Text, cells), style="" if outcome.passed else "bold red")
        out.print(table)
        out.print(f"{sum(outcome.passed for outcome in outcomes)} of {len(outcomes)} checks passed")
    if not passed:
        raise typer.Exit(1)
