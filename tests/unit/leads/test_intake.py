import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlmodel import SQLModel, select

from portal import db, envelope
from portal.leads.forms import Inquiry
from portal.leads.intake import (
    KEY_LIFETIME,
    Accepted,
    FormKey,
    FormKeyExpiredError,
    FormKeyInvalidError,
    FormKeyReusedError,
    Intake,
    StorageUnavailableError,
)
from portal.leads.models import LeadAudit, Outbox, Submission
from portal.leads.outbox import counts
from portal.leads.receipts import find_receipt
from tests.support.leads import SECRET, SIGNER, Clock

INQUIRY = Inquiry({"name": "Erika", "email": "erika@example.com"})


def take(intake: Intake, key: FormKey, inquiry: Inquiry = INQUIRY, flags: tuple[str, ...] = ()) -> Accepted:
    return intake.accept(inquiry, key=key, locale="en", privacy_version="1", flags=flags)


def test_one_transaction_writes_submission_outbox_and_audit(
    engine: Engine, intake: Intake, keys: envelope.Keys
) -> None:
    accepted = take(intake, intake.open_form_key(intake.new_form_key()), flags=("honeypot",))
    with db.read(engine) as session:
        submission = session.exec(select(Submission)).one()
        outbox = session.exec(select(Outbox)).one()
        audit = session.exec(select(LeadAudit)).one()
    assert submission.id == outbox.submission_id == audit.submission_id == accepted.id
    assert submission.quarantined
    assert submission.received_at == accepted.received_at
    assert outbox.state(db.utcnow()) == "ready"
    payload = envelope.unseal(submission.id, submission.sealed, keys.private)
    assert payload["answers"] == {"name": "Erika", "email": "erika@example.com"}
    assert payload["flags"] == ["honeypot"]
    assert payload["privacy_notice"] == {"version": "1", "locale": "en", "sha256": ""}
    assert counts(engine, db.utcnow()) == {
        "accepted": 1,
        "ready": 1,
        "leased": 0,
        "delivered": 0,
        "dead": 0,
        "erased": 0,
    }


def test_same_key_and_body_give_the_same_receipt(intake: Intake) -> None:
    key = intake.open_form_key(intake.new_form_key())
    first, second = take(intake, key), take(intake, key)
    assert (first.repeated, second.repeated) == (False, True)
    assert (first.id, first.reference, first.token) == (second.id, second.reference, second.token)


def test_same_key_with_another_body_changes_nothing(engine: Engine, intake: Intake) -> None:
    key = intake.open_form_key(intake.new_form_key())
    take(intake, key)
    with db.read(engine) as session:
        before = session.exec(select(Submission)).one()
    with pytest.raises(FormKeyReusedError):
        take(intake, key, Inquiry({"name": "Max"}))
    with db.read(engine) as session:
        assert session.exec(select(Submission)).one() == before


def test_fifty_at_once_are_one_row(engine: Engine, intake: Intake) -> None:
    key = intake.open_form_key(intake.new_form_key())
    with ThreadPoolExecutor(50) as pool:
        receipts = list(pool.map(lambda _: take(intake, key), range(50)))
    assert len({receipt.reference for receipt in receipts}) == 1
    assert counts(engine, db.utcnow())["accepted"] == 1


def test_many_different_ones_at_once_are_all_kept(engine: Engine, intake: Intake) -> None:
    tokens = [intake.new_form_key() for _ in range(50)]
    with ThreadPoolExecutor(25) as pool:
        receipts = list(pool.map(lambda token: take(intake, intake.open_form_key(token)), tokens))
    assert len({receipt.reference for receipt in receipts}) == 50
    assert counts(engine, db.utcnow())["accepted"] == counts(engine, db.utcnow())["ready"] == 50


