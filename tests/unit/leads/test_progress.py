"""The worker asks the inbox how far leads are: states arrive, failures do no harm, one worker asks at a time."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy import Engine
from sqlmodel import select

from portal import db, envelope
from portal.inbox import erasure
from portal.inbox.receive import store_once
from portal.inbox.states import changes_after, record_change
from portal.leads import outbox, progress
from portal.leads.accounts import accounts
from portal.leads.chain import verify_chain
from portal.leads.delivery import Worker
from portal.leads.forms import Inquiry
from portal.leads.intake import Intake
from portal.leads.models import InboxContact, LeadAudit, LeadProgress, Submission
from portal.leads.progress import ASK_SECONDS, AWAY_SECONDS, DEAF_SECONDS, Listener
from portal.leads.transport import HttpSender
from portal.states import MAX_PAGE, Change, Page, State
from tests.support.leads import SIGNER, WEBHOOK_SECRET, Clock, make_inbox
from tests.support.servers import free_port, served


def take(intake: Intake, many: int = 1) -> list[str]:
    inquiry = Inquiry({"name": "Erika"})
    return [
        intake.accept(inquiry, key=intake.api_key(f"key-number-{number:06}"), locale="en", privacy_version="1").id
        for number in range(many)
    ]


def kept(engine: Engine) -> dict[str, LeadProgress]:
    with db.read(engine) as session:
        return {row.submission_id: row for row in session.exec(select(LeadProgress)).all()}


def contact(engine: Engine) -> InboxContact:
    with db.read(engine) as session:
        return session.exec(select(InboxContact)).one()


def ask(engine: Engine, url: str, clock: Clock, times: int = 1) -> float:
    async def run() -> float:
        async with HttpSender(url, WEBHOOK_SECRET, deadline=5) as sender:
            listener, wait = Listener(engine, sender, clock=clock), 0.0
            for _ in range(times):
                wait = await listener.run_once()
            return wait

    return asyncio.run(run())


def record(engine: Engine, lead: str, state: State, at: Clock, desk: str = "") -> None:
    with db.write(engine) as session:
        record_change(session, lead, state, desk, at())


def test_states_come_from_the_inbox(
    engine: Engine, inbox_engine: Engine, intake: Intake, keys: envelope.Keys, clock: Clock
) -> None:
    one, two = take(intake, 2)
    begun = clock()
    with served(make_inbox(inbox_engine, keys)) as address:
        record(inbox_engine, one, "assigned", clock, "electronics")
        record(inbox_engine, "unknown-here", "assigned", clock, "electronics")
        assert ask(engine, f"{address}/leads", clock) == ASK_SECONDS
        assert set(kept(engine)) == {one}
        row = kept(engine)[one]
        assert (row.assigned_at, row.desk, row.answered_at) == (begun, "electronics", None)
        assert contact(engine).heard_at == begun
        clock.forward(minutes=5)
        record(inbox_engine, one, "assigned", clock, "vehicles")
        record(inbox_engine, one, "answered", clock)
        record(inbox_engine, two, "closed", clock)
        ask(engine, f"{address}/leads", clock)
    row = kept(engine)[one]
    assert (row.assigned_at, row.desk, row.answered_at, row.closed_at) == (begun, "vehicles", clock(), None)
    assert kept(engine)[two].closed_at == clock()


def test_many_pages_are_taken_in_one_go(
    engine: Engine, inbox_engine: Engine, intake: Intake, keys: envelope.Keys, clock: Clock
) -> None:
    (lead,) = take(intake)
    with db.write(inbox_engine) as session:
        for _ in range(MAX_PAGE + 30):
            record_change(session, "another", "assigned", "", clock())
        record_change(session, lead, "answered", "", clock())
    with served(make_inbox(inbox_engine, keys)) as address:
        ask(engine, f"{address}/leads", clock)
    assert kept(engine)[lead].answered_at == clock()


def test_a_closed_lead_that_goes_on_is_open_again_and_repeating_changes_nothing(
    engine: Engine, intake: Intake, clock: Clock
) -> None:
    (lead,) = take(intake)
    at = clock()
    page = Page(
        4,
        (
            Change(lead, "assigned", at, "a"),
            Change(lead, "closed", at + timedelta(hours=1)),
            Change(lead, "assigned", at + timedelta(hours=2), "b"),
            Change(lead, "answered", at + timedelta(hours=3)),
        ),
    )
    for _ in range(2):
        progress.take_in(engine, page, at)
        row = kept(engine)[lead]
        assert (row.assigned_at, row.desk, row.closed_at) == (at, "b", None)
        assert row.answered_at == at + timedelta(hours=3)


def test_what_the_inbox_has_erased_is_erased_here_too(
    engine: Engine, inbox_engine: Engine, intake: Intake, keys: envelope.Keys, clock: Clock
) -> None:
    gone, kept_lead = take(intake, 2)
    for taken in outbox.claim(engine, db.utcnow(), 10):
        store_once(inbox_engine, taken.event, clock())
        outbox.set_delivered(engine, taken, clock())
    erasure.erase(inbox_engine, [gone, "unknown-here"], actor="test", reason="requested", now=clock())
    with served(make_inbox(inbox_engine, keys)) as address:
        ask(engine, f"{address}/leads", clock)
    with db.read(engine) as session:
        sealed = dict(session.exec(select(Submission.id, Submission.sealed)).all())
        steps = session.exec(select(LeadAudit.detail).where(LeadAudit.action == "erased")).all()
    assert (sealed[gone], bool(sealed[kept_lead]), list(steps)) == ("", True, ["inbox"])
    assert kept(engine)[gone].erased_at == clock()
    books = accounts(engine, clock())
    assert (books.counts["erased"], books.counts["delivered"], books.balanced) == (1, 1, True)
    assert verify_chain(engine, SIGNER.public).fault is None
    # From the first change on, as after a restored backup: nothing is erased or written twice.
    progress.take_in(engine, changes_after(inbox_engine, 0), clock())
    with db.read(engine) as session:
        assert len(session.exec(select(LeadAudit).where(LeadAudit.action == "erased")).all()) == 1


def test_of_two_workers_one_asks(engine: Engine, clock: Clock) -> None:
    assert progress.take_turn(engine, clock()) == 0
    assert progress.take_turn(engine, clock()) is None
    clock.forward(seconds=ASK_SECONDS)
    assert progress.take_turn(engine, clock()) == 0


FAULTS: dict[str, Callable[[], Response]] = {
    "html": lambda: Response("<html>", 200),
    "other shape": lambda: JSONResponse({"cursor": "x", "states": []}),
    "bomb": lambda: Response(b" " * 2_000_000, 200),
    "redirect": lambda: RedirectResponse("/elsewhere"),
    "401": lambda: Response("", 401),
    "500": lambda: Response("", 500),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_failures_change_nothing(engine: Engine, clock: Clock, fault: str) -> None:
    app = FastAPI()
    app.add_api_route("/states", FAULTS[fault])
    with served(app) as address:
        assert ask(engine, f"{address}/leads", clock) == AWAY_SECONDS
    assert (contact(engine).cursor, contact(engine).heard_at) == (0, None)


def test_an_inbox_that_is_away(engine: Engine, clock: Clock) -> None:
    assert ask(engine, f"http://127.0.0.1:{free_port()}/leads", clock) == AWAY_SECONDS


def test_a_receiver_without_states_is_asked_rarely(engine: Engine, clock: Clock) -> None:
    with served(FastAPI()) as address:
        assert ask(engine, f"{address}/queue/leads", clock) == DEAF_SECONDS


def test_a_worker_asks_beside_delivering(
    engine: Engine, inbox_engine: Engine, intake: Intake, keys: envelope.Keys
) -> None:
    from portal.leads.chores import Chore

    (lead,) = take(intake)
    with served(make_inbox(inbox_engine, keys)) as address:
        with db.write(inbox_engine) as session:
            record_change(session, lead, "assigned", "general", db.utcnow())

        async def run() -> None:
            stop = asyncio.Event()
            sender = HttpSender(f"{address}/leads", WEBHOOK_SECRET)

            async def fails() -> float:
                raise RuntimeError

            chores = (Chore("fails", fails), Chore("states", Listener(engine, sender).run_once))
            task = asyncio.create_task(Worker(engine, sender, chores=chores).run(stop))
            for _ in range(2000):
                if kept(engine):
                    break
                await asyncio.sleep(0.01)
            stop.set()
            await asyncio.wait_for(task, 20)

        asyncio.run(run())
    assert kept(engine)[lead].desk == "general"
