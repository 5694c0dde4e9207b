"""Writing inquiries down: those that wait at the same time share one transaction, so one lock and one flush to disk.

Whoever comes first writes for all who wait; each returns only when its own inquiry is on disk, or has failed.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from portal import db
from portal.leads import chain
from portal.leads.models import LeadAudit, Outbox, Submission
from portal.leads.signing import Signer

_SUBMISSION, _OUTBOX, _AUDIT = (insert(table) for table in (Submission, Outbox, LeadAudit))
_TABLE = Submission.metadata.tables["submission"]
_KNOWN = select(_TABLE.c.form_key, _TABLE.c.fingerprint, _TABLE.c.id, _TABLE.c.reference, _TABLE.c.received_at).where(
    _TABLE.c.form_key.in_(bindparam("keys", expanding=True))
)


@dataclass(frozen=True)
class Entry:
    """An inquiry ready to be written: its row, the signed statement of its receipt, why it is in quarantine."""

    row: Submission
    receipt: chain.Signed
    flags: tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """What stands under a form key: `fresh` when this very entry was written, else what was there before."""

    fingerprint: str
    id: str
    reference: str
    received_at: datetime
    fresh: bool


@dataclass
class _Waiting:
    entry: Entry
    known: Known | None = None
    failure: BaseException | None = None

    @property
    def done(self) -> bool:
        return self.known is not None or self.failure is not None


class Ledger:
    """Writes entries into `engine`'s database and chains their receipts; for any number of threads."""

    def __init__(self, engine: Engine, signer: Signer) -> None:
        self._engine = engine
        self._signer = signer
        self._waiting: list[_Waiting] = []
        self._list, self._pen = threading.Lock(), threading.Lock()

    def write(self, entry: Entry) -> Known:
        """Write `entry` unless its form key is known, and tell what stands under the key; it is on disk by then.

        Raises IntegrityError when another process was faster with the key or the reference is taken, and what the
        database raises when it is away.
        """
        mine = _Waiting(entry)
        with self._list:
            self._waiting.append(mine)
        with self._pen:
            if not mine.done:
                with self._list:
                    batch, self._waiting = self._waiting, []
                self._write(batch)
        if mine.known is None:
            raise mine.failure or AssertionError
        return mine.known

    def find(self, form_key: str) -> Known | None:
        """What stands under a form key; only reads."""
        with db.read(self._engine) as session:
            row = session.connection().execute(_KNOWN, {"keys": [form_key]}).one_or_none()
        return None if row is None else Known(*row[1:], fresh=False)

    def _write(self, batch: Sequence[_Waiting]) -> None:
        try:
            found = self._store([waiting.entry for waiting in batch])
        except IntegrityError as error:
            # One of them is in conflict; one by one, the others are written.
            if len(batch) == 1:
                batch[0].failure = error
                return
            for waiting in batch:
                self._write([waiting])
        except BaseException as error:
            for waiting in batch:
                waiting.failure = error
            if not isinstance(error, Exception):
                raise
        else:
            for waiting, known in zip(batch, found, strict=True):
                waiting.known = known

    def _store(self, entries: Sequence[Entry]) -> list[Known]:
        """One transaction for all entries; what stands under each one's key, in their order."""
        results: list[Known] = []
        fresh: list[Entry] = []
        with db.write(self._engine) as session:
            # Plain statements: the objects' bookkeeping would double the time for which the one lock is held.
            connection = session.connection()
            rows = connection.execute(_KNOWN, {"keys": [entry.row.form_key for entry in entries]})
            known = {row[0]: Known(*row[1:], fresh=False) for row in rows}
            for entry in entries:
                row = entry.row
                found = known.get(row.form_key)
                results.append(found or Known(row.fingerprint, row.id, row.reference, row.received_at, fresh=True))
                if found is None:
                    known[row.form_key] = Known(row.fingerprint, row.id, row.reference, row.received_at, fresh=False)
                    fresh.append(entry)
            if fresh:
                connection.execute(_SUBMISSION, [entry.row.model_dump() for entry in fresh])
                chain.extend(connection, self._signer, [entry.receipt for entry in fresh])
                connection.execute(_OUTBOX, [_outbox(entry.row) for entry in fresh])
                connection.execute(_AUDIT, [_audit(entry) for entry in fresh])
        return results


def _outbox(row: Submission) -> dict[str, Any]:
    return {"submission_id": row.id, "attempts": 0, "fence": 0, "next_attempt_at": row.received_at}


def _audit(entry: Entry) -> dict[str, Any]:
    row = entry.row
    return {"at": row.received_at, "submission_id": row.id, "action": "accepted", "detail": ",".join(entry.flags)}
