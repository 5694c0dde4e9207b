"""The worker against real servers on loopback: nothing lost, nothing shown twice, no false success."""

import asyncio
import gzip
import json
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from sqlalchemy import Engine, update
from sqlmodel import col, select

from portal import db, envelope
from portal.inbox.models import InboxLead
from portal.leads import outbox
from portal.leads.delivery import SCHEDULE, Worker, next_try
from portal.leads.forms import Inquiry
from portal.leads.intake import Intake
from portal.leads.models import Outbox, Submission
from portal.leads.transport import (
    HttpSender,
    NotAcknowledgedError,
    RejectedError,
    RetryableError,
    UnreachableError,
)
from tests.support.leads import SECRET, SIGNER, WEBHOOK_SECRET, Clock, make_inbox
from tests.support.servers import free_port, served

MINUTE = timedelta(minutes=1)
EVENT = envelope.Event("0190-test", "CQ-7777-7777", db.utcnow(), "a.b.c.d.e")


@pytest.fixture
def intake(engine: Engine, keys: envelope.Keys, clock: Clock) -> Intake:
    return Intake(engine, public_key=keys.public, secret=SECRET, signer=SIGNER, clock=clock)


def send_leads(intake: Intake, many: int, start: int = 0) -> list[str]:
    return [
        intake.accept(
            Inquiry({"name": f"Lead {number}", "company": "Muster", "country": "DE"}),
            key=intake.api_key(f"key-number-{number:06}"),
            locale="en",
            privacy_version="1",
        ).id
        for number in range(start, start + many)
    ]


def rows(engine: Engine) -> list[Outbox]:
    with db.read(engine) as session:
        return list(session.exec(select(Outbox).order_by(col(Outbox.submission_id))).all())


def work(engine: Engine, url: str, clock: Clock, *, rounds: int, step: float = 0.0, until_done: bool = True) -> int:
    """Let a worker do at most `rounds` rounds, `step` seconds of the test's clock apart; gives the rounds done."""

    async def run() -> int:
        async with HttpSender(url, WEBHOOK_SECRET, deadline=5) as sender:
            worker = Worker(engine, sender, clock=clock)
            for number in range(rounds):
                await worker.run_once()
                if until_done and all(row.delivered_at or row.dead_at for row in rows(engine)):
                    return number + 1
                clock.forward(seconds=step)
            return rounds

    return asyncio.run(run())


class Receiver:
    """A lead queue that answers as told and counts what it confirmed."""

    def __init__(self, answer: Callable[[str, int], Response | None]) -> None:
        self.tries: Counter[str] = Counter()
        self.taken: Counter[str] = Counter()
        self.app = FastAPI()

        @self.app.post("/leads")
        async def leads(request: Request) -> Response:
            body = await request.body()
            lead = envelope.verify(WEBHOOK_SECRET, request.headers, body)
            self.tries[lead] += 1
            special = answer(lead, self.tries[lead])
            if special is not None:
                return special
            self.taken[lead] += 1
            return JSONResponse({"id": lead})

        @self.app.api_route("/metadata", methods=["GET", "POST"])
        async def metadata() -> Response:
            self.taken["metadata"] += 1
            return JSONResponse({"id": EVENT.id})


