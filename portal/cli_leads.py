"""`portal leads`: counts, single leads, receipts, erasure, conformance of a receiver. Ids, states and times; never personal data."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from portal import db
from portal.app import portal_engine, receipt_keys
from portal.keyfiles import KeyFileError
from portal.leads import register, retention
from portal.leads.accounts import accounts
from portal.leads.chain import Fault, verify_chain
from portal.leads.models import STATES, State
from portal.leads.outbox import LEASE
from portal.leads.signing import Keys, ReceiptMalformedError, load_public_keys, parse_receipt
from portal.settings import Settings
from portal.terminal import err, out

app = typer.Typer(help="The leads of the public side: counts, single ones, receipts. No personal data.")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
Reference = Annotated[str, typer.Argument(help="The reference on the receipt, such as CQ-7K4M-9XHT.")]

_PROBLEMS = {
    "missing": "is missing",
    "altered": "was altered or moved",
    "payload": "has another payload than was received",
    "signature": "is not signed by a key of the portal",
    "unsigned": "is not signed; `portal serve` signs at its start what came before receipts were signed",
    "head": "does not agree with the head of the chain",
}


@app.callback(invoke_without_command=True)
def leads(context: typer.Context, as_json: AsJson = False) -> None:
    """Without a command: how many leads are in which state."""
    if context.invoked_subcommand is None:
        stats(as_json)


@app.command()
def stats(as_json: AsJson = False) -> None:
    """How many leads are accepted, ready, leased, delivered, dead and erased. Exit 1 when they do not add up."""
    found = accounts(portal_engine(Settings()), db.utcnow())
    if as_json:
        _print_json(found.counts)
    else:
        for name, count in found.counts.items():
            out.print(f"{name}: {count}")
    if not found.balanced:
        err.print(f"they do not add up; the chain of receipts has {found.chained}")
        raise typer.Exit(1)


@app.command("list")
def list_(
    state: Annotated[str, typer.Option(help=f"Only those in this state: {', '.join(STATES)}.")] = "",
    most: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many, newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """The newest leads with state, attempts and last error."""
    wanted = _state(state)
    found = register.entries(portal_engine(Settings()), db.utcnow(), state=wanted, most=most)
    if as_json:
        _print_json([entry.document() for entry in found])
        return
    table = Table("reference", "state", "received", "attempts", "last error", "next try")
    for entry in found:
        table.add_row(
            entry.reference,
            entry.state,
            entry.received_at.isoformat(timespec="seconds"),
            str(entry.attempts),
            entry.last_error or "",
            entry.next_attempt_at.isoformat(timespec="seconds") if entry.next_attempt_at else "",
        )
    out.print(table)


@app.command()
def show(reference: Reference, as_json: AsJson = False) -> None:
    """One lead: state, times, attempts, history."""
    found = register.entry(portal_engine(Settings()), reference, db.utcnow())
    if found is None:
        err.print(f"no lead {reference}", highlight=False)
        raise typer.Exit(1)
    entry, history = found
    if as_json:
        _print_json({**entry.document(), "history": [step.document() for step in history]})
        return
    for name, value in entry.document().items():
        if value is not None:
            out.print(f"{name}: {value}", highlight=False)
    for step in history:
        out.print(f"{step.at.isoformat(timespec='seconds')} {step.action} {step.detail}".rstrip(), highlight=False)


@app.command()
def replay(
    reference: Annotated[str, typer.Argument(help="A dead lead's reference.")] = "",
    all_dead: Annotated[bool, typer.Option("--all-dead", help="Every dead lead.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put dead leads back to be delivered; their schedule begins anew."""
    if bool(reference) == all_dead:
        err.print("name a reference, or --all-dead")
        raise typer.Exit(2)
    found = register.replay(portal_engine(Settings()), db.utcnow(), reference or None)
    if as_json:
        _print_json({"replayed": found})
    else:
        for name in found:
            out.print(f"{name}: ready", highlight=False)
    if reference and not found:
        err.print(f"{reference} is not dead, or there is no such lead", highlight=False)
        raise typer.Exit(1)


