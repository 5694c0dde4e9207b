"""What people may ask of the bureau: their data as a file, and its erasure; and what goes when its time is over."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from portal import db, envelope
from portal.inbox import erasure
from portal.inbox.accounts import Accounts
from portal.inbox.changes import Change, RefusedError, apply
from portal.inbox.levels import report
from portal.inbox.models import InboxAudit, InboxLead
from portal.inbox.receive import store_once
from portal.inbox.states import changes_after
from portal.inbox.triage import Triage
from tests.support.cases import BO, case, desk_of, event, history, mails, make_triage, receive
from tests.support.leads import LOGIN, Clock, csrf, log_in, make_accounts, make_inbox
from tests.support.servers import served

RULES = erasure.Retention(closed=timedelta(days=365), spam=timedelta(days=30), quarantine=timedelta(days=90))
EMAIL = "canary-mail@example.com"
CANARIES = {
    "name": "CANARY-name",
    "email": EMAIL,
    "phone": "+4930123456789",
    "company": "CANARY-company",
    "message": "CANARY-message",
}


@pytest.fixture
def triage(inbox_engine: Engine, keys: envelope.Keys, clock: Clock) -> Triage:
    return make_triage(inbox_engine, keys, clock, desks={})


@pytest.fixture
def inbox(inbox_engine: Engine, keys: envelope.Keys, clock: Clock) -> Iterator[httpx.Client]:
    app = make_inbox(inbox_engine, keys, clock=clock)
    with served(app) as address, httpx.Client(base_url=address, timeout=60) as client:
        log_in(client)
        yield client


@pytest.fixture
def accounts(inbox_engine: Engine) -> Accounts:
    return make_accounts(inbox_engine)


def lead(engine: Engine, number: int) -> InboxLead:
    with db.read(engine) as session:
        return session.get_one(InboxLead, f"lead-{number:05}")


def note(engine: Engine, keys: envelope.Keys, clock: Clock, number: int, words: str) -> None:
    found = case(engine, number)
    change = Change(found.version, found.state, found.desk, found.assignee, note=words)
    apply(engine, found.lead_id, change, person=BO, at=desk_of(keys), now=clock())


def close(engine: Engine, keys: envelope.Keys, clock: Clock, number: int, reason: str) -> None:
    found = case(engine, number)
    change = Change(found.version, "closed", found.desk, found.assignee, reason=reason)
    apply(engine, found.lead_id, change, person=BO, at=desk_of(keys), now=clock())


def post(inbox: httpx.Client, path: str, page: str, **data: str) -> httpx.Response:
    return inbox.post(path, data={"csrf": csrf(inbox, page), **data})


def stored_bytes(engine: Engine) -> bytes:
    """Everything the database holds: the files of SQLite, every column of every row of PostgreSQL."""
    if engine.dialect.name == "sqlite":
        file = Path(str(engine.url.database))
        return b"".join(path.read_bytes() for path in sorted(file.parent.glob(f"{file.name}*")))
    found = []
    with engine.connect() as connection:
        tables = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        for table in tables:
            found += [str(row) for row in connection.execute(text(f'SELECT * FROM "{table}"'))]
    return "\n".join(found).encode()


def test_one_lead_is_erased_with_notes_and_traces(
    inbox: httpx.Client, inbox_engine: Engine, keys: envelope.Keys, clock: Clock, triage: Triage
) -> None:
    sent = event(keys, 1, clock(), **CANARIES)
    receive(inbox_engine, clock, sent, event(keys, 2, clock()))
    triage.take_in()
    note(inbox_engine, keys, clock, 1, "CANARY-note")
    before = case(inbox_engine, 1)
    sealed_note = next(line.sealed_note for line in history(inbox_engine, 1) if line.sealed_note)
    traces = [sent.sealed, sealed_note, before.summary, str(before.email_digest), str(before.phone_digest)]
    assert all(trace[-60:].encode() in stored_bytes(inbox_engine) for trace in traces)

    assert post(inbox, "/leads/lead-00001/erase", "/leads/lead-00001/erase").status_code == 422
    assert lead(inbox_engine, 1).sealed == sent.sealed
    answer = post(inbox, "/leads/lead-00001/erase", "/leads/lead-00001/erase", sure="yes")
    assert answer.status_code == 200

    row = lead(inbox_engine, 1)
    who = next(account.id for account in make_accounts(inbox_engine).all() if account.login == LOGIN)
    assert (row.sealed, row.erased_by, row.erased_why, row.erased_at) == ("", who, "requested", clock())
    left = stored_bytes(inbox_engine)
    for trace in traces:
        assert trace[-60:].encode() not in left, "the beginning of a JWE is its header, alike in all"
    assert all(line.sealed_note is None for line in history(inbox_engine, 1))
    assert [mail.lead_id for mail in mails(inbox_engine)] == ["lead-00002"]
    for path in ("/leads?state=closed", "/leads/lead-00001"):
        page = inbox.get(path)
        assert page.status_code == 200
        assert "erased" in page.text
        assert "CANARY" not in page.text
    assert case(inbox_engine, 2).readable


def test_a_late_delivery_does_not_bring_it_back(
    inbox_engine: Engine, keys: envelope.Keys, clock: Clock, triage: Triage
) -> None:
    sent = event(keys, 1, clock(), **CANARIES)
    receive(inbox_engine, clock, sent)
    assert erasure.erase(inbox_engine, [sent.id], actor="test", reason="requested", now=clock()) == 1
    assert store_once(inbox_engine, sent, clock()) is False
    assert lead(inbox_engine, 1).sealed == ""
    assert triage.take_in() == 0
    assert erasure.erase(inbox_engine, [sent.id], actor="test", reason="requested", now=clock()) == 0


def test_a_persons_data_is_found_exported_and_erased(
    inbox: httpx.Client, inbox_engine: Engine, keys: envelope.Keys, clock: Clock, triage: Triage
) -> None:
    for number in (1, 2):
        receive(inbox_engine, clock, event(keys, number, clock(), **CANARIES))
    receive(inbox_engine, clock, event(keys, 3, clock(), email="other@example.com", name="Other"))
    triage.take_in()
    note(inbox_engine, keys, clock, 2, "called back")
    found = post(inbox, "/people", "/people", email=EMAIL.upper())
    assert found.status_code == 200
    assert set(re.findall(r"CQ-\d{4}-7777", found.text)) == {"CQ-0001-7777", "CQ-0002-7777"}

    answer = post(inbox, "/people/export", "/people", email=EMAIL)
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["cache-control"] == "no-store"
    document = answer.json()
    assert [entry["reference"] for entry in document["leads"]] == ["CQ-0001-7777", "CQ-0002-7777"]
    assert document["leads"][0]["answers"]["message"] == "CANARY-message"
    assert document["leads"][0]["privacy_notice"]["locale"] == "en"
    assert "called back" in [line["note"] for line in document["leads"][1]["history"]]
    assert "Other" not in json.dumps(document)

    assert post(inbox, "/people/erase", "/people", email=EMAIL).status_code == 422
    assert post(inbox, "/people/erase", "/people", email=EMAIL, sure="yes").status_code == 200
    assert [lead(inbox_engine, number).sealed == "" for number in (1, 2, 3)] == [True, True, False]
    assert post(inbox, "/people/export", "/people", email=EMAIL).json()["leads"] == []
    with db.read(inbox_engine) as session:
        rows = session.exec(select(InboxAudit)).all()
    assert EMAIL not in str([row.model_dump() for row in rows])
    both = " lead-00001 lead-00002 "
    assert [(row.action, row.detail) for row in rows if row.action.startswith("person")][:2] == [
        ("person-found", both),
        ("person-exported", both),
    ]
    assert [row.lead_id for row in rows if row.action == "erased"] == ["lead-00001", "lead-00002"]
    told = changes_after(inbox_engine, 0).changes
    assert [change.id for change in told if change.state == "erased"] == ["lead-00001", "lead-00002"]


@pytest.mark.parametrize("role", ["reader", "officer"])
def test_only_administrators_may(
    inbox: httpx.Client, inbox_engine: Engine, keys: envelope.Keys, clock: Clock, accounts: Accounts, role: str
) -> None:
    receive(inbox_engine, clock, event(keys, 1, clock(), **CANARIES))
    accounts.set_role(LOGIN, role, actor="test")  # type: ignore[arg-type]
    log_in(inbox)
    for path in ("/people", "/leads/lead-00001/erase"):
        assert inbox.get(path).status_code == 403
    for path in ("/people", "/people/export", "/people/erase", "/leads/lead-00001/erase"):
        answer = post(inbox, path, "/account", email=EMAIL, sure="yes")
        assert answer.status_code == 403
        assert "CQ-0001" not in answer.text
    assert lead(inbox_engine, 1).sealed


def test_forms_need_the_token(inbox: httpx.Client, inbox_engine: Engine, keys: envelope.Keys, clock: Clock) -> None:
    receive(inbox_engine, clock, event(keys, 1, clock(), **CANARIES))
    for path in ("/people", "/people/export", "/people/erase", "/leads/lead-00001/erase"):
        assert inbox.post(path, data={"email": EMAIL, "sure": "yes"}).status_code == 403
    assert lead(inbox_engine, 1).sealed


def test_leads_go_when_their_time_is_over(
    inbox_engine: Engine, keys: envelope.Keys, clock: Clock, triage: Triage
) -> None:
    receive(inbox_engine, clock, *(event(keys, number, clock()) for number in (1, 2, 3)))
    receive(inbox_engine, clock, event(keys, 4, clock(), quarantined=True))
    triage.take_in()
    close(inbox_engine, keys, clock, 1, "not-a-fit")
    close(inbox_engine, keys, clock, 2, "spam")

    def erased() -> list[int]:
        return [number for number in (1, 2, 3, 4) if lead(inbox_engine, number).erased_at]

    assert erasure.erase_expired(inbox_engine, RULES, clock()) == 0
    clock.forward(days=30, seconds=1)
    assert erasure.erase_expired(inbox_engine, RULES, clock()) == 1
    assert erased() == [2]
    clock.forward(days=60)
    erasure.erase_expired(inbox_engine, RULES, clock())
    assert erased() == [2, 4]
    clock.forward(days=274)
    assert erasure.erase_expired(inbox_engine, RULES, clock()) == 0
    clock.forward(days=1)
    assert erasure.erase_expired(inbox_engine, RULES, clock()) == 1
    clock.forward(days=4000)
    erasure.erase_expired(inbox_engine, RULES, clock())
    assert erased() == [1, 2, 4], "what is open waits for an answer, however long"
    assert lead(inbox_engine, 1).erased_why == "retention"
    assert erasure.erase_expired(inbox_engine, RULES, clock()) == 0


def test_what_is_erased_waits_for_nobody_and_takes_no_note(
    inbox: httpx.Client, inbox_engine: Engine, keys: envelope.Keys, clock: Clock, triage: Triage
) -> None:
    receive(inbox_engine, clock, *(event(keys, number, clock()) for number in (1, 2)))
    receive(inbox_engine, clock, event(keys, 3, clock(), quarantined=True))
    triage.take_in()
    close(inbox_engine, keys, clock, 2, "not-a-fit")
    leads = ["lead-00001", "lead-00002", "lead-00003"]
    assert erasure.erase(inbox_engine, leads, actor=BO, reason="requested", now=clock()) == 3
    assert [(case(inbox_engine, number).state, case(inbox_engine, number).reason) for number in (1, 2, 3)] == [
        ("closed", "withdrawn"),
        ("closed", "not-a-fit"),
        ("closed", "withdrawn"),
    ]
    assert [(line.actor, line.old, line.new) for line in history(inbox_engine, 1) if line.action == "erased"] == [
        (BO.id, "new", "closed:withdrawn")
    ]
    found = report(inbox_engine, clock() + timedelta(days=30)).all
    assert (found.overdue, sum(found.backlog), found.received) == (0, 0, 1)
    shown = inbox.get("/leads").text
    assert "CQ-" not in shown
    assert "in quarantine" not in shown
    for number in (1, 3):
        page = inbox.get(f"/leads/lead-{number:05}").text
        assert "erased" in page
        assert "<select" not in page
        assert "Release" not in page
        with pytest.raises(RefusedError, match="erased"):
            note(inbox_engine, keys, clock, number, "Rang again.")
    version = str(case(inbox_engine, 3).version)
    assert post(inbox, "/leads/lead-00003/release", "/account", version=version).status_code == 422


def test_quarantine_that_is_over_is_closed(
    inbox_engine: Engine, keys: envelope.Keys, clock: Clock, triage: Triage
) -> None:
    receive(inbox_engine, clock, event(keys, 1, clock(), quarantined=True))
    triage.take_in()
    clock.forward(days=91)
    assert erasure.erase_expired(inbox_engine, RULES, clock()) == 1
    assert (case(inbox_engine, 1).state, case(inbox_engine, 1).reason) == ("closed", "")
