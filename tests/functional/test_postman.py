"""Mails against a real SMTP server on loopback: each once, none lost, none to quarantine, no header bent."""

import asyncio
import email
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import Engine

from portal import envelope
from portal.inbox import changes
from portal.inbox.postman import BATCH, LEASE, SCHEDULE, Postman, make_postman
from portal.inbox.transports import ConsoleTransport, FileTransport, SmtpTransport
from tests.support.cases import ADA, event, mails, make_triage, receive
from tests.support.leads import ROOT, Clock
from tests.support.servers import free_port


class Server:
    """An SMTP server that keeps what it takes; `answers` are given to the next mails instead of taking them."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.taken: list[Any] = []
        self.answers: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answers:
            return self.answers.pop(0)
        self.taken.append((envelope.rcpt_tos, email.message_from_bytes(envelope.content)))
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address.startswith("unknown@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"


@pytest.fixture
def server() -> Iterator[Server]:
    handler = Server(free_port())
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port)
    controller.start()
    yield handler
    controller.stop()


Make = Callable[..., Postman]


@pytest.fixture
def postman(inbox_engine: Engine, keys: envelope.Keys, clock: Clock) -> Make:
    triage = make_triage(inbox_engine, keys, clock)
    return partial(
        make_postman,
        triage,
        templates=ROOT / "templates",
        sender="Bureau <no-reply@bureau.example>",
        base_url="https://invest.example/",
    )


def smtp(port: int) -> SmtpTransport:
    return SmtpTransport("127.0.0.1", port, tls="none")


def arrive(engine: Engine, keys: envelope.Keys, clock: Clock, *events: envelope.Event) -> None:
    receive(engine, clock, *events)
    make_triage(engine, keys, clock).take_in()


def run(postman: Postman) -> int:
    return asyncio.run(postman.run_once())


def test_each_sender_gets_one_mail(
    postman: Make, server: Server, inbox_engine: Engine, keys: envelope.Keys, clock: Clock
) -> None:
    arrive(
        inbox_engine,
        keys,
        clock,
        event(keys, 1, clock(), email="one@example.com"),
        event(keys, 2, clock(), email="two@example.com", language="zh-Hans"),
        event(keys, 3, clock(), email="three@example.com", consent_email=False),
        event(keys, 4, clock(), email="four@example.com", quarantined=True),
    )
    first = postman(smtp(server.port))
    assert run(first) == 2
    assert run(first) == 0
    assert run(postman(smtp(server.port))) == 0
    assert sorted(to for to, _ in server.taken) == [["one@example.com"], ["two@example.com"]]
    by_address = {to[0]: message for to, message in server.taken}
    one = by_address["one@example.com"]
    assert "CQ-0001-7777" in one["Subject"]
    assert "https://invest.example/en/receipt/CQ-0001-7777?token=abc" in one.get_payload(decode=True).decode()
    assert "Erika" not in one.as_string()
    assert "编号" in by_address["two@example.com"].get_payload(decode=True).decode()
    changes.release(inbox_engine, "lead-00004", 1, person=ADA, mail=lambda: True, now=clock())
    assert run(first) == 1
    assert server.taken[-1][0] == ["four@example.com"]


def test_a_dead_server_loses_nothing(postman: Make, inbox_engine: Engine, keys: envelope.Keys, clock: Clock) -> None:
    port = free_port()
    arrive(inbox_engine, keys, clock, *(event(keys, number, clock()) for number in range(BATCH + 3)))
    away = postman(smtp(port))
    for _ in range(30):
        assert run(away) == 0
        clock.forward(minutes=15)
    assert all(mail.attempts == 0 and mail.dead_at is None for mail in mails(inbox_engine))
    clock.forward(minutes=15)
    handler = Server(port)
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        assert run(away) + run(away) == BATCH + 3
    finally:
        controller.stop()
    assert len({message["Message-ID"] for _, message in handler.taken}) == len(handler.taken) == BATCH + 3


def test_busy_is_asked_again_and_never_is_the_end(
    postman: Make, server: Server, inbox_engine: Engine, keys: envelope.Keys, clock: Clock
) -> None:
    arrive(inbox_engine, keys, clock, event(keys, 1, clock()), event(keys, 2, clock(), email="unknown@example.com"))
    server.answers = ["451 busy"]
    first = postman(smtp(server.port))
    assert run(first) == 0
    waiting, refused = mails(inbox_engine)
    assert (waiting.attempts, waiting.last_error, waiting.dead_at) == (1, "server 451", None)
    assert (refused.last_error, refused.dead_at) == ("recipient 550", clock())
    assert run(first) == 0, "not before its time"
    clock.forward(minutes=1)
    assert run(first) == 1
    clock.forward(days=9)
    assert run(first) == 0
    assert len(server.taken) == 1


def test_a_mail_that_is_always_turned_away_ends(
    postman: Make, server: Server, inbox_engine: Engine, keys: envelope.Keys, clock: Clock
) -> None:
    arrive(inbox_engine, keys, clock, event(keys, 1, clock()))
    server.answers = ["451 busy"] * 50
    first = postman(smtp(server.port))
    for _ in range(len(SCHEDULE) + 5):
        run(first)
        clock.forward(days=1)
    (mail,) = mails(inbox_engine)
    assert mail.dead_at is not None
    assert 50 - len(server.answers) == len(SCHEDULE) + 1


def test_two_postmen_send_it_once_and_a_lost_one_is_replaced(
    postman: Make, server: Server, inbox_engine: Engine, keys: envelope.Keys, clock: Clock
) -> None:
    arrive(inbox_engine, keys, clock, event(keys, 1, clock()))
    lost, other = postman(smtp(server.port)), postman(smtp(server.port))
    (claim,) = lost.claim()
    assert run(other) == 0
    clock.forward(seconds=LEASE.total_seconds())
    assert run(other) == 1
    lost._settle(claim, {"sent_at": None, "dead_at": clock()})
    (mail,) = mails(inbox_engine)
    assert (mail.sent_at, mail.dead_at) == (clock(), None), "whose lease ran out cannot overwrite its successor"


def test_an_address_that_would_bend_a_header_gets_no_mail(
    postman: Make, server: Server, inbox_engine: Engine, keys: envelope.Keys, clock: Clock
) -> None:
    arrive(inbox_engine, keys, clock, event(keys, 1, clock(), email="a@example.com\r\nBcc: victim@example.com"))
    assert run(postman(smtp(server.port))) == 0
    assert server.taken == []
    assert mails(inbox_engine)[0].last_error == "address"


def test_a_server_without_starttls_gets_nothing(
    postman: Make, server: Server, inbox_engine: Engine, keys: envelope.Keys, clock: Clock
) -> None:
    arrive(inbox_engine, keys, clock, event(keys, 1, clock()))
    assert run(postman(SmtpTransport("127.0.0.1", server.port))) == 0
    assert server.taken == []
    assert mails(inbox_engine)[0].dead_at is None


def test_into_a_folder_and_into_the_log(
    postman: Make,
    inbox_engine: Engine,
    keys: envelope.Keys,
    clock: Clock,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arrive(inbox_engine, keys, clock, event(keys, 1, clock()))
    assert run(postman(FileTransport(tmp_path / "mail"))) == 1
    (file,) = (tmp_path / "mail").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert b"To: erika@example.com" in file.read_bytes()
    arrive(inbox_engine, keys, clock, event(keys, 2, clock()))
    assert run(postman(ConsoleTransport())) == 1
    logged = "".join(capsys.readouterr())
    assert "mail.made" in logged
    assert "erika" not in logged
