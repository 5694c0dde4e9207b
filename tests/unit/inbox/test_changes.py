"""What staff may do with a case, what is told to its sender, and that nobody overwrites anybody."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from portal import db, envelope
from portal.inbox import changes
from portal.inbox.cases import REASONS, InboxCase
from portal.inbox.changes import Change, ConflictError, LeadMissingError, RefusedError
from portal.inbox.models import InboxAudit
from portal.inbox.triage import Triage
from tests.support.cases import ADA, BO, case, desk_of, event, history, mails, make_triage, receive
from tests.support.leads import Clock
from tests.unit.inbox.test_triage import told


@pytest.fixture
def triage(inbox_engine: Engine, keys: envelope.Keys, clock: Clock) -> Triage:
    made = make_triage(inbox_engine, keys, clock)
    receive(inbox_engine, clock, event(keys, 1, clock()), event(keys, 2, clock(), quarantined=True))
    made.take_in()
    return made


def change(triage: Triage, keys: envelope.Keys, number: int = 1, **wanted: object) -> int:
    now = case(triage.engine, number)
    values = {"version": now.version, "state": now.state, "desk": now.desk, "assignee": now.assignee, **wanted}
    return changes.apply(
        triage.engine,
        now.lead_id,
        Change(**values),
        person=ADA,
        at=desk_of(keys),
        now=triage.clock(),  # type: ignore[arg-type]
    )


def test_from_new_to_won_and_what_is_told(triage: Triage, keys: envelope.Keys, clock: Clock) -> None:
    change(triage, keys, assignee="ada")
    clock.forward(hours=1)
    first = clock()
    change(triage, keys, state="contacted", note="Rang, spoke with Grace.")
    clock.forward(hours=1)
    change(triage, keys, state="qualified", desk="chips")
    change(triage, keys, state="handed-over")
    change(triage, keys, state="closed", reason="won")
    made = case(triage.engine, 1)
    assert (made.state, made.reason, made.version, made.contacted_at) == ("closed", "won", 6, first)
    assert told(triage.engine) == [
        ("lead-00001", "assigned", "general"),
        ("lead-00001", "answered", "general"),
        ("lead-00001", "answered", "chips"),
        ("lead-00001", "closed", "chips"),
    ]
    lines = [(line.action, line.old, line.new) for line in history(triage.engine, 1) if line.actor == "ada"]
    assert lines == [
        ("assignee", "", "ada"),
        ("state", "new", "contacted"),
        ("note", "", ""),
        ("desk", "general", "chips"),
        ("state", "contacted", "qualified"),
        ("state", "qualified", "handed-over"),
        ("state", "handed-over", "closed:won"),
    ]
    with db.read(triage.engine) as session:
        audited = [row.action for row in session.exec(select(InboxAudit).where(InboxAudit.actor == "ada")).all()]
    assert audited.count("changed-state") == 4


def test_a_note_is_sealed_like_the_lead(triage: Triage, keys: envelope.Keys) -> None:
    change(triage, keys, note="CANARY 秘密")
    with db.read(triage.engine) as session:
        (sealed,) = (
            session.connection().execute(text("SELECT sealed_note FROM inbox_event WHERE action = 'note'")).scalars()
        )
    assert "CANARY" not in sealed
    assert envelope.unseal("lead-00001", sealed, keys.private)["note"] == "CANARY 秘密"


def test_reopening_goes_back_to_where_it_had_come(triage: Triage, keys: envelope.Keys) -> None:
    change(triage, keys, state="closed", reason="no-answer")
    with pytest.raises(RefusedError, match="state"):
        change(triage, keys, state="contacted")
    change(triage, keys, state="new")
    assert (case(triage.engine, 1).reason, case(triage.engine, 1).closed_at) == ("", None)
    change(triage, keys, state="contacted")
    change(triage, keys, state="closed", reason="withdrawn")
    change(triage, keys, state="contacted")
    assert [state for _, state, _ in told(triage.engine)] == [
        "assigned", "closed", "assigned", "answered", "closed", "answered",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({}, "nothing"),
        ({"state": "closed"}, "reason"),
        ({"state": "closed", "reason": "bored"}, "reason"),
        ({"state": "closed", "reason": "won"}, "won"),
        ({"state": "nowhere"}, "state"),
        ({"desk": "nowhere"}, "desk"),
        ({"assignee": "nobody-known"}, "assignee"),
        ({"note": "x" * 5001}, "note"),
    ],
)
def test_what_makes_no_sense_changes_nothing(
    triage: Triage, keys: envelope.Keys, wanted: dict[str, str], code: str
) -> None:
    before = case(triage.engine, 1).model_dump()
    with pytest.raises(RefusedError) as caught:
        change(triage, keys, **wanted)
    assert caught.value.code == code
    assert case(triage.engine, 1).model_dump() == before
    assert len(history(triage.engine, 1)) == 1


def test_backwards_is_only_by_reopening(triage: Triage, keys: envelope.Keys) -> None:
    change(triage, keys, state="qualified")
    assert case(triage.engine, 1).contacted_at is not None
    for state in ("new", "contacted"):
        with pytest.raises(RefusedError, match="state"):
            change(triage, keys, state=state)


def test_the_second_of_two_officers_is_told(triage: Triage, keys: envelope.Keys) -> None:
    seen = case(triage.engine, 1).version
    change(triage, keys, state="contacted")
    with pytest.raises(ConflictError) as caught:
        change(triage, keys, version=seen, state="closed", reason="spam", note="lost?")
    assert caught.value.version == seen + 1
    assert case(triage.engine, 1).state == "contacted"
    assert [line.action for line in history(triage.engine, 1)] == ["received", "state"]


def test_a_lead_that_is_not_there(triage: Triage, keys: envelope.Keys) -> None:
    with pytest.raises(LeadMissingError):
        changes.mark_spam(triage.engine, "none", 1, person=BO, now=triage.clock())


def test_quarantine_is_released_or_closed_as_spam(triage: Triage, keys: envelope.Keys, clock: Clock) -> None:
    with pytest.raises(RefusedError, match="held"):
        change(triage, keys, 2, state="contacted")
    changes.mark_spam(triage.engine, "lead-00002", 1, person=ADA, now=clock())
    assert (case(triage.engine, 2).state, case(triage.engine, 2).reason) == ("closed", "spam")
    assert len(told(triage.engine)) == len(mails(triage.engine)) == 1
    changes.release(triage.engine, "lead-00002", 2, person=ADA, mail=lambda: True, now=clock())
    assert (case(triage.engine, 2).state, case(triage.engine, 2).held) == ("new", False)
    assert told(triage.engine)[-1] == ("lead-00002", "assigned", "general")
    assert [mail.lead_id for mail in mails(triage.engine)] == ["lead-00001", "lead-00002"]
    with pytest.raises(RefusedError, match="nothing"):
        changes.release(triage.engine, "lead-00002", 3, person=ADA, mail=lambda: True, now=clock())


def test_overdue_is_new_after_the_promised_day() -> None:
    from portal.db import utcnow

    now = utcnow()
    made = InboxCase(lead_id="x", desk="general", why="default", held=False, readable=True, sent_at=now, due_at=now)
    assert made.overdue(now)
    assert not made.overdue(now - timedelta(seconds=1))
    assert not made.model_copy(update={"state": "contacted"}).overdue(now)
    assert made.model_copy(update={"held": True}).overdue(now), "someone has to look in time"
    assert len(set(REASONS)) == 6