def test_sent_while_the_inbox_is_stopped_arrives_once_after_its_start(
    engine: Engine, inbox_engine: Engine, intake: Intake, keys: envelope.Keys, clock: Clock
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/leads"
    ids = send_leads(intake, 30)
    work(engine, url, clock, rounds=60, step=60, until_done=False)  # an hour of knocking at a closed door
    assert {row.attempts for row in rows(engine)} == {0}
    assert all(row.delivered_at is None and row.dead_at is None for row in rows(engine))
    ids += send_leads(intake, 5, start=30)
    reopened = clock.now
    with served(make_inbox(inbox_engine, keys), port):
        work(engine, url, clock, rounds=60, step=1)
        work(engine, url, clock, rounds=3, step=60, until_done=False)
    assert all(row.delivered_at is not None for row in rows(engine))
    assert max(row.delivered_at for row in rows(engine) if row.delivered_at) <= reopened + MINUTE
    with db.read(inbox_engine) as session:
        arrived = session.exec(select(InboxLead)).all()
    assert sorted(lead.id for lead in arrived) == sorted(ids)
    assert all(
        envelope.unseal(lead.id, lead.sealed, keys.private)["answers"]["company"] == "Muster" for lead in arrived
    )


def test_a_closed_door_is_tried_within_ten_seconds_and_by_one_lead(
    engine: Engine, intake: Intake, clock: Clock
) -> None:
    send_leads(intake, 20)
    url = f"http://127.0.0.1:{free_port()}/leads"

    async def run() -> list[int]:
        async with HttpSender(url, WEBHOOK_SECRET) as sender:
            worker, tried = Worker(engine, sender, clock=clock), []
            for _ in range(31):
                tried.append(await worker.run_once())
                clock.forward(seconds=1)
            return tried

    tried = asyncio.run(run())
    assert set(tried[1:]) <= {0, 1}
    assert 3 <= sum(tried[1:]) <= 5


def test_a_worker_that_runs_delivers_and_stops(
    engine: Engine, inbox_engine: Engine, intake: Intake, keys: envelope.Keys, clock: Clock
) -> None:
    send_leads(intake, 20)
    with served(make_inbox(inbox_engine, keys)) as address:

        async def run() -> None:
            stop = asyncio.Event()
            sender = HttpSender(f"{address}/leads", WEBHOOK_SECRET)
            task = asyncio.create_task(Worker(engine, sender, clock=clock).run(stop))
            for _ in range(3000):
                if outbox.counts(engine, clock())["delivered"] == 20:
                    break
                await asyncio.sleep(0.01)
            stop.set()
            await task

        asyncio.run(run())
    assert outbox.counts(engine, clock())["delivered"] == 20


def test_workers_do_not_take_each_others_leads(engine: Engine, intake: Intake, clock: Clock) -> None:
    send_leads(intake, 40)
    found: list[str] = []
    failures: list[BaseException] = []

    def grab() -> None:
        try:
            for _ in range(20):
                found.extend(claim.event.id for claim in outbox.claim(engine, clock(), 3))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=grab) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert len(found) == len(set(found)) == 40


def test_a_lost_lease_cannot_overwrite_its_successor(engine: Engine, intake: Intake, clock: Clock) -> None:
    send_leads(intake, 1)
    (first,) = outbox.claim(engine, clock(), 1)
    assert outbox.claim(engine, clock(), 1) == []
    clock.forward(seconds=outbox.LEASE.total_seconds() + 1)
    (second,) = outbox.claim(engine, clock(), 1)
    assert second.fence == first.fence + 1
    assert not outbox.set_failed(engine, first, clock(), code="timeout", attempts=1, next_at=None)
    assert outbox.set_failed(engine, second, clock(), code="timeout", attempts=1, next_at=clock())
    outbox.set_delivered(engine, first, clock())  # it did arrive, whoever says so
    (row,) = rows(engine)
    assert row.state(clock()) == "delivered"
    assert not outbox.set_failed(engine, second, clock(), code="timeout", attempts=1, next_at=None)