@app.command()
def erase(reference: Reference, as_json: AsJson = False) -> None:
    """Erase a lead's payload on this side, for good; one that waits is then never delivered."""
    engine = portal_engine(Settings())
    # A worker that has the lead holds it for the length of a lease at most.
    until = time.monotonic() + LEASE.total_seconds() + 5
    while True:
        try:
            erased = retention.erase(engine, reference, db.utcnow())
            break
        except KeyError as error:
            err.print(f"no lead {reference}", highlight=False)
            raise typer.Exit(1) from error
        except retention.BeingDeliveredError as error:
            if time.monotonic() > until:
                err.print(f"{reference} is being delivered; try again", highlight=False)
                raise typer.Exit(1) from error
            time.sleep(1)
    scrubbed = retention.scrub(engine)
    if as_json:
        _print_json({"reference": reference.upper(), "erased": True, "before": not erased, "scrubbed": scrubbed})
    else:
        out.print(f"{reference.upper()}: erased" if erased else f"{reference.upper()}: was erased before")
    if not scrubbed:
        err.print("the write-ahead log is in use and was not emptied; run this again, or wait for the hourly round")
        raise typer.Exit(1)


@app.command()
def verify(
    file: Annotated[Path | None, typer.Argument(help="A receipt as downloaded from the receipt page.")] = None,
    chain: Annotated[bool, typer.Option("--chain", help="Walk the whole chain of receipts in the database.")] = False,
    keys: Annotated[Path | None, typer.Option(help="Public keys; default: those under VAR.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check a receipt against the public keys alone, or the chain of all receipts. Exit 1 when something is wrong."""
    if (file is None) == (not chain):
        err.print("name a receipt's file, or --chain")
        raise typer.Exit(2)
    settings = Settings()
    try:
        known = load_public_keys(keys or receipt_keys(settings))
    except KeyFileError as error:
        err.print(str(error), highlight=False)
        raise typer.Exit(2) from error
    if file is not None:
        _verify_file(file, known, as_json)
        return
    report = verify_chain(portal_engine(settings), known)
    if as_json:
        fault = None if report.fault is None else report.fault.__dict__
        _print_json({"ok": fault is None, "sound": report.sound, "fault": fault})
    elif report.fault is None:
        out.print(f"{report.sound} receipts, all sound")
    else:
        err.print(f"{report.sound} receipts sound, then: {_words(report.fault)}", highlight=False)
    if report.fault is not None:
        raise typer.Exit(1)


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


def _verify_file(file: Path, known: Keys, as_json: bool) -> None:
    try:
        receipt = parse_receipt(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        err.print(f"{file}: cannot be read", highlight=False)
        raise typer.Exit(2) from error
    except ReceiptMalformedError as error:
        err.print(f"{file}: no receipt: {error}", highlight=False)
        raise typer.Exit(1) from error
    genuine = receipt.genuine(known)
    if as_json:
        _print_json({"ok": genuine, **receipt.document()})
    elif genuine:
        said = receipt.statement
        out.print(f"genuine: {said.reference}, received {said.received_at.isoformat()}", highlight=False)
    else:
        err.print(f"{file}: not genuine: no key known here signed exactly this", highlight=False)
    if not genuine:
        raise typer.Exit(1)


def _words(fault: Fault) -> str:
    name = f"row {fault.seq}" + (f" ({fault.reference})" if fault.reference else "")
    return f"{name} {_PROBLEMS[fault.problem]}"


def _state(name: str) -> State | None:
    if name and name not in STATES:
        err.print(f"no state {name}; one of {', '.join(STATES)}", highlight=False)
        raise typer.Exit(2)
    return next((state for state in STATES if state == name), None)


def _print_json(document: object) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
