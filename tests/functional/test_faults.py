"""Every way a receiver can fail, times 50 leads: after it recovers all are delivered, and none is shown twice."""

import asyncio
import gzip
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from portal import db, envelope
from portal.leads import outbox, register
from portal.leads.accounts import close_books
from portal.leads.delivery import BATCH, LONGEST_RETRY_AFTER, Worker
from portal.leads.forms import Inquiry
from portal.leads.intake import Intake
from portal.leads.models import Outbox
from portal.leads.transport import HttpSender
from tests.support.gate import Certificates, Gate, Visit, gate
from tests.support.leads import SECRET, SIGNER, WEBHOOK_SECRET, Clock, make_inbox
from tests.support.servers import served

pytestmark = pytest.mark.faults

LEADS = 50
METADATA = "http://169.254.169.254/latest/meta-data/"
#: Seconds of a sending; real ones have 30. Short only where it has to strike.
DEADLINE, SHORT_DEADLINE = 20.0, 0.5
MINUTE = timedelta(minutes=1)

#: Where any socket of this process was connected to. A hook cannot be taken off again, so it only writes down.
dialled: list[str] = []


def _write_down(name: str, arguments: tuple[Any, ...]) -> None:
    if name == "socket.connect" and isinstance(arguments[1], tuple):
        dialled.append(str(arguments[1][0]))


sys.addaudithook(_write_down)


def reading(act: Callable[[Visit], None]) -> Callable[[Visit], None]:
    """A fault that shows only when the request has been read."""

    def read_first(visit: Visit) -> None:
        if visit.read():
            act(visit)

    return read_first


def committing(act: Callable[[Visit], None]) -> Callable[[Visit], None]:
    """A fault after the inbox has stored the lead: the worst kind, since the sender cannot know."""

    def commit_first(visit: Visit) -> None:
        if visit.read():
            visit.commit()
            act(visit)

    return commit_first


def status(line: str, body: bytes = b"", **headers: str) -> Callable[[Visit], None]:
    return reading(lambda visit: visit.answer(line, body, **headers))


def drip(part: bytes, first: bytes = b"") -> Callable[[Visit], None]:
    """Send a byte now and then, so that no timeout between two bytes ever strikes."""

    def act(visit: Visit) -> None:
        visit.send(first)
        for _ in range(200):
            visit.send(part)
            time.sleep(0.02)

    return reading(act)


def flood(first: bytes, part: bytes, times: int) -> Callable[[Visit], None]:
    def act(visit: Visit) -> None:
        visit.send(first)
        for _ in range(times):
            visit.send(part)

    return reading(act)


@dataclass(frozen=True)
class Fault:
    """How the receiver fails, and as what the worker must take it."""

    act: Callable[[Visit], None] | None
    #: the code that is written down with the lead, or the codes of which one is
    code: str
    #: `no-proof`: perhaps it arrived; `away`: nothing can be delivered now; `refused`: this very lead is not taken
    kind: str = "no-proof"
    #: `good`, `wrong` or `none` (plain HTTP where TLS is expected); empty = HTTP at both ends
    tls: str = ""
    closed: bool = False
    asks_for: float = field(default=0.0)


