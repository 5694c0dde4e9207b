"""Erasure: after the term and on request; the books still add up, the chain still holds, the bytes are gone."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from portal import db, envelope
from portal.leads import outbox, register
from portal.leads.accounts import accounts, close_books
from portal.leads.chain import Report, verify_chain
from portal.leads.forms import Inquiry
from portal.leads.intake import Intake
from portal.leads.models import LeadAudit, Outbox, Submission
from portal.leads.retention import KEPT, BeingDeliveredError, enforce, erase, scrub
from tests.support.leads import SECRET, SIGNER, Clock

DAY = timedelta(days=1)


@pytest.fixture
def intake(engine: Engine, keys: envelope.Keys, clock: Clock) -> Intake:
    return Intake(engine, public_key=keys.public, secret=SECRET, signer=SIGNER, clock=clock)


def take(intake: Intake, many: int, start: int = 0) -> list[str]:
    inquiry = Inquiry({"name": "Erika"})
    return [
        intake.accept(
            inquiry, key=intake.api_key(f"key-number-{number:06}"), locale="en", privacy_version="1"
        ).reference
        for number in range(start, start + many)
    ]


def deliver(engine: Engine, clock: Clock, most: int = 100) -> None:
    for taken in outbox.claim(engine, clock(), most):
        outbox.set_delivered(engine, taken, clock())


def sealed(engine: Engine) -> dict[str, str]:
    with db.read(engine) as session:
        return dict(session.exec(select(Submission.reference, Submission.sealed)).all())


def test_thirty_days_after_delivery_the_payload_goes(engine: Engine, intake: Intake, clock: Clock) -> None:
    old = take(intake, 3)
    deliver(engine, clock)
    clock.forward(days=20)
    young, waiting = take(intake, 2, start=3), []
    deliver(engine, clock)
    clock.forward(days=5)
    waiting = take(intake, 1, start=5)
    clock.forward(days=5.5)
    assert enforce(engine, clock()) == 3
    assert enforce(engine, clock()) == 0
    kept = sealed(engine)
    assert [reference for reference, payload in kept.items() if not payload] == old
    assert all(kept[reference] for reference in (*young, *waiting))
    assert outbox.counts(engine, clock()) == {
        "accepted": 6,
        "ready": 1,
        "leased": 0,
        "delivered": 2,
        "dead": 0,
        "erased": 3,
    }
    assert accounts(engine, clock()).balanced
    assert verify_chain(engine, SIGNER.public) == Report(6)
    with db.read(engine) as session:
        audit = session.exec(select(LeadAudit).where(col(LeadAudit.action) == "erased")).all()
    assert [row.detail for row in audit] == ["retention"] * 3


def test_one_second_before_its_term_it_is_kept(engine: Engine, intake: Intake, clock: Clock) -> None:
    take(intake, 1)
    deliver(engine, clock)
    clock.now += KEPT
    assert enforce(engine, clock()) == 0


def test_erased_on_request_it_is_never_delivered(engine: Engine, intake: Intake, clock: Clock) -> None:
    first, second = take(intake, 2)
    assert erase(engine, first.lower(), clock())
    assert not erase(engine, first, clock())
    assert [taken.event.reference for taken in outbox.claim(engine, clock(), 10)] == [second]
    with pytest.raises(BeingDeliveredError):
        erase(engine, second, clock())
    clock.forward(seconds=outbox.LEASE.total_seconds() + 1)
    assert erase(engine, second, clock())
    assert not outbox.any_due(engine, clock() + DAY)
    with pytest.raises(KeyError):
        erase(engine, "CQ-3333-3333", clock())
    assert scrub(engine)
    assert verify_chain(engine, SIGNER.public) == Report(2)


def test_the_same_form_sent_again_after_erasure_stays_erased(engine: Engine, intake: Intake, clock: Clock) -> None:
    (first,) = take(intake, 1)
    erase(engine, first, clock())
    assert take(intake, 1) == [first]
    assert sealed(engine) == {first: ""}


def test_an_emptied_payload_without_written_erasure_is_a_fault(engine: Engine, intake: Intake, clock: Clock) -> None:
    (first,) = take(intake, 1)
    erase(engine, first, clock())
    with db.write(engine) as session:
        row = session.exec(select(LeadAudit).where(col(LeadAudit.action) == "erased")).one()
        session.delete(row)
    fault = verify_chain(engine, SIGNER.public).fault
    assert fault is not None
    assert (fault.seq, fault.problem) == (1, "payload")


def test_no_byte_of_an_erased_payload_is_left_in_the_files(tmp_path: Path, keys: envelope.Keys, clock: Clock) -> None:
    engine = db.make_engine(f"sqlite:///{tmp_path}/erase.db")
    db.upgrade(engine, "portal")
    intake = Intake(engine, public_key=keys.public, secret=SECRET, signer=SIGNER, clock=clock)
    inquiry = Inquiry({"message": "long " * 3000})
    for number in range(5):
        intake.accept(inquiry, key=intake.api_key(f"key-number-{number:06}"), locale="en", privacy_version="1")
    payloads = list(sealed(engine).values())
    for reference in sealed(engine):
        assert erase(engine, reference, clock())
    assert scrub(engine)
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.name.startswith("erase.db"))
    for payload in payloads:
        pieces = [payload[start : start + 40].encode() for start in range(200, len(payload) - 40, 400)]
        assert not any(piece in content for piece in pieces)
    assert b"CQ-" in content
    engine.dispose()


def test_the_hourly_round_makes_up_for_a_scrubbing_that_found_others_at_work(
    tmp_path: Path, keys: envelope.Keys, clock: Clock
) -> None:
    engine = db.make_engine(f"sqlite:///{tmp_path}/round.db")
    db.upgrade(engine, "portal")
    take(Intake(engine, public_key=keys.public, secret=SECRET, signer=SIGNER, clock=clock), 1)
    assert (tmp_path / "round.db-wal").stat().st_size > 0
    assert enforce(engine, clock()) == 0
    assert (tmp_path / "round.db-wal").stat().st_size == 0
    engine.dispose()


def test_the_books(engine: Engine, intake: Intake, clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    take(intake, 3)
    assert (close_books(engine, clock()).balanced, close_books(engine, clock()).alarm) == (True, False)
    (taken,) = outbox.claim(engine, clock(), 1)
    outbox.set_failed(engine, taken, clock(), code="http-422", attempts=1, next_at=None)
    capsys.readouterr()
    found = close_books(engine, clock())
    assert (found.balanced, found.alarm) == (True, True)
    assert "leads.dead" in capsys.readouterr().out
    with db.write(engine) as session:
        session.delete(session.exec(select(Outbox).where(col(Outbox.dead_at).is_not(None))).one())
    assert not close_books(engine, clock()).balanced
    assert "leads.do_not_add_up" in capsys.readouterr().out


def test_dead_ones_are_put_back(engine: Engine, intake: Intake, clock: Clock) -> None:
    take(intake, 3)
    for taken in outbox.claim(engine, clock(), 2):
        outbox.set_failed(engine, taken, clock(), code="http-422", attempts=1, next_at=None)
    dead = [entry.reference for entry in register.entries(engine, clock(), state="dead")]
    assert len(dead) == 2
    assert register.replay(engine, clock(), "CQ-3333-3333") == []
    assert register.replay(engine, clock(), dead[0].lower()) == [dead[0]]
    found = register.entry(engine, dead[0], clock())
    assert found is not None
    assert (found[0].state, found[0].attempts, found[0].last_error) == ("ready", 0, "http-422")
    assert [step.action for step in found[1]] == ["accepted", "dead", "replayed"]
    assert register.replay(engine, clock()) == [dead[1]]
    assert len(outbox.claim(engine, clock(), 10)) == 3
    assert register.entry(engine, "CQ-3333-3333", clock()) is None
