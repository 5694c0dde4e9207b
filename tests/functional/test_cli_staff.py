"""`portal staff`: accounts made, changed and closed on the command line."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from portal import db
from portal.cli import app
from portal.inbox.accounts import Accounts
from portal.inbox.passwords import Passwords
from tests.support.leads import PASSWORD


@pytest.fixture(autouse=True)
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VAR", str(tmp_path))
    return tmp_path


def staff(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, ["staff", *arguments], input=typed)


def check(var: Path, login: str, password: str) -> str | None:
    engine = db.make_engine(f"sqlite:///{var / 'inbox' / 'inbox.db'}")
    person = Accounts(engine, hasher=Passwords()).check(login, password).person
    engine.dispose()
    return person.role if person else None


def test_from_add_to_disable(var: Path) -> None:
    made = staff("add", "li.wei", "--name", "李伟", "--role", "officer", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert made.exit_code == 0, made.output
    assert PASSWORD not in made.output
    assert check(var, "li.wei", PASSWORD) == "officer"
    assert staff("role", "li.wei", "reader").exit_code == 0
    assert check(var, "li.wei", PASSWORD) == "reader"
    generated = staff("password", "li.wei", "--generate")
    shown = re.search(r"shown this once: (\S+)", generated.output)
    assert shown
    assert check(var, "li.wei", PASSWORD) is None
    assert check(var, "li.wei", shown[1]) == "reader"
    assert staff("disable", "li.wei").exit_code == 0
    assert check(var, "li.wei", shown[1]) is None
    (row,) = json.loads(staff("list", "--json").stdout)
    assert (row["login"], row["name"], row["role"]) == ("li.wei", "李伟", "reader")
    assert row["disabled_at"]
    assert "hash" not in json.dumps(row)
    assert "li.wei" in staff("list").output
    assert staff("disable", "li.wei", "--undo").exit_code == 0
    assert check(var, "li.wei", shown[1]) == "reader"


def test_what_cannot_be_done_is_said() -> None:
    assert staff("add", "li.wei", "--generate").exit_code == 0
    for arguments, code, said in (
        (("add", "li.wei", "--generate"), 1, "already"),
        (("add", "Li Wei", "--generate"), 1, "letters"),
        (("add", "x", "--role", "root", "--generate"), 2, "reader, officer, admin"),
        (("role", "nobody", "reader"), 1, "no account"),
        (("role", "li.wei", "root"), 2, "no role"),
        (("disable", "nobody"), 1, "no account"),
    ):
        result = staff(*arguments)
        assert (result.exit_code, said in result.output) == (code, True), result.output
    short = staff("password", "li.wei", typed="short\nshort\n")
    assert short.exit_code == 1
    assert "12" in short.output
    assert staff("add", "y", typed="one password here\nanother password\n").exit_code != 0


def test_no_option_takes_a_password() -> None:
    for verb in ("add", "password"):
        assert "--password" not in staff(verb, "--help").output


def test_the_first_start_says_the_password_once(var: Path) -> None:
    first = CliRunner().invoke(app, ["inbox", "--init"])
    assert first.exit_code == 0, first.output
    password = (var / "inbox" / "admin.password").read_text().strip()
    assert password in first.stderr
    assert check(var, "admin", password) == "admin"
    again = CliRunner().invoke(app, ["inbox", "--init"])
    assert password not in again.output
    assert staff("password", "admin", typed=f"{PASSWORD}\n{PASSWORD}\n").exit_code == 0
    assert not (var / "inbox" / "admin.password").exists()


def test_service_levels_are_printed() -> None:
    done = CliRunner().invoke(app, ["inbox", "--stats", "--json"])
    assert json.loads(done.stdout)["desks"]["all"]["backlog"] == [0, 0, 0, 0]
    assert "in time" in CliRunner().invoke(app, ["inbox", "--stats"]).stdout
