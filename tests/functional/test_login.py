"""Logging in, and what ends it, over real HTTP."""

from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import Engine

from portal import envelope
from portal.inbox import lockout
from portal.inbox.auth import COOKIE
from tests.support.leads import LOGIN, PASSWORD, Clock, csrf, log_in, make_accounts, make_inbox
from tests.support.servers import served

NEW = "a password of my own"


@pytest.fixture
def inbox(inbox_engine: Engine, keys: envelope.Keys, clock: Clock) -> Iterator[httpx.Client]:
    app = make_inbox(inbox_engine, keys, clock=clock)
    with served(app) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


def change(inbox: httpx.Client, old: str, new: str, again: str | None = None) -> httpx.Response:
    data = {"csrf": csrf(inbox, "/account"), "password": old, "new": new, "again": new if again is None else again}
    return inbox.post("/account", data=data)


def test_wrong_passwords_lock_the_address_for_a_while(inbox: httpx.Client, clock: Clock) -> None:
    for number in range(lockout.MAX_FAILURES):
        assert log_in(inbox, "wrong", f"name-{number}").status_code == 401
    locked = log_in(inbox)
    assert locked.status_code == 429
    assert 0 < int(locked.headers["retry-after"]) <= lockout.LOCK.total_seconds()
    clock.forward(seconds=lockout.LOCK.total_seconds())
    assert log_in(inbox).status_code == 303


def test_the_answer_does_not_tell_which_names_there_are(inbox: httpx.Client) -> None:
    known, unknown = log_in(inbox, "wrong"), log_in(inbox, "wrong", "nobody")
    token = "value="  # every page has another form token
    strip = [
        "\n".join(line for line in answer.text.split("\n") if token not in line or "csrf" not in line)
        for answer in (known, unknown)
    ]
    assert strip[0] == strip[1]
    assert known.status_code == unknown.status_code == 401


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_forms_of_other_sites(inbox: httpx.Client, headers: dict[str, str]) -> None:
    data = {"csrf": csrf(inbox), "login": LOGIN, "password": PASSWORD}
    assert inbox.post("/login", data=data, headers=headers).status_code == 403
    assert inbox.post("/login", data={**data, "csrf": "other"}).status_code == 403
    assert inbox.post("/login", content=b"\xff" * 100).status_code == 403
    assert inbox.post("/login", content=b"a=1&" * 500).status_code == 403


def test_logout_needs_the_token_and_ends_the_session_on_the_server(inbox: httpx.Client) -> None:
    log_in(inbox)
    assert inbox.post("/logout").status_code == 403
    stolen = inbox.cookies[COOKIE]
    assert inbox.post("/logout", data={"csrf": csrf(inbox, "/leads")}).status_code == 303
    inbox.cookies.clear()
    assert inbox.get("/leads", headers={"Cookie": f"{COOKIE}={stolen}"}).status_code == 303


def test_a_login_makes_the_cookie_before_it_worthless(inbox: httpx.Client) -> None:
    inbox.get("/login")
    before = inbox.cookies[COOKIE]
    log_in(inbox)
    assert inbox.cookies[COOKIE] != before
    inbox.cookies.clear()
    assert inbox.get("/leads", headers={"Cookie": f"{COOKIE}={before}"}).status_code == 303


def test_changing_the_own_password(inbox: httpx.Client, inbox_engine: Engine) -> None:
    log_in(inbox)
    other = httpx.Client(base_url=inbox.base_url, timeout=60)
    log_in(other)
    for old, new, again, said in (
        ("wrong", NEW, None, "present password is wrong"),
        (PASSWORD, NEW, "another one altogether", "differ"),
        (PASSWORD, "short", None, "at least 12"),
    ):
        answer = change(inbox, old, new, again)
        assert answer.status_code == 422
        assert said in answer.text
    assert change(inbox, PASSWORD, NEW).status_code == 200
    assert inbox.get("/leads").status_code == 200
    assert other.get("/leads").status_code == 303
    assert log_in(other).status_code == 401
    assert log_in(other, NEW).status_code == 303
    other.close()


def test_guesses_on_the_password_page_are_counted(inbox: httpx.Client) -> None:
    log_in(inbox)
    for _ in range(10):
        assert change(inbox, "wrong", NEW).status_code == 422
    assert change(inbox, PASSWORD, NEW).status_code == 429


@pytest.mark.parametrize("path", ["/account", "/leads", "/"])
def test_pages_without_login(inbox: httpx.Client, path: str) -> None:
    assert inbox.get(path, follow_redirects=True).url.path == "/login"


def test_a_closed_account(inbox: httpx.Client, inbox_engine: Engine) -> None:
    log_in(inbox)
    make_accounts(inbox_engine).set_disabled(LOGIN, True, actor="cli")
    assert inbox.get("/leads").status_code == 303
    assert log_in(inbox).status_code == 401
