"""The chain of receipts: each has a position and a hash that covers the one before; the head says how many there are.

A removed row leaves a gap in the positions or disagrees with the head, a changed one breaks its hash, and the head is
signed with a key that is not in the database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Engine, insert, update
from sqlmodel import Session, col, select

from portal import db
from portal.leads.models import ChainHead, LeadAudit, Receipt, Submission
from portal.leads.signing import Keys, Signer, Statement, stamp, verified

#: the hash before the first
GENESIS = "0" * 64
_ROWS_AT_ONCE = 500

Problem = Literal["missing", "altered", "payload", "signature", "unsigned", "head"]


#: made once: to put them together costs as much as to run them
_HEAD = select(ChainHead.count, ChainHead.last).with_for_update()
_RECEIPT, _NEW_HEAD = insert(Receipt), update(ChainHead.__table__)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Signed:
    """A receipt that is not chained yet: of which lead, what it states, and the signature of that."""

    lead: str
    statement: Statement
    signature: str


@dataclass(frozen=True)
class Fault:
    """The first thing that is wrong: with which position, and what."""

    seq: int
    problem: Problem
    reference: str = ""


@dataclass(frozen=True)
class Report:
    """How many receipts were found sound, from the first on, and the fault at which checking ended."""

    sound: int
    fault: Fault | None = None


def payload_hash(sealed: str) -> str:
    """The hash of a sealed payload, in hexadecimal."""
    return hashlib.sha256(sealed.encode()).hexdigest()


def link(previous: str, seq: int, lead: str, reference: str, received_at: datetime, payload_sha256: str) -> str:
    """The hash of one receipt, which covers the one before by `previous`."""
    parts = (previous, str(seq), lead, reference, stamp(received_at), payload_sha256)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def head_bytes(count: int, last: str) -> bytes:
    """What the head's signature covers."""
    return f"invest-chongqing chain v1\n{count}\n{last}".encode()


def statement_of(lead: Submission, receipt: Receipt) -> Statement:
    """What the receipt of `lead` vouches for."""
    return Statement(lead.reference, lead.received_at, receipt.payload_sha256)


def extend(connection: Connection, signer: Signer, receipts: Sequence[Signed]) -> None:
    """Chain the receipts of leads that the caller's write transaction has stored, in their order.

    Writers take turns by the head's row (PostgreSQL) or by the transaction itself (SQLite), so positions have no gaps.
    """
    seq, last = connection.execute(_HEAD).one()
    rows = []
    for receipt in receipts:
        stated = receipt.statement
        seq += 1
        last = link(last, seq, receipt.lead, stated.reference, stated.received_at, stated.payload_sha256)
        rows.append(
            {
                "submission_id": receipt.lead,
                "seq": seq,
                "payload_sha256": stated.payload_sha256,
                "link": last,
                "signature": receipt.signature,
                "key_id": signer.key_id,
            }
        )
    connection.execute(_RECEIPT, rows)
    # Signed once for all of them: nobody sees the states of the head in between.
    signed = {"signature": signer.sign(head_bytes(seq, last)), "key_id": signer.key_id}
    connection.execute(_NEW_HEAD, {"count": seq, "last": last, **signed})


def sign_unsigned(engine: Engine, signer: Signer) -> int:
    """Sign the receipts, and the head, of inquiries that came before receipts were signed; gives how many.

    Only reads when there are none, which is so at every start but the first after an upgrade.
    """
    unsigned = col(Receipt.signature).is_(None)
    with db.read(engine) as session:
        head_signed = session.exec(select(ChainHead.signature)).one() is not None
        if head_signed and session.exec(select(Receipt.seq).where(unsigned).limit(1)).first() is None:
            return 0
    with db.write(engine) as session:
        head = session.exec(select(ChainHead).with_for_update()).one()
        rows = session.exec(
            select(Receipt, Submission)
            .join(Submission, col(Submission.id) == col(Receipt.submission_id))
            .where(unsigned)
        ).all()
        for receipt, lead in rows:
            receipt.signature = signer.sign(statement_of(lead, receipt).signed_bytes())
            receipt.key_id = signer.key_id
            session.add(receipt)
        if head.signature is None:
            head.signature, head.key_id = signer.sign(head_bytes(head.count, head.last)), signer.key_id
            session.add(head)
        return len(rows)


def verify_chain(engine: Engine, keys: Keys) -> Report:
    """Walk all receipts in order and stop at the first fault."""
    with Session(engine, expire_on_commit=False) as session:
        if engine.dialect.name == "postgresql":
            # One view of head and rows, whatever is accepted meanwhile; SQLite's transactions give that anyway.
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        head = session.exec(select(ChainHead)).one_or_none()
        if head is None:
            return Report(0, Fault(0, "head"))
        last, sound = GENESIS, 0
        for receipt, lead, is_erased in _rows(session):
            fault = _fault(receipt, lead, is_erased, last, sound + 1, keys)
            if fault is not None:
                return Report(sound, fault)
            last, sound = receipt.link, receipt.seq
        if head.count > sound:
            return Report(sound, Fault(sound + 1, "missing"))
        if head.count < sound or head.last != last:
            return Report(sound, Fault(head.count, "head"))
        if head.signature is None:
            return Report(sound, Fault(head.count, "unsigned"))
        if not verified(keys, head.key_id or "", head.signature, head_bytes(head.count, head.last)):
            return Report(sound, Fault(head.count, "head"))
    return Report(sound)


def _rows(session: Session) -> Iterator[tuple[Receipt, Submission | None, bool]]:
    """Receipts in order with what they stand for, and whether its erasure is written down."""
    erased = select(LeadAudit.submission_id).where(col(LeadAudit.action) == "erased")
    query: Any = select(Receipt, Submission, col(Receipt.submission_id).in_(erased)).outerjoin(
        Submission, col(Submission.id) == col(Receipt.submission_id)
    )
    after = None
    while True:
        page = query if after is None else query.where(col(Receipt.seq) > after)
        rows = session.exec(page.order_by(col(Receipt.seq)).limit(_ROWS_AT_ONCE)).all()
        yield from rows
        if len(rows) < _ROWS_AT_ONCE:
            return
        after = rows[-1][0].seq
        session.expunge_all()


def _fault(
    receipt: Receipt, lead: Submission | None, is_erased: bool, previous: str, expected: int, keys: Keys
) -> Fault | None:
    if receipt.seq != expected or lead is None:
        return Fault(expected, "missing")
    seq, hashed = receipt.seq, receipt.payload_sha256
    if receipt.link != link(previous, seq, lead.id, lead.reference, lead.received_at, hashed):
        return Fault(seq, "altered", lead.reference)
    # An erased payload is empty and its erasure written down; only then its hash stands for it.
    if not (is_erased and lead.sealed == "") and payload_hash(lead.sealed) != hashed:
        return Fault(seq, "payload", lead.reference)
    if receipt.signature is None:
        return Fault(seq, "unsigned", lead.reference)
    if not verified(keys, receipt.key_id or "", receipt.signature, statement_of(lead, receipt).signed_bytes()):
        return Fault(seq, "signature", lead.reference)
    return None
