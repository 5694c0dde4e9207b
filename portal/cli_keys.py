"""`portal keys`: the bureau's key pair that leads are sealed to. Run it where the inbox is, never on a web node."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from portal import envelope
from portal.app import publish_public_key
from portal.keyfiles import KeyFileError
from portal.settings import Settings
from portal.terminal import err, out

app = typer.Typer(
    help="The bureau's keys for leads. Run this inside the bureau, where the inbox is.", no_args_is_help=True
)
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@app.command()
def new() -> None:
    """Make the first key pair. Exit 1 when there is one: then `rotate` is meant."""
    folder = _folder()
    try:
        keys = envelope.load_or_create_keys(folder)
    except KeyFileError as error:
        err.print(str(error), highlight=False)
        raise typer.Exit(1) from error
    if not keys.created:
        err.print(f"there is a key pair in {folder}; `portal keys rotate` makes another one current", highlight=False)
        raise typer.Exit(1)
    _tell(folder, keys, [])


@app.command()
def rotate(yes: Yes = False) -> None:
    """Make a new key current. The old ones are kept: they still open what was sealed to them."""
    folder = _folder()
    if not (folder / envelope.PRIVATE_FILE).exists():
        err.print(f"no key pair in {folder}; `portal keys new` makes one", highlight=False)
        raise typer.Exit(1)
    if not yes:
        typer.confirm("Make a new key current?", abort=True)
    try:
        keys = envelope.rotate_keys(folder)
    except KeyFileError as error:
        err.print(str(error), highlight=False)
        raise typer.Exit(1) from error
    _tell(folder, keys, [str(key.kid) for key in keys.private.keys[1:]])


def _folder() -> Path:
    return Settings().var / "inbox" / "keys"


def _tell(folder: Path, keys: envelope.Keys, old: list[str]) -> None:
    published = publish_public_key(Settings())
    err.rule("the bureau's key has changed")
    out.print(f"current key: {keys.public.kid}", highlight=False)
    for key_id in old:
        out.print(f"kept for opening: {key_id}", highlight=False)
    for line in (
        "1. Restart the inbox first: it opens leads sealed to the new key only after that.",
        f"2. Bring {published} to every web node (BUREAU_PUBLIC_KEY) and restart the web processes;",
        "   until then they seal to the old key, which the inbox still opens.",
        f"3. Back up {folder / envelope.PRIVATE_FILE} apart from the database. Without it no lead can be read.",
        "   Never bring that file to a web node.",
    ):
        err.print(line, highlight=False)
    err.rule()