def test_timeout_after_commit_is_sent_again_and_stored_once(
    engine: Engine, inbox_engine: Engine, intake: Intake, keys: envelope.Keys, clock: Clock
) -> None:
    send_leads(intake, 3)
    inbox, dropped = make_inbox(inbox_engine, keys), set[str]()

    async def forgetful(scope: Any, receive: Any, send: Any) -> None:
        """Lets the inbox store the lead, then answers with an error the first time."""
        key = scope["path"] + str(dict(scope["headers"]).get(b"webhook-id"))
        if scope["path"] != "/leads" or key in dropped:
            return await inbox(scope, receive, send)
        dropped.add(key)

        async def swallow(message: Any) -> None:
            return None

        await inbox(scope, receive, swallow)
        await send({"type": "http.response.start", "status": 504, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        return None

    with served(forgetful) as address:
        work(engine, f"{address}/leads", clock, rounds=60, step=10)
    assert len(dropped) == 3
    assert all(row.delivered_at for row in rows(engine))
    with db.read(inbox_engine) as session:
        assert len(session.exec(select(InboxLead)).all()) == 3


def test_a_lead_that_fails_while_others_pass_follows_the_schedule_to_its_death(
    engine: Engine, intake: Intake, clock: Clock
) -> None:
    (bad,) = send_leads(intake, 1)
    receiver = Receiver(lambda lead, _: Response("no", 500) if lead == bad else None)
    with served(receiver.app) as address:
        for number in range(1, 40):
            send_leads(intake, 1, start=number)
            work(engine, f"{address}/leads", clock, rounds=4, step=11, until_done=False)
            clock.forward(hours=30)
            if any(row.dead_at for row in rows(engine)):
                break
    (dead,) = [row for row in rows(engine) if row.dead_at]
    assert dead.submission_id == bad
    assert (dead.attempts, dead.last_error) == (len(SCHEDULE), "http-500")
    assert receiver.tries[bad] <= 3 * len(SCHEDULE)  # those alone with the receiver are not counted
    assert all(row.delivered_at for row in rows(engine) if row.submission_id != bad)


def test_a_refused_lead_is_dead_at_once_and_the_others_pass(engine: Engine, intake: Intake, clock: Clock) -> None:
    bad = send_leads(intake, 5)[2]
    receiver = Receiver(lambda lead, _: Response("no", 422) if lead == bad else None)
    with served(receiver.app) as address:
        work(engine, f"{address}/leads", clock, rounds=5)
    total = outbox.counts(engine, clock())
    assert total == {"accepted": 5, "ready": 0, "leased": 0, "delivered": 4, "dead": 1, "erased": 0}
    assert receiver.tries[bad] == 1


def test_retry_after_is_honoured_within_bounds(engine: Engine, intake: Intake, clock: Clock) -> None:
    send_leads(intake, 1)
    receiver = Receiver(lambda _, tries: Response("", 503, {"Retry-After": "999999"}) if tries == 1 else None)
    with served(receiver.app) as address:
        work(engine, f"{address}/leads", clock, rounds=29, step=10, until_done=False)
        assert receiver.tries.total() == 1
        work(engine, f"{address}/leads", clock, rounds=1)
    assert receiver.taken.total() == 1


FAULTS: dict[str, Callable[[], Response]] = {
    "login page": lambda: Response("<html>Please log in</html>", 200, media_type="text/html"),
    "empty": lambda: Response("", 200),
    "no content": lambda: Response(status_code=204),
    "truncated": lambda: Response('{"id": "019', 200, media_type="application/json"),
    "other id": lambda: JSONResponse({"id": "other"}),
    "list": lambda: JSONResponse([EVENT.id]),
    "gzip bomb": lambda: Response(gzip.compress(b"0" * 50_000_000), 200, {"Content-Encoding": "gzip"}),
    "endless": lambda: StreamingResponse((b"x" * 65_536 for _ in range(1000)), 200),
    "deep": lambda: Response(b"[" * 60_000, 200),
    "redirect": lambda: RedirectResponse("/metadata", 307),
    "moved": lambda: RedirectResponse("/metadata", 301),
    "500": lambda: Response("", 500),
    "502": lambda: Response("", 502),
    "503": lambda: Response("", 503, {"Retry-After": "soon"}),
    "429": lambda: Response("", 429, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}),
    "401": lambda: Response("", 401),
    "404": lambda: Response("", 404),
    "418": lambda: Response("", 418),
}


def try_once(url: str, **options: Any) -> None:
    async def run() -> None:
        async with HttpSender(url, WEBHOOK_SECRET, **options) as sender:
            await sender.send(EVENT)

    asyncio.run(run())


@pytest.mark.parametrize("fault", FAULTS)
def test_is_not_a_delivery(fault: str) -> None:
    receiver = Receiver(lambda *_: FAULTS[fault]())
    with served(receiver.app) as address, pytest.raises(RetryableError) as caught:
        try_once(f"{address}/leads")
    away = fault in ("401", "404", "429", "502", "503")
    assert type(caught.value) is (UnreachableError if away else NotAcknowledgedError)
    assert receiver.tries.total() == 1
    assert receiver.taken.total() == 0


@pytest.mark.parametrize("status", [400, 409, 413, 422])
def test_permanent_refusals(status: int) -> None:
    receiver = Receiver(lambda *_: Response("", status))
    with served(receiver.app) as address, pytest.raises(RejectedError):
        try_once(f"{address}/leads")


def test_a_delivery() -> None:
    receiver = Receiver(lambda *_: None)
    with served(receiver.app) as address:
        try_once(f"{address}/leads")
    assert receiver.taken == {EVENT.id: 1}


@contextmanager
def raw_server(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A socket that treats its one visitor as `answer` says."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(20)

        def serve() -> None:
            visitor, _ = listener.accept()
            with visitor:
                visitor.settimeout(20)
                visitor.recv(65_536)
                answer(visitor)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/leads"
        thread.join(20)
        assert not thread.is_alive()


def _drip(visitor: socket.socket) -> None:
    visitor.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(2000):
        try:
            visitor.sendall(b" ")
        except OSError:
            return
        threading.Event().wait(0.01)


def _reset(visitor: socket.socket) -> None:
    visitor.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def _short(visitor: socket.socket) -> None:
    body = json.dumps({"id": EVENT.id}).encode()
    visitor.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + body)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (_drip, "timeout"),
        (_reset, "broken-answer"),
        (_short, "broken-answer"),
        (lambda visitor: visitor.sendall(b"\x16\x03\x01 what?\r\n\r\n"), "broken-answer"),
        (lambda visitor: None, "broken-answer"),
    ],
)
def test_broken_connections_are_not_deliveries(answer: Callable[[socket.socket], None], code: str) -> None:
    with raw_server(answer) as url, pytest.raises(NotAcknowledgedError) as caught:
        try_once(url, deadline=1.0)
    assert caught.value.code == code


