import asyncio
from datetime import timedelta

import pytest
from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import Engine
from sqlmodel import select

from portal import db
from portal.inbox.accounts import Accounts
from portal.inbox.auth import COOKIE, IDLE, LONGEST, Session, Sessions
from portal.inbox.models import InboxSession
from portal.inbox.people import Person
from tests.support.leads import PASSWORD, SECRET, Clock, make_accounts


@pytest.fixture
def accounts(inbox_engine: Engine, clock: Clock) -> Accounts:
    return make_accounts(inbox_engine, clock=clock)


@pytest.fixture
def person(accounts: Accounts) -> Person:
    return accounts.add("li.wei", "Li Wei", "officer", PASSWORD, actor="test")


@pytest.fixture
def sessions(inbox_engine: Engine, clock: Clock) -> Sessions:
    return Sessions(inbox_engine, SECRET, secure=True, clock=clock)


def cookie_of(sessions: Sessions, session: Session) -> str:
    response = Response()
    sessions.put(response, session)
    return response.headers["set-cookie"]


def request(cookie: str) -> Request:
    return Request({"type": "http", "headers": [(b"cookie", f"{COOKIE}={cookie}".encode())]})


def of(sessions: Sessions, session: Session) -> Session | None:
    value = cookie_of(sessions, session).partition("=")[2].partition(";")[0]
    return asyncio.run(sessions.of(request(value)))


@pytest.mark.parametrize("secure", [True, False])
def test_a_session_is_found_by_its_cookie(inbox_engine: Engine, person: Person, clock: Clock, secure: bool) -> None:
    sessions = Sessions(inbox_engine, SECRET, secure=secure, clock=clock)
    session = sessions.begin(person)
    cookie = cookie_of(sessions, session)
    assert ("Secure" in cookie) is secure
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert of(sessions, session) == session
    assert session.owns(session.csrf)
    assert not session.owns("")
    assert not session.owns(sessions.begin(person).csrf)
    value = cookie.partition("=")[2].partition(";")[0]
    for forged in ("", "x", value[:-2], value + "x", session.token):
        assert asyncio.run(sessions.of(request(forged))) is None
    other = Sessions(inbox_engine, b"t" * 32, secure=secure, clock=clock)
    assert asyncio.run(other.of(request(value))) is None


def test_the_table_does_not_hold_what_a_cookie_needs(inbox_engine: Engine, sessions: Sessions, person: Person) -> None:
    session = sessions.begin(person)
    with db.read(inbox_engine) as reading:
        (row,) = reading.exec(select(InboxSession)).all()
    assert session.token not in str(row.model_dump())
    assert session.csrf not in str(row.model_dump())


def test_nobody_is_behind_a_session_before_the_login(sessions: Sessions) -> None:
    session = sessions.anonymous()
    assert session.person is None
    found = of(sessions, session)
    assert found == session


def test_a_session_ends_when_idle_and_after_its_longest_time(sessions: Sessions, person: Person, clock: Clock) -> None:
    session = sessions.begin(person)
    begun = clock()
    clock.forward(seconds=IDLE.total_seconds() - 1)
    while clock() - begun < LONGEST:
        kept = of(sessions, session)
        assert kept is not None
        assert kept.person == person
        clock.forward(seconds=IDLE.total_seconds() - 1)
    late = of(sessions, session)
    assert late is not None
    assert late.person is None
    session = sessions.begin(person)
    clock.forward(seconds=IDLE.total_seconds())
    idle = of(sessions, session)
    assert idle is not None
    assert idle.person is None


@pytest.mark.parametrize("change", ["end", "disable", "role", "password"])
def test_what_ends_a_session(accounts: Accounts, sessions: Sessions, person: Person, change: str) -> None:
    session = sessions.begin(person)
    bystander = sessions.begin(accounts.add("other", "Other", "reader", PASSWORD, actor="test"))
    if change == "end":
        sessions.end(session.token, person)
    elif change == "disable":
        accounts.set_disabled("li.wei", True, actor="test")
        accounts.set_disabled("li.wei", False, actor="test")  # opened again, the old session stays ended
    elif change == "role":
        accounts.set_role("li.wei", "admin", actor="test")
    else:
        accounts.set_password("li.wei", "another good password", actor="test")
    ended = of(sessions, session)
    assert ended is not None
    assert ended.person is None
    assert of(sessions, bystander) == bystander


def test_old_rows_are_swept_at_the_next_login(
    inbox_engine: Engine, sessions: Sessions, person: Person, clock: Clock
) -> None:
    for _ in range(3):
        sessions.begin(person)
    clock.now += LONGEST + timedelta(seconds=1)
    sessions.begin(person)
    with db.read(inbox_engine) as reading:
        assert len(reading.exec(select(InboxSession)).all()) == 1
