import stat
from pathlib import Path

import pytest
from fastapi import Request
from fastapi.responses import Response

from portal.inbox.auth import (
    COOKIE,
    LOCK,
    MAX_FAILURES,
    Lockout,
    Session,
    Sessions,
    check_access_key,
    hash_access_key,
    load_or_create_access_key,
)
from portal.inbox.people import Person
from tests.support.leads import Clock

SECRET = b"s" * 32


def test_the_access_key_is_made_once(tmp_path: Path) -> None:
    file = tmp_path / "inbox" / "staff-access-key.txt"
    key, created = load_or_create_access_key(file)
    assert created
    assert load_or_create_access_key(file) == (key, False)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(key) == 29
    file.write_text("short\n")
    with pytest.raises(ValueError):
        load_or_create_access_key(file)


def test_the_hash_fits_its_key_only() -> None:
    hashed = hash_access_key("correct horse battery")
    assert "correct" not in hashed
    assert hashed != hash_access_key("correct horse battery")
    assert check_access_key(" correct horse battery\n", hashed)
    for wrong in ("", "correct horse", "correct horse battery x", "\ud800", "x" * 100_000):
        assert not check_access_key(wrong, hashed)


def _request(cookie: str) -> Request:
    return Request({"type": "http", "headers": [(b"cookie", f"{COOKIE}={cookie}".encode())]})


@pytest.mark.parametrize("secure", [True, False])
def test_a_session_survives_its_cookie(secure: bool) -> None:
    sessions, response, session = (
        Sessions(SECRET, secure=secure),
        Response(),
        Session.fresh(Person("p1", "Li Wei", "officer")),
    )
    sessions.put(response, session)
    cookie = response.headers["set-cookie"]
    assert ("Secure" in cookie) is secure
    value = cookie.partition("=")[2].partition(";")[0]
    assert sessions.of(_request(value)) == session
    assert session.owns(session.csrf)
    assert not session.owns("")
    for forged in ("", "x", value[:-2], value + "x"):
        assert sessions.of(_request(forged)) is None
    assert Sessions(b"t" * 32, secure=secure).of(_request(value)) is None


def test_lockout(clock: Clock) -> None:
    lockout = Lockout(clock)
    for _ in range(MAX_FAILURES):
        assert lockout.wait("a") == 0
        lockout.failed("a")
    assert lockout.wait("a") == LOCK.total_seconds()
    assert lockout.wait("b") == 0
    clock.forward(seconds=LOCK.total_seconds())
    assert lockout.wait("a") == 0
    lockout.failed("b")
    lockout.passed("b")
    assert "b" not in lockout._failures