def test_expired_keys_take_nothing_new_but_repeat_a_receipt(engine: Engine, keys: envelope.Keys, clock: Clock) -> None:
    intake = Intake(engine, public_key=keys.public, secret=SECRET, signer=SIGNER, clock=clock)
    used, unused = intake.new_form_key(), intake.new_form_key()
    first = take(intake, intake.open_form_key(used))
    clock.forward(seconds=KEY_LIFETIME.total_seconds() + 60)
    assert take(intake, intake.open_form_key(used)).reference == first.reference
    with pytest.raises(FormKeyExpiredError):
        take(intake, intake.open_form_key(unused))


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é", "\ud800", "x" * 10_000])
def test_forged_keys(intake: Intake, token: str) -> None:
    with pytest.raises(FormKeyInvalidError):
        intake.open_form_key(token)
    with pytest.raises(FormKeyInvalidError):
        intake.open_form_key(intake.new_form_key()[:-1] + "~")


def test_receipt_needs_reference_and_token(engine: Engine, intake: Intake) -> None:
    accepted = take(intake, intake.api_key("0123456789abcdef"))
    other = take(intake, intake.api_key("fedcba9876543210"))
    receipt = find_receipt(engine, intake, accepted.reference.lower(), accepted.token)
    assert receipt is not None
    assert (receipt.reference, receipt.progress) == (accepted.reference, "received")
    assert receipt.received_at.utcoffset() == timedelta(hours=8)
    for reference, token in (
        (accepted.reference, ""),
        (accepted.reference, other.token),
        (accepted.reference, "é\ud800"),
        ("CQ-0000-0000", accepted.token),
        ("' OR 1=1", accepted.token),
    ):
        assert find_receipt(engine, intake, reference, token) is None


def test_a_missing_table_is_storage_unavailable(engine: Engine, intake: Intake) -> None:
    with db.write(engine) as session:
        session.connection().execute(text("ALTER TABLE outbox RENAME TO outbox_away"))
    with pytest.raises(StorageUnavailableError):
        take(intake, intake.api_key("0123456789abcdef"))
    with db.read(engine) as session:
        assert session.exec(select(Submission)).all() == []


def test_a_locked_file_is_storage_unavailable(tmp_path: Path, keys: envelope.Keys) -> None:
    engine = db.make_engine(f"sqlite:///{tmp_path}/locked.db", busy_ms=50)
    db.upgrade(engine, "portal")
    intake = Intake(engine, public_key=keys.public, secret=SECRET, signer=SIGNER)
    other = sqlite3.connect(tmp_path / "locked.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert not db.writable(engine)
    with pytest.raises(StorageUnavailableError):
        take(intake, intake.api_key("0123456789abcdef"))
    other.execute("ROLLBACK")
    other.close()
    assert take(intake, intake.api_key("0123456789abcdef")).reference
    engine.dispose()


def test_no_personal_data_in_file_or_log(
    tmp_path: Path, keys: envelope.Keys, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = db.make_engine(f"sqlite:///{tmp_path}/canary.db")
    db.upgrade(engine, "portal")
    intake = Intake(engine, public_key=keys.public, secret=SECRET, signer=SIGNER)
    names = ("name", "email", "phone", "company", "message", "title", "website")
    for number in range(20):
        inquiry = Inquiry({name: f"CANARY-{name}-{number}" for name in names})
        take(intake, intake.api_key(f"key-number-{number:06}"), inquiry)
    files = [path for path in tmp_path.iterdir() if path.name.startswith("canary.db")]
    assert {path.name for path in files} >= {"canary.db", "canary.db-wal"}
    assert not any(b"CANARY" in path.read_bytes() for path in files)
    engine.dispose()
    shown = capsys.readouterr()
    assert "lead.accepted" in shown.out + shown.err
    assert "CANARY" not in shown.out + shown.err


def test_tables_and_migrations_agree(engine: Engine, inbox_engine: Engine) -> None:
    from sqlalchemy import inspect

    for one, tables in (
        (engine, {"submission", "outbox", "lead_audit", "receipt", "chain_head", "lead_progress", "inbox_contact"}),
        (inbox_engine, {"inbox_lead", "inbox_audit", "state_change"}),
    ):
        found = inspect(one)
        assert tables <= set(found.get_table_names())
        for name in tables:
            model = SQLModel.metadata.tables[name]
            columns = {column["name"]: bool(column["nullable"]) for column in found.get_columns(name)}
            assert columns == {column.name: bool(column.nullable) for column in model.columns}, name
