"""The `portal` command. Exit codes: 0 well, 1 found faults, 2 wrong use."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from portal import cli_bench, cli_keys, cli_leads, cli_search, cli_staff, logs
from portal.catalog import schemas, translations
from portal.catalog.faults import ContentError
from portal.catalog.loader import load
from portal.catalog.provenance import Coverage, coverage
from portal.locales import LOCALES
from portal.release import build
from portal.release.assets import collect
from portal.release.render import Renderer
from portal.settings import Settings
from portal.terminal import err, out, print_faults, progress_bar
from search import EngineMissingError

app = typer.Typer(
    help="Invest Chongqing: content files in, an investor portal and a lead queue out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(cli_bench.app, name="bench")
app.add_typer(cli_search.app, name="search")
app.add_typer(cli_staff.app, name="staff")
app.add_typer(cli_leads.app, name="leads")
app.add_typer(cli_keys.app, name="keys")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


@app.command()
def check(
    with_coverage: Annotated[bool, typer.Option("--coverage", help="Also count what of the plan is on pages.")] = False,
    write_schemas: Annotated[bool, typer.Option("--schemas", help="First renew content/schemas.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check the content: every fault with file, line, column and the mend."""
    settings = Settings()
    if write_schemas:
        schemas.write(settings.content / "schemas")
    try:
        catalog, warnings = build.checked_catalog(settings.content, settings.map_review_number)
        assets = collect(settings.static)
        renderer = Renderer(
            catalog,
            templates=settings.templates,
            messages=settings.locales_dir,
            assets=assets,
            base_url=settings.base_url,
        )
        reports: list[Coverage] = []
        if with_coverage:
            with progress_bar("rendering") as progress:
                rendered = build.render_all(renderer, progress)
            faults = build.link_faults(rendered, catalog, assets)
            if faults:
                raise ContentError(faults)
            reports = [coverage(catalog, tag, rendered.texts(tag)) for tag in catalog.site.locales]
    except ContentError as error:
        print_faults(error, as_json)
        raise typer.Exit(1) from error
    complete = all(report.placed == report.blocks and report.items_placed == report.items for report in reports)
    if as_json:
        document = {
            "ok": complete,
            "files": catalog.files,
            "warnings": warnings,
            "coverage": [report.__dict__ for report in reports],
        }
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    else:
        out.print(f"{catalog.files} files, no faults")
        for warning in warnings:
            out.print(f"warning: {warning}", highlight=False)
        for report in reports:
            out.print(
                f"{report.locale}: {report.placed} of {report.blocks} plan blocks and "
                f"{report.items_placed} of {report.items} items placed on pages"
            )
            if report.missing:
                out.print(f"  not placed: {', '.join(report.missing)}")
    if not complete:
        raise typer.Exit(1)


@app.command()
def publish(as_json: AsJson = False) -> None:
    """Make the content live as a new release. Faulty content changes nothing and exits 1."""
    from portal.app import release_paths

    settings = Settings()
    try:
        with progress_bar("publishing") as progress:
            release, warnings = build.publish(
                release_paths(settings),
                base_url=settings.base_url,
                keep=settings.releases_kept,
                progress=progress,
                map_review_number=settings.map_review_number,
                engine=settings.search_engine,
            )
    except EngineMissingError as error:
        err.print(str(error), highlight=False, markup=False)
        raise typer.Exit(2) from error
    except ContentError as error:
        print_faults(error, as_json)
        if not as_json:
            sys.stderr.write("nothing was published; the live release stays as it is\n")
        raise typer.Exit(1) from error
    if as_json:
        sys.stdout.write(json.dumps({"ok": True, "release": release, "warnings": warnings}, ensure_ascii=False) + "\n")
        return
    for warning in warnings:
        out.print(f"warning: {warning}", highlight=False)
    out.print(f"release {release} is live")


@app.command()
def serve(
    inbox: Annotated[bool, typer.Option(help="Also start the inbox on INBOX_PORT.")] = True,
    deliver: Annotated[bool, typer.Option(help="Also start the delivery worker.")] = True,
) -> None:
    """Serve the live release on HOST:PORT, with inbox and delivery worker beside it."""
    from portal.app import create_app
    from portal.supervise import serve as run

    settings = Settings()
    os.environ["PORTAL_CHILD"] = "1"
    if inbox:
        # A process of its own makes the keys: this one must never hold the private half.
        subprocess.run([sys.executable, "-m", "portal.cli", "inbox", "--init"], check=True)
    children = ([["inbox"]] if inbox else []) + ([["deliver"]] if deliver else [])
    site = create_app(settings)
    out.print(f"site   http://{settings.host}:{settings.port}/")
    if inbox:
        out.print(f"inbox  http://{settings.inbox_host}:{settings.inbox_port}/")
    asyncio.run(run(site, settings.host, settings.port, children, forwarded=settings.forwarded_allow_ips))


