"""The public figure: fetched from the inbox with a signature, shown on the form, absent while it would tell of few."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import httpx
from fastapi import FastAPI
from sqlalchemy import Engine

from portal import db, envelope
from portal.inbox.cases import InboxCase
from portal.inbox.levels import THRESHOLD
from portal.leads.intake import Intake
from portal.leads.levels import ASK_SECONDS, AWAY_SECONDS, STALE, LevelListener, keep, shown
from portal.leads.proof import Proofs
from portal.leads.transport import HttpSender
from portal.web import enquiry, levels
from tests.support.cases import event, make_triage, receive
from tests.support.leads import SECRET, WEBHOOK_SECRET, Clock, StubPages, make_inbox
from tests.support.servers import free_port, served

TOLD = {"within_promise_percent": 95, "period_days": 90, "as_of": "2026-11-30"}


def test_the_worker_fetches_the_figure_once_there_is_one(
    new_engine: Callable[[db.Side], Engine], keys: envelope.Keys, clock: Clock
) -> None:
    portal, inbox = new_engine("portal"), new_engine("inbox")

    async def ask(address: str) -> float:
        async with HttpSender(f"{address}/leads", WEBHOOK_SECRET) as sender:
            return await LevelListener(portal, sender, clock=clock).run_once()

    receive(inbox, clock, *(event(keys, number, clock()) for number in range(THRESHOLD)))
    make_triage(inbox, keys, clock).take_in()
    with served(make_inbox(inbox, keys, clock=clock)) as address:
        assert asyncio.run(ask(address)) == ASK_SECONDS
        assert shown(portal, clock()) is None
        with db.write(inbox) as session:
            for number in range(THRESHOLD):
                case = session.get_one(InboxCase, f"lead-{number:05}")
                case.state, case.contacted_at = "contacted", clock()
        assert asyncio.run(ask(address)) == ASK_SECONDS
    found = shown(portal, clock())
    assert found is not None
    assert (found.percent, found.period_days) == (100, 90)
    assert asyncio.run(ask(f"http://127.0.0.1:{free_port()}")) == AWAY_SECONDS
    assert shown(portal, clock()) is not None, "an inbox that is away takes no figure away"
    clock.forward(seconds=STALE.total_seconds())
    assert shown(portal, clock()) is None


def test_what_is_no_figure_is_not_shown(engine: Engine, clock: Clock) -> None:
    for odd in (
        {},
        {**TOLD, "within_promise_percent": 101},
        {**TOLD, "within_promise_percent": True},
        {**TOLD, "within_promise_percent": "95"},
        {**TOLD, "period_days": 0},
        {**TOLD, "as_of": "<script>"},
        {**TOLD, "as_of": "2026-13-01"},
    ):
        keep(engine, TOLD, clock())
        assert shown(engine, clock()) is not None
        keep(engine, odd, clock())
        assert shown(engine, clock()) is None


def test_the_interface_and_the_form_show_it(engine: Engine, intake: Intake, clock: Clock) -> None:
    figure = levels.Figure(engine, clock)
    app = FastAPI()
    app.include_router(levels.router(figure))
    with served(app) as address:
        path = f"{address}/api/v1/service-levels"
        assert httpx.get(path).json() == {"promised_working_days": 2}
        keep(engine, TOLD, clock() - timedelta(days=1))
        assert httpx.get(path).json() == {"promised_working_days": 2, **TOLD}
    assert figure() is not None
    app.include_router(enquiry.router(StubPages(), intake, Proofs(SECRET), privacy_path="", level=figure))
    with served(app) as address:
        assert "within the promise: 95 % of inquiries" in httpx.get(f"{address}/en/invest").text
        keep(engine, {}, clock())
        figure.refresh()
        assert "within the promise" not in httpx.get(f"{address}/en/invest").text
