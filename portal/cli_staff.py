"""`portal staff`: the accounts that may log in to the inbox; and the service levels of `portal inbox --stats`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from portal.settings import Settings
from portal.terminal import err, out

if TYPE_CHECKING:
    from portal.inbox.accounts import Accounts
    from portal.inbox.people import Role

app = typer.Typer(help="The accounts that may log in to the inbox.", no_args_is_help=True)

Login = Annotated[str, typer.Argument(help="Name to log in with.")]
RoleOption = Annotated[str, typer.Option("--role", help="reader, officer or admin.")]
Generate = Annotated[bool, typer.Option("--generate", help="Make a password, to be changed at the first login.")]

#: how the command line is called in the audit trail
ACTOR = "cli"


@contextmanager
def _accounts() -> Iterator[Accounts]:
    """The accounts; what is wrong with an account or a password is said, and ends with 1."""
    from portal.app import inbox_engine, staff_accounts
    from portal.inbox.accounts import AccountError
    from portal.inbox.passwords import LONGEST, SHORTEST, WeakPasswordError

    settings = Settings()
    engine = inbox_engine(settings)
    try:
        yield staff_accounts(settings, engine)
    except WeakPasswordError as error:
        said = {
            "short": f"a password needs at least {SHORTEST} characters",
            "long": f"a password has at most {LONGEST} characters",
            "name": "a password may not be made of the login name",
        }
        err.print(said[error.code])
        raise typer.Exit(1) from error
    except AccountError as error:
        err.print(str(error), highlight=False)
        raise typer.Exit(1) from error
    finally:
        engine.dispose()


def _password(generated: bool) -> str:
    """Asked on the terminal, never taken from the command line, where every user of the machine could read it."""
    from portal.inbox.passwords import generate

    if not generated:
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return generate()


def _say(generated: bool, password: str) -> None:
    if generated:
        out.print(f"password, shown this once: {password}", highlight=False)


def _role(role: str) -> Role:
    from portal.inbox.people import PERMISSIONS

    for known in PERMISSIONS:
        if known == role:
            return known
    err.print(f"no role {role}; one of {', '.join(PERMISSIONS)}", highlight=False)
    raise typer.Exit(2)


@app.command()
def add(
    login: Login,
    name: Annotated[str, typer.Option(help="Name that pages show.")] = "",
    role: RoleOption = "reader",
    generate: Generate = False,
) -> None:
    """Make an account; the password is asked for, or made with --generate."""
    checked = _role(role)
    with _accounts() as accounts:
        password = _password(generate)
        person = accounts.add(login, name or login, checked, password, actor=ACTOR, generated=generate)
    out.print(f"{login}: {person.role}", highlight=False)
    _say(generate, password)


@app.command("list")
def list_accounts(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Every account with its role and state."""
    with _accounts() as accounts:
        rows = [
            {
                "id": row.id,
                "login": row.login,
                "name": row.name,
                "role": row.role,
                "kind": "local" if row.password_hash else "provider",
                "created_at": row.created_at.isoformat(timespec="seconds"),
                "disabled_at": row.disabled_at.isoformat(timespec="seconds") if row.disabled_at else None,
            }
            for row in accounts.all()
        ]
    if as_json:
        sys.stdout.write(json.dumps(rows, ensure_ascii=False) + "\n")
        return
    table = Table("login", "name", "role", "kind", "state", "id")
    for row in rows:
        state = f"disabled {row['disabled_at']}" if row["disabled_at"] else "open"
        table.add_row(*(str(row[key]) for key in ("login", "name", "role", "kind")), state, str(row["id"]))
    out.print(table)


@app.command()
def role(login: Login, role: Annotated[str, typer.Argument(help="reader, officer or admin.")]) -> None:
    """Change what an account may do; its sessions end."""
    checked = _role(role)
    with _accounts() as accounts:
        accounts.set_role(login, checked, actor=ACTOR)
    out.print(f"{login}: {role}", highlight=False)


@app.command()
def password(login: Login, generate: Generate = False) -> None:
    """Set a password, which also lifts a lock; the account's sessions end."""
    with _accounts() as accounts:
        chosen = _password(generate)
        accounts.set_password(login, chosen, actor=ACTOR, generated=generate)
    out.print(f"{login}: password set", highlight=False)
    _say(generate, chosen)


@app.command()
def disable(
    login: Login, undo: Annotated[bool, typer.Option("--undo", help="Open the account again.")] = False
) -> None:
    """Close an account; its sessions end. What it did stays in the audit trail."""
    with _accounts() as accounts:
        accounts.set_disabled(login, not undo, actor=ACTOR)
    out.print(f"{login}: {'open' if undo else 'disabled'}", highlight=False)


def print_levels(as_json: bool) -> None:
    """Print how soon leads are answered, by desk; no personal data."""
    from portal import db
    from portal.app import inbox_engine
    from portal.inbox.levels import PERIOD_DAYS, report

    found = report(inbox_engine(Settings()), db.utcnow())
    every = {"all": found.all, **found.desks}
    if as_json:
        desks = {name: asdict(levels) for name, levels in every.items()}
        sys.stdout.write(json.dumps({"at": found.at.isoformat(), "period_days": PERIOD_DAYS, "desks": desks}) + "\n")
        return
    heads = ("received", "answered", "median h", "p90 h", "in time %", "overdue", "waiting <=1/2/5/>5 d")
    table = Table("desk", *heads, title=f"last {PERIOD_DAYS} days, hours of working days")
    for name, levels in every.items():
        *figures, backlog = asdict(levels).values()
        shown = ["-" if figure is None else str(figure) for figure in figures]
        table.add_row(name, *shown, "/".join(map(str, backlog)))
    out.print(table)