@app.command()
def inbox(
    init: Annotated[bool, typer.Option("--init", help="Make keys and database, say so, and end.")] = False,
    stats: Annotated[bool, typer.Option("--stats", help="Print how soon leads are answered, and end.")] = False,
    retention: Annotated[bool, typer.Option("--retention", help="Erase leads whose time is over, and end.")] = False,
    as_json: AsJson = False,
) -> None:
    """The internal lead queue on INBOX_HOST:INBOX_PORT."""
    if stats:
        cli_staff.print_levels(as_json)
        return
    from portal.app import create_inbox_app, enforce_retention
    from portal.inbox.accounts import FIRST
    from portal.supervise import run_until_stopped, server

    settings = Settings()
    if retention:
        out.print(f"{enforce_retention(settings)} leads erased")
        return
    made = create_inbox_app(settings)
    if made.first_password or made.new_keys:
        err.rule("first start of the inbox")
        if made.first_password:
            err.print(f"log in as {FIRST} with the password: {made.first_password}", highlight=False)
            err.print(f"until you change it, it is also kept in {settings.first_password}", highlight=False)
        if made.new_keys:
            err.print(f"the key pair for sealing leads is in {settings.var / 'inbox' / 'keys'}", highlight=False)
            err.print("whoever has its private file can read every lead: keep a copy safe")
        err.rule()
    if not init:
        asyncio.run(run_until_stopped(server(made.app, settings.inbox_host, settings.inbox_port)))


@app.command()
def deliver() -> None:
    """Deliver leads from the outbox to the lead queue. Any number may run."""
    from portal.app import create_worker
    from portal.supervise import stop_on_signals

    async def run() -> None:
        stop = asyncio.Event()
        stop_on_signals(stop)
        await create_worker(Settings()).run(stop)

    asyncio.run(run())


@app.command()
def preview(port: Annotated[int, typer.Option(help="Port to serve the preview on.")] = 8010) -> None:
    """Publish to a release of its own, serve it, and publish again whenever a content file or template changes."""
    from watchfiles import watch

    from portal.app import release_paths

    settings = Settings()
    own = settings.model_copy(update={"var": settings.var / "preview"})

    def again() -> None:
        try:
            release, _ = build.publish(
                release_paths(own),
                base_url=f"http://{own.host}:{port}",
                keep=1,
                map_review_number=own.map_review_number,
                engine=own.search_engine,
            )
            out.print(f"release {release}")
        except ContentError as error:
            print_faults(error, as_json=False)

    again()
    environment = {**os.environ, "VAR": str(own.var), "PORT": str(port), "INBOX_PORT": str(port + 1)}
    child = subprocess.Popen([sys.executable, "-m", "portal.cli", "serve"], env=environment)
    try:
        for _ in watch(settings.content, settings.templates, settings.static, settings.locales_dir):
            again()
    finally:
        child.terminate()
        child.wait(20)


@app.command("translations")
def translations_command(
    pin: Annotated[str, typer.Option(help="Declare this locale up to date: write the present source hashes.")] = "",
    as_json: AsJson = False,
) -> None:
    """How far each language is: fresh, stale, missing."""
    settings = Settings()
    try:
        catalog = load(settings.content)
    except ContentError as error:
        print_faults(error, as_json)
        raise typer.Exit(1) from error
    if pin:
        if pin not in LOCALES:
            err.print(f"no locale {pin}; one of {', '.join(LOCALES)}")
            raise typer.Exit(2)
        out.print(f"{translations.pin(settings.content, catalog, pin)} files changed")
        return
    counts = translations.summary(catalog)
    if as_json:
        sys.stdout.write(json.dumps(counts) + "\n")
        return
    table = Table("locale", "source", "fresh", "stale", "missing")
    for tag, states in counts.items():
        table.add_row(tag, *(str(states[name]) for name in ("source", "fresh", "stale", "missing")))
    out.print(table)
    for tag in catalog.site.locales:
        for status in translations.statuses(catalog, tag):
            if status.state in ("stale", "missing"):
                out.print(f"{tag} {status.state}: {status.unit}", highlight=False)


@app.command()
def export(folder: Annotated[Path, typer.Argument(help="Folder to write to; it must not exist.")]) -> None:
    """Copy the live release as plain files, for a web server or a content delivery network."""
    settings = Settings()
    if not settings.current.exists():
        err.print("no release is live; run `portal publish`")
        raise typer.Exit(1)
    if folder.exists():
        err.print(f"{folder} exists already")
        raise typer.Exit(2)
    shutil.copytree(settings.current.resolve(), folder, ignore=shutil.ignore_patterns("content", "search"))
    out.print(f"release {settings.current.resolve().name} written to {folder}")


def main() -> None:
    """Entry point of the `portal` command."""
    logs.configure()
    app()


if __name__ == "__main__":
    main()
