"""A case is made of every lead, once: desk, points, due date, digests, mail; nothing of it in plain text."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from portal import db, envelope
from portal.inbox.changes import Change, apply
from portal.inbox.erasure import erase
from portal.inbox.models import StateChange
from portal.inbox.triage import Triage
from portal.workdays import due_at
from tests.support.cases import ADA, DESKS, case, desk_of, event, history, mails, make_triage, receive
from tests.support.leads import Clock


def told(engine: Engine) -> list[tuple[str, str, str]]:
    with db.read(engine) as session:
        return [(row.lead_id, row.state, row.desk) for row in session.exec(select(StateChange).order_by("seq")).all()]


def test_a_lead_becomes_a_case(inbox_engine: Engine, keys: envelope.Keys, clock: Clock) -> None:
    triage = make_triage(inbox_engine, keys, clock)
    receive(inbox_engine, clock, event(keys, 1, clock(), sectors=["nev", "ic"], marks=["listed"], investment="over-1b"))
    assert triage.take_in() == 1
    assert triage.take_in() == 0
    made = case(inbox_engine, 1)
    assert (made.desk, made.why, made.state, made.held, made.readable) == ("chips", "sector=ic", "new", False, True)
    assert (made.points, made.weights, made.sectors) == (45, "listed:15,large:30", "|nev|ic|")
    assert made.due_at == due_at(clock())
    assert triage.vault.open(made.lead_id, made.summary) == {"company": "Muster GmbH", "country": "DE"}
    assert told(inbox_engine) == [("lead-00001", "assigned", "chips")]
    assert [(line.actor, line.action, line.new) for line in history(inbox_engine, 1)] == [
        ("rules", "received", "chips")
    ]
    assert [(mail.lead_id, mail.kind) for mail in mails(inbox_engine)] == [("lead-00001", "acknowledgement")]


def test_nothing_personal_stands_in_plain_text(inbox_engine: Engine, keys: envelope.Keys, clock: Clock) -> None:
    personal = {
        "name": "CANARYname",
        "email": "canaryx@example.com",
        "company": "CANARYcompany",
        "phone": "+49 30 98765432",
    }
    receive(inbox_engine, clock, event(keys, 1, clock(), **personal))
    make_triage(inbox_engine, keys, clock).take_in()
    with db.read(inbox_engine) as session:
        tables = ("inbox_lead", "inbox_case", "inbox_event", "inbox_mail", "state_change")
        rows = [session.connection().execute(text(f"SELECT * FROM {table}")).all() for table in tables]
    kept = json.dumps([[list(map(str, row)) for row in table] for table in rows])
    for value in ("CANARY", "canaryx", "98765432"):
        assert value not in kept
    assert case(inbox_engine, 1).email_digest


def test_quarantine_waits_for_a_person(inbox_engine: Engine, keys: envelope.Keys, clock: Clock) -> None:
    receive(
        inbox_engine, clock, event(keys, 1, clock(), quarantined=True), event(keys, 2, clock(), consent_email=False)
    )
    make_triage(inbox_engine, keys, clock).take_in()
    assert case(inbox_engine, 1).held
    assert [lead for lead, _, _ in told(inbox_engine)] == ["lead-00002"]
    assert mails(inbox_engine) == [], "one is held, the other did not consent"


def test_many_at_once_make_one_case_each(inbox_engine: Engine, keys: envelope.Keys, clock: Clock) -> None:
    receive(inbox_engine, clock, *(event(keys, number, clock()) for number in range(60)))
    totals: list[int] = []
    threads = [
        threading.Thread(target=lambda: totals.append(make_triage(inbox_engine, keys, clock).take_in()))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(totals) == 60
    assert len(told(inbox_engine)) == len(mails(inbox_engine)) == 60


def test_odd_payloads_and_odd_rules_still_make_a_case(inbox_engine: Engine, keys: envelope.Keys, clock: Clock) -> None:
    for number, payload in enumerate(
        ({}, {"answers": []}, {"answers": {"name": {"a": 1}, "sectors": 7}, "privacy_notice": {}})
    ):
        lead = f"lead-{number:05}"
        sealed = envelope.seal({"id": lead, **payload}, keys.public)
        receive(inbox_engine, clock, envelope.Event(lead, "CQ-7777-7777", clock(), sealed))
    triage = make_triage(inbox_engine, keys, clock, {"desks": {"general": {}}, "rules": "rubbish"})
    assert triage.take_in() == 3
    assert [case(inbox_engine, number).readable for number in range(3)] == [False, False, True]
    assert case(inbox_engine, 0).desk == "general"


@pytest.fixture
def other(tmp_path_factory: pytest.TempPathFactory) -> envelope.Keys:
    return envelope.load_or_create_keys(tmp_path_factory.mktemp("other"))


@pytest.fixture
def locked(inbox_engine: Engine, keys: envelope.Keys, clock: Clock, other: envelope.Keys) -> Triage:
    """Of a lead that only another key opens a case was made; gives the triage that made it."""
    receive(inbox_engine, clock, event(other, 1, clock(), sectors=["ic"]))
    triage = make_triage(inbox_engine, keys, clock)
    assert triage.take_in() == 1
    assert not case(inbox_engine, 1).readable
    return triage


def with_key(locked: Triage, other: envelope.Keys, desks: Callable[[], dict[str, Any]] = lambda: DESKS) -> Triage:
    return Triage(locked.engine, keys=other.private, vault=locked.vault, desks=desks, clock=locked.clock)


def test_a_lead_of_another_key_is_tried_again_when_the_key_is_back(
    inbox_engine: Engine, locked: Triage, other: envelope.Keys
) -> None:
    assert locked.try_again() == 0
    back = with_key(locked, other)
    assert back.try_again() == 1
    assert back.take_in() == 1
    assert (case(inbox_engine, 1).readable, case(inbox_engine, 1).desk) == (True, "chips")


def test_what_staff_decided_about_a_lead_of_another_key_stays_when_the_key_is_back(
    inbox_engine: Engine, keys: envelope.Keys, clock: Clock, locked: Triage, other: envelope.Keys
) -> None:
    change = Change(version=1, state="contacted", desk="general", assignee=ADA.id)
    apply(inbox_engine, "lead-00001", change, person=ADA, at=desk_of(keys), now=clock())
    back = with_key(locked, other)
    assert back.try_again() == 1
    assert back.take_in() == 0
    found = case(inbox_engine, 1)
    assert (found.readable, found.sectors) == (True, "|ic|")
    assert (found.state, found.desk, found.assignee) == ("contacted", "general", ADA.id)
    assert len(mails(inbox_engine)) == 1
    assert back.try_again() == 0


def test_what_is_erased_while_its_key_comes_back_stays_erased(
    inbox_engine: Engine, clock: Clock, locked: Triage, other: envelope.Keys
) -> None:
    def desks() -> dict[str, Any]:
        # Asked for once the lead has been opened, before its case is written.
        erase(inbox_engine, ["lead-00001"], actor=ADA, reason="requested", now=clock())
        return DESKS

    with_key(locked, other, desks).try_again()
    found = case(inbox_engine, 1)
    assert (found.summary, found.email_digest, found.readable) == ("", None, False)
    assert mails(inbox_engine) == []
