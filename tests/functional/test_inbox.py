"""The inbox over real HTTP: only what is signed comes in, only staff look at it."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine, text
from sqlmodel import select

from portal import db, envelope
from portal.inbox.auth import COOKIE
from portal.inbox.listing import PAGE_SIZE
from portal.inbox.models import InboxAudit, InboxLead
from tests.support.leads import WEBHOOK_SECRET, Clock, answers, log_in, make_inbox
from tests.support.servers import served

NASTY = "<script>alert('x')</script>{{7*7}}"


@pytest.fixture
def inbox(inbox_engine: Engine, keys: envelope.Keys, clock: Clock) -> Iterator[httpx.Client]:
    app = make_inbox(inbox_engine, keys, clock=clock)
    with served(app) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


def event(keys: envelope.Keys, number: int = 1, *, quarantined: bool = False, **changes: str) -> envelope.Event:
    lead = f"lead-{number:05}"
    payload = {
        "version": 1,
        "id": lead,
        "reference": f"CQ-{number:04}-7777",
        "locale": "en",
        "answers": {**answers(**changes), "consent_email": True, "sectors": ["ic", "nev"], "jobs": 12},
        "flags": ["honeypot"] if quarantined else [],
        "privacy_notice": {"version": "2026-01", "locale": "en"},
    }
    sealed = envelope.seal(payload, keys.public)
    return envelope.Event(lead, f"CQ-{number:04}-7777", db.utcnow(), sealed, quarantined)


def post(inbox: httpx.Client, body: bytes, lead: str, secret: str = WEBHOOK_SECRET, age: int = 0) -> httpx.Response:
    headers = envelope.sign(secret, lead, body, db.utcnow() - timedelta(seconds=age))
    return inbox.post("/leads", content=body, headers={**headers, "Content-Type": envelope.CONTENT_TYPE})


def stored(engine: Engine) -> list[InboxLead]:
    with db.read(engine) as session:
        return list(session.exec(select(InboxLead)).all())


def test_a_lead_is_stored_once_and_its_id_echoed(
    inbox: httpx.Client, inbox_engine: Engine, keys: envelope.Keys
) -> None:
    sent = event(keys)
    found = [post(inbox, sent.to_json(), sent.id) for _ in range(3)]
    assert [answer.status_code for answer in found] == [200, 200, 200]
    assert {answer.json()["id"] for answer in found} == {sent.id}
    assert len(stored(inbox_engine)) == 1
    conflict = post(inbox, event(keys, name="Someone else").to_json(), sent.id)
    assert conflict.status_code == 409
    assert stored(inbox_engine)[0].sealed == sent.sealed


def test_what_is_not_signed_by_us_is_refused(inbox: httpx.Client, inbox_engine: Engine, keys: envelope.Keys) -> None:
    sent = event(keys)
    body = sent.to_json()
    assert inbox.post("/leads", content=body).status_code == 415
    assert inbox.post("/leads", content=body, headers={"Content-Type": envelope.CONTENT_TYPE}).status_code == 401
    assert post(inbox, body, sent.id, secret="whsec_" + "QUJE" * 11).status_code == 401
    assert post(inbox, body, sent.id, age=400).status_code == 401
    assert post(inbox, body, sent.id, age=-400).status_code == 401
    assert post(inbox, body, "other").status_code == 400
    assert post(inbox, b"{}", sent.id).status_code == 400
    assert post(inbox, b"[" * 50_000, sent.id).status_code == 400
    assert post(inbox, b"x" * 300_000, sent.id).status_code == 413
    typed = {"Content-Type": envelope.CONTENT_TYPE}
    assert inbox.post("/leads", content=(b"x" * 60_000 for _ in range(6)), headers=typed).status_code == 413
    assert stored(inbox_engine) == []


def test_a_database_away_is_503(inbox: httpx.Client, inbox_engine: Engine, keys: envelope.Keys) -> None:
    with db.write(inbox_engine) as session:
        session.connection().execute(text("ALTER TABLE inbox_lead RENAME TO away"))
    sent = event(keys)
    assert post(inbox, sent.to_json(), sent.id).status_code == 503


@pytest.mark.parametrize("path", ["/", "/leads", "/leads?page=2", "/leads/lead-00001", "/leads/none"])
def test_nothing_is_shown_without_login(inbox: httpx.Client, keys: envelope.Keys, path: str) -> None:
    sent = event(keys)
    post(inbox, sent.to_json(), sent.id)
    for cookie in ("", "forged", inbox.get("/login").cookies[COOKIE]):
        answer = inbox.get(path, headers={"Cookie": f"{COOKIE}={cookie}"}, follow_redirects=True)
        assert answer.url.path == "/login"
        assert "Muster" not in answer.text


def test_from_login_to_a_lead(inbox: httpx.Client, inbox_engine: Engine, keys: envelope.Keys) -> None:
    for sent in (event(keys, 1, company=NASTY, message=f"{NASTY}\nline 2\u202e"), event(keys, 2, quarantined=True)):
        post(inbox, sent.to_json(), sent.id)
    answer = log_in(inbox)
    assert (answer.status_code, answer.headers["location"]) == (303, "/leads")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert re.search("samesite=strict", cookie, re.IGNORECASE)
    listed = inbox.get("/leads")
    assert listed.status_code == 200
    assert NASTY not in listed.text
    soup = BeautifulSoup(listed.text, "html.parser")
    assert NASTY in soup.get_text()
    assert "quarantine" in listed.text
    lead = inbox.get("/leads/lead-00001")
    soup = BeautifulSoup(lead.text, "html.parser")
    shown = soup.get_text()
    for value in ("Erika Mustermann", "erika@example.com", "德国 / Germany", "ic", "nev", "12", NASTY):
        assert value in shown
    assert not soup.find_all("script")
    assert soup.find_all("bdi")
    assert "frame-ancestors 'none'" in lead.headers["content-security-policy"]
    assert lead.headers["cache-control"] == "no-store"
    assert inbox.get("/leads/none").status_code == 404
    with db.read(inbox_engine) as session:
        actions = [(row.action, row.lead_id) for row in session.exec(select(InboxAudit)).all()]
    assert actions == [("staff-added", None), ("login", None), ("listed", None), ("viewed", "lead-00001")]
    opened = {row.id: row.opened_at is not None for row in stored(inbox_engine)}
    assert opened == {"lead-00001": True, "lead-00002": False}


def test_newest_first_with_pages(inbox: httpx.Client, inbox_engine: Engine, keys: envelope.Keys, clock: Clock) -> None:
    for number in range(PAGE_SIZE + 3):
        sent = event(keys, number)
        assert post(inbox, sent.to_json(), sent.id).status_code == 200
        clock.forward(seconds=1)
    log_in(inbox)

    def references(query: str) -> list[str]:
        soup = BeautifulSoup(inbox.get(f"/leads{query}").text, "html.parser")
        return [link.text for link in soup.select("tbody a")]

    first, second = references(""), references("?page=2")
    assert first == [f"CQ-{number:04}-7777" for number in range(PAGE_SIZE + 2, 2, -1)]
    assert second == ["CQ-0002-7777", "CQ-0001-7777", "CQ-0000-7777"]
    assert references("?page=999999") == second
    for odd in ("?page=-1", "?page=x", "?page=", "?page=²", "?page=" + "9" * 50):
        assert references(odd) == first


def test_a_lead_sealed_for_another_key_is_kept_and_said(
    inbox: httpx.Client, inbox_engine: Engine, tmp_path: Path
) -> None:
    sent = event(envelope.load_or_create_keys(tmp_path / "other"))
    assert post(inbox, sent.to_json(), sent.id).status_code == 200
    log_in(inbox)
    for path in ("/leads", "/leads/lead-00001"):
        answer = inbox.get(path)
        assert answer.status_code == 200
        assert "key" in answer.text
    assert len(stored(inbox_engine)) == 1


def test_payloads_of_another_shape_do_not_break_the_pages(inbox: httpx.Client, keys: envelope.Keys) -> None:
    for number, payload in enumerate(({}, {"answers": []}, {"answers": {"name": {"a": [1]}}, "privacy_notice": {}})):
        lead = f"odd-{number}"
        sealed = envelope.seal({"id": lead, **payload}, keys.public)
        sent = envelope.Event(lead, "CQ-7777-7777", db.utcnow(), sealed)
        post(inbox, sent.to_json(), lead)
    log_in(inbox)
    for path in ("/leads", "/leads/odd-0", "/leads/odd-1", "/leads/odd-2"):
        assert inbox.get(path).status_code == 200


def test_health(inbox: httpx.Client, inbox_engine: Engine) -> None:
    assert inbox.get("/healthz").json() == {"status": "ok"}
    assert inbox.get("/readyz").status_code == 200


def test_foreign_hosts(inbox_engine: Engine, keys: envelope.Keys) -> None:
    with served(make_inbox(inbox_engine, keys, allowed_hosts=["127.0.0.1"])) as address:
        assert httpx.get(f"{address}/healthz").status_code == 200
        assert httpx.get(f"{address}/healthz", headers={"Host": "evil.example"}).status_code == 400


def test_a_copied_database_tells_nothing(inbox_engine: Engine, inbox: httpx.Client, keys: envelope.Keys) -> None:
    sent = event(keys, name="CANARY-name", company="CANARY-company")
    post(inbox, sent.to_json(), sent.id)
    (row,) = stored(inbox_engine)
    assert "CANARY" not in json.dumps(row.model_dump(), default=str)
