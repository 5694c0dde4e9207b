import stat
import threading
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine
from sqlmodel import select

from portal import db
from portal.inbox.accounts import FIRST, MAX_FAILURES, AccountError, Accounts
from portal.inbox.lockout import LOCK
from portal.inbox.models import InboxAudit, InboxStaff
from portal.inbox.passwords import Passwords, WeakPasswordError, check_new, generate
from tests.support.leads import PASSWORD, Clock, make_accounts


@pytest.fixture
def accounts(inbox_engine: Engine, clock: Clock) -> Accounts:
    made = make_accounts(inbox_engine, clock=clock)
    made.add("li.wei", "Li Wei", "officer", PASSWORD, actor="test")
    return made


def row(engine: Engine, login: str = "li.wei") -> InboxStaff:
    with db.read(engine) as session:
        return session.exec(select(InboxStaff).where(InboxStaff.login == login)).one()


def test_the_right_password_gives_the_person(accounts: Accounts, inbox_engine: Engine) -> None:
    for login in ("li.wei", " LI.WEI\n", "ｌｉ.ｗｅｉ"):
        person = accounts.check(login, PASSWORD).person
        assert person is not None
        assert (person.name, person.role) == ("Li Wei", "officer")
    assert PASSWORD not in str(row(inbox_engine).model_dump())


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD[:-1], PASSWORD + "x", "\ud800", "x" * 100_000])
def test_wrong_passwords(accounts: Accounts, password: str) -> None:
    assert accounts.check("li.wei", password).person is None


def test_the_same_characters_composed_otherwise_are_the_same_password(accounts: Accounts) -> None:
    accounts.set_password("li.wei", "Grüße aus Köln", actor="test")
    assert accounts.check("li.wei", "Gru\u0308ße aus Ko\u0308ln").person is not None


def test_unknown_and_closed_accounts_take_the_same_work(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts.add("closed", "", "reader", PASSWORD, actor="test")
    accounts.set_disabled("closed", True, actor="test")
    checked: list[str] = []
    verify = PasswordHasher.verify

    def counted(self: PasswordHasher, hashed: str | bytes, password: str | bytes) -> bool:
        checked.append(str(hashed).rpartition("$")[0].rpartition("$")[0])
        return verify(self, hashed, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    for login in ("li.wei", "nobody", "closed", "", "oidc:1", "\ud800"):
        assert accounts.check(login, "wrong").person is None
    assert accounts.check("closed", PASSWORD).person is None
    assert len(checked) == 7
    assert len(set(checked)) == 1, "the parameters of the stand-in differ from those of real accounts"


@pytest.mark.parametrize("login", ["li.wei", "nobody"])
def test_an_account_is_locked_after_failures_known_or_not(accounts: Accounts, clock: Clock, login: str) -> None:
    for _ in range(MAX_FAILURES):
        assert accounts.check(login, "wrong").wait == 0
    assert accounts.check(login, PASSWORD).wait == LOCK.total_seconds()
    clock.forward(seconds=LOCK.total_seconds())
    assert (accounts.check(login, PASSWORD).person is not None) is (login == "li.wei")


def test_many_guesses_at_once_do_not_slip_through(accounts: Accounts, inbox_engine: Engine) -> None:
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(accounts.check("li.wei", "wrong")))
        for _ in range(3 * MAX_FAILURES)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(1 for answer in answers if answer.wait == 0) == MAX_FAILURES
    assert len(answers) == 3 * MAX_FAILURES


def test_success_and_a_new_password_lift_the_count(accounts: Accounts, inbox_engine: Engine) -> None:
    for _ in range(MAX_FAILURES - 1):
        accounts.check("li.wei", "wrong")
    assert accounts.check("li.wei", PASSWORD).person
    assert row(inbox_engine).failures == 0
    for _ in range(MAX_FAILURES):
        accounts.check("li.wei", "wrong")
    accounts.set_password("li.wei", "another good password", actor="test")
    assert accounts.check("li.wei", "another good password").person


def test_a_hash_of_another_cost_is_renewed_at_login(accounts: Accounts, inbox_engine: Engine, clock: Clock) -> None:
    before = row(inbox_engine).password_hash
    dearer = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    later = make_accounts(inbox_engine, hasher=dearer, clock=clock)
    assert later.check("li.wei", "wrong").person is None
    assert row(inbox_engine).password_hash == before
    assert later.check("li.wei", PASSWORD).person
    renewed = row(inbox_engine).password_hash
    assert renewed is not None
    assert "m=16,t=2,p=1" in renewed
    assert later.check("li.wei", PASSWORD).person


@pytest.mark.parametrize("login", ["", "Li Wei", "-x", "李", "a" * 65, "oidc:1"])
def test_names_that_cannot_be(accounts: Accounts, login: str) -> None:
    with pytest.raises(AccountError):
        accounts.add(login, "", "reader", PASSWORD, actor="test")


def test_a_name_is_taken_once_and_roles_are_known(accounts: Accounts) -> None:
    with pytest.raises(AccountError, match="already"):
        accounts.add("LI.WEI", "", "reader", PASSWORD, actor="test")
    with pytest.raises(AccountError, match="reader, officer, admin"):
        accounts.set_role("li.wei", "root", actor="test")  # type: ignore[arg-type]
    with pytest.raises(AccountError, match="no account"):
        accounts.set_role("nobody", "reader", actor="test")


@pytest.mark.parametrize(
    ("password", "code"),
    [("short", "short"), ("x" * 201, "long"), ("li.wei li.wei", "name"), ("LI.WEI-12345678", "name")],
)
def test_passwords_that_are_refused(accounts: Accounts, password: str, code: str) -> None:
    with pytest.raises(WeakPasswordError) as refused:
        accounts.set_password("li.wei", password, actor="test")
    assert refused.value.code == code


def test_generated_passwords_are_long_and_differ() -> None:
    made = {generate() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        check_new(password, "admin")
        assert len(password) == 29


def test_the_first_account_is_made_once(inbox_engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "inbox" / "admin.password"
    accounts = make_accounts(inbox_engine, first_password=file)
    password = accounts.make_first()
    assert password is not None
    assert file.read_text().strip() == password
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert accounts.make_first() is None
    person = accounts.check(FIRST, password).person
    assert person is not None
    assert person.role == "admin"
    accounts.set_password(FIRST, "a password of my own", actor=person)
    assert not file.exists()
    assert accounts.make_first() is None
    assert not file.exists()


def test_a_first_start_that_was_cut_off_goes_on_with_the_kept_password(inbox_engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "admin.password"
    file.write_text("kept-by-the-first-try\n")
    accounts = make_accounts(inbox_engine, first_password=file)
    assert accounts.make_first() == "kept-by-the-first-try"
    assert accounts.check(FIRST, "kept-by-the-first-try").person


def test_changes_leave_a_trace_with_the_ids_of_both(accounts: Accounts, inbox_engine: Engine) -> None:
    boss = accounts.add("boss", "Boss", "admin", PASSWORD, actor="cli")
    accounts.set_role("li.wei", "reader", actor=boss)
    accounts.set_disabled("li.wei", True, actor=boss)
    staff_id = row(inbox_engine).id
    with db.read(inbox_engine) as session:
        rows = session.exec(select(InboxAudit).where(InboxAudit.actor == boss.id)).all()
    assert [(found.action, found.detail) for found in rows] == [
        ("staff-role", f"{staff_id} reader"),
        ("staff-disabled", staff_id),
    ]