def test_no_tls_at_the_other_end() -> None:
    with (
        raw_server(lambda visitor: visitor.sendall(b"HTTP/1.1 400 no\r\n\r\n")) as url,
        pytest.raises(UnreachableError) as caught,
    ):
        try_once(url.replace("http:", "https:"))
    assert caught.value.code == "tls"


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "file:///etc/passwd", "leads"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(ValueError):
        HttpSender(url, WEBHOOK_SECRET)


def test_the_schedule_ends(clock: Clock) -> None:
    for attempts, wait in enumerate(SCHEDULE):
        moment = next_try(attempts, clock(), None)
        assert moment is not None
        assert 0.9 * wait <= (moment - clock()).total_seconds() <= 1.1 * wait
    assert next_try(len(SCHEDULE), clock(), None) is None


def test_every_try_sends_the_same_bytes(engine: Engine, intake: Intake, clock: Clock) -> None:
    send_leads(intake, 1)
    (first,) = outbox.claim(engine, clock(), 1)
    with db.write(engine) as session:
        session.exec(update(Outbox).values(lease_until=None))
    (second,) = outbox.claim(engine, clock(), 1)
    with db.read(engine) as session:
        assert session.exec(select(Submission.sealed)).one() == first.event.sealed
    assert first.event.to_json() == second.event.to_json()
