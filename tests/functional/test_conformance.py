"""The conformance test of receivers: our own inbox passes, and each fault of a receiver is found by its check."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from sqlalchemy import Engine
from sqlmodel import select
from typer.testing import CliRunner

from portal import db, envelope
from portal.cli import app
from portal.inbox.models import InboxLead
from portal.leads import conformance
from portal.leads.conformance import PARALLEL, Outcome, Prober
from tests.support.leads import WEBHOOK_SECRET, make_inbox
from tests.support.servers import free_port, served

Step = Callable[[Request, bytes], Awaitable[Response]]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conformance, "PAUSE", 0.01)


def checked(url: str, **changes: Any) -> list[Outcome]:
    return asyncio.run(Prober(url, WEBHOOK_SECRET, **changes).run())


def failed(outcomes: list[Outcome]) -> set[str]:
    return {outcome.name for outcome in outcomes if not outcome.passed}


class Receiver:
    """A receiver of thirty lines that keeps the contract, but for its `fault`."""

    def __init__(self, fault: str) -> None:
        self.fault = fault
        self.leads: dict[str, str] = {}
        self.busy = False
        self.app = FastAPI(openapi_url=None)
        self.app.post("/leads")(self.receive)

    def verify(self, request: Request, body: bytes) -> str:
        headers = dict(request.headers)
        if self.fault == "believes-all":
            return headers["webhook-id"]
        if self.fault == "no-clock":
            # Only the signature is computed; the time in it is not looked at.
            at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
            expected = envelope.sign(WEBHOOK_SECRET, headers["webhook-id"], body, at)["webhook-signature"]
            if headers.get("webhook-signature") != expected:
                raise envelope.SignatureInvalidError
            return headers["webhook-id"]
        return envelope.verify(WEBHOOK_SECRET, headers, body)

    async def receive(self, request: Request) -> Response:
        fault = self.fault
        if fault != "any-media-type" and "json" not in request.headers.get("content-type", ""):
            return Response(status_code=415)
        body = await request.body()
        if fault == "one-at-a-time":
            if self.busy:
                return Response(status_code=503)
            self.busy = True
            await asyncio.sleep(0.02)
            self.busy = False
        if fault == "login-page":
            return HTMLResponse("<html>Please log in</html>")
        if fault == "redirects":
            return RedirectResponse("/elsewhere", 307)
        if fault != "no-limit" and len(body) > 256 * 1024:
            return Response(status_code=413)
        try:
            signed = self.verify(request, body)
            if fault == "falls-over":
                json.loads(body)
            event = envelope.parse_event(body)
        except envelope.SignatureInvalidError:
            return Response(status_code=500 if fault == "signature-is-500" else 401)
        except envelope.EventMalformedError:
            return Response(status_code=400)
        except ValueError:
            return Response(status_code=500)
        if fault == "strict" and len(json.loads(body)) > 9:
            return Response(status_code=400)
        if signed != event.id and fault != "any-id":
            return Response(status_code=400)
        if event.id in self.leads and fault == "no-repeats":
            return Response(status_code=409)
        if self.leads.setdefault(event.id, event.sealed) != event.sealed and fault != "overwrites":
            return Response(status_code=409)
        return JSONResponse({"id": event.id.upper() if fault == "other-id" else event.id, "more": "x"})


def test_our_inbox_passes_and_keeps_what_it_confirmed(inbox_engine: Engine, keys: envelope.Keys) -> None:
    with served(make_inbox(inbox_engine, keys)) as address:
        outcomes = checked(f"{address}/leads", public_key=keys.public)
    assert [outcome for outcome in outcomes if not outcome.passed] == []
    assert len(outcomes) > 15
    with db.read(inbox_engine) as session:
        rows = session.exec(select(InboxLead)).all()
    # new twice, again, conflict, unknown, slow, and those at once: each once, set apart, and to be opened
    assert len(rows) == 6 + PARALLEL
    assert all(row.quarantined for row in rows)
    for row in rows:
        assert envelope.unseal(row.id, row.sealed, keys.private)["flags"] == ["conformance-test"]


def test_a_receiver_without_fault_passes() -> None:
    with served(Receiver("").app) as address:
        assert failed(checked(f"{address}/leads")) == set()


SIGNATURE = {"no signature", "wrong secret", "body changed after signing", "replayed with a new time"}
TIME = {"ten minutes old", "ten minutes ahead"}
TAKING = {
    "new lead",
    "same lead again",
    "other lead, same id",
    "unknown attributes",
    "sent slowly",
    f"{PARALLEL} at once",
    "new lead after all that",
}
REFUSING = SIGNATURE | TIME | {"signed under another id", "not JSON", "cut off in the middle", "other type of event"}


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ("believes-all", SIGNATURE | TIME),
        ("no-clock", TIME),
        ("any-id", {"signed under another id"}),
        ("any-media-type", {"other media type"}),
        ("no-limit", {"a megabyte"}),
        ("strict", {"unknown attributes"}),
        ("overwrites", {"other lead, same id"}),
        ("no-repeats", {"same lead again", "other lead, same id"}),
        ("other-id", TAKING),
        ("one-at-a-time", {f"{PARALLEL} at once"}),
        ("falls-over", {"not JSON", "cut off in the middle"}),
        ("signature-is-500", SIGNATURE | TIME),
        ("login-page", TAKING | REFUSING | {"a megabyte"}),
        ("redirects", TAKING | REFUSING | {"a megabyte"}),
    ],
)
def test_each_fault_is_found(fault: str, found: set[str]) -> None:
    with served(Receiver(fault).app) as address:
        assert failed(checked(f"{address}/leads")) == found


def test_a_receiver_that_is_not_there_fails_every_check() -> None:
    outcomes = checked(f"http://127.0.0.1:{free_port()}/leads")
    assert not any(outcome.passed for outcome in outcomes)
    assert {outcome.came for outcome in outcomes} == {"unreachable"}


def test_a_receiver_that_never_answers_fails_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conformance, "DEADLINE", 0.3)
    app = FastAPI(openapi_url=None)

    @app.post("/leads")
    async def hang() -> None:
        await asyncio.sleep(1)

    with served(app) as address:
        prober = Prober(f"{address}/leads", WEBHOOK_SECRET)
        with pytest.raises(conformance._Fault, match="timeout"):
            asyncio.run(prober._new())


@pytest.mark.parametrize(("fault", "code"), [("", 0), ("overwrites", 1)])
def test_as_a_command(fault: str, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK_SECRET", WEBHOOK_SECRET)
    with served(Receiver(fault).app) as address:
        ran = CliRunner().invoke(app, ["leads", "conformance", f"{address}/leads", "--json"])
    assert ran.exit_code == code
    found = json.loads(ran.stdout)
    assert found["ok"] is (code == 0)
    assert [check["name"] for check in found["checks"] if not check["passed"]] == ["other lead, same id"] * code


def test_as_a_command_used_wrongly() -> None:
    assert CliRunner().invoke(app, ["leads", "conformance", "queue.example", "--secret", WEBHOOK_SECRET]).exit_code == 2


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.com/", "example.com"])
def test_other_addresses_are_wrong_use(url: str) -> None:
    with pytest.raises(ValueError):
        Prober(url, WEBHOOK_SECRET)
