"""The comparison at the end: what senders were shown against what the portal holds and the inbox shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Engine, text

from portal import db, envelope
from portal.leads import outbox
from tests.crash.senders import Ledger


@dataclass
class Verdict:
    """Marks that were shown a receipt and are not there, marks that are there twice, and everything else amiss."""

    lost: set[str] = field(default_factory=set)
    twice: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    @property
    def well(self) -> bool:
        return not (self.lost or self.twice or self.faults)


def _opened(engine: Engine, table: str, keys: envelope.Keys) -> list[tuple[str, str, str]]:
    """(mark, reference, id) of every row, with the mark taken from the sealed answers."""
    with db.read(engine) as session:
        rows = session.connection().execute(text(f"SELECT id, reference, sealed FROM {table}")).all()
    return [
        (str(envelope.unseal(lead, sealed, keys.private)["answers"]["message"]), reference, lead)
        for lead, reference, sealed in rows
    ]


def compare(ledger: Ledger, portal: Engine, inbox: Engine, keys: envelope.Keys) -> Verdict:
    """Every receipt is one submission and one lead; nothing is twice; nothing is there that nobody sent."""
    verdict = Verdict(faults=list(ledger.faults))
    submissions, leads = _opened(portal, "submission", keys), _opened(inbox, "inbox_lead", keys)
    counts = outbox.counts(portal, db.utcnow())
    states = {name: count for name, count in counts.items() if name != "accepted"}
    if counts["accepted"] != len(submissions) or sum(states.values()) != counts["accepted"]:
        verdict.faults.append(f"the outbox does not add up: {counts}")
    for place, rows in (("portal", submissions), ("inbox", leads)):
        found = Counter(mark for mark, _, _ in rows)
        references = {mark: reference for mark, reference, _ in rows}
        verdict.lost |= ledger.receipts.keys() - found.keys()
        verdict.twice |= {mark for mark, count in found.items() if count > 1}
        verdict.faults += [f"{place}: nobody sent {mark}" for mark in _unknown(found, ledger)]
        verdict.faults += [
            f"{place}: {mark} has {references[mark]}, its sender was shown {receipt.reference}"
            for mark, receipt in ledger.receipts.items()
            if mark in references and references[mark] != receipt.reference
        ]
    if {lead for _, _, lead in submissions} != {lead for _, _, lead in leads}:
        verdict.faults.append("portal and inbox do not hold the same ids")
    return verdict


def _unknown(found: Iterable[str], ledger: Ledger) -> list[str]:
    return [mark for mark in found if mark not in ledger.receipts and mark not in ledger.given_up]
