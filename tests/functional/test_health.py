"""`/readyz` knows whether every accepted lead is accounted for, and shows a dead one without going out of service."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, text

from portal import db
from portal.leads import outbox
from portal.leads.forms import Inquiry
from portal.leads.intake import Accepted, Intake
from portal.web import system
from tests.support.servers import served


class StubSite:
    """A site with a release."""

    def release(self) -> Any:
        return SimpleNamespace(id="r1")


@pytest.fixture
def accepted(intake: Intake) -> Accepted:
    key = intake.api_key("key-number-000001")
    return intake.accept(Inquiry({"name": "Erika"}), key=key, locale="en", privacy_version="1")


@pytest.fixture
def health(engine: Engine, accepted: Accepted) -> Iterator[httpx.Client]:
    app = FastAPI()
    app.include_router(system.router(StubSite(), engine))  # type: ignore[arg-type]
    with served(app) as address, httpx.Client(base_url=address) as client:
        yield client


def test_ready_when_the_books_add_up(health: httpx.Client) -> None:
    answer = health.get("/readyz")
    assert answer.status_code == 200
    assert (answer.json()["balanced"], answer.json()["alarm"]) == (True, False)
    assert answer.json()["outbox"]["accepted"] == 1


def test_a_dead_lead_is_an_alarm_and_no_outage(engine: Engine, health: httpx.Client) -> None:
    (taken,) = outbox.claim(engine, db.utcnow(), 1)
    outbox.set_failed(engine, taken, db.utcnow(), code="http-422", attempts=1, next_at=None)
    answer = health.get("/readyz")
    assert (answer.status_code, answer.json()["alarm"]) == (200, True)


@pytest.mark.parametrize("table", ["outbox", "receipt"])
def test_a_missing_row_is_not_ready(engine: Engine, health: httpx.Client, accepted: Accepted, table: str) -> None:
    with db.write(engine) as session:
        if table == "receipt":
            session.connection().execute(text("UPDATE chain_head SET count = 0"))
        else:
            session.connection().execute(text("DELETE FROM outbox WHERE submission_id = :lead"), {"lead": accepted.id})
    answer = health.get("/readyz")
    assert (answer.status_code, answer.json()["status"], answer.json()["balanced"]) == (503, "not ready", False)
