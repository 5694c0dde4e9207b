"""Inquiries that wait together are written together; one in conflict does not take the others with it."""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import IntegrityError

from portal import db
from portal.leads import chain
from portal.leads.chain import Report, sign_unsigned, verify_chain
from portal.leads.ledger import Entry, Known, Ledger
from portal.leads.models import Submission, new_id, new_reference
from portal.leads.signing import Statement
from tests.support.leads import SIGNER


def entry(key: str, *, reference: str = "", fingerprint: str = "f") -> Entry:
    lead, now = new_id(), db.utcnow()
    row = Submission(
        id=lead,
        reference=reference or new_reference(),
        form_key=key,
        fingerprint=fingerprint,
        sealed=f"sealed {key}",
        locale="en",
        origin="form",
        quarantined=False,
        received_at=now,
    )
    statement = Statement(row.reference, now, chain.payload_hash(row.sealed))
    return Entry(row, chain.Signed(lead, statement, SIGNER.sign(statement.signed_bytes())), ())


def together(ledger: Ledger, entries: list[Entry]) -> list[Future[Known]]:
    """Write the entries as one batch: they queue up in their order while the pen is in another hand."""
    with ThreadPoolExecutor(len(entries)) as pool:
        with ledger._pen:
            futures = []
            for number, one in enumerate(entries, 1):
                futures.append(pool.submit(ledger.write, one))
                until = time.monotonic() + 10
                while len(ledger._waiting) < number and time.monotonic() < until:
                    threading.Event().wait(0.001)
        return futures


def stored(engine: Engine) -> list[int]:
    with db.read(engine) as session:
        tables = ("submission", "receipt", "outbox", "lead_audit")
        return [session.connection().execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in tables]


def test_a_batch_is_one_transaction_and_a_sound_chain(engine: Engine) -> None:
    sign_unsigned(engine, SIGNER)
    ledger = Ledger(engine, SIGNER)
    commits: list[object] = []
    entries = [entry(f"k{number}") for number in range(12)]
    event.listen(engine, "commit", lambda connection: commits.append(connection))
    results = [future.result() for future in together(ledger, entries)]
    assert len(commits) == 1
    assert [known.id for known in results] == [one.row.id for one in entries]
    assert all(known.fresh for known in results)
    assert stored(engine) == [12] * 4
    assert verify_chain(engine, SIGNER.public) == Report(12)


def test_a_key_twice_in_a_batch_is_one_lead(engine: Engine) -> None:
    sign_unsigned(engine, SIGNER)
    first, again, other = entry("same"), entry("same", fingerprint="g"), entry("other")
    known, repeated, _ = (future.result() for future in together(Ledger(engine, SIGNER), [first, again, other]))
    assert known.fresh
    assert (repeated.fresh, repeated.id, repeated.fingerprint) == (False, first.row.id, "f")
    assert stored(engine) == [2] * 4
    assert verify_chain(engine, SIGNER.public) == Report(2)


def test_a_taken_reference_fails_alone(engine: Engine) -> None:
    sign_unsigned(engine, SIGNER)
    ledger = Ledger(engine, SIGNER)
    taken = ledger.write(entry("first")).reference
    before, conflict, after = together(ledger, [entry("a"), entry("b", reference=taken), entry("c")])
    assert before.result().fresh
    assert after.result().fresh
    with pytest.raises(IntegrityError):
        conflict.result()
    assert stored(engine) == [3] * 4
    assert verify_chain(engine, SIGNER.public) == Report(3)
    assert ledger.find("b") is None
    assert ledger.write(entry("b")).fresh