BOMB = gzip.compress(b"0" * 20_000_000)
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
FAULTS = {
    "silence after accepting": Fault(Visit.hang, "timeout"),
    "silence after reading": Fault(reading(Visit.hang), "timeout"),
    "silence after commit": Fault(committing(Visit.hang), "timeout"),
    # whether the request was already on its way is a matter of microseconds
    "reset on accepting": Fault(Visit.reset, "broken-answer or unreachable"),
    "reset before commit": Fault(reading(Visit.reset), "broken-answer"),
    "reset after commit": Fault(committing(Visit.reset), "broken-answer"),
    "closed without an answer": Fault(reading(lambda visit: None), "broken-answer"),
    "500": Fault(status("500 Oops"), "http-500"),
    "500 after commit": Fault(committing(lambda visit: visit.answer("500 Oops")), "http-500"),
    "502": Fault(status("502 Bad Gateway", b"<html>"), "http-502", "away"),
    "503 with Retry-After": Fault(status("503 Later", Retry_After="120"), "http-503", "away", asks_for=120),
    "503 with a date": Fault(
        status("503 Later", Retry_After="Fri, 31 Dec 2999 23:59:59 GMT"), "http-503", "away", asks_for=999_999
    ),
    "504 after commit": Fault(committing(lambda visit: visit.answer("504 Slow")), "http-504", "away"),
    "429": Fault(status("429 Too Many", Retry_After="30"), "http-429", "away", asks_for=30),
    "200 with a login page": Fault(
        status("200 OK", b"<!DOCTYPE html><title>Log in</title>", Content_Type="text/html"), "answer-not-json"
    ),
    "200 after commit, page of a proxy": Fault(
        committing(lambda visit: visit.answer("200 OK", b"<html>ok</html>")), "answer-not-json"
    ),
    "truncated JSON": Fault(status("200 OK", b'{"id": "019'), "answer-not-json"),
    "truncated body": Fault(
        reading(
            lambda visit: visit.send(OK + b"Content-Length: 999\r\n\r\n" + json.dumps({"id": visit.lead}).encode())
        ),
        "broken-answer",
    ),
    "gzip bomb": Fault(status("200 OK", BOMB, Content_Encoding="gzip"), "encoded-answer"),
    "endless body": Fault(flood(OK + b"\r\n", b" " * 65_536, 1000), "answer-too-big"),
    "dripping body": Fault(drip(b" ", OK + b"Content-Length: 5000\r\n\r\n"), "timeout"),
    "dripping headers": Fault(drip(b"X-A: b\r\n", OK), "timeout"),
    "redirect to a metadata address": Fault(status("307 Temporary Redirect", Location=METADATA), "http-307"),
    "moved to a metadata address": Fault(status("301 Moved", Location=METADATA), "http-301"),
    "redirect to itself": Fault(status("308 Permanent Redirect", Location="/leads"), "http-308"),
    "another id": Fault(status("200 OK", b'{"id": "01a214f0-5556-741d-9baf-d707527b1438"}'), "id-not-echoed"),
    "a list": Fault(reading(lambda visit: visit.answer("200 OK", json.dumps([visit.lead]).encode())), "id-not-echoed"),
    "deep JSON": Fault(status("200 OK", b"[" * 60_000), "answer-not-json"),
    "empty body": Fault(status("200 OK"), "answer-not-json"),
    "204": Fault(reading(lambda visit: visit.send(b"HTTP/1.1 204 No Content\r\n\r\n")), "answer-not-json"),
    "a huge header": Fault(status("200 OK", X_Big="x" * 1_000_000), "broken-answer"),
    "endless headers": Fault(flood(OK, b"X-More: yes\r\n" * 500, 2000), "broken-answer"),
    "endless 1xx": Fault(flood(b"", b"HTTP/1.1 102 Processing\r\n\r\n" * 20, 200_000), "timeout"),
    "broken chunks": Fault(
        reading(lambda visit: visit.send(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n")),
        "broken-answer",
    ),
    "HTTP/0.9 garbage": Fault(reading(lambda visit: visit.send(b"<html>hello</html>\r\n\r\n")), "broken-answer"),
    "connection refused": Fault(None, "unreachable", "away", closed=True),
    "a certificate of someone else": Fault(None, "tls", "away", tls="wrong"),
    "plain HTTP on the TLS port": Fault(
        lambda visit: visit.send(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"), "tls", "away", tls="none"
    ),
    "500 behind TLS": Fault(status("500 Oops"), "http-500", tls="good"),
    "401": Fault(status("401 Who?"), "http-401", "away"),
    "403": Fault(status("403 No"), "http-403", "away"),
    "404": Fault(status("404 Nothing here"), "http-404", "away"),
    "410": Fault(status("410 Gone"), "http-410", "away"),
}
REFUSALS = {name: Fault(status(f"{name} Not this"), f"http-{name}", "refused") for name in ("400", "409", "413", "422")}


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def intake(engine: Engine, keys: envelope.Keys, clock: Clock) -> Intake:
    return Intake(engine, public_key=keys.public, secret=SECRET, signer=SIGNER, clock=clock)


def send_leads(intake: Intake, many: int) -> dict[str, str]:
    """Mark of each lead by its id."""
    marks = {}
    for number in range(many):
        mark = f"mark-{number:04}"
        accepted = intake.accept(
            Inquiry({"name": "Erika", "message": mark}),
            key=intake.api_key(f"key-of-{mark}-0000"),
            locale="en",
            privacy_version="1",
        )
        marks[accepted.id] = mark
    return marks


class Desk:
    """A worker whose clock is turned by hand."""

    def __init__(self, engine: Engine, clock: Clock, url: str, certificates: Certificates) -> None:
        self._engine = engine
        self._clock = clock
        self._url = url
        self._verify = certificates.trust()

    def rows(self) -> list[Outbox]:
        with db.read(self._engine) as session:
            return list(session.exec(select(Outbox)).all())

    def work(self, deadline: float, *, until: Callable[[], bool], rounds: int, step: float) -> None:
        """Rounds, `step` seconds apart when nothing was due, until `until` or at most so many."""

        async def run() -> None:
            async with HttpSender(self._url, WEBHOOK_SECRET, deadline=deadline, verify=self._verify) as sender:
                worker = Worker(self._engine, sender, clock=self._clock)
                for _ in range(rounds):
                    if until():
                        return
                    if not await worker.run_once():
                        self._clock.forward(seconds=step)

        asyncio.run(run())

    def settled(self) -> bool:
        return all(row.delivered_at for row in self.rows())


def shown(engine: Engine, keys: envelope.Keys) -> Counter[str]:
    """How often each mark stands in the inbox."""
    with db.read(engine) as session:
        rows = session.connection().execute(text("SELECT id, sealed FROM inbox_lead")).all()
    return Counter(envelope.unseal(lead, sealed, keys.private)["answers"]["message"] for lead, sealed in rows)


def break_gate(made: Gate, fault: Fault, certificates: Certificates) -> None:
    made.fault = fault.act
    if fault.tls:
        made.scheme = "https"
        made.tls = {"good": certificates.good, "wrong": certificates.wrong, "none": None}[fault.tls]
    if fault.closed:
        made.close()


def mend_gate(made: Gate, fault: Fault, certificates: Certificates) -> None:
    made.fault = None
    made.tls = certificates.good if fault.tls else None
    if fault.closed:
        made.open()


@pytest.mark.parametrize("name", FAULTS)
def test_after_a_fault_all_are_delivered_and_none_twice(
    name: str,
    engine: Engine,
    inbox_engine: Engine,
    intake: Intake,
    keys: envelope.Keys,
    clock: Clock,
    certificates: Certificates,
) -> None:
    fault = FAULTS[name]
    marks = send_leads(intake, LEADS)
    with served(make_inbox(inbox_engine, keys)) as address, gate(address) as made:
        break_gate(made, fault, certificates)
        desk = Desk(engine, clock, made.url, certificates)
        began, from_here = clock.now, len(dialled)
        met: set[str] = set()

        patience = timedelta(seconds=min(fault.asks_for, LONGEST_RETRY_AFTER))

        def enough() -> bool:
            met.update(row.submission_id for row in desk.rows() if row.last_error)
            return len(met) >= 10 and clock.now - began >= 2 * patience

        desk.work(SHORT_DEADLINE if fault.code == "timeout" else DEADLINE, until=enough, rounds=400, step=11)
        assert_held(desk.rows(), fault)
        if patience:  # what had left before the receiver asked for patience, then one probe after each wait
            assert made.asked.total() <= BATCH + (clock.now - began) // patience
        assert set(dialled[from_here:]) == {"127.0.0.1"}
        assert set(made.asked) <= {"POST /leads"}
        mend_gate(made, fault, certificates)
        mended = clock.now
        desk.work(DEADLINE, until=desk.settled, rounds=400, step=10)
    rows = desk.rows()
    assert all(row.delivered_at for row in rows)
    assert clock.now - mended <= patience + MINUTE
    assert shown(inbox_engine, keys) == Counter(marks.values())
    assert outbox.counts(engine, clock())["delivered"] == LEADS


def assert_held(rows: list[Outbox], fault: Fault) -> None:
    """While nobody gets through, no lead loses an attempt, none is taken for delivered, and none is given up."""
    tried = [row for row in rows if row.last_attempt_at]
    assert len(tried) >= 10
    assert {row.last_error for row in tried} <= set(fault.code.split(" or "))
    assert not any(row.delivered_at or row.dead_at for row in rows)
    assert {row.attempts for row in rows} == {0}


@pytest.mark.parametrize("name", REFUSALS)
def test_refused_leads_wait_for_a_person_and_go_out_after_the_mending(
    name: str,
    engine: Engine,
    inbox_engine: Engine,
    intake: Intake,
    keys: envelope.Keys,
    clock: Clock,
    certificates: Certificates,
) -> None:
    fault = REFUSALS[name]
    marks = send_leads(intake, LEADS)
    with served(make_inbox(inbox_engine, keys)) as address, gate(address) as made:
        break_gate(made, fault, certificates)
        desk = Desk(engine, clock, made.url, certificates)
        desk.work(DEADLINE, until=lambda: all(row.dead_at for row in desk.rows()), rounds=100, step=10)
        assert {(row.attempts, row.last_error) for row in desk.rows()} == {(1, fault.code)}
        assert made.asked == {"POST /leads": LEADS}  # a refusal is final: nobody asks twice
        books = close_books(engine, clock())
        assert (books.counts["dead"], books.alarm, books.balanced) == (LEADS, True, True)
        mend_gate(made, fault, certificates)
        desk.work(DEADLINE, until=desk.settled, rounds=5, step=3600)
        assert shown(inbox_engine, keys) == {}  # time alone brings none back
        assert len(register.replay(engine, clock())) == LEADS
        desk.work(DEADLINE, until=desk.settled, rounds=100, step=10)
    assert shown(inbox_engine, keys) == Counter(marks.values())
    books = close_books(engine, clock())
    assert (books.counts["delivered"], books.alarm, books.balanced) == (LEADS, False, True)


def test_one_dead_lead_is_an_alarm(engine: Engine, intake: Intake, clock: Clock) -> None:
    send_leads(intake, 2)
    (taken,) = outbox.claim(engine, clock(), 1)
    assert not close_books(engine, clock()).alarm
    outbox.set_failed(engine, taken, clock(), code="http-422", attempts=1, next_at=None)
    assert close_books(engine, clock()).alarm
